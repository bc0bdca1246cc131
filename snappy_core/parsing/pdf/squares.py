"""Squares drawn on a page, by whatever objects: the candidates for check boxes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes
from snappy_core.parsing.drawings import NO_BOXES
from snappy_core.parsing.pdf.drawings import Objects
from snappy_core.parsing.pdf.page_objects import Kind

# Lengths are in points on a page as large as Letter or A4, and grow with the page.
_MIN_SIDE, _MAX_SIDE = 4.0, 40.0
_MAX_STRETCH = 1.25  # the longer side over the shorter one
_MAX_OFFSET = 1.0  # between the ends of two edges that meet

MAX_SQUARES = 500
"""On a page; if there are more, they are a drawing or a grid."""


def find_squares(objects: Objects) -> Boxes:
    """Return the squares (n, 4), in page fractions: boxes, curves, pictures, or four strokes each.

    Cells of a table are not included: a straight stroke touches them and continues beyond them.
    """
    is_stroke = objects.kinds == Kind.STROKE
    strokes = objects.boxes[is_stroke]
    squares = np.vstack([_near_squares(objects.boxes[~is_stroke]), _enclosed(strokes)])
    squares = np.unique(np.round(squares, 1), axis=0)
    if len(squares) > MAX_SQUARES:
        return NO_BOXES
    low, high = squares[:, :2] - _MAX_OFFSET, squares[:, 2:] + _MAX_OFFSET
    starts, ends = strokes[:, None, :2], strokes[:, None, 2:]
    touches = ((starts <= high) & (ends >= low)).all(axis=2)
    goes_on = ((starts < low) | (ends > high)).any(axis=2)
    fractions: Boxes = squares[~(touches & goes_on).any(axis=0)] / objects.scale
    return fractions


def _near_squares(boxes: Boxes) -> Boxes:
    short, long = np.sort(boxes[:, 2:] - boxes[:, :2], axis=1).T
    is_square = (short >= _MIN_SIDE) & (long <= _MAX_SIDE) & (long <= _MAX_STRETCH * short)
    squares: Boxes = boxes[is_square]
    return squares


def _enclosed(strokes: Boxes) -> Boxes:
    """Return the squares whose edges are four of the strokes (n, 4)."""
    widths, heights = (strokes[:, 2:] - strokes[:, :2]).T
    lengths, is_horizontal = np.maximum(widths, heights), widths >= heights
    is_short = (lengths >= _MIN_SIDE) & (lengths <= _MAX_SIDE)
    across, down = strokes[is_short & is_horizontal], strokes[is_short & ~is_horizontal]
    if max(len(across), len(down)) > 2 * MAX_SQUARES:
        return NO_BOXES
    tops, bottoms = np.nonzero(_meet(across, across, [0, 2]))
    squares = _near_squares(np.hstack([across[tops, :3], across[bottoms, 3:]]))
    is_level = _meet(squares, down, [1, 3])
    left, right = (is_level & _meet(squares, down, [side]) for side in (0, 2))
    return squares[left.any(axis=1) & right.any(axis=1)]


def _meet(a: Boxes, b: Boxes, sides: list[int]) -> NDArray[np.bool_]:
    """Return (n, m) whether some sides of boxes coincide."""
    offsets = np.abs(a[:, None, sides] - b[None, :, sides])
    is_near: NDArray[np.bool_] = (offsets <= _MAX_OFFSET).all(axis=2)
    return is_near
