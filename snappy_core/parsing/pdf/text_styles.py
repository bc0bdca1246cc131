"""How text is drawn on a PDF page. The caller holds the lock `document.PDFIUM`."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

_INVISIBLE_MODES = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_SUBSET = re.compile(rb"^[A-Z]{6}\+")
_BOLD_NAMES = (b"bold", b"black", b"heavy", b"medi")


class TextStyle(NamedTuple):
    """How a text object is drawn; the font's name has no subset prefix."""

    address: int  # of the text object, while its page is open
    font: bytes
    color: tuple[int, ...]
    bold: bool
    invisible: bool
    along: tuple[float, float]  # the reading direction, in PDF space
    up: tuple[float, float]  # the direction and size of the font


class TextStyleReader:
    """Reads how characters are drawn, once for each text object."""

    def __init__(self) -> None:
        self._styles: dict[int, TextStyle] = {}
        self._name = ctypes.create_string_buffer(256)
        self._color = [ctypes.c_uint() for _ in range(4)]
        self._matrix = raw.FS_MATRIX()

    def read(self, text_page: Any, index: int) -> TextStyle:
        text_object = raw.FPDFText_GetTextObject(text_page, index)
        address = ctypes.addressof(text_object.contents) if text_object else 0
        style = self._styles.get(address)
        if style is None:
            style = self._styles[address] = self._read(address, text_object, text_page, index)
        return style

    def _read(self, address: int, text_object: Any, text_page: Any, index: int) -> TextStyle:
        self._name.value = b""
        font = raw.FPDFTextObj_GetFont(text_object)
        raw.FPDFFont_GetBaseFontName(font, self._name, len(self._name))
        color: tuple[int, ...] = ()
        if raw.FPDFPageObj_GetFillColor(text_object, *self._color):
            color = tuple(channel.value for channel in self._color)
        mode = raw.FPDFTextObj_GetTextRenderMode(text_object)
        name = _SUBSET.sub(b"", self._name.value)
        is_bold = any(part in name.lower() for part in _BOLD_NAMES)
        raw.FPDFText_GetMatrix(text_page, index, self._matrix)
        matrix, size = self._matrix, float(raw.FPDFText_GetFontSize(text_page, index))
        along, up = (matrix.a, matrix.b), (matrix.c * size, matrix.d * size)
        return TextStyle(address, name, color, is_bold, mode in _INVISIBLE_MODES, along, up)


def number_styles(styles: Sequence[TextStyle]) -> NDArray[np.int32]:
    """Return (n,) numbers, the same for styles with the same font and color."""
    numbers: dict[tuple[bytes, tuple[int, ...]], int] = {}
    keys = ((style.font, style.color) for style in styles)
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int32)
