"""What is drawn on a PDF page, object by object. The caller holds the lock of `reading.pdf`."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from enum import IntEnum
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

MAX_OBJECTS, MAX_SEGMENTS, MAX_CLIPS = 20_000, 20_000, 5_000
"""Objects, parts of paths and parts of clips looked at on a page; of more objects every second,
third, ... one."""

MAX_DEPTH = 15  # of forms in forms

_Box = tuple[float, float, float, float]
_Points = list[tuple[float, float]]

_AS_IT_IS = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_CLIPPED = 0.002  # of the page; only of larger objects is it asked what clips them
_FAR = 1e9  # points; nothing lies there
_INNERMOST = 8  # clips looked at, of those that an object stands in
_WHITE = 250  # of 255, in each colour
_GROUP = 0.25  # of its box is covered where the drawings of a form are one


class Kind(IntEnum):
    """What an object is: a straight stroke, a box, a transparent picture, or anything else."""

    STROKE = 0
    BOX = 1
    FAINT = 2
    DRAWING = 3


def visible_objects(page: Any, thin: float) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return boxes (n, 4) in PDF space and the `Kind` of what is drawn on a page beside text.

    Strokes that lie flat or stand upright come one by one, as do the edges of outlined boxes.
    Left out are objects that are transparent, white areas, and what lies outside their clip.
    What is at most `thin` wide or high counts as a stroke.
    """
    walk = _Walk(page, thin)
    walk.through(
        raw.FPDFPage_CountObjects(page), lambda i: raw.FPDFPage_GetObject(page, i), _AS_IT_IS, 0
    )
    boxes = np.array([box for box, _ in walk.found], dtype=np.float64).reshape(-1, 4)
    kinds = np.array([kind for _, kind in walk.found], dtype=np.int8)
    known = (np.abs(boxes) < _FAR).all(axis=1)  # not NaN either
    return boxes[known], kinds[known]


