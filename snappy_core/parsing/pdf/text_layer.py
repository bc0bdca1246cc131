"""Words with boxes from PDFium's characters. The caller holds the lock `document.PDFIUM`."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import ArrayLike, NDArray

from snappy_core.boxes import Boxes, contains_center
from snappy_core.parsing.leaders import LEADER
from snappy_core.parsing.pdf.layers import hidden_texts
from snappy_core.parsing.pdf.text_styles import number_styles
from snappy_core.parsing.pdf.words import read_words
from snappy_core.parsing.tags import UNKNOWN
from snappy_core.parsing.text import TextLayer, quarter_turns
from snappy_core.parsing.vertical_writing import are_columns
from snappy_core.types import Matrix

WHOLE_PAGE = np.array([[0, 0, 1, 1]], dtype=np.float32)
_DESCENT, _ASCENT = 0.22, 0.78  # typical ones, in font sizes: the extent of a line box
_MAX_SLANT = 20 / 90  # quarter turns between a reading direction and the nearest axis
_DEVICE_PIXELS = 1 << 24  # FPDF_PageToDevice rounds to pixels: ask for a page of 16 million


def read_text_layer(page: Any, owners: Mapping[int, int] | None = None) -> tuple[TextLayer, str]:
    """Return the words of the text layer whose centers lie on the page, in file order.

    Words end at white space, at a hyphen that ends a line, and where the text jumps to another
    line. Boxes are clipped to the page. If a page has more words or characters than the limits in
    `words`, only the first ones are returned, with a warning.

    Args:
        owners: of text objects by their addresses, as in `tags.TaggedObjects`.
    """
    with closing(page.get_textpage()) as text_page:
        words, is_complete = read_words(text_page)
    if any(word.origins for word in words):
        for word in words:
            word.order_letters()
    if LEADER.search("".join("".join(word.letters) for word in words)):
        words = [part for word in words for part in word.parts()]
    if hidden := hidden_texts(page, {word.style.address for word in words}):
        words = [word for word in words if word.style.address not in hidden]
    matrix, size = page_matrix(page), np.array(page.get_size(), dtype=np.float64)
    boxes = to_page([word.box for word in words], matrix)
    frames = [(*word.origin, *word.style.along, *word.style.up) for word in words]
    origins, along, up = np.hsplit(np.array(frames, dtype=np.float64).reshape(-1, 6), 3)
    direction, rise = along @ matrix[:2] * size, up @ matrix[:2] * size  # points, y down
    texts, sizes = tuple(word.text for word in words), np.linalg.norm(rise, axis=1)
    lines = _line_boxes(boxes, origins @ matrix[:2] + matrix[2], up @ matrix[:2])
    turns = _turns(direction)
    down = are_columns(texts, (boxes[:, 2:] - boxes[:, :2]) * size) & (turns == 0)
    turns[down] = 1  # read as turned lines: from top to bottom, the rightmost line first
    lines[down] = _column_boxes(boxes[down], sizes[down] / size[0])
    layer = TextLayer(
        texts=texts,
        boxes=np.clip(boxes, 0, 1),
        lines=lines,
        sizes=sizes.astype(np.float32),
        bold=np.array([word.style.bold for word in words], dtype=bool),
        styles=number_styles([word.style for word in words]),
        turns=turns,
        hyphens=np.array([word.hyphen for word in words], dtype=bool),
        invisible=np.array([word.style.invisible for word in words], dtype=bool),
        owners=None
        if owners is None
        else np.array([owners.get(word.style.address, UNKNOWN) for word in words], dtype=np.intp),
    )
    warning = "" if is_complete else f"has too much text: only {len(words):,} words were read"
    return layer.take(contains_center(WHOLE_PAGE, boxes)[0]), warning


def user_space(page: Any) -> Matrix:
    """Return the matrix from page fractions to PDF space.

    Raises:
        numpy.linalg.LinAlgError: the page lies too far from the origin for PDFium's precision.
    """
    matrix = page_matrix(page)
    inverse = np.linalg.inv(matrix[:2])
    (a, b), (c, d), (e, f) = np.vstack([inverse, -matrix[2] @ inverse]).tolist()
    return a, b, c, d, e, f


def page_matrix(page: Any) -> NDArray[np.float64]:
    """Return the affine matrix (3, 2) from PDF space to page fractions, as rendered.

    It comes from PDFium itself, so that /Rotate, CropBox and odd boxes match the page image.
    """
    reach = max(page.get_size())  # far points, since the answers are rounded to whole pixels
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for point in ((0.0, 0.0), (reach, 0.0), (0.0, reach)):
        raw.FPDF_PageToDevice(page, 0, 0, _DEVICE_PIXELS, _DEVICE_PIXELS, 0, *point, x, y)
        corners.append(np.array([x.value, y.value]) / _DEVICE_PIXELS)
    origin, right, up = corners
    return np.stack([(right - origin) / reach, (up - origin) / reach, origin])


def to_page(boxes: ArrayLike, matrix: NDArray[np.float64]) -> Boxes:
    """Map boxes (n, 4) in PDF space to page fractions by a `page_matrix`."""
    corners = np.asarray(boxes, dtype=np.float64).reshape(-1, 2) @ matrix[:2] + matrix[2]
    a, b = corners[::2], corners[1::2]
    return np.hstack([np.minimum(a, b), np.maximum(a, b)]).astype(np.float32)


def _turns(directions: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return the quarter turns of reading directions (n, 2).

    If the closest turn of a slanted direction, such as a watermark's, is that of most straight
    words, it gets the turn on its other side: it is not part of that text.
    """
    turns = quarter_turns(directions)
    angles = np.arctan2(directions[:, 1], directions[:, 0]) / (np.pi / 2)
    offsets = angles - np.round(angles)
    is_slanted = np.abs(offsets) > _MAX_SLANT
    if is_slanted.any() and not is_slanted.all():
        usual = np.bincount(turns[~is_slanted], minlength=4).argmax()
        moved = is_slanted & (turns == usual)
        turns[moved] = (turns[moved] + np.where(offsets[moved] > 0, 1, -1)) % 4
    return turns


def _line_boxes(boxes: Boxes, origins: NDArray[np.float64], up: NDArray[np.float64]) -> Boxes:
    """Return the boxes as high as the font, as ink is uneven along a line ("more", "(Apply")."""
    bottom, top = origins - _DESCENT * up, origins + _ASCENT * up
    is_across = np.abs(up) >= np.abs(up[:, ::-1])  # (n, 2): the axis across the line
    low = np.where(is_across, np.minimum(bottom, top), boxes[:, :2])
    high = np.where(is_across, np.maximum(bottom, top), boxes[:, 2:])
    return np.hstack([low, high]).astype(np.float32)


def _column_boxes(boxes: Boxes, widths: NDArray[np.float64]) -> Boxes:
    """Return the boxes of words that are written downward, as wide as the font."""
    middles = (boxes[:, 0] + boxes[:, 2]) / 2
    edges = middles - widths / 2, boxes[:, 1], middles + widths / 2, boxes[:, 3]
    return np.stack(edges, axis=1).astype(np.float32)
