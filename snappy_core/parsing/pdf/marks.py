"""Marks on the objects of a PDF page. The caller holds the lock `document.PDFIUM`."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as raw

_MAX_MARKS = 60  # of an object
_SIZE = 200  # bytes of a name


class MarkReader:
    """Reads the marks of objects into a buffer."""

    def __init__(self) -> None:
        self._size, self._bytes = ctypes.c_ulong(), ctypes.create_string_buffer(_SIZE)
        self._characters = ctypes.cast(self._bytes, ctypes.POINTER(ctypes.c_ushort))

    def find(self, item: Any, name: str) -> Any:
        """Return the innermost mark with a name on an object; None if there is none."""
        for index in reversed(range(min(raw.FPDFPageObj_CountMarks(item), _MAX_MARKS))):
            mark = raw.FPDFPageObj_GetMark(item, index)
            raw.FPDFPageObjMark_GetName(mark, self._characters, _SIZE, self._size)
            if self._text() == name:
                return mark
        return None

    def parameter(self, mark: Any, key: bytes) -> str:
        raw.FPDFPageObjMark_GetParamStringValue(mark, key, self._characters, _SIZE, self._size)
        return self._text()

    def _text(self) -> str:
        text = self._bytes.raw[: min(self._size.value, _SIZE)]
        return text.decode("utf-16-le", "replace").removesuffix("\0")
