"""Areas of figures and ruling lines on a PDF page, from what is drawn on it beside text.

Only geometry is looked at: whether an area is a figure, a table or a frame around text is for
those to say who know the words. The caller holds the lock of `reading.pdf`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import contains_center, intersection
from snappy_core.parsing.drawings import NO_BOXES, Area, Drawings, RulingLines
from snappy_core.parsing.pdf.page_objects import Kind, visible_objects
from snappy_core.parsing.pdf.text_layer import page_frame, to_page

MAX_SHARE = 0.6
"""Of the page; what covers more is its frame or background."""

MAX_RULES, MAX_AREAS = 2_000, 300
"""Kept of a page: the longest and the largest."""

# In points, on a page as large as Letter or A4; on others they grow with the page.
_PAGE = 700.0  # square root of its area
_THIN = 3.0  # at most, of a ruling line
_GAP = 3.0  # between the parts of a figure or of a dashed line
_SAME = 0.75  # across, between lines that are drawn over one another
_FLAT, _UPRIGHT = 10.0, 6.0  # at least, of ruling lines
_SIDE = 20.0  # at least, of a figure

_LONG = 0.5  # of the page; longer lines belong to a figure only where they lie in it
_BACKGROUNDS = (MAX_SHARE, 0.3, 0.15)  # of the page; larger objects are left out, step by step
_SURE, _PLAIN = 0.5, 0.3  # scores

_Points = NDArray[np.float32]  # boxes (n, 4) in the points above
_Kinds = NDArray[np.int8]


def drawn(page: Any) -> Drawings:
    """Return the areas where pictures and drawings stand, and the ruling lines.

    An area holds what stands closer together than lines of text do. Its score is 0.5 where there
    are pictures or curves, 0.3 where all is boxes and straight lines: bars of a chart, shaded
    cells, frames. Ruling lines are strokes, thin boxes and the edges of outlined boxes, joined
    where they go on; underlines and the grids of charts are among them.
    """
    width, height = page.get_size()
    point = (width * height) ** 0.5 / _PAGE
    found, kinds = visible_objects(page, _THIN * point)
    boxes = to_page(found, page_frame(page))
    on_page = (boxes[:, :2] < 1).all(axis=1) & (boxes[:, 2:] > 0).all(axis=1)
    scale = (np.array([width, height, width, height]) / point).astype(np.float32)
    boxes, kinds = np.clip(boxes[on_page], 0, 1) * scale, kinds[on_page]

    across, down = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    thin = (np.minimum(across, down) <= _THIN) & (np.maximum(across, down) > 2 * _THIN)
    kinds = np.where(thin, np.int8(Kind.STROKE), kinds)
    line, flat = kinds == Kind.STROKE, across >= down
    turned = [1, 0, 3, 2]
    rules = RulingLines(
        _join(boxes[line & flat], _FLAT) / scale,
        _join(boxes[line & ~flat][:, turned], _UPRIGHT)[:, turned] / scale,
    )
    areas, kinds = _areas(boxes, kinds, scale[:2])
    scores = np.where(kinds == Kind.BOX, _PLAIN, _SURE).tolist()
    pairs = zip((areas / scale).tolist(), scores, strict=True)
    return Drawings(
        tuple(Area((a, b, c, d), "figure", sure) for (a, b, c, d), sure in pairs), rules
    )


def _areas(boxes: _Points, kinds: _Kinds, size: _Points) -> tuple[_Points, _Kinds]:
    """Return the areas (n, 4) of what stands together, with the highest kind of their objects.

    Where most of the page hangs together, its larger objects are taken for a background, and the
    rest is looked at again. Faint pictures, such as shadows, reach beyond what they belong to:
    they make up areas only with each other.
    """
    share, faint = _share(boxes, size), kinds == Kind.FAINT
    long = (kinds == Kind.STROKE) & (((boxes[:, 2:] - boxes[:, :2]) / size).max(axis=1) > _LONG)
    areas, made, rest = NO_BOXES, np.zeros(0, dtype=np.int8), ~long & (share < MAX_SHARE)
    for which, most in (*((~faint, most) for most in _BACKGROUNDS), (faint, MAX_SHARE)):
        part = rest & which & (share < most)
        if not (kinds[part] > Kind.STROKE).any():
            continue
        found, highest = _groups(boxes[part], kinds[part], size)
        fits = (highest > Kind.STROKE) & (_share(found, size) < MAX_SHARE)
        areas, made = np.vstack([areas, found[fits]]), np.append(made, highest[fits])
        rest &= ~contains_center(found[fits], boxes).any(axis=0)
        if (_share(found, size) < MAX_SHARE).all():  # without any background
            rest &= faint
    areas = np.array([_with_lines(area, boxes[long]) for area in areas], np.float32).reshape(-1, 4)
    large = (areas[:, 2:] - areas[:, :2] >= _SIDE).all(axis=1)
    return areas[large], made[large]


def _share(boxes: _Points, size: _Points) -> _Points:
    return np.asarray(((boxes[:, 2:] - boxes[:, :2]) / size).prod(axis=1), dtype=np.float32)


def _groups(boxes: _Points, kinds: _Kinds, size: _Points) -> tuple[_Points, _Kinds]:
    """Return the boxes around clusters, none of which overlap, and the highest kind in each."""
    found, highest = _unite(boxes, kinds, _clusters(boxes, size))
    large = np.argsort(-_share(found, size), kind="stable")[:MAX_AREAS]
    found, highest = found[large], highest[large]
    while True:
        shared = (intersection(found, found) > 0) | np.eye(len(found), dtype=bool)
        first = shared.argmax(axis=1)
        if (first == np.arange(len(found))).all():
            return found, highest
        found, highest = _unite(found, highest, first)


def _unite(boxes: _Points, kinds: _Kinds, groups: NDArray[np.intp]) -> tuple[_Points, _Kinds]:
    """Return the box around each group, and its highest kind."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    low = np.minimum.reduceat(boxes[order, :2], starts)
    high = np.maximum.reduceat(boxes[order, 2:], starts)
    return np.hstack([low, high]), np.maximum.reduceat(kinds[order], starts)


