"""Groups nodes by what a model predicts for their pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

_NEAR = 8.0  # line heights; predictions for pairs further apart count less ...
_FAR_WEIGHT = 0.1  # ... by this factor, in training and in use


def link(logits: Matrix, weights: Matrix) -> NDArray[np.intp]:
    """Return a group number for each of n items; items that belong together share one.

    Pairs are joined by their logits, the most certain first, as long as the weighted mean logit
    between all members of the two groups is positive (average linkage). A single wrong pair does
    not join two groups.

    Args:
        logits: (n, n), symmetric; positive where two items belong together.
        weights: (n, n), symmetric, not negative.

    >>> logits = np.array([[0, 4, -9], [4, 0, 1], [-9, 1, 0]], np.float32)
    >>> link(logits, np.ones((3, 3), np.float32)).tolist()
    [0, 0, 1]
    """
    count = len(logits)
    sums = (logits * weights).astype(np.float64)
    groups, members = list(range(count)), [[item] for item in range(count)]
    first, second = np.nonzero(np.triu(logits > 0, 1))
    order = np.argsort(-logits[first, second], kind="stable")
    for i, j in zip(first[order].tolist(), second[order].tolist(), strict=True):
        a, b = groups[i], groups[j]
        if a == b or sums[a, b] <= 0:
            continue
        sums[a] += sums[b]
        sums[:, a] += sums[:, b]
        members[a] += members[b]
        for item in members[b]:
            groups[item] = a
    return np.unique(np.array(groups, np.intp), return_inverse=True)[1]


def pair_weights(boxes: Matrix) -> Matrix:
    """Return how much each pair of boxes (n, 4), in line heights, counts: less if far apart.

    >>> pair_weights(np.array([[0, 0, 5, 1], [0, 2, 5, 3], [0, 40, 5, 41]], np.float32))[0].round(1)
    array([1. , 1. , 0.1], dtype=float32)
    """
    x0, y0, x1, y1 = boxes.T
    across = np.maximum(x0[:, None], x0) - np.minimum(x1[:, None], x1)
    down = np.maximum(y0[:, None], y0) - np.minimum(y1[:, None], y1)
    return np.where(np.maximum(across, down) < _NEAR, 1, _FAR_WEIGHT).astype(np.float32)


def pool(values: Matrix, weights: Matrix, groups: NDArray[np.intp]) -> Matrix:
    """Return the weighted mean (k, k) of the values (n, n) between the members of k groups."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))

    def total(matrix: Matrix) -> Matrix:  # faster than threaded products for such small matrices
        rows = np.add.reduceat(matrix[order], starts, axis=0)
        return np.asarray(np.add.reduceat(rows[:, order], starts, axis=1), np.float32)

    if not len(groups):
        return values
    return np.asarray(total(values * weights) / np.maximum(total(weights), 1e-6), np.float32)
