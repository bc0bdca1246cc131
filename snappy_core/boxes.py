"""Bounding boxes as arrays of shape (n, 4), each `(x0, y0, x1, y1)`.

Coordinates are fractions 0..1 of the page as rendered (rotated and cropped), with the origin at
the top left and y pointing down. Coordinates in other systems are converted on input and output
with `from_pixels`, `from_bottom_left` and `to_pixels`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Boxes = NDArray[np.float32]

_MAX_GAP = 4  # in word heights; a word further to the left is on another line


def as_boxes(values: ArrayLike) -> Boxes:
    """Return `values` as an (n, 4) float32 array.

    Raises:
        ValueError: the shape is not (n, 4), a value is not finite, x1 < x0 or y1 < y0.
    """
    boxes: Boxes = np.asarray(values, dtype=np.float32)
    if boxes.size == 0:
        return np.zeros((0, 4), dtype=np.float32)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes must have the shape (n, 4), not {boxes.shape}")
    if not np.isfinite(boxes).all():
        raise ValueError("boxes must be finite numbers")
    flipped = (boxes[:, 2] < boxes[:, 0]) | (boxes[:, 3] < boxes[:, 1])
    if flipped.any():
        first = boxes[int(flipped.argmax())].tolist()
        raise ValueError(f"a box is (x0, y0, x1, y1) with x0 <= x1 and y0 <= y1, not {first}")
    return boxes


def grid_cells(rows: int, columns: int) -> Boxes:
    """Return the cells of a grid over the whole page in raster order, shape (rows * columns, 4).

    >>> grid_cells(1, 2).tolist()
    [[0.0, 0.0, 0.5, 1.0], [0.5, 0.0, 1.0, 1.0]]
    """
    row, column = np.divmod(np.arange(rows * columns), columns)
    edges = column / columns, row / rows, (column + 1) / columns, (row + 1) / rows
    return np.stack(edges, axis=1).astype(np.float32)


def area(boxes: Boxes) -> NDArray[np.float32]:
    """Return the area of each box, shape (n,)."""
    return np.asarray(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), dtype=np.float32)


def intersection(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """Return the area of the intersection of each pair: (n, 4) and (m, 4) give (n, m)."""
    width = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    height = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    shared = np.clip(width, 0, None) * np.clip(height, 0, None)
    return np.asarray(shared, dtype=np.float32)


def iou(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """Return intersection over union of each pair, 0..1: (n, 4) and (m, 4) give (n, m).

    Two boxes without area have an IoU of 0.

    >>> iou(as_boxes([[0, 0, 1, 0.5]]), as_boxes([[0, 0, 0.5, 0.5], [0, 0, 1, 1]])).tolist()
    [[0.5, 0.5]]
    """
    shared = intersection(a, b)
    union = area(a)[:, None] + area(b)[None, :] - shared
    result = np.zeros_like(shared)
    np.divide(shared, union, out=result, where=union > 0)
    return result


def coverage(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """Return the fraction of each `b` box's area inside each `a` box, 0..1, shape (n, m).

    A `b` box with zero area has a coverage of 1 if its center lies inside, else 0.
    """
    shared, areas = intersection(a, b), area(b)
    fractions = np.divide(shared, areas, out=np.zeros_like(shared), where=areas > 0)
    empty = areas == 0
    if empty.any():
        fractions[:, empty] = contains_center(a, b[empty])
    return fractions


def overlap_by_half(a: Sequence[float], b: Sequence[float]) -> bool:
    """Return whether two boxes share at least half of the area of the smaller one.

    >>> overlap_by_half((0, 0, 1, 1), (0.75, 0, 1.75, 1))
    False
    """
    boxes = as_boxes([a, b])
    return bool(2 * intersection(boxes[:1], boxes[1:])[0, 0] >= area(boxes).min())


def contains_center(a: Boxes, b: Boxes) -> NDArray[np.bool_]:
    """Return for each pair whether the center of the `b` box lies in the `a` box, (n, m)."""
    x, y = ((b[:, :2] + b[:, 2:]) / 2).T
    x0, y0, x1, y1 = a.T[:, :, None]
    return np.asarray((x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1), dtype=bool)


def enclose(boxes: Boxes) -> tuple[float, float, float, float]:
    """Return the bounding box of all boxes.

    >>> enclose(as_boxes([[0.5, 0.25, 0.75, 0.5], [0, 0.375, 0.25, 1]]))
    (0.0, 0.25, 0.75, 1.0)

    Raises:
        ValueError: there are no boxes.
    """
    if len(boxes) == 0:
        raise ValueError("cannot enclose zero boxes")
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def enclose_groups(boxes: NDArray[Any], groups: NDArray[np.intp]) -> NDArray[Any]:
    """Return the bounding box of each group of boxes (n, 4), shape (k, 4).

    Args:
        groups: (n,) the number of each box's group, 0..k-1; none is empty.

    >>> enclose_groups(np.array([[2, 0, 3, 1], [5, 5, 6, 6], [0, 1, 1, 2]]), np.array([0, 1, 0]))
    array([[0, 0, 3, 2],
           [5, 5, 6, 6]])
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    low = np.minimum.reduceat(boxes[order, :2], starts, axis=0)
    return np.hstack([low, np.maximum.reduceat(boxes[order, 2:], starts, axis=0)])


