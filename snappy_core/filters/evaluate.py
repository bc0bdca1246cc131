"""The meaning of conditions: the evaluator that the queries of all stores must agree with."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from snappy_core.filters.conditions import All, Comparison, Condition, Some
from snappy_core.types import MetadataValue, Scalar

Row = Mapping[str, MetadataValue]
"""The values of a document, page or region by key, as `predicate` sees them."""

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le
}  # fmt: skip
_KINDS = {bool: "bool", int: "number", float: "number", str: "text", type(None): "null"}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def predicate(condition: Condition) -> Callable[[Row], bool]:
    """Return a function that says whether a row meets a condition."""
    match condition:
        case All(conditions):
            every = [predicate(part) for part in conditions]
            if len(every) == 1:
                return every[0]
            return lambda row: all(meets(row) for meets in every)
        case Some(conditions):
            some = [predicate(part) for part in conditions]
            return lambda row: any(meets(row) for meets in some)
    key, is_negated = condition.key, condition.is_negated
    if condition.operator == "exists":
        (is_wanted,) = condition.values
        return lambda row: _has_value(row.get(key)) == is_wanted
    meets = _meets(condition)

    def compare(row: Row) -> bool:
        if key not in row:
            return False
        value = row[key]
        elements: Iterable[Any] = value if isinstance(value, (list, tuple)) else [value]
        return any(map(meets, elements)) != is_negated

    return compare


def facets(value: MetadataValue) -> list[tuple[str, Scalar]]:
    """Return what stores index for a value: (kind, value) of each element.

    A date has two, its text and its instant in microseconds since 1970; an empty list has "empty".

    >>> facets(["1970-01-01", 2, True]), facets([])
    ([('text', '1970-01-01'), ('instant', 0), ('number', 2), ('bool', True)], [('empty', 0)])
    """
    elements: Iterable[Any] = value if isinstance(value, (list, tuple)) else [value]
    facets_of_value: list[tuple[str, Scalar]] = []
    for element in elements:
        kind = _KINDS[type(element)]
        facets_of_value.append((kind, 0 if element is None else element))
        if kind == "text" and (instant := _instant(element)) is not None:
            facets_of_value.append(("instant", instant))
    return facets_of_value or [("empty", 0)]


def is_same_row(row: Row, other: Row) -> bool:
    """Return whether rows are equal to filters, too, which unlike Python distinguish True from 1.

    >>> is_same_row({"public": 1}, {"public": True})
    False
    """
    return dict(row) == dict(other) and all(
        facets(value) == facets(other[key]) for key, value in row.items()
    )


def order_facet(value: Scalar) -> tuple[str, Scalar]:
    """Return the (kind, value) that `$gt` and the like compare with; for a date, its instant."""
    return facets(value)[-1]


def like(pattern: str) -> str:
    """Return a regular expression for a `$glob` pattern, to be matched with whole texts."""
    parts = {"*": "(?s:.*)", "?": "(?s:.)"}
    return "".join(parts.get(sign) or re.escape(sign) for sign in pattern)


def _glob(pattern: str) -> re.Pattern[str]:
    """Return the equivalent of `like` for `re`: each part takes its first match, for good.

    A later match would leave less text for the rest, and the next `*` can skip the difference.
    """
    first, *rest = [re.escape(p).replace(r"\?", "(?s:.)") for p in pattern.split("*")]
    middle = "".join(f"(?>(?s:.*?){part})" for part in rest[:-1])
    return re.compile(first + middle + "".join(f"(?s:.*){part}" for part in rest[-1:]))


def _has_value(value: MetadataValue) -> bool:
    elements = value if isinstance(value, (list, tuple)) else [value]
    return any(element is not None for element in elements)


def _meets(comparison: Comparison) -> Callable[[Scalar], bool]:
    """Return a function that says whether a scalar meets a comparison that is not negated."""
    if comparison.operator == "in":
        typed_values = frozenset((_KINDS[type(value)], value) for value in comparison.values)
        return lambda value: (_KINDS[type(value)], value) in typed_values
    (operand,) = comparison.values
    if comparison.operator == "glob":
        pattern = _glob(str(operand))
        return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None
    order, (kind, bound) = _ORDERS[comparison.operator], order_facet(operand)
    if kind == "instant":
        return lambda value: (
            isinstance(value, str)
            and (instant := _instant(value)) is not None
            and order(instant, bound)
        )
    return lambda value: _KINDS[type(value)] == kind and order(value, bound)


@lru_cache(1 << 14)  # documents share their dates, and each is compared more than once
def _instant(text: str) -> int | None:
    """Return an ISO date or time in microseconds since 1970; None for other text."""
    if not _DATE.match(text):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND
