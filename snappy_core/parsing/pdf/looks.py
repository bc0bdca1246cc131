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


class Look(NamedTuple):
    """How a text object is drawn; the font's name is without the prefix of a subset."""

    address: int  # of the text object, while its page is open
    font: bytes
    color: tuple[int, ...]
    bold: bool
    invisible: bool
    along: tuple[float, float]  # the direction of reading, in PDF space
    up: tuple[float, float]  # the direction and size of the font


class LookReader:
    """Reads how characters are drawn, once for each text object."""

    def __init__(self) -> None:
        self._looks: dict[int, Look] = {}
        self._name = ctypes.create_string_buffer(256)
        self._color = [ctypes.c_uint() for _ in range(4)]
        self._matrix = raw.FS_MATRIX()

    def read(self, text_page: Any, index: int) -> Look:
        text_object = raw.FPDFText_GetTextObject(text_page, index)
        address = ctypes.addressof(text_object.contents) if text_object else 0
        look = self._looks.get(address)
        if look is None:
            look = self._looks[address] = self._read(address, text_object, text_page, index)
        return look

    def _read(self, address: int, text_object: Any, text_page: Any, index: int) -> Look:
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
        return Look(address, name, color, is_bold, mode in _INVISIBLE_MODES, along, up)


def number_styles(looks: Sequence[Look]) -> NDArray[np.int32]:
    """Return (n,) numbers, the same for looks of the same font and color."""
    numbers: dict[tuple[bytes, tuple[int, ...]], int] = {}
    keys = ((look.font, look.color) for look in looks)
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int32)
