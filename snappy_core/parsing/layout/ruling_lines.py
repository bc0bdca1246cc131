"""Ruling lines in the picture of a page: a scan has no drawn objects that tell of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.drawings import RulingLines

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_RULES = 500
"""Kept of a page, each way: the longest."""

# In points, on a page as large as Letter or A4; on others they grow with the page.
_PAGE = 700.0  # square root of its area
_THICK, _HAIR = 3.0, 1.5  # at most, of a ruling line, and of one that letters may touch
_CELL = 1.5  # averaged along a line: noise goes, letters turn grey, lines stay
_GAP = 1.5  # between the parts of a line
_RUN = 6.0  # at least, of a part in one row of pixels
_SHORT, _LONG = 24.0, 60.0  # at least, of a line: taller than letters, longer than most words

_COARSE, _FINE = 0.7, 2.0  # pixels a point: letters need as many, and lines no more
_SLOPE = 0.012  # at most, of a line: 0.7 degrees
_PART = 0.05  # of a line, at least, in one row of pixels
_SLIM = 10  # times as long as thick, at least
_CONTRAST = 16  # grey levels (of 255) at least, between a line and both its sides
_NOISE = 5  # times the usual contrast on the page, at least
_SAME = 0.4  # of the usual contrast of a line, at most, from which an even part of it differs
_EVEN, _EVENER = 0.77, 0.9  # at least, of a long hairline, and of any other line
_MAX_RUNS = 4_000  # the longest; time grows with them

_Grey = NDArray[np.uint8]
_Seen = NDArray[np.bool_]
_Cells = NDArray[np.intp]
_TURNED = [1, 0, 3, 2]


def find_ruling_lines(picture: Image) -> RulingLines:
    """Find the ruling lines of a page that is only known as a picture.

    A ruling line is a long thin run, straight but for a skew of half a degree, that differs evenly
    from both its sides: letters and photos do so here and there only. Lines are dark, or bright
    where they part dark areas; on a dark page the other way round. The box of a line aslant holds
    all of it, so that it is higher than the line is thick. Edges of shaded boxes and lines of dots
    are not found; underlines and the grids of charts are.

    Time grows with the pixels: about 30 ms for Letter at 200 dpi.
    """
    from PIL.Image import Transpose

    # Pillow copies even where nothing changes, and copies of a page take a fifth of the time.
    colours = picture if picture.mode == "RGB" else picture.convert("RGB")
    finer = int(_point(picture) / _FINE)
    grey = _dark_on_bright(colours.reduce(finer) if finer > 1 else colours)
    (width, height), point = grey.size, _point(grey)
    along = max(round(_CELL * point), 1)
    parts = grey.reduce((along, 1)), grey.reduce((1, along)).transpose(Transpose.TRANSPOSE)
    flat, upright = (_flat(part, along / point, 1 / point) for part in parts)
    boxes = flat * (along, 1, along, 1), upright[:, _TURNED] * (1, along, 1, along)
    flat, upright = ((box / (width, height, width, height)).clip(0, 1) for box in boxes)
    return RulingLines(flat.astype(np.float32), upright.astype(np.float32))


def _point(picture: Image) -> float:
    """Return the pixels in a point."""
    return max(math.sqrt(picture.width * picture.height) / _PAGE, _COARSE)


def _dark_on_bright(picture: Image) -> Image:
    """Return an RGB picture in grey, where ink of any colour is dark and most is bright."""
    from PIL.ImageChops import darker, invert, lighter

    red, green, blue = picture.split()
    grey = darker(darker(red, green), blue)
    if np.median(np.asarray(grey)[::8, ::8]) >= 128:
        return grey
    return invert(lighter(lighter(red, green), blue))


def _flat(picture: Image, cell: float, row: float) -> _Cells:
    """Return the flat lines of a grey picture as boxes (n, 4) of its pixels.

    Args:
        cell, row: the points that a pixel is wide and high.
    """
    grey = np.asarray(picture)
    size = max(round(_THICK / row), 1) + 1  # a thick line is blurred by a row
    paper = _closed(grey, size)
    # Bright lines part dark areas: what is bright between two dark lines is paper.
    bright = paper - ~_closed(~paper, size)
    boxes = np.vstack([_lines(contrast, cell, row) for contrast in (paper - grey, bright)])
    longest = np.argsort(-_width(boxes), kind="stable")[:MAX_RULES]
    return np.asarray(boxes[np.sort(longest)], dtype=np.intp)


def _lines(contrast: _Grey, cell: float, row: float) -> _Cells:
    """Return the flat lines (n, 4) where pixels differ from what lies above and below them."""
    seen = contrast > max(_CONTRAST, _NOISE * float(np.median(contrast[::4, ::4])))
    gap = round(_GAP / cell)
    runs = _runs(_closed(seen.T, gap + 1).T, _RUN / cell)
    groups = _groups(runs, gap)
    whole, _ = _unite(runs, groups)
    # Letters that touch a line are short beside it, and the steps of a line aslant are not.
    part = _width(runs) >= _PART * _width(whole)[groups]
    boxes, area = _unite(runs[part], groups[part])
    across, down = (boxes[:, 2:] - boxes[:, :2]).T
    length, thick = across * cell, area / np.maximum(across, 1) * row
    likely = (
        (length >= np.maximum(_SHORT, _SLIM * thick))
        & (thick <= _THICK + row)
        & (down * row <= _THICK + 2 * row + _SLOPE * length)
    )
    limit = np.where((length < _LONG) | (thick > _HAIR + row), _EVENER, _EVEN)
    boxes = boxes[likely]
    even = np.array([_evenness(contrast[y0:y1, x0:x1]) for x0, y0, x1, y1 in boxes.tolist()])
    return np.asarray(boxes[even >= limit[likely]], dtype=np.intp)


def _closed(values: NDArray[Any], size: int) -> NDArray[Any]:
    """Fill what is lower (darker) than its surroundings and less than `size` rows high.

    It is filled with the lower of what lies above and below it: the morphological closing.

    >>> _closed(np.array([[9], [2], [7], [1], [1], [8]]), 2).ravel().tolist()
    [9, 7, 7, 1, 1, 8]
    """
    padded = np.pad(values, ((size, size), (0, 0)), mode="edge")
    spread = _over(padded, np.maximum, size)
    return _over(spread, np.minimum, size)[1 : len(values) + 1]


def _over(values: NDArray[Any], best: Any, size: int) -> NDArray[Any]:
    """Return the best of each `size` rows that follow on one another, by doubling."""
    done = 1
    while done < size:
        step = min(done, size - done)
        values, done = best(values[:-step], values[step:]), done + step
    return values


def _runs(seen: _Seen, least: float) -> _Cells:
    """Return the runs in each row, at least so many cells long, as boxes (n, 4), row after row."""
    row = seen.shape[1] + 2  # with an empty cell at both ends
    flat = np.pad(seen, ((0, 0), (1, 1))).ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    starts, ends = edges[::2], edges[1::2]
    length = ends - starts
    kept = np.flatnonzero(length >= least)
    if len(kept) > _MAX_RUNS:
        kept = np.sort(kept[np.argsort(-length[kept], kind="stable")[:_MAX_RUNS]])
    y, x0 = np.divmod(starts[kept], row)
    return np.stack([x0, y, x0 + length[kept], y + 1], axis=1)


def _groups(runs: _Cells, gap: int) -> _Cells:
    """Return for each run a number of its group: runs that go on in a neighbouring row."""
    x0, y, x1, _ = runs.T
    row = int(x1.max(initial=0)) + gap + 1
    starts, ends = y * row + x0, y * row + x1
    first = np.searchsorted(ends, starts - row - gap)  # of the runs above that touch
    last = np.searchsorted(starts, ends - row + gap, side="right")
    parents = list(range(len(runs)))
    for run, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        for other in range(low, high):
            parents[_root(parents, other)] = run
    roots = np.array([_root(parents, run) for run in parents], dtype=np.intp)
    return np.unique(roots, return_inverse=True)[1]


def _root(parents: list[int], run: int) -> int:
    while parents[run] != run:
        parents[run] = parents[parents[run]]
        run = parents[run]
    return run


def _width(boxes: _Cells) -> _Cells:
    width: _Cells = boxes[:, 2] - boxes[:, 0]
    return width


def _unite(runs: _Cells, groups: _Cells) -> tuple[_Cells, _Cells]:
    """Return the box around each group, and the cells in it."""
    if not len(runs):
        return runs, groups
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    low = np.minimum.reduceat(runs[order, :2], starts)
    high = np.maximum.reduceat(runs[order, 2:], starts)
    return np.hstack([low, high]), np.add.reduceat(_width(runs)[order], starts)


def _evenness(contrast: _Grey) -> float:
    """Return the share of a line (rows, n) whose contrast is about the usual one of it, 0..1."""
    profile = contrast.max(axis=0).astype(np.int16)
    usual = np.sort(profile)[len(profile) // 2]
    return np.count_nonzero(np.abs(profile - usual) <= _SAME * usual) / len(profile)
