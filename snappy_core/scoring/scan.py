"""Exact MaxSim of many pages, read where they lie."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.kernel import Kernel, fastest
from snappy_core.scoring.maxsim import Product, segment_max

_SCANNED = 32768
"""Patches whose similarities a thread holds at most. With fewer the threads wait for each other
between the steps of Python: at 4096, twice as long in all."""

_Best = NDArray[np.float32]


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
    kernel: Kernel | None = None,
) -> NDArray[np.float32]:
    """Return `sum_i w_i max_j S_ij` of each page, in their order, without holding S.

    Reads the patches where they lie and holds a block of similarities for each thread, however
    many pages there are. A page without patches that count scores -1.

    Args:
        query: (m, d), its tokens of length 1; `weights` (m,).
        pages: as many as one likes in each; a single page has the offsets `[0, n]`.
        kernel: by default the `fastest`.

    >>> codes, scales = np.array([[4, 0], [0, 4], [2, 0]], np.int8), np.full(3, 0.25, np.float32)
    >>> scan(np.eye(2, dtype=np.float32), np.array([0.5, 0.5], np.float32),
    ...      [Ragged(codes, scales, np.array([0, 2, 3]))])
    array([1.  , 0.25], dtype=float32)
    """
    kernel = kernel or fastest(query)
    held = threading.local()
    scores = [np.zeros(0, dtype=np.float32)]
    for lot in pages:
        best = np.full((len(query), len(lot.offsets) - 1), -np.inf, dtype=np.float32)

        def work(multiply: Product, these: range, lot: Ragged = lot, best: _Best = best) -> None:
            if not hasattr(held, "block"):
                held.block = np.empty(len(query) * _SCANNED, dtype=np.float32)
            _maxima(multiply, lot, these, held.block, best)

        kernel.each(work, _runs(lot.offsets))
        scores.append(weights @ np.where(np.isneginf(best), -1, best))
    return np.concatenate(scores, dtype=np.float32)


def _runs(offsets: NDArray[np.int64]) -> Iterator[range]:
    """Yield the pages in runs of half a block and a page at most, which is mostly one block."""
    starts = np.searchsorted(offsets[:-1], np.arange(0, int(offsets[-1]), _SCANNED // 2))
    for start, stop in pairwise([*np.unique(starts).tolist(), len(offsets) - 1]):
        yield range(start, stop)


def _maxima(
    multiply: Product, lot: Ragged, pages: range, held: NDArray[np.float32], best: _Best
) -> None:
    """Write the best similarity of each token on some pages into `best` (m, pages of the lot)."""
    offsets = lot.offsets[pages.start : pages.stop + 1]
    best = best[:, pages.start : pages.stop]
    for start in range(int(offsets[0]), int(offsets[-1]), _SCANNED):
        stop = min(start + _SCANNED, int(offsets[-1]))
        similarity = held[: len(best) * (stop - start)].reshape(len(best), stop - start)
        multiply(lot.vectors[start:stop], lot.scales[start:stop], similarity)
        if lot.counts is not None:
            similarity[:, ~lot.counts[start:stop]] = -np.inf
        # The pages that the block meets, cut to it: one that goes on has its best so far.
        first = int(np.searchsorted(offsets, start, side="right")) - 1
        last = int(np.searchsorted(offsets, stop, side="left"))
        part = segment_max(similarity, np.clip(offsets[first : last + 1], start, stop) - start)
        np.maximum(best[:, first:last], part, out=best[:, first:last])
