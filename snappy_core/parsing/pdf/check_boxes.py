"""Drawn check boxes: squares next to text, and whether they contain a mark."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, contains_center
from snappy_core.grouping import connected_components
from snappy_core.parsing.layout.regions import MAX_WORDS
from snappy_core.parsing.pdf.forms import CHECK_BOX, Fields
from snappy_core.parsing.pdf.squares import MAX_SQUARES
from snappy_core.parsing.text import TextLayer

_MIN_HEIGHT, _MAX_HEIGHT = 0.5, 1.6  # of a box, in line heights of the text next to it
_MAX_GAP = 2.0  # sides of a box between it and that text
_MIN_GAPS = np.array([0.5, 0.1])  # sides to the next square beside or below; closer are cells
_OFFSET = 0.15  # share of a side by which boxes of one form may differ or be misaligned
_TICKS = frozenset("xX×✓✔✗✘✕✖☓●•■▪")
_GLYPHS = frozenset("☐□▢⬜◻")  # boxes as characters, in which a mark may be drawn

# A square is sampled at this many points per side, plus a margin around it.
_SAMPLES, _MARGIN = 32, 8
_BAND = 3  # samples by which an edge may be off
_EDGE_SHARE = 0.9  # of an edge, without the corners, that must be drawn
_RIM_SHARE = 0.5  # of the area just inside the edges that must be background
_MARK_SHARE = 0.04  # of the interior that a mark must cover
# Gray levels (of 255): edge against paper, mark against background, within an even background.
_EDGE, _MARK, _EVEN = 32, 64, 24


class _State(Enum):
    """What a square looks like by itself."""

    EMPTY = 0
    TICKED = 1
    FILLED_TICKED = 2  # a light mark on a dark background
    FILLED = 3  # a bullet, or the key of a chart
    OTHER = 4


def find_check_boxes(squares: Boxes, layer: TextLayer, gray: NDArray[np.uint8]) -> Fields:
    """Return the squares that are check boxes, with the mark of each.

    A check box is next to a line of text of about its height, or aligned with a box that is, and
    apart from other squares. It has an edge all around and contains nothing but a mark.

    Args:
        squares: (n, 4) page fractions.
        gray: the rendered page, (height, width).
    """
    is_glyph = np.array([text in _GLYPHS for text in layer.texts], dtype=bool)
    is_mark = np.array([text in _TICKS for text in layer.texts], dtype=bool)
    squares = np.vstack([squares, layer.boxes[is_glyph]])
    if len(squares) > MAX_SQUARES or len(layer) > MAX_WORDS:
        return Fields()
    has_words = contains_center(squares, layer.boxes[~is_glyph & ~is_mark]).any(axis=1)
    squares = squares[~has_words & _is_apart(squares)]
    is_beside = _is_beside(squares, layer.lines[~is_glyph & ~is_mark & (layer.turns == 0)])
    groups = _groups(squares)
    is_candidate = np.isin(groups, groups[is_beside])
    squares, groups = squares[is_candidate], groups[is_candidate]
    states = np.array([_state(_samples(gray, square)) for square in squares], dtype=object)
    empty, ticked, filled = (
        np.isin(groups, groups[states == state])
        for state in (_State.EMPTY, _State.TICKED, _State.FILLED)
    )
    is_form = (empty | ticked) & ~filled  # a group with evenly filled squares is the key of a chart
    marks = tuple(CHECK_BOX[state is not _State.EMPTY] for state in states)
    check_boxes = Fields(squares, marks).take(is_form & (states != _State.OTHER))
    return check_boxes.take(_is_outermost(check_boxes.boxes))


def _is_beside(squares: Boxes, lines: Boxes) -> NDArray[np.bool_]:
    """Return (n,) whether squares (n, 4) have text of about their height next to them."""
    sides, middles = squares[:, 2:] - squares[:, :2], (squares[:, 1] + squares[:, 3]) / 2
    ratios = sides[:, 1, None] / np.maximum(lines[:, 3] - lines[:, 1], 1e-6)
    is_fitting = (ratios >= _MIN_HEIGHT) & (ratios <= _MAX_HEIGHT)
    is_level = (lines[:, 1] < middles[:, None]) & (middles[:, None] < lines[:, 3])
    gaps = np.maximum(lines[:, 0] - squares[:, 2:3], squares[:, 0:1] - lines[:, 2])
    near = is_fitting & is_level & (gaps < _MAX_GAP * sides[:, :1])
    return np.asarray(near.any(axis=1))


def _is_apart(squares: Boxes) -> NDArray[np.bool_]:
    """Return (n,) whether no other square is close; adjacent squares hold a letter each."""
    starts, ends = squares[:, :2], squares[:, 2:]
    gaps = np.maximum(starts[:, None] - ends, starts - ends[:, None])
    is_same = contains_center(squares, squares)  # the outline of a box, or a mark in it
    is_close = (gaps < _MIN_GAPS * (ends - starts)[:, None]).all(axis=2)
    return np.asarray((~is_close | is_same | is_same.T).all(axis=1))


def _groups(squares: Boxes) -> NDArray[np.intp]:
    """Return (n,) numbers, the same for squares of one size that are aligned in rows or columns."""
    sides = squares[:, 2:] - squares[:, :2]
    is_alike = (np.abs(sides[:, None] - sides) < _OFFSET * sides).all(axis=2)
    is_in_line = (np.abs(squares[:, None, :2] - squares[:, :2]) < _OFFSET * sides).any(axis=2)
    first, second = np.nonzero(is_alike & is_in_line)
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    return connected_components(len(squares), pairs)


def _is_outermost(boxes: Boxes) -> NDArray[np.bool_]:
    """Return (n,) whether each box is the largest of those around the same center."""
    sizes = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    is_outer = np.zeros(len(boxes), dtype=bool)
    for index in np.argsort(-sizes, kind="stable").tolist():
        is_outer[index] = not contains_center(boxes[is_outer], boxes[[index]]).any()
    return is_outer


def _samples(gray: NDArray[np.uint8], square: Boxes) -> NDArray[np.float32]:
    """Return samples of a square (4,) of an image, with a margin around it."""
    offsets = (np.arange(-_MARGIN, _SAMPLES + _MARGIN) + 0.5) / _SAMPLES
    columns, rows = (
        ((low + offsets * (high - low)) * size).astype(np.intp).clip(0, size - 1)
        for low, high, size in zip(square[:2], square[2:], gray.shape[::-1], strict=True)
    )
    return gray[np.ix_(rows, columns)].astype(np.float32)


def _state(samples: NDArray[np.float32]) -> _State:
    """Return what a square looks like: its edges, the background inside, and a mark on it."""
    darkness = np.median(_rim(samples)) - samples
    edges = (np.rot90(darkness, turn)[_MARGIN - _BAND : _MARGIN + _BAND] for turn in range(4))
    straight = slice(_MARGIN + _SAMPLES // 8, -_MARGIN - _SAMPLES // 8)
    if any((edge[:, straight].max(axis=0) >= _EDGE).mean() < _EDGE_SHARE for edge in edges):
        return _State.OTHER
    inside = darkness[(slice(_MARGIN + _SAMPLES // 5, -_MARGIN - _SAMPLES // 5),) * 2]
    ground = np.median(_rim(inside))
    contrasts = np.abs(inside - ground)
    is_even, is_marked = (contrasts < _EVEN).all(), (contrasts >= _MARK).mean() >= _MARK_SHARE
    if (np.abs(_rim(inside) - ground) >= _EVEN).mean() > _RIM_SHARE:
        return _State.OTHER
    if is_even:
        return _State.EMPTY if ground < _EVEN else _State.FILLED
    if not is_marked:
        return _State.OTHER
    return _State.TICKED if ground < _EVEN else _State.FILLED_TICKED


def _rim(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the outermost samples."""
    return np.concatenate([samples[0], samples[-1], samples[:, 0], samples[:, -1]])
