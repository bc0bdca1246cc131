"""Late interaction: cosine similarities of query tokens and patches, and maxima over segments.

Pages have different numbers of patches. They are concatenated, with offsets: page p owns the
patches `offsets[p]:offsets[p + 1]`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MATMUL_SIZE = 500_000
"""Multiplications in one call of the linear algebra library. OpenBLAS starts a second thread at
524,288. Its threads busy-wait for each other, which makes them several times slower than a single
thread as soon as anything else runs."""

VECTOR_SIZE = 9_000
"""The same for a single token: there OpenBLAS starts a second thread at 9,216."""

FLOAT_ROWS = 4096
"""Patches converted to float32 at once: 2 MB with 128 dimensions."""

Product = Callable[[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]], None]
"""Writes the similarities of patches (n, d) with scales (n,) into an array (m, n)."""


def product(query: NDArray[np.float32]) -> Product:
    """Return the product of a query (m, d) with patches, in numpy on one core.

    It reuses its buffers from call to call, since allocating memory takes longer than converting
    the patches. Each thread therefore needs its own product; see `kernel` for all cores.
    """
    tokens, dim = query.shape
    # OpenBLAS multiplies eight columns at once: 7 take twice as long as 8.
    columns = tokens + -tokens % 8 if -tokens % 8 <= 3 else tokens
    transposed = np.zeros((dim, columns), dtype=np.float32)
    transposed[:, :tokens] = query.T
    size = MATMUL_SIZE if columns > 1 else VECTOR_SIZE
    rows = max(size // max(columns * dim, 1), 8)  # patches in one matrix product
    buffer_rows = max(FLOAT_ROWS // rows, 1) * rows
    floats = np.empty((0, dim), dtype=np.float32)
    products = np.empty((0, columns), dtype=np.float32)

    def multiply(
        vectors: NDArray[np.int8], scales: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        nonlocal floats, products
        if vectors.shape[1] != dim:
            raise ValueError(f"query of {dim} and patches of {vectors.shape[1]} dimensions")
        if len(floats) < min(len(vectors), buffer_rows):
            floats = np.empty((min(len(vectors), buffer_rows), dim), dtype=np.float32)
            products = np.empty((len(floats), columns), dtype=np.float32)
        for start in range(0, len(vectors), buffer_rows):
            block = slice(start, start + buffer_rows)
            codes = vectors[block]
            block_floats, similarity = floats[: len(codes)], products[: len(codes)]
            np.copyto(block_floats, codes)
            stacked = len(codes) // rows * rows  # numpy multiplies a stack of matrices in one call
            np.matmul(
                block_floats[:stacked].reshape(-1, rows, dim),
                transposed,
                out=similarity[:stacked].reshape(-1, rows, columns),
            )
            np.matmul(block_floats[stacked:], transposed, out=similarity[stacked:])
            np.multiply(similarity[:, :tokens].T, scales[block], out=out[:, block])

    return multiply


def similarities(
    query: NDArray[np.float32], vectors: NDArray[np.int8], scales: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return `S[i, j]`, the cosine of query token i and patch j, shape (m, n).

    Args:
        query: (m, d) vectors of length 1.
        vectors, scales: int8 patches (n, d), which have length 1 after multiplication with their
            scales (n,).

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

    Segment s is `offsets[s]:offsets[s + 1]`. The maximum of an empty segment is `empty`.

    >>> segment_max(np.array([[1, 5, 2, 3]], np.float32), np.array([0, 2, 2, 4])).tolist()
    [[5.0, -inf, 3.0]]
    """
    return _reduce(np.maximum, values, offsets, empty)


def segment_sum(values: NDArray[np.float32], offsets: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the sum over each segment of the last axis; 0 for an empty one."""
    return _reduce(np.add, values, offsets, 0.0)


def _reduce(
    ufunc: np.ufunc, values: NDArray[np.float32], offsets: NDArray[np.int64], empty: float
) -> NDArray[np.float32]:
    not_empty = np.diff(offsets) > 0
    result = np.full((*values.shape[:-1], len(not_empty)), empty, dtype=np.float32)
    if not_empty.any():
        # reduceat runs from each start to the next, which is the segment's end without the empty
        # segments.
        starts = offsets[:-1][not_empty]
        result[..., not_empty] = ufunc.reduceat(values[..., : offsets[-1]], starts, axis=-1)
    return result


def page_scores(
    similarity: NDArray[np.float32], offsets: NDArray[np.int64], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the weighted late interaction of each page, shape (p,).

    `sum_i w_i max_j S_ij` is a weighted mean of cosines, -1..1: ColBERT's MaxSim (Khattab and
    Zaharia, 2020) with weights. A page without patches has the lowest value, -1.
    """
    best = segment_max(similarity, offsets, empty=-1.0)  # (m, pages)
    return np.asarray(weights @ best)
