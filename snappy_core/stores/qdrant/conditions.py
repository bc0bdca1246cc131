"""Translates conditions to server filters on the payload that `points.page_points` writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from snappy_core.filters import All, Comparison, Condition, comparisons, order_facet
from snappy_core.stores.codec import encode_text
from snappy_core.stores.qdrant.filters import BATCH, is_any

if TYPE_CHECKING:
    from qdrant_client.models import Filter

FIELDS = {
    "number": "page_number",
    "label": "page_label",
    "region_labels": "region_label",
    "sections": "section",
}
"""The key of each field of the payload."""

_FIELD_OF = {key: field for field, key in FIELDS.items()}


def translate(
    condition: Condition, writes_where: Callable[[Condition], list[str]]
) -> Filter | None:
    """Return a filter that passes all pages that meet a condition, and possibly others.

    Others pass if the server cannot compare (`$glob`), or if more than `BATCH` documents match.
    It is None if all pages pass.

    Args:
        writes_where: returns the writes of the documents that meet a condition on documents.
    """
    from qdrant_client.models import Filter

    if {leaf.level for leaf in comparisons(condition)} == {"document"}:
        writes = writes_where(condition)
        return Filter(must=[is_any("write", writes)]) if len(writes) <= BATCH else None
    if isinstance(condition, Comparison):
        return _translate(condition)
    filters = [translate(part, writes_where) for part in condition.conditions]
    parts: list[Any] = [part for part in filters if part is not None]
    if isinstance(condition, All):
        return Filter(must=parts) if parts else None
    if len(parts) < len(filters):
        return None
    return Filter(should=parts) if parts else Filter(must=[is_any("write", [])])


def _translate(comparison: Comparison) -> Filter | None:
    from qdrant_client.models import FieldCondition, Filter, Range

    field, values = _FIELD_OF[comparison.key], comparison.values
    if comparison.operator in ("glob", "exists"):
        return None
    test: Any
    if comparison.operator != "in":
        bound: dict[str, Any] = {comparison.operator: order_facet(values[0])[1]}
        test = FieldCondition(key=field, range=Range(**bound))
    elif comparison.key == "page_number":
        numbers = [value for value in values if isinstance(value, (int, float))]
        test = is_any(field, [int(number) for number in numbers if number == int(number)])
    else:
        test = is_any(field, [encode_text(str(value)) for value in values])
    return Filter(must_not=[test]) if comparison.is_negated else Filter(must=[test])
