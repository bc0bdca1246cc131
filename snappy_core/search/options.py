"""The options of a search: their names, types and ranges, for every interface that searches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral
from typing import Literal, TypedDict, get_args

from numpy.typing import ArrayLike

from snappy_core.cancellation import check_timeout
from snappy_core.filters import Filter, parse
from snappy_core.scoring.rules import SCORING_RULES
from snappy_core.search.hits import Hit
from snappy_core.search.page_references import PageReference

DEFAULT_K = 5
"""The number of hits, unless a number or a budget is given."""

SEARCH_LATE = "the search took longer than {} seconds (timeout)"
"""The error message of a search when its time is up."""

Reranker = Callable[[str, Sequence[Hit]], ArrayLike]
"""Scores hits for a question: a number for each, on any scale, higher for better hits.

`-math.inf` leaves a hit out.
"""

Widen = Literal["table", "section", "page"]
"""What hits are widened to."""

Judge = Callable[[str, Sequence[Hit]], float]
"""Returns the probability, 0..1, that hits answer a question."""


class RankingOptions(TypedDict, total=False):
    """The options that every search has; `RegionIndex.search` describes them."""

    k: int | None
    budget: int | None
    filter: Filter | None
    score_threshold: float | None
    min_answerable: float | None
    per_page: int | None
    scoring: str | None
    candidates: int | None
    location_references: bool
    widen: Widen | None
    timeout: float | None


class PageSearchOptions(RankingOptions, total=False):
    """The options of a search on given pages; `RegionIndex.search` describes them."""

    reranker: Reranker | None
    judge: Judge | None


class SearchOptions(PageSearchOptions, total=False):
    """The options of a search; `RegionIndex.search` describes them."""

    pages: Iterable[PageReference] | None


PAGE_SEARCH_OPTIONS = tuple(PageSearchOptions.__annotations__)
SEARCH_OPTIONS = tuple(SearchOptions.__annotations__)


def check_options(options: Mapping[str, object]) -> None:
    """Check the names and values of search options, before any work is done.

    Pages, and the keys of filters, are checked against the index when it is searched.

    Raises:
        TypeError: an unknown option.
        ValueError: an option out of range, an unknown scoring rule, or a filter that
            `filters.parse` rejects.
    """
    for name in options:
        if name not in SEARCH_OPTIONS:
            raise TypeError(f"unknown search option {name!r}; use {', '.join(SEARCH_OPTIONS)}")
    for name in ("k", "budget", "per_page", "candidates"):
        value = options.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
            raise ValueError(f"{name} must be an integer of at least 1, not {value!r}")
    threshold = options.get("score_threshold")
    if threshold is not None and not -1 <= threshold <= 1:  # type: ignore[operator]
        raise ValueError(f"score_threshold must be between -1 and 1, not {threshold!r}")
    probability = options.get("min_answerable")
    if probability is not None and not 0 <= probability <= 1:  # type: ignore[operator]
        raise ValueError(f"min_answerable must be between 0 and 1, not {probability!r}")
    location_references = options.get("location_references", True)
    if not isinstance(location_references, bool):
        raise ValueError(f"location_references must be True or False, not {location_references!r}")
    widen = options.get("widen")
    if widen is not None and widen not in get_args(Widen):
        raise ValueError(f"widen must be {', '.join(get_args(Widen))} or None, not {widen!r}")
    check_timeout(options.get("timeout"))
    for name in ("reranker", "judge"):
        function = options.get(name)
        if function is not None and not callable(function):
            raise ValueError(f"{name} must be a function of a question and hits, not {function!r}")
    parse(options.get("filter"))  # type: ignore[arg-type]
    scoring = options.get("scoring")
    if scoring is not None:
        SCORING_RULES.get(str(scoring))
