"""Areas of a page that are hot in a vision encoder's map though no region covers them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HOT = 2.0
"""Standard deviations above the mean heat of the page from which a patch is hot."""

MIN_PATCHES = 2


def hot_areas(
    heat: NDArray[np.float32],
    covered: NDArray[np.bool_],
    grid: tuple[int, int],
    hot: float = HOT,
) -> list[NDArray[np.intp]]:
    """Return the patches of each hot area that no region covers, the hottest area first.

    Args:
        heat: (rows * cols,) relevance of each patch of the grid, in raster order.
        covered: (rows * cols,) whether a region covers the patch.
        grid: (rows, cols).

    Patches that touch at a side make an area; a single one is none, and so is an area that is
    nowhere hotter than the hottest patch in a region: text is the better answer.

    >>> heat = np.array([0, 9, 0, 0,  0, 9, 0, 0,  0, 0, 0, 9], np.float32)
    >>> hot_areas(heat, np.zeros(12, bool), (3, 4), hot=1.0)
    [array([1, 5])]
    """
    rows, columns = grid
    spots = (heat > heat.mean() + hot * heat.std()) & ~covered
    hottest = heat[covered].max(initial=-np.inf)
    if not (heat[spots] > hottest).any():
        return []
    label = np.where(spots, np.arange(len(heat)), -1).reshape(rows, columns)
    while True:  # each spot takes the largest label of its neighbours until all agree
        around = np.pad(label, 1, constant_values=-1)
        best = np.max(
            [around[1:-1, 1:-1], around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2],
             around[1:-1, 2:]], axis=0,
        )  # fmt: skip
        spread = np.where(label >= 0, best, -1)
        if (spread == label).all():
            break
        label = spread
    flat = label.ravel()
    areas = [np.flatnonzero(flat == name) for name in np.unique(flat[flat >= 0])]
    areas = [a for a in areas if len(a) >= MIN_PATCHES and heat[a].max() > hottest]
    return sorted(areas, key=lambda area: -float(heat[area].mean()))