def line_groups(boxes: Boxes) -> list[list[int]]:
    """Group word boxes (n, 4), given in reading order, into lines; return the indices of each.

    A word continues the line if its vertical center lies between the top and bottom of the line
    and it does not start to the left of the line's first word. If the second word is close to the
    left of the first, as in Arabic, it must instead not end to the right of it.

    >>> words = as_boxes([[0.5, 0.0, 0.75, 0.25], [0.75, 0.0, 1.0, 0.25], [0.5, 0.25, 0.75, 0.5]])
    >>> line_groups(words)
    [[0, 1], [2]]
    """
    groups: list[list[int]] = []
    left = top = right = bottom = 0.0
    is_rightward = True
    for index, (x0, y0, x1, y1) in enumerate(boxes.tolist()):
        is_level = bool(groups) and top <= (y0 + y1) / 2 <= bottom
        if is_level and len(groups[-1]) == 1:
            is_rightward = x0 >= left or left - x1 > _MAX_GAP * (bottom - top)
        if is_level and (x0 >= left if is_rightward else x1 <= right):
            groups[-1].append(index)
            top, bottom = min(top, y0), max(bottom, y1)
        else:
            groups.append([index])
            left, top, right, bottom = x0, y0, x1, y1
    return groups


def line_boxes(boxes: Boxes) -> Boxes:
    """Return a box for each line of word boxes (n, 4), given in reading order; see `line_groups`.

    >>> words = as_boxes([[0.5, 0.0, 0.75, 0.25], [0.75, 0.0, 1.0, 0.25], [0.5, 0.25, 0.75, 0.5]])
    >>> line_boxes(words).tolist()
    [[0.5, 0.0, 1.0, 0.25], [0.5, 0.25, 0.75, 0.5]]
    """
    return as_boxes([enclose(boxes[group]) for group in line_groups(boxes)])


def line_rects(boxes: Boxes) -> tuple[tuple[float, float, float, float], ...]:
    """Return the boxes of `line_boxes` as tuples of numbers."""
    return tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in line_boxes(boxes).tolist())


def from_pixels(boxes: ArrayLike, width: float, height: float) -> Boxes:
    """Return boxes in page fractions, given boxes in the unit of the page size, y down.

    >>> from_pixels([[50, 50, 100, 200]], width=200, height=400).tolist()
    [[0.25, 0.125, 0.5, 0.5]]
    """
    return as_boxes(np.asarray(boxes, dtype=np.float64).reshape(-1, 4) / _scale(width, height))


def to_pixels(boxes: Boxes, width: float, height: float) -> NDArray[np.float64]:
    """Return boxes in the unit of the page size (pixels or points), not rounded."""
    return boxes.astype(np.float64) * _scale(width, height)


def from_bottom_left(boxes: ArrayLike, width: float, height: float) -> Boxes:
    """Return boxes in page fractions, given boxes with the origin at the bottom left, y up.

    >>> from_bottom_left([[50, 0, 100, 100]], width=200, height=400).tolist()
    [[0.25, 0.75, 0.5, 1.0]]
    """
    x0, y0, x1, y1 = np.asarray(boxes, dtype=np.float64).reshape(-1, 4).T
    return from_pixels(np.stack([x0, height - y1, x1, height - y0], axis=1), width, height)


def _scale(width: float, height: float) -> NDArray[np.float64]:
    if not (0 < width < np.inf and 0 < height < np.inf):
        raise ValueError(f"a page size must be positive, not {width} x {height}")
    return np.array([width, height, width, height], dtype=np.float64)


def covered_cells(
    shape: tuple[int, int], low: NDArray[np.intp], high: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return a mask of the cells that boxes cover in a grid of `shape` (rows, columns).

    `low` and `high` (2, n) are the first column and row of each box, and the ones after its last.
    """
    steps = np.zeros((shape[0] + 1, shape[1] + 1), dtype=np.int32)
    (x0, y0), (x1, y1) = low, high
    for sign, ys, xs in ((1, y0, x0), (-1, y0, x1), (-1, y1, x0), (1, y1, x1)):
        np.add.at(steps, (ys, xs), sign)
    return np.asarray(steps.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0, dtype=bool)
