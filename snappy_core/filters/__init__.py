"""Filters: their grammar, the conditions they parse to, and the evaluator that defines these."""

from snappy_core.filters.conditions import (
    All,
    Comparison,
    Condition,
    Some,
    all_of,
    comparisons,
    conjuncts,
    negate,
    some_of,
    weaken,
)
from snappy_core.filters.evaluate import Row, facets, is_same_row, like, order_facet, predicate
from snappy_core.filters.grammar import Filter, parse, plain_value
from snappy_core.filters.keys import BOX_KEYS, BUILT_IN, NOT_FILTERABLE, PAGE_LISTS, Level

__all__ = [
    "BOX_KEYS",
    "BUILT_IN",
    "NOT_FILTERABLE",
    "PAGE_LISTS",
    "All",
    "Comparison",
    "Condition",
    "Filter",
    "Level",
    "Row",
    "Some",
    "all_of",
    "comparisons",
    "conjuncts",
    "facets",
    "is_same_row",
    "like",
    "negate",
    "order_facet",
    "parse",
    "plain_value",
    "predicate",
    "some_of",
    "weaken",
]
