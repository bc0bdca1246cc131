"""The paper's relevance propagation: from patch similarities to heat, from heat to region scores.

"Spatially-Grounded Document Retrieval via Patch-to-Region Relevance Propagation",
arXiv 2512.02660.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.maxsim import segment_max, segment_sum
from snappy_core.scoring.membership import Membership


def heat(
    similarity: NDArray[np.float32],
    content_mask: NDArray[np.bool_],
    how: Literal["max", "mean"] = "max",
) -> NDArray[np.float32]:
    """Return the relevance of each patch: similarities (m, n) give (n,), -1..1.

    It is the maximum (or mean) of the patch's similarities over the tokens in `content_mask` (m,).

    >>> heat(np.array([[0.125, 0.75], [0.5, 0.25], [1, 1]], np.float32),
    ...      np.array([True, True, False])).tolist()
    [0.5, 0.75]
    """
    content = similarity[content_mask]
    return np.asarray(content.max(axis=0) if how == "max" else content.mean(axis=0))


def propagate(
    heat: NDArray[np.float32],
    membership: Membership,
    how: str = "iou_weighted",
    min_overlap: float = 0.0,
) -> NDArray[np.float32]:
    """Return the score of each region from the heat (n,) of its patches, shape (r,).

    `iou_weighted` is Definition 2 of the paper: `sum_j IoU(r, j) heat(j) / sum_j IoU(r, j)` over
    the patches that overlap the region; `max` and `mean` are the paper's unweighted variants. A
    region without patches scores 0.

    Args:
        min_overlap: ignore patches with less than this share (0..1) of their area in the region.

    Raises:
        ValueError: `how` is unknown, or `min_overlap` is out of range.
    """
    if not 0 <= min_overlap <= 1:
        raise ValueError(f"min_overlap must be between 0 and 1, not {min_overlap}")
    overlaps = (membership.iou > 0) & (membership.share >= min_overlap)
    values = heat[membership.patches]
    if how == "max":
        best = segment_max(np.where(overlaps, values, -np.inf), membership.offsets)
        return np.where(np.isneginf(best), 0, best).astype(np.float32)
    if how not in ("iou_weighted", "mean"):
        raise ValueError(f"how must be 'iou_weighted', 'max' or 'mean', not {how!r}")
    weights = np.where(overlaps, membership.iou if how == "iou_weighted" else 1, 0)
    weights = weights.astype(np.float32)
    sums = segment_sum(weights * values, membership.offsets)
    totals = segment_sum(weights, membership.offsets)
    return np.divide(sums, totals, out=np.zeros_like(sums), where=totals > 0)
