"""The grammar of filters: parses what users write into conditions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from snappy_core.filters.conditions import All, Comparison, Condition, all_of, negate, some_of
from snappy_core.filters.keys import BUILT_IN, NOT_FILTERABLE
from snappy_core.types import LABELS, Scalar

Filter = Mapping[str, Any]
"""`{key: value, list of values, or {operator: value}}`, and `$and`, `$or`, `$not`; all must hold.

A key is from your metadata or from `BUILT_IN`. Operators: `$eq` (the plain value), `$ne`, `$in`
(the plain list), `$nin`, `$gt`, `$gte`, `$lt`, `$lte` for numbers, ISO dates and text, `$contains`
and `$any` for lists, `$glob` for text (`*` and `?`), `$exists`, and `$not` before another.

A list in the metadata meets a condition if one of its elements does. A document without the key
meets neither a condition nor its opposite, only `{"$exists": False}`. True is not 1, and text is
not a number. Times are compared as instants; times without an offset are in UTC.
"""

_MAX_INTEGER = 2**63


def parse(filter: Filter | None) -> Condition:
    """Return the condition that a filter expresses.

    Raises:
        ValueError: an unknown operator, a value of a wrong type, an unknown region label.
    """
    if filter is None:
        return All()
    if not isinstance(filter, Mapping):
        raise ValueError(f"a filter must be a mapping of keys, not {type(filter).__name__}")
    return all_of(_parse_item(key, value) for key, value in filter.items())


def plain_value(value: object) -> Scalar:
    """Return a scalar in the form used by metadata and conditions; dates become ISO text.

    Raises:
        ValueError: not a scalar, not finite, or an integer of more than 64 bits.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return str.__str__(value)  # for an enumeration, its value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"a finite number, not {value}")
        return float(value)
    if isinstance(value, int):
        if not -_MAX_INTEGER <= value < _MAX_INTEGER:
            raise ValueError(f"an integer of 64 bits, not {value}")
        return int(value)
    raise ValueError(f"a scalar or a list of scalars, not {type(value).__name__}")


def _parse_item(key: str, value: object) -> Condition:
    if not isinstance(key, str):
        raise ValueError(f"filter keys must be strings, not {key!r}")
    if key in ("$and", "$or"):
        if not isinstance(value, (list, tuple)) or not value:
            raise ValueError(f"{key} needs a list of filters, not {value!r}")
        return (all_of if key == "$and" else some_of)([parse(part) for part in value])
    if key == "$not":
        return negate(parse(value))  # type: ignore[arg-type]
    if key.startswith("$"):
        raise ValueError(f"{key!r} is no filter key; around keys use $and, $or, $not")
    if key in NOT_FILTERABLE:
        raise ValueError(f"{key!r} cannot be filtered by; use {', '.join(BUILT_IN)} or metadata")
    if isinstance(value, Mapping):
        if not value:
            raise ValueError(f"filter {key!r} has no operator")
        return all_of(_parse_operator(key, name, operand) for name, operand in value.items())
    is_list = isinstance(value, (list, tuple, set, frozenset))
    return _parse_operator(key, "$in" if is_list else "$eq", value)


def _parse_operator(key: str, name: str, operand: object) -> Condition:
    match name:
        case "$eq" | "$contains":
            return _comparison(key, "in", [operand])
        case "$in" | "$any":
            return _comparison(key, "in", _list(key, name, operand))
        case "$ne":
            return negate(_comparison(key, "in", [operand]))
        case "$nin":
            return negate(_comparison(key, "in", _list(key, name, operand)))
        case "$gt" | "$gte" | "$lt" | "$lte":
            if isinstance(operand, bool) or not isinstance(operand, (int, float, str, date)):
                raise ValueError(f"{key!r}: {name} needs a number, text or date, not {operand!r}")
            if BUILT_IN.get(key, ("", float))[1] is str:
                raise ValueError(f"{key!r} is text, which has no {name}; use $in or $glob")
            return _comparison(key, name[1:], [operand])
        case "$glob":
            if not isinstance(operand, str):
                raise ValueError(f"{key!r}: $glob needs text, not {operand!r}")
            return _comparison(key, "glob", [operand])
        case "$exists":
            if not isinstance(operand, bool):
                raise ValueError(f"{key!r}: $exists needs True or False, not {operand!r}")
            return Comparison(key, "exists", (operand,))
        case "$not" if isinstance(operand, Mapping):
            return negate(_parse_item(key, operand))
    raise ValueError(
        f"filter {key!r}: {name!r} is no operator; use $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, "
        "$contains, $any, $glob, $exists or $not"
    )


def _list(key: str, name: str, operand: object) -> Sequence[object]:
    if not isinstance(operand, (list, tuple, set, frozenset)):
        raise ValueError(f"{key!r}: {name} needs a list, not {operand!r}")
    return list(operand)


def _comparison(key: str, name: Any, operands: Sequence[object]) -> Condition:
    values = []
    for operand in operands:
        try:
            values.append(plain_value(operand))
        except ValueError as error:
            raise ValueError(f"filter {key!r} must be {error}") from None
    if key in BUILT_IN:
        _check_built_in(key, name, values)
    return Comparison(key, name, tuple(values))


def _check_built_in(key: str, name: str, values: Iterable[Scalar]) -> None:
    is_text = BUILT_IN[key][1] is str
    if name == "glob" and not is_text:
        raise ValueError(f"{key!r} is a number, which has no $glob")
    for value in values:
        if key == "region_label" and name == "in" and value not in LABELS:
            raise ValueError(f"unknown region_label {value!r}; use {', '.join(LABELS)}")
        if isinstance(value, bool) or not isinstance(value, str if is_text else (int, float)):
            raise ValueError(f"{key!r} is {'text' if is_text else 'a number'}, not {value!r}")
