"""Exact MaxSim of many pages, read where they lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.kernel import fastest
from snappy_core.scoring.maxsim import Product, segment_max

_SCANNED = 16384  # patches whose similarities are held at once


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Patches of pages laid one after the other, as a store holds them.

    Attributes:
        vectors, scales: int8 (n, d) and (n,).
        offsets: (pages + 1,), page p owns the patches `offsets[p]:offsets[p + 1]`.
        counts: (n,) bool, False for patches to leave out; None when all count.
    """

    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    offsets: NDArray[np.int64]
    counts: NDArray[np.bool_] | None = None


def scan(
    query: NDArray[np.float32],
    weights: NDArray[np.float32],
    pages: Iterable[Ragged],
    multiply: Product | None = None,
) -> NDArray[np.float32]:
    """Return `sum_i w_i max_j S_ij` of each page, in their order, without holding S.

    Reads the patches where they lie and holds a block of similarities, however many pages there
    are. A page without patches that count scores -1.

    Args:
        query: (m, d), its tokens of length 1; `weights` (m,).
        pages: as many as one likes in each; a single page has the offsets `[0, n]`.
        multiply: by default the `fastest`.

    >>> codes, scales = np.array([[4, 0], [0, 4], [2, 0]], np.int8), np.full(3, 0.25, np.float32)
    >>> scan(np.eye(2, dtype=np.float32), np.array([0.5, 0.5], np.float32),
    ...      [Ragged(codes, scales, np.array([0, 2, 3]))])
    array([1.  , 0.25], dtype=float32)
    """
    multiply = multiply or fastest(query)
    held = np.empty(0, dtype=np.float32)
    scores = [np.zeros(0, dtype=np.float32)]
    for lot in pages:
        size = len(query) * min(len(lot.vectors), _SCANNED)
        if held.size < size:
            held = np.empty(size, dtype=np.float32)
        best = _maxima(len(query), lot, multiply, held)
        scores.append(weights @ np.where(np.isneginf(best), -1, best))
    return np.concatenate(scores, dtype=np.float32)


def _maxima(
    tokens: int, lot: Ragged, multiply: Product, held: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the best similarity of each token on each page (m, pages), -inf for none."""
    offsets = lot.offsets
    best = np.full((tokens, len(offsets) - 1), -np.inf, dtype=np.float32)
    for start in range(0, int(offsets[-1]), _SCANNED):
        stop = min(start + _SCANNED, int(offsets[-1]))
        similarity = held[: tokens * (stop - start)].reshape(tokens, stop - start)
        multiply(lot.vectors[start:stop], lot.scales[start:stop], similarity)
        if lot.counts is not None:
            similarity[:, ~lot.counts[start:stop]] = -np.inf
        # The pages that the block meets, cut to it: one that goes on has its best so far.
        first = int(np.searchsorted(offsets, start, side="right")) - 1
        last = int(np.searchsorted(offsets, stop, side="left"))
        part = segment_max(similarity, np.clip(offsets[first : last + 1], start, stop) - start)
        np.maximum(best[:, first:last], part, out=best[:, first:last])
    return best
