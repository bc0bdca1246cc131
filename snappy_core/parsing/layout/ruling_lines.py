"""Ruling lines in the image of a page, for scans, which have no drawn objects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import enclose_groups
from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.pixel_runs import connect_runs, find_runs

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_LINES = 500
"""Lines of a page, in each direction; only the longest are returned."""

# In points, on a page as large as Letter or A4; on others they scale with the page.
_PAGE_SIDE = 700.0  # square root of the area of such a page
_MAX_THICKNESS = 3.0
_MAX_HAIRLINE = 1.5  # thickness of a line that letters may touch
_CELL = 1.5  # averaging length along a line: removes noise, blurs letters but not lines
_MAX_GAP = 1.5  # between the segments of a line
_MIN_RUN = 6.0  # length of a segment in one row of pixels
_MIN_LENGTH = 24.0  # taller than letters
_LONG = 60.0  # longer than most words

_MIN_RESOLUTION, _MAX_RESOLUTION = 0.7, 2.0  # pixels per point: needed for letters, and for lines
_MAX_SLOPE = 0.012  # 0.7 degrees
_MIN_PART = 0.05  # share of a line in one row of pixels
_MIN_ASPECT = 10  # length over thickness
_MIN_CONTRAST = 16  # gray levels (of 255) between a line and both its sides
_NOISE = 5  # the same in multiples of the median contrast of the page
_MAX_DEVIATION = 0.4  # of the contrast along a line, as a share of its median
_MIN_EVENNESS = 0.9  # share of a line whose contrast deviates less
_MIN_HAIRLINE_EVENNESS = 0.77  # the same for long hairlines
_MAX_RUNS = 4_000  # only the longest runs are considered, since time grows with their number

_Gray = NDArray[np.uint8]
_PixelBoxes = NDArray[np.intp]
_TRANSPOSED = [1, 0, 3, 2]


def find_ruling_lines(picture: Image) -> RulingLines:
    """Return the ruling lines in the image of a page, as boxes in page fractions.

    A ruling line is a long thin run, straight except for half a degree of skew, with even contrast
    to both sides. Lines are dark, or bright between dark areas; the reverse on a dark page.
    The box of a slanted line encloses all of it. Underlines and the grids of charts are returned
    too; edges of shaded boxes and dotted lines are not.

    Time grows with the pixels: about 30 ms for Letter at 200 dpi.
    """
    from PIL.Image import Transpose

    # Copying takes a fifth of the time, and Pillow copies even when nothing changes.
    rgb = picture if picture.mode == "RGB" else picture.convert("RGB")
    factor = int(_pixels_per_point(picture) / _MAX_RESOLUTION)
    gray = _dark_on_bright(rgb.reduce(factor) if factor > 1 else rgb)
    (width, height), resolution = gray.size, _pixels_per_point(gray)
    cell = max(round(_CELL * resolution), 1)  # pixels
    blurred = gray.reduce((cell, 1)), gray.reduce((1, cell)).transpose(Transpose.TRANSPOSE)
    flat, transposed = (_find_flat(part, cell / resolution, 1 / resolution) for part in blurred)
    boxes = flat * (cell, 1, cell, 1), transposed[:, _TRANSPOSED] * (1, cell, 1, cell)
    return RulingLines(
        *((b / (width, height, width, height)).clip(0, 1).astype(np.float32) for b in boxes)
    )


def _pixels_per_point(picture: Image) -> float:
    return max(math.sqrt(picture.width * picture.height) / _PAGE_SIDE, _MIN_RESOLUTION)


def _dark_on_bright(picture: Image) -> Image:
    from PIL.ImageChops import darker, invert, lighter

    red, green, blue = picture.split()
    gray = darker(darker(red, green), blue)
    if np.median(np.asarray(gray)[::8, ::8]) >= 128:
        return gray
    return invert(lighter(lighter(red, green), blue))


def _find_flat(picture: Image, cell: float, row: float) -> _PixelBoxes:
    """Return the horizontal lines (n, 4) of an image with pixels of `cell` x `row` points."""
    gray = np.asarray(picture)
    size = max(round(_MAX_THICKNESS / row), 1) + 1  # thick lines are blurred by one row
    background = _close(gray, size)
    # Bright lines separate dark areas: what is bright between two dark lines is background.
    brightness = background - ~_close(~background, size)
    contrasts = (background - gray, brightness)
    boxes = np.vstack([_find_lines(contrast, cell, row) for contrast in contrasts])
    return _longest(boxes, MAX_LINES)


def _find_lines(contrast: _Gray, cell: float, row: float) -> _PixelBoxes:
    """Return the horizontal lines (n, 4), given the contrast of each pixel to its surroundings."""
    mask = contrast > max(_MIN_CONTRAST, _NOISE * float(np.median(contrast[::4, ::4])))
    gap = round(_MAX_GAP / cell)
    runs = find_runs(_close(mask.T, gap + 1).T)
    runs = _longest(runs[_widths(runs) >= _MIN_RUN / cell], _MAX_RUNS)
    labels = connect_runs(runs, gap)
    whole = enclose_groups(runs, labels)
    # Letters that touch a line are short compared to it; the steps of a slanted line are not.
    is_part = _widths(runs) >= _MIN_PART * _widths(whole)[labels]
    runs, labels = runs[is_part], np.unique(labels[is_part], return_inverse=True)[1]
    boxes, areas = enclose_groups(runs, labels), np.bincount(labels, _widths(runs))
    across, down = (boxes[:, 2:] - boxes[:, :2]).T
    length, thickness = across * cell, areas / np.maximum(across, 1) * row
    is_line = (
        (length >= np.maximum(_MIN_LENGTH, _MIN_ASPECT * thickness))
        & (thickness <= _MAX_THICKNESS + row)
        & (down * row <= _MAX_THICKNESS + 2 * row + _MAX_SLOPE * length)
    )
    is_hairline = (length >= _LONG) & (thickness <= _MAX_HAIRLINE + row)
    least = np.where(is_hairline, _MIN_HAIRLINE_EVENNESS, _MIN_EVENNESS)[is_line]
    boxes = boxes[is_line]
    evenness = np.array([_evenness(contrast[y0:y1, x0:x1]) for x0, y0, x1, y1 in boxes.tolist()])
    return np.asarray(boxes[evenness >= least], dtype=np.intp)


def _close(values: NDArray[Any], size: int) -> NDArray[Any]:
    """Fill dark gaps less than `size` rows high, between brighter rows above and below.

    >>> _close(np.array([[9], [2], [7], [1], [1], [8]]), 2).ravel().tolist()
    [9, 7, 7, 1, 1, 8]
    """
    padded = np.pad(values, ((size, size), (0, 0)), mode="edge")
    dilated = _slide(padded, np.maximum, size)
    return _slide(dilated, np.minimum, size)[1 : len(values) + 1]


def _slide(values: NDArray[Any], extremum: Any, size: int) -> NDArray[Any]:
    """Return the extremum of each `size` adjacent rows, by doubling."""
    done = 1
    while done < size:
        step = min(done, size - done)
        values, done = extremum(values[:-step], values[step:]), done + step
    return values


def _longest(boxes: _PixelBoxes, count: int) -> _PixelBoxes:
    """Return the widest boxes, in their original order."""
    return boxes[np.sort(np.argsort(-_widths(boxes), kind="stable")[:count])]


def _widths(boxes: _PixelBoxes) -> _PixelBoxes:
    widths: _PixelBoxes = boxes[:, 2] - boxes[:, 0]
    return widths


def _evenness(contrast: _Gray) -> float:
    """Return the share of a line (rows, n) whose contrast is near its median, 0..1."""
    profile = contrast.max(axis=0).astype(np.int16)
    median = np.sort(profile)[len(profile) // 2]
    near = np.abs(profile - median) <= _MAX_DEVIATION * median
    return np.count_nonzero(near) / len(profile)
