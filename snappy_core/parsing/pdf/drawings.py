"""Figures and ruling lines of a PDF page, found in its graphic objects by their geometry alone.

The layout analysis, which knows the words, distinguishes figures from tables and frames around
text. The caller holds the lock `document.PDFIUM`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, contains_center, enclose_groups
from snappy_core.parsing.area_groups import (
    MAX_GAP,
    MAX_SHARE,
    MIN_SIDE,
    PAGE_SIDE,
    Kinds,
    group_boxes,
    page_share,
)
from snappy_core.parsing.drawings import NO_BOXES, Area, Drawings, RulingLines
from snappy_core.parsing.pdf.page_objects import Kind, visible_objects
from snappy_core.parsing.pdf.text_layer import page_matrix, to_page

_MAX_RULES, _MAX_FRAMES = 2_000, 500  # of a page: the longest and the largest ones

# Lengths are in points on a page as large as Letter or A4, and grow with the page.
_MAX_THICKNESS = 3.0  # of a ruling line
_MAX_OFFSET = 0.75  # crosswise, between lines drawn on top of each other
_MIN_HORIZONTAL, _MIN_VERTICAL = 10.0, 6.0  # lengths of ruling lines
_MIN_FRAME = 8.0  # a side of a frame
_REACH = 0.5  # sides of a check box by which its mark may extend beyond it

# Shares of the page.
_BACKGROUND_SHARES = (MAX_SHARE, 0.3, 0.15)  # larger objects count as background; tried in turn
_BAND = 0.98  # of a side of the page that a band must span
_LONG_LINE = 0.5  # a longer line is not part of a figure
# Scores of areas that hold images or curves, and of areas with only boxes and straight lines: bars
# of a chart, shaded cells, frames.
_DRAWING_SCORE, _BOX_SCORE = 0.5, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """The n graphic objects of a page.

    Attributes:
        boxes: (n, 4) in points on a page as large as Letter or A4.
        kinds: (n,) of `Kind`.
        scale: (4,) factors from page fractions to such points.
    """

    boxes: Boxes
    kinds: Kinds
    scale: NDArray[np.float32]

    def without(self, areas: Boxes) -> Objects:
        """Return the objects that are not within some areas (n, 4) in page fractions."""
        areas = areas * self.scale
        reach = _REACH * (areas[:, 2:] - areas[:, :2])
        low, high = areas[:, :2] - reach, areas[:, 2:] + reach
        starts, ends = self.boxes[:, None, :2], self.boxes[:, None, 2:]
        is_inside = np.all((low <= starts) & (ends <= high), axis=2)
        is_left = ~np.any(is_inside, axis=1)
        return Objects(self.boxes[is_left], self.kinds[is_left], self.scale)

    def without_underlines(self, links: Boxes) -> Objects:
        """Return the objects without the lines in links (n, 4), boxes in page fractions."""
        is_left = np.ones(len(self.boxes), dtype=bool)
        widths, heights = (self.boxes[:, 2:] - self.boxes[:, :2]).T
        strokes = np.flatnonzero((self.kinds == Kind.STROKE) & (widths > heights))
        starts, ends = np.hsplit(self.boxes[strokes], 2)
        for link in links * self.scale:  # one by one: a page may have thousands of both
            in_link = (link[:2] - _MAX_OFFSET <= starts) & (ends <= link[2:] + _MAX_OFFSET)
            is_left[strokes[in_link.all(axis=1)]] = False
        return Objects(self.boxes[is_left], self.kinds[is_left], self.scale)


def read_objects(page: Any) -> Objects:
    """Return the objects drawn on a page; thin straight boxes count as strokes."""
    width, height = page.get_size()
    point = (width * height) ** 0.5 / PAGE_SIDE
    object_boxes, kinds = visible_objects(page, _MAX_THICKNESS * point)
    boxes = to_page(object_boxes, page_matrix(page))
    is_on_page = (boxes[:, :2] < 1).all(axis=1) & (boxes[:, 2:] > 0).all(axis=1)
    scale = (np.array([width, height, width, height]) / point).astype(np.float32)
    boxes, kinds = np.clip(boxes[is_on_page], 0, 1) * scale, kinds[is_on_page]
    sides = boxes[:, 2:] - boxes[:, :2]
    is_thin, is_long = sides.min(1) <= _MAX_THICKNESS, sides.max(1) > 2 * _MAX_THICKNESS
    return Objects(boxes, np.where(is_thin & is_long, np.int8(Kind.STROKE), kinds), scale)


def find_drawings(objects: Objects) -> Drawings:
    """Return the areas of images and drawings on a page, and its ruling lines.

    An area combines objects that are closer together than lines of text. Ruling lines are strokes,
    thin boxes and the edges of outlined boxes, joined where they continue each other; they include
    underlines and the grids of charts.
    """
    boxes, kinds, scale = objects.boxes, objects.kinds, objects.scale
    widths, heights = (boxes[:, 2:] - boxes[:, :2]).T
    is_stroke, is_horizontal = kinds == Kind.STROKE, widths >= heights
    transposed = [1, 0, 3, 2]
    horizontal = _join_lines(boxes[is_stroke & is_horizontal], _MIN_HORIZONTAL)
    vertical = _join_lines(boxes[is_stroke & ~is_horizontal][:, transposed], _MIN_VERTICAL)
    ruling_lines = RulingLines(horizontal / scale, vertical[:, transposed] / scale)
    figures, figure_kinds = _figures(boxes, kinds, scale[:2])
    scores = np.where(figure_kinds == Kind.BOX, _BOX_SCORE, _DRAWING_SCORE)
    # Whether a picture that fills the page is a photograph or a background depends on the words.
    is_page_wide = (kinds == Kind.PICTURE) & (page_share(boxes, scale[:2]) >= MAX_SHARE)
    page_wide = np.unique(boxes[is_page_wide], axis=0)
    area_boxes = (np.vstack([figures, page_wide]) / scale).tolist()
    scores = np.append(scores, np.full(len(page_wide), _DRAWING_SCORE))
    pairs = zip(area_boxes, scores.tolist(), strict=True)
    areas = tuple(Area((a, b, c, d), "figure", score) for (a, b, c, d), score in pairs)
    return Drawings(areas, ruling_lines, _frames(boxes[~is_stroke], scale[:2]) / scale)


def _frames(boxes: Boxes, size: Boxes) -> Boxes:
    """Return the boxes high and wide enough to hold a word; only the largest if many."""
    boxes = boxes[(boxes[:, 2:] - boxes[:, :2] >= _MIN_FRAME).all(axis=1)]
    boxes = np.unique(np.round(boxes), axis=0)
    return boxes[np.argsort(-page_share(boxes, size), kind="stable")[:_MAX_FRAMES]]


def _figures(boxes: Boxes, kinds: Kinds, size: Boxes) -> tuple[Boxes, Kinds]:
    """Return the areas (n, 4) of objects close together, with the highest kind in each.

    If most of the page is connected, its larger objects are taken for background and the others
    are grouped again. Faint images, such as shadows, extend beyond what they belong to: they form
    areas only with each other.
    """
    shares, is_faint = page_share(boxes, size), kinds == Kind.FAINT
    lengths = ((boxes[:, 2:] - boxes[:, :2]) / size).max(axis=1)
    is_long = (kinds == Kind.STROKE) & (lengths > _LONG_LINE)
    figures, figure_kinds = NO_BOXES, np.zeros(0, dtype=np.int8)
    # A box from one edge of the page to the other is a band of its background.
    is_band = (kinds == Kind.BOX) & (lengths > _BAND)
    remaining = ~is_long & ~is_band & (shares < MAX_SHARE)
    passes = [*((~is_faint, share) for share in _BACKGROUND_SHARES), (is_faint, MAX_SHARE)]
    for candidates, max_share in passes:
        members = remaining & candidates & (shares < max_share)
        if not (kinds[members] > Kind.STROKE).any():
            continue
        groups, group_kinds = group_boxes(boxes[members], kinds[members], size)
        is_small = page_share(groups, size) < MAX_SHARE
        is_figure = (group_kinds > Kind.STROKE) & is_small
        figures = np.vstack([figures, groups[is_figure]])
        figure_kinds = np.append(figure_kinds, group_kinds[is_figure])
        remaining &= ~contains_center(groups[is_figure], boxes).any(axis=0)
        if is_small.all():  # no background
            remaining &= is_faint
    is_large = (figures[:, 2:] - figures[:, :2] >= MIN_SIDE).all(axis=1)
    return figures[is_large], figure_kinds[is_large]


def _join_lines(lines: Boxes, min_length: float) -> Boxes:
    """Join horizontal lines (n, 4) that continue each other; drop those shorter than a length."""
    if not len(lines):
        return lines
    lines = lines[np.argsort(lines[:, 1] + lines[:, 3], kind="stable")]
    middles = (lines[:, 1] + lines[:, 3]) / 2
    rows = np.cumsum(np.diff(middles, prepend=middles[0]) > _MAX_OFFSET)
    order = np.lexsort((lines[:, 0], rows))
    lines, row_offsets = lines[order], rows[order] * 1e6  # wider than any page
    reach = np.maximum.accumulate(lines[:, 2] + row_offsets)
    is_start = lines[1:, 0] + row_offsets[1:] > reach[:-1] + MAX_GAP
    rules = enclose_groups(lines, np.append(0, np.cumsum(is_start)))
    lengths, heights = (rules[:, 2:] - rules[:, :2]).T
    rules = rules[(lengths >= min_length) & (heights <= 2 * _MAX_THICKNESS)]
    longest = np.argsort(rules[:, 0] - rules[:, 2], kind="stable")[:_MAX_RULES]
    return np.asarray(rules[np.sort(longest)], np.float32)
