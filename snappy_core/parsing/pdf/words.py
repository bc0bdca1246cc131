"""The words of a PDF page, letter by letter. The caller holds the lock `document.PDFIUM`."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import pairwise
from math import hypot
from typing import Any

import pypdfium2.raw as raw

from snappy_core.parsing.directions import is_right_to_left, order_letters
from snappy_core.parsing.leaders import LEADER
from snappy_core.parsing.pdf.symbols import SYMBOLS
from snappy_core.parsing.pdf.text_styles import TextStyle, TextStyleReader
from snappy_core.parsing.superscripts import (
    DIGITS,
    MAX_RISE,
    MIN_RISE,
    height,
    rise,
    to_superscript,
)
from snappy_core.types import Box
from snappy_core.unspaced import printable

MAX_WORDS, MAX_CHARACTERS = 100_000, 2_000_000
"""Read from a page; hostile pages hold any number."""

# PDFium's marks for a hyphen at the end of a line; U+00AD is the soft hyphen in the file itself.
_HYPHENS = frozenset({0x02, 0xAD, 0xFFFE})
_IGNORED = frozenset({0x00, 0x200B, 0x2060, 0xFEFF, 0xFFFF})
_HALVES = frozenset(range(0xD800, 0xE000))  # of characters beyond 16 bits
_MIN_RATIO, _MAX_RATIO = 0.4, 0.9  # of the font sizes of raised digits and of the text next to them
_MAX_INK = 0.5  # font sizes; digits at the size of the text are higher, unless raised
_REACH = 3  # font sizes; a character further away from a word begins a new one


class Word:
    """A word as its characters are added, in PDF space; `box` is (left, bottom, right, top)."""

    __slots__ = (
        "box", "boxes", "hyphen", "letters", "origin", "origins", "raised", "reach", "style",
    )  # fmt: skip

    def __init__(self, origin: tuple[float, float], box: Box, style: TextStyle) -> None:
        self.letters: list[str] = []
        self.boxes: list[Box] = []
        self.origins: dict[int, tuple[float, float]] = {}  # of letters from right to left
        self.box = box
        self.hyphen = self.raised = False
        self.origin = origin  # on the base line
        self.reach = _REACH * max(abs(style.up[0]), abs(style.up[1]), 1.0)
        self.style = style

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
        """Put the letters in reading order."""
        a, b = self.style.along
        starts = [self.origins.get(i, box[:2]) for i, box in enumerate(self.boxes)]
        order = order_letters(self.letters, [x * a + y * b for x, y in starts])
        self.letters = [self.letters[i] for i in order]
        self.boxes = [self.boxes[i] for i in order]

    def parts(self) -> Iterator[Word]:
        """Yield the word; if it contains leaders, yield them and the parts between them."""
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
        """Return whether a character is too far away to belong to the word, or on another line."""
        x0, y0, x1, y1 = self.box
        a, b, c, d = box
        is_beside, is_above = a > x1 or c < x0, b > y1 or d < y0
        if not is_beside and not is_above:
            return False
        gap = max(a - x1, x0 - c, b - y1, y0 - d)
        return (is_beside and is_above) or gap > self.reach

    def is_below(self, box: Box) -> bool:
        """Return whether a digit is raised next to the word, as an exponent or a note mark."""
        is_higher = MIN_RISE < rise(box, self.origin, self.style.up) < MAX_RISE
        return is_higher and not self.is_far_from(box)


def read_words(text_page: Any) -> tuple[list[Word], bool]:
    """Return the words, and whether they are all words of the page."""
    page, count = text_page.raw, text_page.count_chars()
    codes = [raw.FPDFText_GetUnicode(page, index) for index in range(min(count, MAX_CHARACTERS))]
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    words: list[Word] = []
    word: Word | None = None
    base: Word | None = None  # the last word that was not raised
    styles = TextStyleReader()
    for index, (code, letter) in enumerate(zip(codes, _letters(codes), strict=True)):
        if not letter:
            continue
        if letter == " ":
            word = None
            continue
        raw.FPDFText_GetCharBox(page, index, left, right, bottom, top)
        box = left.value, bottom.value, right.value, top.value
        is_higher = letter in DIGITS and base is not None and base.is_below(box)
        raised = bool(base and is_higher and _is_small(box, styles.read(page, index), base.style))
        if word is not None and is_higher and not word.raised:
            word = None
        elif (
            word is not None
            and word.letters[-1] in DIGITS
            and letter.isalpha()
            and (word.raised or _is_higher(word, box, page, index))
        ):
            word.raised = word.raised or _is_small(word.box, word.style, styles.read(page, index))
            word = None
        if word is None or word.hyphen or word.is_far_from(box):
            if len(words) == MAX_WORDS:
                return words, False
            word = Word(_origin(page, index), box, styles.read(page, index))
            word.raised = raised
            base = base if raised else word
            words.append(word)
        if is_right_to_left(letter):  # letters of one glyph share an origin, but maybe not a box
            word.origins[len(word.letters)] = _origin(page, index)
        word.add(letter, box)
        word.hyphen = code in _HYPHENS
    return words, count <= MAX_CHARACTERS


def _letters(codes: Sequence[int]) -> list[str]:
    """Return the letters of PDFium's codes, " " for white space and controls, "" for none.

    A character beyond 16 bits takes the place of its second half.
    """
    by_code = {code: _letter(code) for code in set(codes)}
    letters = [by_code[code] for code in codes]
    halves = by_code.keys() & _HALVES
    first = ""
    for index, code in enumerate(codes if halves else ()):
        if code not in halves:
            continue
        if code < 0xDC00:
            first, letters[index] = chr(code), ""
        else:
            pair = (first + chr(code)).encode("utf-16", "surrogatepass")
            first, letters[index] = "", printable(pair.decode("utf-16", "replace"))
    return letters


def _letter(code: int) -> str:
    if code in _IGNORED or code > sys.maxunicode:
        return ""
    return "-" if code in _HYPHENS else printable(SYMBOLS.get(code) or chr(code))


def _is_small(box: Box, style: TextStyle, usual: TextStyle) -> bool:
    """Return whether a digit is small next to normal type; one as large is in another cell.

    Some fonts have separate small digits, at the font size of the others.
    """
    size = hypot(*usual.up)
    ratio = hypot(*style.up) / size if size else 0.0
    if ratio < _MAX_RATIO:
        return ratio > _MIN_RATIO
    return height(box, usual.up) < _MAX_INK * size


def _is_higher(word: Word, box: Box, page: Any, index: int) -> bool:
    """Return whether digits are higher than the letter after them, like a footnote mark."""
    up = word.style.up
    is_lower = rise(box, word.origin, up) < -MIN_RISE
    is_subscript = height(box, up) < 0.8 * height(word.box, up)
    if not is_lower or is_subscript or not all(letter in DIGITS for letter in word.letters):
        return False
    base = _origin(page, index)  # the ink may extend below the line: "5g"
    return rise((*base, *base), word.origin, up) < -MIN_RISE


def _origin(page: Any, index: int) -> tuple[float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(page, index, x, y)
    return x.value, y.value