class _Walk:
    """Collects boxes while it goes through the objects of a page and of the forms on it."""

    def __init__(self, page: Any, thin: float) -> None:
        width, height = page.get_size()
        self.found: list[tuple[_Box, Kind]] = []
        self.thin = thin
        self.page = width * height
        self.objects, self.segments, self.clips = MAX_OBJECTS, MAX_SEGMENTS, MAX_CLIPS
        self._floats = [ctypes.c_float() for _ in range(4)]
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._x, self._y = ctypes.c_float(), ctypes.c_float()
        self._mode, self._stroke = ctypes.c_int(), ctypes.c_int()
        self._matrix = raw.FS_MATRIX()
        self._known: dict[tuple[object, ...], _Box] = {}

    def through(
        self, count: int, get: Callable[[int], Any], frame: tuple[float, ...], depth: int
    ) -> None:
        """Look at objects that stand in a form whose `frame` takes them to PDF space."""
        step = max(1, -(-count // max(self.objects, 1)))
        for index in range(0, count, step):
            if self.objects <= 0:
                return
            self.objects -= 1
            made = get(index)
            kind = raw.FPDFPageObj_GetType(made)
            if kind == raw.FPDF_PAGEOBJ_PATH:
                self._path(made, frame)
            elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
                faint = kind == raw.FPDF_PAGEOBJ_IMAGE and raw.FPDFPageObj_HasTransparency(made)
                shown = Kind.FAINT if faint else Kind.DRAWING
                self._add(self._bounds(made, frame), shown, made, frame)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
                self._form(made, frame, depth)

    def _form(self, form: Any, frame: tuple[float, ...], depth: int) -> None:
        raw.FPDFPageObj_GetMatrix(form, self._matrix)
        inside = _then(_numbers(self._matrix), frame)
        before = len(self.found)
        self.through(
            raw.FPDFFormObj_CountObjects(form),
            lambda i: raw.FPDFFormObj_GetObject(form, i),
            inside,
            depth + 1,
        )
        drawn = [box for box, kind in self.found[before:] if kind is Kind.DRAWING]
        if drawn:  # one figure, when what is drawn does not lie scattered over the page
            whole = _around([(box[0], box[1]) for box in drawn] + [(b[2], b[3]) for b in drawn])
            if sum(map(_area, drawn)) > _GROUP * _area(whole):
                self._add(whole, Kind.DRAWING)

    def _path(self, path: Any, frame: tuple[float, ...]) -> None:
        raw.FPDFPath_GetDrawMode(path, self._mode, self._stroke)
        filled = self._mode.value and self._shows(raw.FPDFPageObj_GetFillColor, path, white=False)
        stroked = self._stroke.value and self._shows(raw.FPDFPageObj_GetStrokeColor, path)
        box = self._bounds(path, frame) if filled or stroked else None
        if box is None:
            return
        if not stroked and min(box[2] - box[0], box[3] - box[1]) <= self.thin:
            self._add(box, Kind.STROKE)
            return
        outlines = self._straight(path, frame)
        if outlines is None:
            self._add(box, Kind.DRAWING, path, frame)
            return
        raw.FPDFPageObj_GetStrokeWidth(path, self._floats[0])
        width = min(self._floats[0].value / 2, self.thin / 2)
        for outline in outlines:
            if stroked:
                for start, end in pairwise(outline):
                    x0, y0, x1, y1 = _around([start, end])
                    self._add((x0 - width, y0 - width, x1 + width, y1 + width), Kind.STROKE)
            if filled or (len(outline) > 3 and outline[0] == outline[-1]):
                self._add(_around(outline), Kind.BOX, path, frame)

    def _shows(self, ask: Callable[..., Any], path: Any, white: bool = True) -> bool:
        """Say whether the colour of a path is not transparent and, if asked, not white.

        PDFium calls shading patterns white too.
        """
        if not ask(path, *self._colour):
            return True
        red, green, blue, alpha = (channel.value for channel in self._colour)
        return alpha > 0 and (white or min(red, green, blue) < _WHITE)

    def _straight(self, path: Any, frame: tuple[float, ...]) -> list[_Points] | None:
        """Return the outlines of a path all of whose lines are flat or upright, else None."""
        count = raw.FPDFPath_CountSegments(path)
        if not 0 < count <= self.segments:
            return None
        raw.FPDFPageObj_GetMatrix(path, self._matrix)
        frame = _then(_numbers(self._matrix), frame)
        outlines: list[_Points] = []
        for index in range(count):
            self.segments -= 1
            segment = raw.FPDFPath_GetPathSegment(path, index)
            kind = raw.FPDFPathSegment_GetType(segment)
            point = self._point(segment, frame)
            if kind == raw.FPDF_SEGMENT_MOVETO or not outlines:
                outlines.append([point])
                continue
            last = outlines[-1][-1]
            apart = min(abs(point[0] - last[0]), abs(point[1] - last[1]))
            if kind != raw.FPDF_SEGMENT_LINETO or apart > self.thin / 6:
                return None
            outlines[-1].append(point)
            if raw.FPDFPathSegment_GetClose(segment) and point != outlines[-1][0]:
                outlines[-1].append(outlines[-1][0])
        return [outline for outline in outlines if len(outline) > 1]

    def _bounds(self, made: Any, frame: tuple[float, ...]) -> _Box | None:
        if not raw.FPDFPageObj_GetBounds(made, *self._floats):
            return None
        x0, y0, x1, y1 = (number.value for number in self._floats)
        if frame is _AS_IT_IS:
            return x0, y0, x1, y1
        return _around([_apply(frame, x, y) for x in (x0, x1) for y in (y0, y1)])

    def _add(
        self, box: _Box | None, kind: Kind, made: Any = None, frame: tuple[float, ...] = _AS_IT_IS
    ) -> None:
        if box is not None and made is not None and _area(box) > _CLIPPED * self.page:
            for clip in self._clips(made, frame):
                x0, y0, x1, y1 = box
                box = max(x0, clip[0]), max(y0, clip[1]), min(x1, clip[2]), min(y1, clip[3])
        if box is not None and box[0] <= box[2] and box[1] <= box[3]:
            self.found.append((box, kind))

    def _clips(self, made: Any, frame: tuple[float, ...]) -> Iterator[_Box]:
        clip = raw.FPDFPageObj_GetClipPath(made)
        get = raw.FPDFClipPath_GetPathSegment
        paths = raw.FPDFClipPath_CountPaths(clip) if clip else 0
        for number in range(max(paths - _INNERMOST, 0), paths):
            self.clips -= 1
            if self.clips < 0:
                return
            count = raw.FPDFClipPath_CountPathSegments(clip, number)
            if count <= 0:
                continue
            # Many objects in a row share a clip, and it is long to read.
            ends = [self._point(get(clip, number, at), frame) for at in (0, count // 2, count - 1)]
            key = (count, *ends)
            if key not in self._known and count <= self.clips:
                self.clips -= count
                self._known[key] = _around(
                    [self._point(get(clip, number, index), frame) for index in range(count)]
                )
            if key in self._known:
                yield self._known[key]

    def _point(self, segment: Any, frame: tuple[float, ...]) -> tuple[float, float]:
        raw.FPDFPathSegment_GetPoint(segment, self._x, self._y)
        return _apply(frame, self._x.value, self._y.value)


def _numbers(matrix: Any) -> tuple[float, ...]:
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _apply(frame: tuple[float, ...], x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = frame
    return a * x + c * y + e, b * x + d * y + f


def _then(first: tuple[float, ...], second: tuple[float, ...]) -> tuple[float, ...]:
    """Return the matrix that does the first and then the second."""
    a, b, c, d, e, f = first
    p, q, r, s = second[:4]
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, *_apply(second, e, f)


def _around(points: _Points) -> _Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _area(box: _Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
