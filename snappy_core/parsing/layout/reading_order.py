"""Reading order of boxes by recursive XY-cut (Nagy and Seth, 1984)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes


def reading_order(boxes: Boxes) -> list[int]:
    """Return the indices of boxes (n, 4) in the order one reads them.

    The page is cut along the white lanes that run right through it, rows before columns where
    both are possible: a heading over two columns is read first, then the left column, then the
    right. What cannot be cut is read from top to bottom, then from left to right.

    >>> reading_order(np.array([[0.6, 0.2, 0.9, 0.8], [0.1, 0.0, 0.9, 0.1],
    ...                         [0.1, 0.2, 0.4, 0.45], [0.1, 0.5, 0.4, 0.8]]))
    [1, 2, 3, 0]
    """
    done: list[int] = []
    waiting = [np.arange(len(boxes))]
    while waiting:  # a stack instead of recursion: hostile pages are deep
        index = waiting.pop()
        parts = _cut(boxes, index)
        if len(parts) == 1:
            done += index[np.lexsort((boxes[index, 0], boxes[index, 1]))].tolist()
        else:
            waiting += reversed(parts)
    return done


def _cut(boxes: Boxes, index: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Cut a set of boxes at its lanes; one part when there is none."""
    if len(index) < 2:
        return [index]
    columns, rows = _split(boxes, index, 0), _split(boxes, index, 1)
    if len(columns) > 1 and (len(rows) == 1 or _are_columns(columns)):
        return columns
    return _join_columns(boxes, rows)


def _join_columns(boxes: Boxes, rows: list[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
    """Put rows together again whose boxes make the same columns.

    Under a heading the paragraphs of two columns may happen to end at the same height.
    """
    joined, lanes = [rows[0]], len(_split(boxes, rows[0], 0))
    for row in rows[1:]:
        columns = []
        if lanes > 1:
            both = np.concatenate([joined[-1], row])
            columns = _split(boxes, both, 0)
        if len(columns) == lanes and _are_columns(columns):
            joined[-1] = both
        else:
            joined.append(row)
            lanes = len(_split(boxes, row, 0))
    return joined


def _split(boxes: Boxes, index: NDArray[np.intp], axis: int) -> list[NDArray[np.intp]]:
    """Cut where no box reaches across, along x (axis 0) or y (axis 1)."""
    index = index[np.argsort(boxes[index, axis], kind="stable")]
    reach = np.maximum.accumulate(boxes[index, axis + 2])
    slack = 0.002  # boxes that touch by a hair are apart
    gaps = np.flatnonzero(boxes[index[1:], axis] >= reach[:-1] - slack) + 1
    return list(np.split(index, gaps))


def _are_columns(columns: list[NDArray[np.intp]]) -> bool:
    """Say whether lanes from head to foot part columns of text rather than a row of cells.

    Columns are tall: at least two of them hold several boxes one below the other.
    """
    return sum(len(column) > 1 for column in columns) >= 2
