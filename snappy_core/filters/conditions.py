"""Conditions: comparisons of one key, joined by `All` and `Some`; `negate` replaces a `Not`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from snappy_core.filters.keys import BUILT_IN, Level
from snappy_core.types import Scalar


@dataclass(frozen=True, slots=True)
class Comparison:
    """One key compared with values: `in` takes several, the other operators exactly one."""

    key: str
    operator: Literal["in", "gt", "gte", "lt", "lte", "glob", "exists"]
    values: tuple[Scalar, ...]
    is_negated: bool = False

    @property
    def level(self) -> Level:
        """What the key belongs to."""
        return BUILT_IN[self.key][0] if self.key in BUILT_IN else "document"


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds; with none, it always holds."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """At least one condition holds; with none, it never holds."""

    conditions: tuple[Condition, ...] = ()


Condition = Comparison | All | Some


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that all of the conditions hold, simplified.

    >>> all_of([All(), Some()])
    Some(conditions=())
    """
    return _join(All, Some, conditions)


def some_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that one of the conditions holds, simplified."""
    return _join(Some, All, conditions)


def negate(condition: Condition) -> Condition:
    """Return the opposite; neither holds for rows without the keys."""
    match condition:
        case All(conditions):
            return some_of(map(negate, conditions))
        case Some(conditions):
            return all_of(map(negate, conditions))
    if condition.operator == "exists":
        return replace(condition, values=(not condition.values[0],))
    return replace(condition, is_negated=not condition.is_negated)


def comparisons(condition: Condition) -> list[Comparison]:
    """Return the comparisons that a condition consists of."""
    if isinstance(condition, Comparison):
        return [condition]
    return [leaf for part in condition.conditions for leaf in comparisons(part)]


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions that all have to hold for this one."""
    return condition.conditions if isinstance(condition, All) else (condition,)


def weaken(condition: Condition, keep: Callable[[Comparison], bool]) -> Condition:
    """Return a condition on the kept comparisons that holds wherever this one does."""
    match condition:
        case All(conditions):
            return all_of(weaken(part, keep) for part in conditions)
        case Some(conditions):
            return some_of(weaken(part, keep) for part in conditions)
    return condition if keep(condition) else All()


def _join(
    joined: type[All] | type[Some], absorbing: type[All] | type[Some], parts: Iterable[Condition]
) -> Condition:
    conditions: list[Condition] = []
    for part in parts:
        if part == absorbing():
            return part
        conditions += part.conditions if isinstance(part, joined) else [part]
    return conditions[0] if len(conditions) == 1 else joined(tuple(conditions))
