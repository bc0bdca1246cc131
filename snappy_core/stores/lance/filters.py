"""Conditions on the pages of a Lance index: SQL for page keys, the log for documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from snappy_core.filters import All, Comparison, Condition, Some, comparisons, like
from snappy_core.stores.codec import encode_text
from snappy_core.stores.lance.rows import Pages
from snappy_core.types import Scalar

_COLUMNS = {"page_number": "CAST(number AS DOUBLE)", "page_label": "label"}
_LISTS = {"region_label": "region_labels", "section": "sections"}
_ORDERS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page_mask(
    condition: Condition,
    pages: Pages,
    documents_where: Callable[[Condition], frozenset[str]],
    ids_where: Callable[[str], NDArray[np.int64]],
) -> NDArray[np.bool_]:
    """Return which pages meet a condition on document and page keys, (p,).

    Args:
        documents_where: the ids of the documents that meet a condition on documents.
        ids_where: the ids of the rows that meet an SQL condition.
    """
    levels = {leaf.level == "document" for leaf in comparisons(condition)}
    if levels == {True}:
        names = documents_where(condition)
        return np.array([name in names for name in pages.documents], dtype=bool)
    if levels == {False}:
        return np.isin(pages.ids, ids_where(f"number IS NOT NULL AND {condition_sql(condition)}"))
    mask = np.full(len(pages.ids), isinstance(condition, All))
    assert not isinstance(condition, Comparison)
    for part in condition.conditions:
        part_mask = page_mask(part, pages, documents_where, ids_where)
        mask = mask & part_mask if isinstance(condition, All) else mask | part_mask
    return mask


def condition_sql(condition: Condition) -> str:
    """Return a condition on page keys as SQL over the columns of `table.schema`.

    >>> condition_sql(Comparison("page_label", "in", ("iv", "v"), is_negated=True))
    "NOT (label IN ('iv', 'v'))"
    """
    match condition:
        case Comparison():
            sql = _comparison_sql(condition)
            return f"NOT ({sql})" if condition.is_negated else f"({sql})"
        case All(conditions):
            return f"({' AND '.join(map(condition_sql, conditions)) or 'true'})"
        case Some(conditions):
            return f"({' OR '.join(map(condition_sql, conditions)) or 'false'})"


def _comparison_sql(comparison: Comparison) -> str:
    key, values = comparison.key, comparison.values
    if key in _LISTS:
        if comparison.operator != "in":
            return "true"  # includes pages without such a region: see `Snapshot.pages_where`
        return f"array_has_any({_LISTS[key]}, [{_literals(values)}])" if values else "false"
    column = _COLUMNS[key]
    if comparison.operator == "exists":
        return "true" if values[0] else "false"
    if comparison.operator == "glob":
        pattern = encode_text(f"^(?:{like(str(values[0]))})$")
        return f"regexp_like({column}, {_literal(pattern)})"
    if comparison.operator != "in":
        return f"{column} {_ORDERS[comparison.operator]} {_literal(values[0])}"
    return f"{column} IN ({_literals(values)})" if values else "false"


def _literals(values: Iterable[Scalar]) -> str:
    return ", ".join(map(_literal, values))


def _literal(value: Scalar) -> str:
    if not isinstance(value, str):
        return repr(float(value or 0))
    return "'" + encode_text(value).replace("'", "''") + "'"
