"""Converts LlamaIndex's metadata filters to Snappy's filters, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from snappy_core.filters import Filter, parse

_OPERATORS = {
    FilterOperator.EQ: "$eq", FilterOperator.NE: "$ne", FilterOperator.IN: "$in",
    FilterOperator.NIN: "$nin", FilterOperator.GT: "$gt", FilterOperator.GTE: "$gte",
    FilterOperator.LT: "$lt", FilterOperator.LTE: "$lte", FilterOperator.CONTAINS: "$contains",
    FilterOperator.ANY: "$any",
}  # fmt: skip
_NAMES = {name: operator for operator, name in _OPERATORS.items()}
FilterPart = MetadataFilter | MetadataFilters
_CONDITIONS = {"$and": FilterCondition.AND, "$or": FilterCondition.OR}


def to_filter(filters: MetadataFilters | Filter | None) -> Filter | None:
    """Return LlamaIndex's filters as a filter of `RegionIndex.search`; others unchanged.

    A NOT filter holds if none of its parts does.

    >>> team = MetadataFilter(key="team", value="finance")
    >>> year = MetadataFilter(key="year", value=2024, operator=FilterOperator.GTE)
    >>> to_filter(MetadataFilters(filters=[team, year], condition="or"))
    {'$or': [{'team': {'$eq': 'finance'}}, {'year': {'$gte': 2024}}]}

    Raises:
        ValueError: an operator that Snappy lacks (text_match), or a value of the wrong type.
    """
    if not isinstance(filters, MetadataFilters):
        return filters
    parts = [
        to_filter(part) if isinstance(part, MetadataFilters) else _to_item(part)
        for part in filters.filters
    ]
    if not parts:
        return {}
    if filters.condition == FilterCondition.NOT:
        return {"$not": {"$or": parts}}
    return {"$or" if filters.condition == FilterCondition.OR else "$and": parts}


def to_metadata_filters(filter: Filter) -> MetadataFilters:
    """Return a Snappy filter as LlamaIndex's, for other retrievers over the same metadata.

    >>> to_metadata_filters({"team": ["finance", "legal"]}).filters[0].operator.value
    'in'

    Raises:
        ValueError: a value or operator that LlamaIndex lacks: bools, `$glob`.
    """
    parse(filter)
    return _all([_from_item(key, value) for key, value in filter.items()])


def _to_item(filter: MetadataFilter) -> Filter:
    key, operator, value = filter.key, filter.operator, filter.value
    if operator == FilterOperator.IS_EMPTY:
        return {key: {"$exists": False}}
    if operator == FilterOperator.ALL and isinstance(value, list):
        return {"$and": [{key: {"$contains": item}} for item in value]} if value else {}
    if operator not in _OPERATORS:
        names = ", ".join(each.value for each in [*_OPERATORS, FilterOperator.IS_EMPTY])
        raise ValueError(f"filter {key!r}: Snappy has no {operator.value}; use {names} or all")
    return {key: {_OPERATORS[operator]: value}}


def _from_item(key: str, value: Any) -> FilterPart:
    if key in _CONDITIONS:
        parts: list[FilterPart] = [to_metadata_filters(part) for part in value]
        return MetadataFilters(filters=parts, condition=_CONDITIONS[key])
    if key == "$not":
        return _not(to_metadata_filters(value))
    if isinstance(value, Mapping):
        return _all([_from_operator(key, name, operand) for name, operand in value.items()])
    is_list = isinstance(value, (list, tuple, set, frozenset))
    return _from_operator(key, "$in" if is_list else "$eq", value)


def _from_operator(key: str, name: str, operand: Any) -> FilterPart:
    if name == "$not":
        return _not(_from_item(key, operand))
    if name == "$exists":
        is_empty = MetadataFilter(key=key, value=None, operator=FilterOperator.IS_EMPTY)
        return _not(is_empty) if operand else is_empty
    if name not in _NAMES or isinstance(operand, bool):
        raise ValueError(f"LlamaIndex's filters cannot express {key!r}: {{{name!r}: {operand!r}}}")
    if isinstance(operand, (tuple, set, frozenset)):
        operand = list(operand)
    return MetadataFilter(key=key, value=operand, operator=_NAMES[name])


def _all(parts: list[FilterPart]) -> MetadataFilters:
    return MetadataFilters(filters=list(parts), condition=FilterCondition.AND)


def _not(part: FilterPart) -> MetadataFilters:
    return MetadataFilters(filters=[part], condition=FilterCondition.NOT)
