"""Words with boxes from PDFium's characters. The caller holds the lock `document.PDFIUM`."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from copy import copy
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import ArrayLike, NDArray

from snappy_core.boxes import Boxes, contains_center
from snappy_core.parsing.directions import is_right_to_left, order_letters
from snappy_core.parsing.leaders import LEADER
from snappy_core.parsing.pdf.layers import hidden_texts
from snappy_core.parsing.pdf.looks import Look, LookReader, number_styles
from snappy_core.parsing.pdf.symbols import SYMBOLS
from snappy_core.parsing.superscripts import (
    DIGITS,
    MAX_RISE,
    MIN_RISE,
    height,
    rise,
    to_superscript,
)
from snappy_core.parsing.tags import UNKNOWN
from snappy_core.parsing.text import TextLayer, quarter_turns
from snappy_core.parsing.unspaced import are_columns
from snappy_core.types import Box, Matrix

# PDFium's marks for a hyphen at the end of a line; U+00AD is the soft hyphen in the file itself.
_HYPHENS = frozenset({0x02, 0xAD, 0xFFFE})
_IGNORED = frozenset({0x00, 0x200B, 0x2060, 0xFEFF, 0xFFFF})

# Read from a page; hostile pages hold any number.
MAX_WORDS, MAX_CHARACTERS = 100_000, 2_000_000
WHOLE_PAGE = np.array([[0, 0, 1, 1]], dtype=np.float32)
_DESCENT, _ASCENT = 0.22, 0.78  # usual ones, in font sizes: how far a line box reaches
_WORD_REACH = 3  # font sizes; a character further away from a word begins a new one
_MAX_SLANT = 20 / 90  # quarter turns between a direction of reading and the nearest axis
_DEVICE_PIXELS = 1 << 24  # FPDF_PageToDevice rounds to pixels: ask for a page of 16 million


def read_text_layer(page: Any, owners: Mapping[int, int] | None = None) -> tuple[TextLayer, str]:
    """Return the words of the text layer whose center lies on the page, in file order.

    Words end at white space, at a hyphen that ends a line, and where the text jumps to another
    line. Boxes are clipped to the page. Of a page with more than `MAX_WORDS` words or
    `MAX_CHARACTERS` characters the first ones are returned, with a warning.

    Args:
        owners: of text objects by their addresses, as in `tags.TaggedObjects`.
    """
    with closing(page.get_textpage()) as text_page:
        words, is_complete = _words(text_page)
    if any(is_right_to_left(letter) for word in words for letter in word.letters):
        for word in words:
            word.order_letters()
    words = [part for word in words for part in word.parts()]
    if hidden := hidden_texts(page, {word.look.address for word in words}):
        words = [word for word in words if word.look.address not in hidden]
    matrix, size = page_matrix(page), np.array(page.get_size(), dtype=np.float64)
    boxes = to_page([word.box for word in words], matrix)
    frames = [(*word.origin, *word.along, *word.up) for word in words]
    origins, along, up = np.hsplit(np.array(frames, dtype=np.float64).reshape(-1, 6), 3)
    direction, rise = along @ matrix[:2] * size, up @ matrix[:2] * size  # points, y down
    texts, sizes = tuple(word.text for word in words), np.linalg.norm(rise, axis=1)
    lines = _line_boxes(boxes, origins @ matrix[:2] + matrix[2], up @ matrix[:2])
    turns = _turns(direction)
    down = are_columns(texts, (boxes[:, 2:] - boxes[:, :2]) * size) & (turns == 0)
    turns[down] = 1  # read as lines that are turned: from top to bottom, the rightmost one first
    lines[down] = _column_boxes(boxes[down], sizes[down] / size[0])
    layer = TextLayer(
        texts=texts,
        boxes=np.clip(boxes, 0, 1),
        lines=lines,
        sizes=sizes.astype(np.float32),
        bold=np.array([word.look.is_bold for word in words], dtype=bool),
        styles=number_styles([word.look for word in words]),
        turns=turns,
        hyphens=np.array([word.hyphen for word in words], dtype=bool),
        invisible=np.array([word.look.invisible for word in words], dtype=bool),
        owners=None
        if owners is None
        else np.array([owners.get(word.look.address, UNKNOWN) for word in words], dtype=np.intp),
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


class _Word:
    """A word as its characters are added, in PDF space; `box` is (left, bottom, right, top)."""

    __slots__ = (
        "along", "box", "boxes", "hyphen", "letters", "look", "origin", "origins", "raised",
        "reach", "up",
    )  # fmt: skip

    def __init__(self, text_page: Any, index: int, box: Box, look: Look) -> None:
        self.letters: list[str] = []
        self.boxes: list[Box] = []
        self.origins: dict[int, tuple[float, float]] = {}  # of letters from right to left
        self.box = box
        self.hyphen = self.raised = False
        matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetMatrix(text_page, index, matrix)
        raw.FPDFText_GetCharOrigin(text_page, index, x, y)
        size = float(raw.FPDFText_GetFontSize(text_page, index))
        self.origin = (x.value, y.value)  # on the base line
        self.along = (matrix.a, matrix.b)  # the direction of reading
        self.up = (matrix.c * size, matrix.d * size)  # the direction and size of the font
        self.reach = _WORD_REACH * max(abs(self.up[0]), abs(self.up[1]), 1.0)
        self.look = look

    @property
    def text(self) -> str:
        text = "".join(self.letters)
        return to_superscript(text) if self.raised else text

    def add(self, letter: str, box: Box) -> None:
        self.letters.append(letter)
        self.boxes.append(box)
        x0, y0, x1, y1 = self.box
        a, b, c, d = box  # `min` and `max` take three times as long, for each letter
        self.box = (
            a if a < x0 else x0, b if b < y0 else y0, c if c > x1 else x1, d if d > y1 else y1
        )  # fmt: skip

    def order_letters(self) -> None:
        """Put the letters in the order in which they are read."""
        a, b = self.along
        starts = [self.origins.get(i, box[:2]) for i, box in enumerate(self.boxes)]
        order = order_letters(self.letters, [x * a + y * b for x, y in starts])
        self.letters = [self.letters[i] for i in order]
        self.boxes = [self.boxes[i] for i in order]

    def parts(self) -> Iterator[_Word]:
        """Yield the word; or where leaders stand in it, what is before, in and behind them."""
        text = "".join(self.letters)
        if len(text) != len(self.letters) or not LEADER.search(text):
            yield self
            return
        edges = {0, len(text), *(edge for match in LEADER.finditer(text) for edge in match.span())}
        for start, stop in pairwise(sorted(edges)):
            part = copy(self)
            part.letters, part.boxes = [], []
            part.box = self.boxes[start]
            part.hyphen = self.hyphen and stop == len(text)
            for letter, box in zip(self.letters[start:stop], self.boxes[start:stop], strict=True):
                part.add(letter, box)
            yield part

    def is_far_from(self, box: Box) -> bool:
        """Say whether a character is too far away to belong to the word, or on another line."""
        x0, y0, x1, y1 = self.box
        a, b, c, d = box
        is_beside, is_above = a > x1 or c < x0, b > y1 or d < y0
        if not is_beside and not is_above:
            return False
        gap = max(a - x1, x0 - c, b - y1, y0 - d)
        return (is_beside and is_above) or gap > self.reach

    def carries(self, box: Box) -> bool:
        """Say whether a digit is raised beside the word: a power of it or a mark on it."""
        return MIN_RISE < rise(box, self.origin, self.up) < MAX_RISE and not self.is_far_from(box)


def _words(text_page: Any) -> tuple[list[_Word], bool]:
    """Return the words, and whether they are all words of the page."""
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    words: list[_Word] = []
    word: _Word | None = None
    base: _Word | None = None  # the last word that is not raised
    looks = LookReader()
    surrogate = ""
    count = text_page.count_chars()
    for index in range(min(count, MAX_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in _IGNORED or code > sys.maxunicode:
            continue
        is_hyphen = code in _HYPHENS
        letter = "-" if is_hyphen else SYMBOLS.get(code) or chr(code)
        if 0xD800 <= code < 0xDC00:  # the first half of a character beyond 16 bits
            surrogate = letter
            continue
        if 0xDC00 <= code < 0xE000:
            pair = (surrogate + letter).encode("utf-16", "surrogatepass")
            letter, surrogate = pair.decode("utf-16", "replace"), ""
        if letter.isspace() or not (letter.isprintable() or is_hyphen):
            word = None
            continue
        raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
        box = left.value, bottom.value, right.value, top.value
        raised = letter in DIGITS and base is not None and base.carries(box)
        if word is not None and raised and not word.raised:
            word = None
        elif (
            word is not None
            and word.letters[-1] in DIGITS
            and letter.isalpha()
            and (word.raised or _is_raised_before(box, word, text_page, index))
        ):
            word.raised, word = True, None
        if word is None or word.hyphen or word.is_far_from(box):
            if len(words) == MAX_WORDS:
                return words, False
            word = _Word(text_page, index, box, looks.read(text_page, index))
            word.raised = raised
            base = base if raised else word
            words.append(word)
        if is_right_to_left(letter):  # letters of one glyph have one origin, and perhaps two boxes
            raw.FPDFText_GetCharOrigin(text_page, index, x, y)
            word.origins[len(word.letters)] = (x.value, y.value)
        word.add(letter, box)
        word.hyphen = is_hyphen
    return words, count <= MAX_CHARACTERS


def _is_raised_before(box: Box, word: _Word, text_page: Any, index: int) -> bool:
    """Say whether a word is a footnote mark before its note: digits higher than the next letter."""
    is_lower = rise(box, word.origin, word.up) < -MIN_RISE
    is_subscript = height(box, word.up) < 0.8 * height(word.box, word.up)
    if not is_lower or is_subscript or not all(letter in DIGITS for letter in word.letters):
        return False
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text_page, index, x, y)  # the ink may reach below the line: "5g"
    base = (x.value, y.value)
    return rise((*base, *base), word.origin, word.up) < -MIN_RISE


def page_matrix(page: Any) -> NDArray[np.float64]:
    """Return the affine matrix (3, 2) from PDF space to page fractions, as rendered.

    PDFium itself is asked, so that /Rotate, CropBox and odd boxes are as in the page image.
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
    """Map boxes (n, 4) of PDF space to page fractions by a `page_matrix`."""
    corners = np.asarray(boxes, dtype=np.float64).reshape(-1, 2) @ matrix[:2] + matrix[2]
    a, b = corners[::2], corners[1::2]
    return np.hstack([np.minimum(a, b), np.maximum(a, b)]).astype(np.float32)


def _turns(directions: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return the quarter turns of directions of reading (n, 2).

    Slanted ones, as of a watermark, count for their other neighbor where the turn that is closest
    is the one of most straight words: they are not part of that text.
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
    """Return the boxes as high as the font: ink is uneven along a line ("more", "(Apply")."""
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
