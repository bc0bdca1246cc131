"""Pooled vectors of the first stage: a few of each page find candidates without its patches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.types import Patches, Region
from snappy_core.vectors import normalize, quantize

GRID_BLOCK = 4
"""Side, in patches, of the squares that are pooled by default: 32 x 32 patches give 64 vectors. On
the 5,000 synthetic pages of `benchmarks/stages.py`, 280 candidates then contain .957 of the ten
best pages; with 2 it is .980 for four times the memory; with 8 it is .780 for a quarter of it."""


def pool(
    patches: Patches, regions: Sequence[Region], block: int = GRID_BLOCK
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return the pooled vectors of a page as int8 codes (p, d) and scales (p,).

    A pooled vector is the normalized mean of a group of patches. Words form a group for each
    region outside of others, grids for each square of `block` x `block` patches; all other patches
    form one more group.
    """
    vectors = patches.vectors.astype(np.float32) * patches.scales[:, None]
    if patches.grid is not None:
        groups = _grid_blocks(patches, block)
    else:
        groups = np.full(len(patches), -1, dtype=np.intp)
        for index, region in enumerate(regions):
            if region.parent is None:
                groups[list(region.words)] = index
    unique_groups, group_indices = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(unique_groups), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, group_indices, vectors)
    return quantize(normalize(sums))


def _grid_blocks(patches: Patches, block: int) -> NDArray[np.intp]:
    assert patches.grid is not None
    rows, columns = patches.grid
    row, column = np.divmod(np.arange(rows * columns), columns)
    blocks_across = -(-columns // block)
    groups = np.full(len(patches), -1, dtype=np.intp)
    groups[patches.local] = (row // block) * blocks_across + column // block
    return groups
