"""The graphic objects of a PDF page: paths, images and shadings, including those inside forms.

The caller holds the lock `document.PDFIUM`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray
from pypdfium2 import PdfMatrix

from snappy_core.parsing.layout.geometry import box_area
from snappy_core.types import Box

# Read on a page, including path and clip segments; of more, only every second, third, ... object.
MAX_OBJECTS, MAX_SEGMENTS, MAX_CLIPS = 20_000, 20_000, 5_000
MAX_DEPTH = 15  # of forms in forms

_Points = list[tuple[float, float]]

_MIN_CLIPPED = 0.002  # share of the page; the clips of smaller objects are not read
_MAX_COORDINATE = 1e9  # points; anything beyond is an error
_MAX_NESTED_CLIPS = 8  # the innermost clips of an object that are read
_WHITE = 250  # of 255; a fill this bright in each channel is white


class Kind(IntEnum):
    """What an object is: a straight stroke, a box, a transparent image, an opaque one, or other."""

    STROKE = 0
    BOX = 1
    FAINT = 2
    DRAWING = 3
    PICTURE = 4


def visible_objects(page: Any, thin: float) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return boxes (n, 4) in PDF space and the `Kind` (n,) of the graphic objects of a page.

    Each horizontal or vertical stroke is a separate object, and so is each edge of an outlined
    box. A filled path at most `thin` points wide or high is a stroke, too. Transparent objects,
    white areas and anything outside the clip are left out.
    """
    reader = _ObjectReader(page, thin)
    reader.read(page, PdfMatrix(), depth=0)
    boxes = np.array([box for box, _ in reader.objects], dtype=np.float64).reshape(-1, 4)
    kinds = np.array([kind for _, kind in reader.objects], dtype=np.int8)
    is_valid = (np.abs(boxes) < _MAX_COORDINATE).all(axis=1)  # excludes NaN, too
    return boxes[is_valid], kinds[is_valid]


