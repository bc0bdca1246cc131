"""From PDFium's characters to words with boxes. The caller holds the lock of `reading.pdf`."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, contains_center
from snappy_core.parsing.text import TextLayer
from snappy_core.types import Matrix

# PDFium's marks for a hyphen that ends a line; U+00AD is the soft hyphen of the file itself.
_HYPHENS = frozenset({0x02, 0xAD, 0xFFFE})
_IGNORED = frozenset({0x00, 0x200B, 0x2060, 0xFEFF, 0xFFFF})
_NO_INK = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)

MAX_WORDS, MAX_CHARACTERS, MAX_PICTURES = 100_000, 2_000_000, 500
"""Looked at on a page: hostile ones hold as many as they like."""

_UNIT = 1 << 24  # PageToDevice answers in whole pixels: ask for a page of 16 million


def text_layer(page: Any) -> tuple[TextLayer, str]:
    """Return the words of the text layer whose centre lies on the page, in file order.

    Of a page with more than `MAX_WORDS` words or `MAX_CHARACTERS` the first, and a warning.

    Words end at white space, at a hyphen that ends a line, and where the text jumps to another
    line. Boxes are clipped to the page.
    """
    textpage = page.get_textpage()
    try:
        words, all_read = _words(textpage)
    finally:
        textpage.close()
    frame, size = page_frame(page), np.array(page.get_size(), dtype=np.float64)
    boxes = to_page(np.array([w.box for w in words], dtype=np.float64), frame)
    origins = np.array([w.origin for w in words], dtype=np.float64).reshape(-1, 2)
    along = np.array([w.along for w in words], dtype=np.float64).reshape(-1, 2)
    up = np.array([w.up for w in words], dtype=np.float64).reshape(-1, 2)
    direction, rise = along @ frame[:2] * size, up @ frame[:2] * size  # page units, y down
    turns = np.round(np.arctan2(direction[:, 1], direction[:, 0]) / (np.pi / 2)) % 4
    layer = TextLayer(
        texts=tuple("".join(w.letters) for w in words),
        boxes=np.clip(boxes, 0, 1),
        lines=_font_high(boxes, origins @ frame[:2] + frame[2], up @ frame[:2]),
        sizes=np.linalg.norm(rise, axis=1).astype(np.float32),
        bold=np.array([w.bold for w in words], dtype=bool),
        turns=turns.astype(np.int8),
        hyphens=np.array([w.hyphen for w in words], dtype=bool),
        invisible=np.array([w.invisible for w in words], dtype=bool),
    )
    warning = "" if all_read else f"has too much text: the first {len(words):,} words were read"
    return layer.take(contains_center(np.array([[0, 0, 1, 1]], np.float32), boxes)[0]), warning


def user_space(page: Any) -> Matrix:
    """Return the matrix that takes page fractions to PDF space."""
    frame = page_frame(page)
    back = np.linalg.inv(frame[:2])
    (a, b), (c, d) = back.tolist()
    e, f = (-frame[2] @ back).tolist()
    return a, b, c, d, e, f


def image_boxes(page: Any) -> Boxes:
    """Return the boxes of the pictures on the page.

    Where a picture stands inside a form its place is not looked up: it counts as everywhere, and
    so do more than `MAX_PICTURES`.
    """
    frame, places = page_frame(page), list[tuple[float, float, float, float]]()
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=15):
        if picture.container is not None or len(places) == MAX_PICTURES:
            return np.array([[0, 0, 1, 1]], dtype=np.float32)
        places.append(picture.get_bounds())
    return np.clip(to_page(np.array(places, dtype=np.float64), frame), 0, 1)


class _Word:
    """A word while its characters come in, in PDF space; `box` is (left, bottom, right, top)."""

    __slots__ = ("along", "bold", "box", "hyphen", "invisible", "letters", "origin", "reach", "up")

    def __init__(
        self, textpage: Any, index: int, box: list[float], is_bold: Callable[[Any], bool]
    ) -> None:
        self.letters: list[str] = []
        self.box = box
        self.hyphen = False
        matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetMatrix(textpage, index, matrix)
        raw.FPDFText_GetCharOrigin(textpage, index, x, y)
        size = float(raw.FPDFText_GetFontSize(textpage, index))
        self.origin = (x.value, y.value)  # on the base line
        self.along = (matrix.a, matrix.b)  # the way one reads
        self.up = (matrix.c * size, matrix.d * size)  # as long as the font is high
        self.reach = 3 * max(abs(self.up[0]), abs(self.up[1]), 1.0)
        text_object = raw.FPDFText_GetTextObject(textpage, index)
        self.bold = is_bold(text_object)
        self.invisible = raw.FPDFTextObj_GetTextRenderMode(text_object) in _NO_INK

    def add(self, letter: str, box: list[float]) -> None:
        self.letters.append(letter)
        old = self.box
        self.box = [
            min(old[0], box[0]), min(old[1], box[1]), max(old[2], box[2]), max(old[3], box[3]),
        ]  # fmt: skip

    def is_left_by(self, box: list[float]) -> bool:
        """Say whether a character lies too far off to belong to the word."""
        old = self.box
        apart_x = max(box[0] - old[2], old[0] - box[2])
        apart_y = max(box[1] - old[3], old[1] - box[3])
        return max(apart_x, apart_y) > self.reach or (apart_x > 0 and apart_y > 0)


def _bold_fonts() -> Callable[[Any], bool]:
    """Return a function that says whether a text object is set in bold, asking once a font."""
    known: dict[int, bool] = {}
    buffer = ctypes.create_string_buffer(256)

    def is_bold(text_object: Any) -> bool:
        font = raw.FPDFTextObj_GetFont(text_object)
        address = ctypes.addressof(font.contents) if font else 0
        if address and address not in known:
            raw.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
            name = buffer.value.decode("utf-8", "replace").lower()
            known[address] = any(word in name for word in ("bold", "black", "heavy", "medi"))
        return known.get(address, False)

    return is_bold


def _words(textpage: Any) -> tuple[list[_Word], bool]:
    """Return the words, and whether these are all."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    words: list[_Word] = []
    word: _Word | None = None
    is_bold, surrogate = _bold_fonts(), ""
    count = textpage.count_chars()
    for index in range(min(count, MAX_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if code in _IGNORED:
            continue
        hyphen = code in _HYPHENS
        letter = "-" if hyphen else chr(code)
        if 0xD800 <= code < 0xDC00:  # the first half of a character beyond 16 bits
            surrogate = letter
            continue
        if 0xDC00 <= code < 0xE000:
            joined = (surrogate + letter).encode("utf-16", "surrogatepass")
            letter, surrogate = joined.decode("utf-16", "replace"), ""
        if letter.isspace() or not (letter.isprintable() or hyphen):
            word = None
            continue
        raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
        box = [left.value, bottom.value, right.value, top.value]
        if word is None or word.hyphen or word.is_left_by(box):
            if len(words) == MAX_WORDS:
                return words, False
            word = _Word(textpage, index, box, is_bold)
            words.append(word)
        word.add(letter, box)
        word.hyphen = hyphen
    return words, count <= MAX_CHARACTERS


def page_frame(page: Any) -> NDArray[np.float64]:
    """Return the affine (3, 2) that takes PDF space to page fractions, top left, as rendered.

    Asked of PDFium itself, so that /Rotate, CropBox and odd boxes are as in the picture.
    """
    reach = max(page.get_size())  # far points, since the answers are rounded to whole pixels
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for at in ((0.0, 0.0), (reach, 0.0), (0.0, reach)):
        raw.FPDF_PageToDevice(page, 0, 0, _UNIT, _UNIT, 0, *at, x, y)
        corners.append(np.array([x.value, y.value]) / _UNIT)
    origin, right, up = corners
    return np.stack([(right - origin) / reach, (up - origin) / reach, origin])


def to_page(boxes: NDArray[np.float64], frame: NDArray[np.float64]) -> Boxes:
    """Map (n, 4) boxes of PDF space to page fractions, whichever way the frame turns."""
    boxes = boxes.reshape(-1, 4)
    a = boxes[:, :2] @ frame[:2] + frame[2]
    b = boxes[:, 2:] @ frame[:2] + frame[2]
    return np.hstack([np.minimum(a, b), np.maximum(a, b)]).astype(np.float32)


def _font_high(boxes: Boxes, origins: NDArray[np.float64], up: NDArray[np.float64]) -> Boxes:
    """Return the boxes stretched across their line from descender to ascender of the font.

    Ink boxes are uneven along a line ("more" against "(Apply"), which misleads the analysis of
    lines and paragraphs.
    """
    foot, head = origins - 0.22 * up, origins + 0.78 * up
    across = np.abs(up) >= np.abs(up[:, ::-1])  # (n, 2): the axis that the font stands along
    low = np.where(across, np.minimum(foot, head), boxes[:, :2])
    high = np.where(across, np.maximum(foot, head), boxes[:, 2:])
    return np.hstack([low, high]).astype(np.float32)
