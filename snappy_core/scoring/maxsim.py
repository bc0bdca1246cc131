"""The kernel: cosine similarities of query tokens and patches, and their maxima by segment.

Pages are ragged. They are laid one after the other in one array of patches, with offsets: page p
owns the patches `offsets[p]:offsets[p + 1]`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK = 4096  # patches turned into floats at once: they stay in the cache, the corpus int8
_SCANNED = 16384  # patches whose similarities are held at once in a scan

Product = Callable[[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]], None]
"""Writes the similarities of patches (n, d) with scales (n,) into an array (m, n)."""


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


def product(query: NDArray[np.float32]) -> Product:
    """Return the product of a query (m, d) with patches, in numpy.

    It keeps one block of floats from call to call, because fresh memory costs more than the
    conversion itself. So it is for one thread.
    """
    floats = np.empty((0, query.shape[1]), dtype=np.float32)

    def multiply(
        vectors: NDArray[np.int8], scales: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        nonlocal floats
        if vectors.shape[1] != query.shape[1]:
            raise ValueError(
                f"query of {query.shape[1]} and patches of {vectors.shape[1]} dimensions"
            )
        if len(floats) < min(len(vectors), _BLOCK):
            floats = np.empty((min(len(vectors), _BLOCK), query.shape[1]), dtype=np.float32)
        for start in range(0, len(vectors), _BLOCK):
            codes, into = vectors[start : start + _BLOCK], out[:, start : start + _BLOCK]
            block = floats[: len(codes)]
            np.copyto(block, codes)
            np.matmul(query, block.T, out=into)
            into *= scales[start : start + _BLOCK]

    return multiply


def fastest(query: NDArray[np.float32]) -> Product:
    """Return `maxsim_torch.product` when the process has loaded torch and it is faster here.

    Otherwise that of numpy. To load torch takes longer than most scans, so that is left to who
    needs it, such as a vision encoder.
    """
    if "torch" in sys.modules:
        from snappy_core.scoring import maxsim_torch

        if device := maxsim_torch.device():
            return maxsim_torch.product(query, device)
    return product(query)


def similarities(
    query: NDArray[np.float32], vectors: NDArray[np.int8], scales: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return `S[i, j]`, the cosine of query token i (m, d) and patch j (n, d), shape (m, n).

    The query has length 1; the patches have it after their scales (n,).

    >>> similarities(np.array([[0.5, 0.75]], np.float32), np.array([[0, 4]], np.int8),
    ...              np.array([0.25], np.float32)).tolist()
    [[0.75]]
    """
    result = np.empty((len(query), len(vectors)), dtype=np.float32)
    product(query)(vectors, scales, result)
    return result


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
        multiply: `product` (exact) or another; by default the `fastest`.

    >>> codes, scales = np.array([[4, 0], [0, 4], [2, 0]], np.int8), np.full(3, 0.25, np.float32)
    >>> scan(np.eye(2, dtype=np.float32), np.array([0.5, 0.5], np.float32),
    ...      [Ragged(codes, scales, np.array([0, 2, 3]))], product(np.eye(2, dtype=np.float32)))
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


def segment_max(
    values: NDArray[np.float32], offsets: NDArray[np.int64], empty: float = -np.inf
) -> NDArray[np.float32]:
    """Return the maximum over each segment of the last axis: (..., n) gives (..., segments).

    Segment s is `offsets[s]:offsets[s + 1]`; an empty one gives `empty`.

    >>> segment_max(np.array([[1, 5, 2, 3]], np.float32), np.array([0, 2, 2, 4])).tolist()
    [[5.0, -inf, 3.0]]
    """
    return _reduce(np.maximum, values, offsets, empty)


def segment_sum(values: NDArray[np.float32], offsets: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the sum over each segment of the last axis; 0 for an empty one."""
    return _reduce(np.add, values, offsets, 0.0)


def _reduce(
    how: np.ufunc, values: NDArray[np.float32], offsets: NDArray[np.int64], empty: float
) -> NDArray[np.float32]:
    filled = np.diff(offsets) > 0
    result = np.full((*values.shape[:-1], len(filled)), empty, dtype=np.float32)
    if filled.any():
        # reduceat runs from each start to the next: without empty segments that is the end.
        starts = offsets[:-1][filled]
        result[..., filled] = how.reduceat(values[..., : offsets[-1]], starts, axis=-1)
    return result


def page_scores(
    similarity: NDArray[np.float32], offsets: NDArray[np.int64], weights: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for each page `sum_i w_i max_j S_ij` and the raw `sum_i max_j S_ij` (MaxSim).

    ColBERT's late interaction (Khattab and Zaharia, 2020), over all tokens and patches. A page
    without patches scores -1, the lowest cosine, and a raw sum to match.
    """
    best = segment_max(similarity, offsets, empty=-1.0)  # (m, pages)
    return weights @ best, best.sum(axis=0)
