"""Areas of a page that are hot in a vision encoder's heat map but not covered by a region."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.grouping import connected_components

HOT = 2.0
"""Standard deviations above the page's mean heat from which a patch is hot: about the hottest 2 %
of a normal distribution."""

MIN_PATCHES = 2
"""Patches in the smallest area; a single hot patch is treated as noise."""


def hot_areas(
    heat: NDArray[np.float32],
    covered: NDArray[np.bool_],
    grid: tuple[int, int],
    hot: float = HOT,
) -> list[NDArray[np.intp]]:
    """Return the patch indices of each hot area that no region covers, the hottest area first.

    Hot patches that share a side form an area. An area is left out if a patch inside a region is
    at least as hot as the area's hottest patch: then text is the better answer.

    Args:
        heat: (rows * columns,) relevance of each patch, in raster order.
        covered: (rows * columns,) whether a region covers the patch.
        grid: (rows, columns).
        hot: threshold in standard deviations above the mean heat.

    >>> heat = np.array([0, 9, 0, 0,  0, 9, 0, 0,  0, 0, 0, 9], np.float32)
    >>> hot_areas(heat, np.zeros(12, bool), (3, 4), hot=1.0)
    [array([1, 5])]
    """
    patches = np.flatnonzero((heat > heat.mean() + hot * heat.std()) & ~covered)
    hottest_in_region = heat[covered].max(initial=-np.inf)
    areas = [
        area
        for area in _connected(patches, grid)
        if len(area) >= MIN_PATCHES and heat[area].max() > hottest_in_region
    ]
    return sorted(areas, key=lambda area: -float(heat[area].mean()))


def hot_parts(
    heat: NDArray[np.float32], inside: NDArray[np.bool_], grid: tuple[int, int]
) -> list[NDArray[np.intp]]:
    """Return the patch indices of each hot part of a region, the part with the hottest patch first.

    A patch is hot if it is at least half as far above the page's median as the hottest patch of the
    region. Hot patches that share a side form a part.

    Args:
        heat: (rows * columns,) relevance of each patch, in raster order.
        inside: (rows * columns,) the patches of the region.
        grid: (rows, columns).

    >>> heat = np.array([0, 9, 0, 0,  0, 8, 0, 6,  0, 0, 0, 9], np.float32)
    >>> inside = np.array([1, 1, 1, 1,  1, 1, 1, 1,  0, 0, 0, 0], bool)
    >>> hot_parts(heat, inside, (3, 4))
    [array([1, 5]), array([7])]
    """
    if not inside.any():
        return []
    middle = (float(np.median(heat)) + float(heat[inside].max())) / 2
    parts = _connected(np.flatnonzero(inside & (heat >= middle)), grid)
    return sorted(parts, key=lambda part: -float(heat[part].max()))


def _connected(patches: NDArray[np.intp], grid: tuple[int, int]) -> list[NDArray[np.intp]]:
    """Group patches of a grid that share a side."""
    columns = grid[1]
    position = {patch: index for index, patch in enumerate(patches.tolist())}
    right = [(patch, patch + 1) for patch in position if (patch + 1) % columns]
    below = [(patch, patch + columns) for patch in position]
    touching = [(position[a], position[b]) for a, b in right + below if b in position]
    labels = connected_components(len(patches), touching)
    return [patches[labels == label] for label in np.unique(labels)]
