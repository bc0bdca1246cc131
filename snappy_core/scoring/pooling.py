"""The first stage: a few vectors a page, to find candidate pages without reading all patches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.types import Patches, Region
from snappy_core.vectors import normalize, quantize

GRID_BLOCK = 4
"""Side of the squares by default: 64 vectors for 32 x 32 patches. On the synthetic 5,000 pages of
`benchmarks/stages.py` 280 candidates then hold .957 of the ten best pages; with 2 it is .980 for
four times the memory, with 8 it is .780 for a quarter of it, and .953 takes 1,600 candidates."""


def pool(
    patches: Patches, regions: Sequence[Region], block: int = GRID_BLOCK
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return pooled vectors of a page as int8 (p, d) with scales (p,).

    Words are pooled by region; a grid by squares of `block` x `block` patches, its global patches
    by themselves. Each is the normalised mean of its members.
    """
    vectors = patches.vectors.astype(np.float32) * patches.scales[:, None]
    if patches.grid is not None:
        groups = _grid_blocks(patches, block)
    else:
        groups = np.full(len(patches), -1, dtype=np.intp)
        for number, region in enumerate(regions):
            if region.parent is None:
                groups[list(region.words)] = number
    used, place = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(used), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, place, vectors)
    return quantize(normalize(sums))


def _grid_blocks(patches: Patches, block: int) -> NDArray[np.intp]:
    assert patches.grid is not None
    rows, columns = patches.grid
    row, column = np.divmod(np.arange(rows * columns), columns)
    blocks_across = -(-columns // block)
    groups = np.full(len(patches), -1, dtype=np.intp)
    groups[patches.local] = (row // block) * blocks_across + column // block
    return groups