def _with_lines(area: _Points, lines: _Points) -> _Points:
    """Return the box around an area and the long lines that lie in it by half: axes, grids."""
    low = np.maximum(lines[:, :2], area[:2] - _GAP)
    high = np.minimum(lines[:, 2:], area[2:] + _GAP)
    length = (lines[:, 2:] - lines[:, :2]).max(axis=1, initial=0)
    inside = (high >= low).all(axis=1) & ((high - low).max(axis=1, initial=0) >= 0.5 * length)
    parts = np.vstack([area[None], lines[inside]])
    return np.hstack([parts[:, :2].min(axis=0), parts[:, 2:].max(axis=0)])


def _clusters(boxes: _Points, size: _Points) -> NDArray[np.intp]:
    """Return for each box a number of its cluster: boxes whose cells touch.

    The page is laid out in cells as wide as the gap, and the cells are put together run by run,
    so that the time does not grow with the square of the boxes.
    """
    columns, rows = (size // _GAP).astype(int) + 1
    x0, y0, x1, y1 = (boxes // _GAP).astype(np.intp).T
    steps = np.zeros((rows + 1, columns + 1), dtype=np.int32)
    for sign, ys, xs in ((1, y0, x0), (-1, y0, x1 + 1), (-1, y1 + 1, x0), (1, y1 + 1, x1 + 1)):
        np.add.at(steps, (ys, xs), sign)
    filled = steps.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0
    # Runs of filled cells by their places row after row, an empty cell at both ends of each row.
    flat = np.pad(filled, ((0, 0), (1, 1))).ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]  # ends excluded
    row = columns + 2
    first = np.searchsorted(ends, starts - row)  # of the runs above that touch, at a corner too
    last = np.searchsorted(starts, ends - row, side="right")
    parents = list(range(len(starts)))
    for run, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        for other in range(low, high):
            parents[_root(parents, other)] = run
    roots = np.array([_root(parents, run) for run in range(len(parents))], dtype=np.intp)
    runs = np.searchsorted(starts, y0 * row + x0 + 1, side="right") - 1
    return np.asarray(roots[runs], dtype=np.intp)


def _root(parents: list[int], run: int) -> int:
    while parents[run] != run:
        parents[run] = parents[parents[run]]
        run = parents[run]
    return run


def _join(lines: _Points, least: float) -> _Points:
    """Return flat lines (n, 4), joined where they go on, that are `least` long."""
    if not len(lines):
        return lines
    lines = lines[np.argsort(lines[:, 1] + lines[:, 3], kind="stable")]
    middle = (lines[:, 1] + lines[:, 3]) / 2
    row = np.cumsum(np.diff(middle, prepend=middle[0]) > _SAME)
    order = np.lexsort((lines[:, 0], row))
    lines, apart = lines[order], row[order] * 1e6  # no page is as wide
    reach = np.maximum.accumulate(lines[:, 2] + apart)
    starts = np.flatnonzero(np.append(True, lines[1:, 0] + apart[1:] > reach[:-1] + _GAP))
    low = np.minimum.reduceat(lines[:, :2], starts)
    high = np.maximum.reduceat(lines[:, 2:], starts)
    length = high[:, 0] - low[:, 0]
    fine = np.flatnonzero((length >= least) & (high[:, 1] - low[:, 1] <= 2 * _THIN))
    fine = np.sort(fine[np.argsort(-length[fine], kind="stable")[:MAX_RULES]])
    return np.hstack([low[fine], high[fine]])
