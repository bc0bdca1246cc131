"""Pooled vectors for the first stage: a few per page find candidates without their patches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.passages import passages
from snappy_core.types import Patches, Region
from snappy_core.vectors import normalize, quantize

GRID_BLOCK = 4
"""Side, in patches, of the squares that are pooled by default: 32 x 32 patches give 64 vectors. On
the 5,000 synthetic pages of `benchmarks/stages.py`, 280 candidates then contain .957 of the ten
best pages; with 2 it is .980 for four times the memory; with 8 it is .780 for a quarter of it."""


def pool(
    patches: Patches, regions: Sequence[Region], texts: Sequence[str], block: int = GRID_BLOCK
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return the pooled vectors of a page as int8 codes (p, d) and scales (p,).

    For words, they are the passages of all regions in order, and one more vector for words outside
    regions. For a grid, they are normalized means: of each square of `block` x `block` patches, and
    of all patches that are not local.

    Args:
        texts: the words of the page.
    """
    vectors = patches.vectors.astype(np.float32) * patches.scales[:, None]
    if patches.grid is None:
        return quantize(_passages(vectors, regions, texts))
    groups = _grid_blocks(patches, block)
    unique_groups, group_indices = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(unique_groups), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, group_indices, vectors)
    return quantize(normalize(sums))


def _passages(
    vectors: NDArray[np.float32], regions: Sequence[Region], texts: Sequence[str]
) -> NDArray[np.float32]:
    outside = np.ones(len(vectors), dtype=bool)
    outside[[word for region in regions for word in region.words]] = False
    others = vectors[outside].sum(axis=0, keepdims=True)[: int(outside.any())]
    return np.concatenate([passages(vectors, regions, texts), normalize(others)])


def _grid_blocks(patches: Patches, block: int) -> NDArray[np.intp]:
    assert patches.grid is not None
    rows, columns = patches.grid
    row, column = np.divmod(np.arange(rows * columns), columns)
    blocks_across = -(-columns // block)
    groups = np.full(len(patches), -1, dtype=np.intp)
    groups[patches.local] = (row // block) * blocks_across + column // block
    return groups
