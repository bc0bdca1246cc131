"""The tables of keys that filters are looked up in, and conditions as SQL over them.

A row says that a document or a page has a value for a key; `filters.facets` explains kind and
value.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from snappy_core.filters import BUILT_IN, All, Comparison, Condition, Some, facets, order_facet
from snappy_core.stores.base import DocumentRecord, document_row
from snappy_core.stores.checks import check_rows
from snappy_core.stores.codec import PackedPage, encode_text
from snappy_core.types import MetadataValue, Scalar

_ORDERS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_MAX_VALUES = 500
"""Values that a statement lists one by one; more are passed as JSON."""
_KEYS = """
WITH RECURSIVE keys (key) AS (
    SELECT min(key) FROM document_keys
    UNION ALL SELECT (SELECT min(key) FROM document_keys WHERE key > keys.key)
    FROM keys WHERE keys.key IS NOT NULL)
SELECT key FROM keys WHERE key IS NOT NULL
"""  # one index lookup per key; DISTINCT would read the rows of all documents


def replace_document(connection: sqlite3.Connection, row_id: int, document: DocumentRecord) -> None:
    """Write the keys of a document in place of those it had."""
    connection.execute("DELETE FROM document_keys WHERE document = ?", (row_id,))
    connection.executemany(
        "INSERT OR IGNORE INTO document_keys VALUES (?, ?, ?, ?)",
        _rows(document_row(document).items(), row_id),
    )


def insert_page(connection: sqlite3.Connection, page_id: int, page: PackedPage) -> None:
    """Write the keys of a page, which has none yet."""
    values: dict[str, MetadataValue] = {
        "page_number": page.number,
        "page_label": page.label,
        "region_label": page.region_labels,
        "section": page.sections,
    }
    connection.executemany(
        "INSERT OR IGNORE INTO page_keys VALUES (?, ?, ?, ?)", _rows(values.items(), page_id)
    )


def metadata_keys(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the metadata keys that at least one document has."""
    rows = check_rows(connection.execute(_KEYS), str)
    return frozenset(key for (key,) in rows).difference(BUILT_IN)


def condition_sql(condition: Condition, document: str) -> tuple[str, list[Scalar]]:
    """Return a condition as SQL, and its values.

    Args:
        document: the column with the row id of the document; that of a page is `pages.id`.
    """
    match condition:
        case Comparison():
            return _comparison_sql(condition, document)
        case All(conditions):
            word, parts = " AND ", conditions
        case Some(conditions):
            word, parts = " OR ", conditions
    pieces = [condition_sql(part, document) for part in parts]
    values = [value for _, part_values in pieces for value in part_values]
    return _joined([sql for sql, _ in pieces], word), values


def _joined(tests: list[str], word: str) -> str:
    """Join tests in balanced parentheses: SQLite refuses expressions 1,000 levels deep."""
    if len(tests) <= 2:
        return f"({word.join(tests) or int(word == ' AND ')})"
    middle = len(tests) // 2
    return f"({_joined(tests[:middle], word)}{word}{_joined(tests[middle:], word)})"


def _rows(
    values: Iterable[tuple[str, MetadataValue]], row_id: int
) -> list[tuple[str, str, Scalar, int]]:
    return [
        (encode_text(key), kind, _stored(item), row_id)
        for key, value in values
        for kind, item in facets(value)
    ]


def _stored(value: Scalar) -> Scalar:
    return encode_text(value) if isinstance(value, str) else value


def _comparison_sql(comparison: Comparison, document: str) -> tuple[str, list[Scalar]]:
    owner = "document" if comparison.level == "document" else "page"
    column = document if owner == "document" else "pages.id"
    having = f"{column} IN (SELECT {owner} FROM {owner}_keys WHERE key = ?"
    key: list[Scalar] = [encode_text(comparison.key)]
    if comparison.operator == "exists":
        word = "" if comparison.values[0] else "NOT "
        return f"{word}{having} AND kind NOT IN ('null', 'empty'))", key
    test, values = _value_sql(comparison)
    meets = f"{having} AND ({test}))"
    if comparison.is_negated:
        return f"({having}) AND NOT {meets})", [*key, *key, *values]
    return meets, [*key, *values]


def _value_sql(comparison: Comparison) -> tuple[str, list[Scalar]]:
    """Return the SQL for a key row that meets a comparison, and its values."""
    if comparison.operator == "glob":
        pattern = str(_stored(comparison.values[0])).replace("[", "[[]")
        return "kind = 'text' AND value GLOB ?", [pattern]
    if comparison.operator != "in":
        kind, value = order_facet(comparison.values[0])
        return f"kind = ? AND value {_ORDERS[comparison.operator]} ?", [kind, _stored(value)]
    by_kind: dict[str, list[Scalar]] = {}
    for value in comparison.values:
        kind, stored = facets(value)[0]
        by_kind.setdefault(kind, []).append(_stored(stored))
    tests, values = list[str](), list[Scalar]()
    for kind, items in by_kind.items():
        if kind == "text" and len(items) > _MAX_VALUES:
            tests.append("kind = ? AND value IN (SELECT value FROM json_each(?))")
            values += [kind, json.dumps(items)]
        else:
            tests.append(f"kind = ? AND value IN ({', '.join('?' * len(items))})")
            values += [kind, *items]
    return " OR ".join(tests) or "0", values
