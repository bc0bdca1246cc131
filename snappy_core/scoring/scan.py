"""MaxSim of many pages in bounded memory, read directly from the store's patches."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.kernel import Kernel, fastest_kernel
from snappy_core.scoring.maxsim import Product, segment_max

BLOCK = 32768
"""Maximum number of patches whose similarities a thread holds at once. With 4096, a scan takes
twice as long: threads then wait for each other between the steps that run in Python."""


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """The concatenated patches of several pages.

    Attributes:
        vectors, scales: int8 (n, d) and (n,).
        offsets: (pages + 1,), page p owns the patches `offsets[p]:offsets[p + 1]`.
        mask: (n,) bool, False for patches to ignore; None if there are none.
    """

    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    offsets: NDArray[np.int64]
    mask: NDArray[np.bool_] | None = None


def scan(
    query: NDArray[np.float32],
    weights: NDArray[np.float32],
    batches: Iterable[Ragged],
    kernel: Kernel | None = None,
) -> NDArray[np.float32]:
    """Return `sum_i w_i max_j S_ij` of each page, in the order of the batches, shape (pages,).

    Memory is bounded by one block of similarities for each thread, however many pages there are. A
    page without patches scores -1.

    Args:
        query: (m, d) tokens of length 1.
        weights: (m,) token weights, sum 1.
        batches: pages, any number in each batch.
        kernel: `fastest_kernel` by default.

    >>> codes, scales = np.array([[4, 0], [0, 4], [2, 0]], np.int8), np.full(3, 0.25, np.float32)
    >>> scan(np.eye(2, dtype=np.float32), np.array([0.5, 0.5], np.float32),
    ...      [Ragged(codes, scales, np.array([0, 2, 3]))])
    array([1.  , 0.25], dtype=float32)
    """
    kernel = kernel or fastest_kernel(query)
    thread = threading.local()
    scores = [np.zeros(0, dtype=np.float32)]
    for batch in batches:
        best = np.full((len(query), len(batch.offsets) - 1), -np.inf, dtype=np.float32)

        def work(
            multiply: Product,
            pages: range,
            batch: Ragged = batch,
            best: NDArray[np.float32] = best,
        ) -> None:
            if not hasattr(thread, "buffer"):
                thread.buffer = np.empty(len(query) * BLOCK, dtype=np.float32)
            _write_maxima(multiply, batch, pages, thread.buffer, best)

        kernel.each(work, _page_runs(batch.offsets))
        scores.append(weights @ np.where(np.isneginf(best), -1, best))
    return np.concatenate(scores, dtype=np.float32)


def _page_runs(offsets: NDArray[np.int64]) -> Iterator[range]:
    """Yield runs of pages of about half a block each, so that most runs fit one block."""
    starts = np.searchsorted(offsets[:-1], np.arange(0, int(offsets[-1]), BLOCK // 2))
    for start, stop in pairwise([*np.unique(starts).tolist(), len(offsets) - 1]):
        yield range(start, stop)


def _write_maxima(
    multiply: Product,
    batch: Ragged,
    pages: range,
    buffer: NDArray[np.float32],
    best: NDArray[np.float32],
) -> None:
    """Write the best similarity of each token on a run of pages into `best` (m, pages)."""
    offsets = batch.offsets[pages.start : pages.stop + 1]
    best = best[:, pages.start : pages.stop]
    for start in range(int(offsets[0]), int(offsets[-1]), BLOCK):
        stop = min(start + BLOCK, int(offsets[-1]))
        similarity = buffer[: len(best) * (stop - start)].reshape(len(best), stop - start)
        multiply(batch.vectors[start:stop], batch.scales[start:stop], similarity)
        if batch.mask is not None:
            similarity[:, ~batch.mask[start:stop]] = -np.inf
        # The pages that overlap the block, clipped to it. One that began in an earlier block
        # already has a maximum, which np.maximum keeps.
        first = int(np.searchsorted(offsets, start, side="right")) - 1
        last = int(np.searchsorted(offsets, stop, side="left"))
        part = segment_max(similarity, np.clip(offsets[first : last + 1], start, stop) - start)
        np.maximum(best[:, first:last], part, out=best[:, first:last])