class _ObjectReader:
    """Collects the boxes of the objects on a page and in its forms."""

    def __init__(self, page: Any, thin: float) -> None:
        width, height = page.get_size()
        self.objects: list[tuple[Box, Kind]] = []
        self.thin = thin
        self.page_area = width * height
        self.objects_left, self.segments_left = MAX_OBJECTS, MAX_SEGMENTS
        self.clips_left = MAX_CLIPS
        self._clip_boxes: dict[tuple[object, ...], Box] = {}
        # Buffers for PDFium's answers
        self._floats = [ctypes.c_float() for _ in range(4)]
        self._color = [ctypes.c_uint() for _ in range(4)]
        self._x, self._y = ctypes.c_float(), ctypes.c_float()
        self._fill_mode, self._stroke = ctypes.c_int(), ctypes.c_int()
        self._matrix = raw.FS_MATRIX()

    def read(self, container: Any, matrix: PdfMatrix, depth: int) -> None:
        """Read the objects of a page or form; `matrix` maps their coordinates to PDF space."""
        if depth == 0:
            count_objects, get_object = raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject
        else:
            count_objects, get_object = raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject
        count = count_objects(container)
        step = max(1, -(-count // max(self.objects_left, 1)))
        for index in range(0, count, step):
            if self.objects_left <= 0:
                return
            self.objects_left -= 1
            item = get_object(container, index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_PATH:
                self._read_path(item, matrix)
            elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
                shown_as = Kind.DRAWING
                if kind == raw.FPDF_PAGEOBJ_IMAGE:
                    shown_as = Kind.FAINT if _is_faint(item) else Kind.PICTURE
                self._add_clipped(self._bounds(item, matrix), shown_as, item, matrix)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
                self.read(item, self._combined_matrix(item, matrix), depth + 1)

    def _read_path(self, path: Any, matrix: PdfMatrix) -> None:
        raw.FPDFPath_GetDrawMode(path, self._fill_mode, self._stroke)
        fill_color, stroke_color = raw.FPDFPageObj_GetFillColor, raw.FPDFPageObj_GetStrokeColor
        is_filled = self._fill_mode.value and self._is_visible(fill_color, path, _WHITE)
        is_stroked = self._stroke.value and self._is_visible(stroke_color, path)
        box = self._bounds(path, matrix) if is_filled or is_stroked else None
        if box is None:
            return
        if not is_stroked and min(box[2] - box[0], box[3] - box[1]) <= self.thin:
            self._add(box, Kind.STROKE)
            return
        outlines = self._straight_outlines(path, matrix)
        if outlines is None:
            self._add_clipped(box, Kind.DRAWING, path, matrix)
            return
        raw.FPDFPageObj_GetStrokeWidth(path, self._floats[0])
        reach = min(self._floats[0].value / 2, self.thin / 2)
        for outline in outlines:
            if is_stroked:
                for ends in pairwise(outline):
                    x0, y0, x1, y1 = _bounding_box(ends)
                    self._add((x0 - reach, y0 - reach, x1 + reach, y1 + reach), Kind.STROKE)
            if is_filled or (len(outline) > 3 and outline[0] == outline[-1]):
                self._add_clipped(_bounding_box(outline), Kind.BOX, path, matrix)

    def _is_visible(self, get_color: Callable[..., Any], path: Any, white: int = 256) -> bool:
        """Return whether the color of a path is opaque and darker than `white`.

        PDFium reports shading patterns as white, too.
        """
        if not get_color(path, *self._color):
            return True
        *colors, alpha = (channel.value for channel in self._color)
        return alpha > 0 and min(colors) < white

    def _straight_outlines(self, path: Any, matrix: PdfMatrix) -> list[_Points] | None:
        """Return the outlines of a path of horizontal and vertical lines; None for any other."""
        count = raw.FPDFPath_CountSegments(path)
        if not 0 < count <= self.segments_left:
            return None
        matrix = self._combined_matrix(path, matrix)
        outlines: list[_Points] = []
        for index in range(count):
            self.segments_left -= 1
            segment = raw.FPDFPath_GetPathSegment(path, index)
            kind = raw.FPDFPathSegment_GetType(segment)
            point = self._point(segment, matrix)
            if kind == raw.FPDF_SEGMENT_MOVETO or not outlines:
                outlines.append([point])
                continue
            previous = outlines[-1][-1]
            slant = min(abs(point[0] - previous[0]), abs(point[1] - previous[1]))
            if kind != raw.FPDF_SEGMENT_LINETO or slant > self.thin / 6:
                return None
            outlines[-1].append(point)
            if raw.FPDFPathSegment_GetClose(segment) and point != outlines[-1][0]:
                outlines[-1].append(outlines[-1][0])
        return [outline for outline in outlines if len(outline) > 1]

    def _bounds(self, item: Any, matrix: PdfMatrix) -> Box | None:
        if not raw.FPDFPageObj_GetBounds(item, *self._floats):
            return None
        x0, y0, x1, y1 = (number.value for number in self._floats)
        bounds: Box = matrix.on_rect(x0, y0, x1, y1)
        return bounds

    def _combined_matrix(self, item: Any, matrix: PdfMatrix) -> PdfMatrix:
        raw.FPDFPageObj_GetMatrix(item, self._matrix)
        return PdfMatrix.from_raw(self._matrix).multiply(matrix)

    def _add(self, box: Box, kind: Kind) -> None:
        if box[0] <= box[2] and box[1] <= box[3]:
            self.objects.append((box, kind))

    def _add_clipped(self, box: Box | None, kind: Kind, item: Any, matrix: PdfMatrix) -> None:
        if box is None:
            return
        if box_area(box) > _MIN_CLIPPED * self.page_area:
            for clip in self._clips(item, matrix):
                x0, y0, x1, y1 = box
                box = max(x0, clip[0]), max(y0, clip[1]), min(x1, clip[2]), min(y1, clip[3])
        self._add(box, kind)

    def _clips(self, item: Any, matrix: PdfMatrix) -> Iterator[Box]:
        """Yield the boxes of the innermost paths that clip an object."""
        clip = raw.FPDFPageObj_GetClipPath(item)
        get = raw.FPDFClipPath_GetPathSegment
        paths = raw.FPDFClipPath_CountPaths(clip) if clip else 0
        for path in range(max(paths - _MAX_NESTED_CLIPS, 0), paths):
            self.clips_left -= 1
            if self.clips_left < 0:
                return
            count = raw.FPDFClipPath_CountPathSegments(clip, path)
            if count <= 0:
                continue
            # Many consecutive objects share a clip, which is slow to read.
            samples = (0, count // 2, count - 1)
            key = (count, *(self._point(get(clip, path, index), matrix) for index in samples))
            if key not in self._clip_boxes and count <= self.clips_left:
                self.clips_left -= count
                points = [self._point(get(clip, path, index), matrix) for index in range(count)]
                self._clip_boxes[key] = _bounding_box(points)
            if key in self._clip_boxes:
                yield self._clip_boxes[key]

    def _point(self, segment: Any, matrix: PdfMatrix) -> tuple[float, float]:
        raw.FPDFPathSegment_GetPoint(segment, self._x, self._y)
        point: tuple[float, float] = matrix.on_point(self._x.value, self._y.value)
        return point


def _is_faint(image: Any) -> bool:
    return bool(raw.FPDFPageObj_HasTransparency(image))


def _bounding_box(points: Sequence[tuple[float, float]]) -> Box:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
