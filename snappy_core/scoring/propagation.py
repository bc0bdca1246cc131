"""From similarities to regions: the paper's propagation, and late interaction inside a region.

The paper: "Spatially-Grounded Document Retrieval via Patch-to-Region Relevance Propagation",
arXiv 2512.02660.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.maxsim import segment_max, segment_sum
from snappy_core.scoring.membership import Membership

Scoring = Literal["maxsim", "iou_weighted", "max", "mean"]
SCORINGS: tuple[Scoring, ...] = Scoring.__args__  # type: ignore[attr-defined]


def heat(
    similarity: NDArray[np.float32],
    content_mask: NDArray[np.bool_],
    how: Literal["max", "mean"] = "max",
) -> NDArray[np.float32]:
    """Return how much each patch has to do with the question: (m, n) gives (n,).

    `patch(j) = max_i S_ij` (or the mean) over the tokens i that speak (m,).

    >>> heat(np.array([[0.125, 0.75], [0.5, 0.25], [1, 1]], np.float32),
    ...      np.array([True, True, False])).tolist()
    [0.5, 0.75]
    """
    speaking = similarity[content_mask]
    return np.asarray(speaking.max(axis=0) if how == "max" else speaking.mean(axis=0))


def propagate(
    heat: NDArray[np.float32],
    members: Membership,
    how: Literal["iou_weighted", "max", "mean"] = "iou_weighted",
    min_overlap: float = 0.0,
) -> NDArray[np.float32]:
    """Return the relevance of each region from the heat (n,) of its patches, shape (regions,).

    `iou_weighted` is Definition 2 of the paper: `sum_j IoU(r, j) patch(j) / sum_j IoU(r, j)`
    over the patches that overlap the region; `max` and `mean` are its plain alternatives.

    Args:
        min_overlap: leave out patches of which less than this share (0..1) lies in the region.

    A region without patches scores 0.
    """
    if not 0 <= min_overlap <= 1:
        raise ValueError(f"min_overlap must be between 0 and 1, not {min_overlap}")
    counts = (members.iou > 0) & (members.share >= min_overlap)
    values = heat[members.patches]
    if how == "max":
        best = segment_max(np.where(counts, values, -np.inf), members.offsets)
        return np.where(np.isneginf(best), 0, best).astype(np.float32)
    if how not in ("iou_weighted", "mean"):
        raise ValueError(f"how must be 'iou_weighted', 'max' or 'mean', not {how!r}")
    weights = np.where(counts, members.iou if how == "iou_weighted" else 1, 0).astype(np.float32)
    sums = segment_sum(weights * values, members.offsets)
    totals = segment_sum(weights, members.offsets)
    return np.divide(sums, totals, out=np.zeros_like(sums), where=totals > 0)


def best_in_region(similarity: NDArray[np.float32], members: Membership) -> NDArray[np.float32]:
    """Return `max_{j in r} S_ij` of each token and region, (m, regions); 0 without patches."""
    own = np.concatenate([[0], np.cumsum(members.own)])
    offsets = own[members.offsets]  # the entries that are not its own fall out
    best = segment_max(similarity[:, members.patches[members.own]], offsets)
    return np.where(np.isneginf(best), 0, best).astype(np.float32)


def region_maxsim(
    similarity: NDArray[np.float32], weights: NDArray[np.float32], members: Membership
) -> NDArray[np.float32]:
    """Return `rel(q, r) = sum_i w_i max_{j in r} S_ij` for each region, shape (regions,).

    The late interaction of the page, held inside the region. A region without patches scores 0.
    """
    return np.asarray(weights @ best_in_region(similarity, members))


def region_scores(
    similarity: NDArray[np.float32],
    weights: NDArray[np.float32],
    content_mask: NDArray[np.bool_],
    members: Membership,
    scoring: Scoring = "maxsim",
) -> NDArray[np.float32]:
    """Return the relevance of each region by the rule named, shape (regions,)."""
    if scoring == "maxsim":
        return region_maxsim(similarity, weights, members)
    if scoring not in SCORINGS:
        raise ValueError(f"scoring must be one of {', '.join(SCORINGS)}, not {scoring!r}")
    return propagate(heat(similarity, content_mask), members, scoring)
