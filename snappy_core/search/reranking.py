"""Reranking: a slower model reads each hit with the question and reorders the hits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snappy_core.search.budget import fill_budget
from snappy_core.search.hit_pages import HitPages
from snappy_core.search.hits import Hit, Hits
from snappy_core.search.hot_area_hits import merge
from snappy_core.search.locations.references import raised, without_places
from snappy_core.search.options import DEFAULT_K, SearchOptions

DEPTH = 4
"""How many times as many hits and tokens a reranker reads as the search returns."""

LEAVE_OUT = -math.inf
"""The score of a hit that a reranker leaves out."""


def deepen(options: SearchOptions) -> dict[str, Any]:
    """Return the engine's options, which find more hits if there is a reranker.

    With a reranker, `k`, `budget` and `per_page` are all `DEPTH` times as large, so that there are
    enough hits even if only a few may be returned from each page.

    >>> deepen({"per_page": 1, "reranker": lambda question, hits: [1.0] * len(hits)})
    {'per_page': 4, 'k': 20}
    >>> deepen({"per_page": 1, "reranker": None})
    {'per_page': 1}
    """
    deep: dict[str, Any] = {**options}
    for name in ("widen", "judge", "min_answerable"):  # these apply to the final result
        deep.pop(name, None)
    if deep.pop("reranker", None) is None:
        return deep
    if options.get("budget") is None:
        deep["k"] = options.get("k") or DEFAULT_K
    for name in ("k", "budget", "per_page"):
        if deep.get(name) is not None:
            deep[name] *= DEPTH
    if options.get("budget") is not None:
        deep["cut"] = False
    return deep


def rerank(hits: Hits, pages: HitPages, options: SearchOptions, *, cut: bool = True) -> Hits:
    """Return the best hits by the reranker of a search, or all if it has none.

    The scores of the search are reassigned in the reranker's order: its best hit gets the highest
    score, and so on. Scores, budgets and thresholds thus keep their meaning, whatever the scale of
    the reranker's own scores, which are in `Hit.rerank_score`. The share that the score owes to
    places named in the question stays with its hit: a reranker does not know where a text is.

    Args:
        hits, pages: the results of a search with the options that `deepen` returns.
        options: the options of the search.
        cut: whether a region may be cut to fill a budget; false if it will be filled again.

    Raises:
        ValueError: the reranker does not return a number for each hit.
    """
    reranker = options.get("reranker")
    if reranker is None or not hits:
        return hits
    scores = _check(reranker(hits.query, hits.hits), len(hits))
    order = [index for index in np.argsort(-scores, kind="stable") if scores[index] > LEAVE_OUT]
    values = sorted((without_places(hit.score, hit.locations) for hit in hits), reverse=True)
    reranked = [
        replace(
            hits[index],
            score=raised(value, hits[index].locations),
            rerank_score=float(scores[index]),
        )
        for index, value in zip(order, values, strict=False)
    ]
    k, budget, per_page = options.get("k"), options.get("budget"), options.get("per_page")
    if budget is not None:

        def cut_hit(hit: Hit, tokens_left: int, count: Callable[[str], int]) -> Hit | None:
            return pages[hit.region_id].cut(hit, tokens_left, count)

        filled = fill_budget(reranked, budget, k, per_page, cut=cut_hit if cut else None)
        return replace(hits, hits=tuple(filled))
    return replace(hits, hits=tuple(merge(reranked, k or DEFAULT_K, per_page)))


def scores_of_selection(
    count: int, selection: Sequence[int], scores: Sequence[float | None]
) -> list[float]:
    """Return scores for all hits, given what another library's reranker selected, best first.

    >>> scores_of_selection(3, [2, 0], [0.9, 0.4]), scores_of_selection(3, [2, 0], [None, None])
    ([0.4, -inf, 0.9], [0.5, -inf, 1.0])

    Args:
        count: the number of hits.
        selection: the indices of the hits that it returned.
        scores: the scores that it gave them. If any is missing, or they are not in descending
            order, all are replaced by the reciprocal rank.
    """
    values = [score for score in scores if score is not None]
    if len(values) < len(scores) or values != sorted(values, reverse=True):
        values = [1 / rank for rank in range(1, len(selection) + 1)]
    result = [LEAVE_OUT] * count
    for index, value in zip(selection, values, strict=True):
        result[index] = float(value)
    return result


def _check(scores: ArrayLike, count: int) -> NDArray[np.float64]:
    """Return the scores of a reranker as an array (n,)."""
    expected = f"the reranker must return one number for each of {count} hits"
    try:
        values = np.asarray(scores, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{expected}, not {type(scores).__name__}") from error
    if values.shape != (count,):
        raise ValueError(f"{expected}, not an array of shape {values.shape}")
    if np.isnan(values).any() or np.isposinf(values).any():
        bad = int(np.flatnonzero(np.isnan(values) | np.isposinf(values))[0])
        raise ValueError(f"{expected}; that of hit {bad + 1} is {values[bad]}")
    return values
