"""Runs: consecutive set pixels in a row of a mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.grouping import connected_components

Runs = NDArray[np.intp]
"""Boxes (n, 4) of runs, one pixel high, row by row and from left to right."""


def find_runs(mask: NDArray[np.bool_]) -> Runs:
    """Return the runs of a mask (h, w).

    >>> find_runs(np.array([[0, 1, 1], [1, 0, 1]], dtype=bool)).tolist()
    [[1, 0, 3, 1], [0, 1, 1, 2], [2, 1, 3, 2]]
    """
    width = mask.shape[1] + 1  # with an empty pixel at the end of each row
    edges = np.flatnonzero(np.diff(np.pad(mask, ((0, 0), (0, 1))).ravel(), prepend=False))
    y, x0 = np.divmod(edges[::2], width)
    return np.stack([x0, y, edges[1::2] - y * width, y + 1], axis=1)


def connect_runs(runs: Runs, gap: int = 0) -> NDArray[np.intp]:
    """Return a label (n,) for each run, the same for runs in adjacent rows that touch.

    Runs also touch at their corners, or where at most `gap` pixels separate them in a row.

    >>> connect_runs(np.array([[0, 0, 2, 1], [5, 0, 6, 1], [2, 1, 4, 2]])).tolist()
    [0, 1, 0]
    """
    x0, y, x1, _ = runs.T
    row = int(x1.max(initial=0)) + gap + 1
    starts, ends = y * row + x0, y * row + x1
    first = np.searchsorted(ends, starts - row - gap)  # of the touching runs above
    last = np.searchsorted(starts, ends - row + gap, side="right")
    touching = enumerate(map(range, first.tolist(), last.tolist()))
    return connected_components(len(runs), ((run, i) for run, above in touching for i in above))
