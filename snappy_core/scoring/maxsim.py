"""The kernel: cosine similarities of query tokens and patches, and their maxima by segment.

Pages are ragged. They are laid one after the other in one array of patches, with offsets: page p
owns the patches `offsets[p]:offsets[p + 1]`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_SMALL = 500_000
"""Products of two numbers in one call of the linear algebra. OpenBLAS wakes a second thread from
524,288 on. Its threads wait in a loop for each other: beside anything else that works, several
times slower than one."""

_CONVERTED = 4096  # patches that are floats at once

Product = Callable[[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]], None]
"""Writes the similarities of patches (n, d) with scales (n,) into an array (m, n)."""


def product(query: NDArray[np.float32]) -> Product:
    """Return the product of a query (m, d) with patches, in numpy, on one core.

    It keeps a block of floats from call to call, because fresh memory costs more than the
    conversion itself. So it is for one thread; `kernel.fastest` has all cores.
    """
    tokens, dim = query.shape
    turned = np.ascontiguousarray(query.T)
    rows = max(_SMALL // max(tokens * dim, 1), 8)  # of one call of the linear algebra
    most = max(_CONVERTED // rows, 1) * rows
    floats = np.empty((0, dim), dtype=np.float32)
    products = np.empty((0, tokens), dtype=np.float32)

    def multiply(
        vectors: NDArray[np.int8], scales: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        nonlocal floats, products
        if vectors.shape[1] != dim:
            raise ValueError(f"query of {dim} and patches of {vectors.shape[1]} dimensions")
        if len(floats) < min(len(vectors), most):
            floats = np.empty((min(len(vectors), most), dim), dtype=np.float32)
            products = np.empty((len(floats), tokens), dtype=np.float32)
        for start in range(0, len(vectors), most):
            these = slice(start, start + most)
            codes = vectors[these]
            block, similarity = floats[: len(codes)], products[: len(codes)]
            np.copyto(block, codes)
            stacked = len(codes) // rows * rows  # a stack is multiplied in one call from Python
            np.matmul(
                block[:stacked].reshape(-1, rows, dim),
                turned,
                out=similarity[:stacked].reshape(-1, rows, tokens),
            )
            np.matmul(block[stacked:], turned, out=similarity[stacked:])
            np.multiply(similarity.T, scales[these], out=out[:, these])

    return multiply


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
