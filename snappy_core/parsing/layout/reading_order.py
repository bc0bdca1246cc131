"""Reading order of boxes by recursive XY-cut (Nagy and Seth, 1984)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes

_MAX_OVERLAP = 0.002  # of boxes on both sides of a cut: no more than rounding errors


def reading_order(boxes: Boxes) -> list[int]:
    """Return the indices of boxes (n, 4) in the order in which they are read.

    The page is cut along the white lanes that cross it, then each part in turn: a heading over two
    columns is read first, then the left column, then the right one. Where both are possible,
    columns of several boxes are cut before rows. Boxes that no lane separates are read from top
    to bottom, then from left to right.

    >>> reading_order(np.array([[0.6, 0.2, 0.9, 0.8], [0.1, 0.0, 0.9, 0.1],
    ...                         [0.1, 0.2, 0.4, 0.45], [0.1, 0.5, 0.4, 0.8]]))
    [1, 2, 3, 0]
    """
    order: list[int] = []
    stack = [np.arange(len(boxes))]  # not recursion: hostile pages are deeply nested
    while stack:
        index = stack.pop()
        parts = _cut(boxes, index)
        if len(parts) == 1:
            order += index[np.lexsort((boxes[index, 0], boxes[index, 1]))].tolist()
        else:
            stack += reversed(parts)
    return order


def follow_tags(order: Sequence[int], tags: Sequence[int | None], boxes: Boxes) -> list[int]:
    """Return an order of boxes (n, 4) in which those with tags are in the order of the tags.

    Each of the other boxes follows the box that it followed before. The order is unchanged if
    the tags would have any box read before one directly above it, as when pictures or text boxes
    are tagged where they are anchored.

    Args:
        order: indices of boxes.
        tags: the position of each box in the order of the tags, or None.

    >>> boxes = np.array([[0, 0, 4, 1], [6, 0, 9, 1], [0, 2, 4, 3], [6, 2, 9, 3]])
    >>> follow_tags([0, 2, 1, 3], [5, 6, 7, None], boxes)  # row by row
    [0, 1, 3, 2]
    >>> follow_tags([0, 2, 1, 3], [7, 6, 5, None], boxes)
    [0, 2, 1, 3]
    """
    tagged = [index for index in order if tags[index] is not None]
    x0, y0, x1, y1 = boxes[tagged].T
    is_above = (y1[:, None] <= y0) & (x0[:, None] < x1) & (x0 < x1[:, None])
    positions = np.array([tags[index] for index in tagged])
    if (is_above & (positions[:, None] > positions)).any():
        return list(order)
    ranks: dict[int, int] = {}
    rank = -1  # before the first tag
    for index in order:
        tag = tags[index]
        rank = ranks[index] = rank if tag is None else tag
    return sorted(order, key=ranks.__getitem__)


def _cut(boxes: Boxes, index: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Cut a set of boxes along its lanes; a set without lanes stays in one part."""
    columns, rows = _split(boxes, index, 0), _split(boxes, index, 1)
    if len(columns) > 1 and (len(rows) == 1 or _are_columns(columns)):
        return columns
    return _join_columns(boxes, rows)


def _join_columns(boxes: Boxes, rows: list[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
    """Join adjacent rows of the same columns, whose paragraphs happen to end at the same height."""
    joined, column_count = [rows[0]], len(_split(boxes, rows[0], 0))
    for row in rows[1:]:
        both = np.concatenate([joined[-1], row])
        columns = _split(boxes, both, 0) if column_count > 1 else []
        if len(columns) == column_count and _are_columns(columns):
            joined[-1] = both
        else:
            joined.append(row)
            column_count = len(_split(boxes, row, 0))
    return joined


def _split(boxes: Boxes, index: NDArray[np.intp], axis: int) -> list[NDArray[np.intp]]:
    """Split a set of boxes where no box crosses the cut, along x (axis 0) or y (axis 1)."""
    index = index[np.argsort(boxes[index, axis], kind="stable")]
    reach = np.maximum.accumulate(boxes[index, axis + 2])
    cuts = np.flatnonzero(boxes[index[1:], axis] >= reach[:-1] - _MAX_OVERLAP) + 1
    return list(np.split(index, cuts))


def _are_columns(columns: list[NDArray[np.intp]]) -> bool:
    """Return whether parts are columns of text, not cells of a row: two have several boxes."""
    return sum(len(column) > 1 for column in columns) >= 2
