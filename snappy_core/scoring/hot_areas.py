"""Areas of a page that are hot in a vision encoder's heat map though no region covers them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.grouping import connected_components

HOT = 2.0
"""Standard deviations above the page's mean heat from which a patch is hot: about the hottest 2 %
of a normal distribution."""

MIN_PATCHES = 2
"""Patches of the smallest area; a single hot patch is taken for noise."""


def hot_areas(
    heat: NDArray[np.float32],
    covered: NDArray[np.bool_],
    grid: tuple[int, int],
    hot: float = HOT,
) -> list[NDArray[np.intp]]:
    """Return the patch indices of each hot area that no region covers, the hottest area first.

    Hot patches that share a side form an area. An area is left out when a patch inside a region is
    at least as hot as its hottest patch: then text is the better answer.

    Args:
        heat: (rows * columns,) relevance of each patch, in raster order.
        covered: (rows * columns,) whether a region covers the patch.
        grid: (rows, columns).
        hot: threshold in standard deviations above the mean heat.

    >>> heat = np.array([0, 9, 0, 0,  0, 9, 0, 0,  0, 0, 0, 9], np.float32)
    >>> hot_areas(heat, np.zeros(12, bool), (3, 4), hot=1.0)
    [array([1, 5])]
    """
    columns = grid[1]
    patches = np.flatnonzero((heat > heat.mean() + hot * heat.std()) & ~covered)
    hottest_in_region = heat[covered].max(initial=-np.inf)
    position = {patch: index for index, patch in enumerate(patches.tolist())}
    right = [(patch, patch + 1) for patch in position if (patch + 1) % columns]
    below = [(patch, patch + columns) for patch in position]
    touching = [(position[a], position[b]) for a, b in right + below if b in position]
    labels = connected_components(len(patches), touching)
    areas = [patches[labels == label] for label in np.unique(labels)]
    areas = [
        area for area in areas if len(area) >= MIN_PATCHES and heat[area].max() > hottest_in_region
    ]
    return sorted(areas, key=lambda area: -float(heat[area].mean()))
