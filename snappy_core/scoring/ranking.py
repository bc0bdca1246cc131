"""Ranking: stable order, and the weighted sum of region and page scores.

The scoring rule "mixture" has its own weights (`mixture.load_weights`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

REGION_SHARE = 2 / 3
"""The weight of the region in its score; its page has the rest."""


def combine(region: NDArray[np.float32], page: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the scores that rank regions over all pages: `(2 region + page) / 3`, shape (r,).

    Args:
        region: (r,) scores of the regions.
        page: (r,) scores of their pages.

    >>> combine(np.array([0.5], np.float32), np.array([0.875], np.float32)).tolist()
    [0.625]
    """
    return (REGION_SHARE * region + (1 - REGION_SHARE) * page).astype(np.float32)


def ranking(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return indices from the best score to the worst; equal scores keep their order."""
    return np.argsort(-scores, kind="stable")
