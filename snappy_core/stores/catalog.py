"""The catalog: all pages of an index with the pooled vectors that the first stage compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PooledVectors = tuple[NDArray[np.int8], NDArray[np.float32]]
"""The vectors of the first stage of one page: int8 (n, d), and their scales (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """All pages of an index with their pooled vectors, ordered by page id.

    Attributes:
        page_ids: (p,) int64.
        document_ids: p document ids.
        page_numbers: (p,) int64.
        offsets: (p + 1,) int64; page i owns the vectors `offsets[i]:offsets[i + 1]`.
        vectors, scales: the pooled vectors, int8 (n, d), and their scales (n,).
    """

    page_ids: NDArray[np.int64]
    document_ids: Sequence[str]
    page_numbers: NDArray[np.int64]
    offsets: NDArray[np.int64]
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]

    def pooled(self, index: int) -> PooledVectors:
        """Return the pooled vectors of the page at an index."""
        rows = slice(int(self.offsets[index]), int(self.offsets[index + 1]))
        return self.vectors[rows], self.scales[rows]


def build_catalog(
    page_ids: Sequence[int] | NDArray[np.int64],
    document_ids: Sequence[str],
    page_numbers: Sequence[int] | NDArray[np.int64],
    pooled: Sequence[PooledVectors],
) -> Catalog:
    """Return the catalog of pages; the arguments are parallel and ordered by page id."""
    return Catalog(
        page_ids=np.asarray(page_ids, dtype=np.int64),
        document_ids=document_ids,
        page_numbers=np.asarray(page_numbers, dtype=np.int64),
        offsets=np.cumsum([0, *(len(scales) for _, scales in pooled)], dtype=np.int64),
        vectors=np.concatenate([v for v, _ in pooled]) if pooled else np.zeros((0, 0), np.int8),
        scales=np.concatenate([s for _, s in pooled]) if pooled else np.zeros(0, np.float32),
    )
