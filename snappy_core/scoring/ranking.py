"""Which of the ranked regions to return."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def combine(region: NDArray[np.float32], page: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what regions are ranked by over all pages: `(2 rel(q, r) + page(q, p)) / 3`.

    >>> combine(np.array([0.5], np.float32), np.array([0.875], np.float32)).tolist()
    [0.625]
    """
    return ((2 * region + page) / 3).astype(np.float32)


def ranking(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return indices from the best score to the worst; equal scores keep their order."""
    return np.argsort(-scores, kind="stable")


def cap_per_group(groups: NDArray[np.int64], most: int) -> NDArray[np.bool_]:
    """Say of ranked items whether they are among the first `most` of their group.

    >>> cap_per_group(np.array([7, 7, 3, 7, 3]), 2).tolist()
    [True, True, True, False, True]
    """
    order = np.argsort(groups, kind="stable")
    sorted_groups = groups[order]
    starts = np.flatnonzero(np.diff(sorted_groups, prepend=sorted_groups[:1] - 1))
    place = np.arange(len(groups)) - np.repeat(starts, np.diff([*starts, len(groups)]))
    kept = np.zeros(len(groups), dtype=bool)
    kept[order] = place < most
    return kept


def above_percentile(scores: NDArray[np.float32], percentile: float = 50) -> NDArray[np.bool_]:
    """Say which scores reach a percentile (0..100) of all; 50 is the paper's choice."""
    least = np.percentile(scores, percentile) if len(scores) else 0
    return np.asarray(scores >= least, dtype=bool)


def near_best(scores: NDArray[np.float32], share: float = 0.85) -> NDArray[np.bool_]:
    """Say which scores reach `share` (0..1) of the best.

    Below zero it is the distance that counts: with .85, scores of -.5 go down to -.575.
    """
    best = float(scores.max(initial=-np.inf))
    return np.asarray(scores >= (share if best > 0 else 2 - share) * best, dtype=bool)


def within_budget(
    costs: NDArray[np.int64], budget: int, at_most: int | None = None
) -> NDArray[np.bool_]:
    """Say which ranked items fit a budget of words or tokens together, best first.

    An item that no longer fits is passed over; the ones after it may still fit.

    >>> within_budget(np.array([50, 80, 40]), 100).tolist()
    [True, False, True]
    """
    kept = np.zeros(len(costs), dtype=bool)
    for place, cost in enumerate(costs.tolist()):
        if at_most is not None and kept.sum() >= at_most:
            break
        if cost <= budget:
            kept[place] = True
            budget -= cost
    return kept
