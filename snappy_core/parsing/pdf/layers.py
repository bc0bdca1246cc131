"""Layers of a PDF page (optional content) that are switched off.

PDFium says which layer an object belongs to, but not whether the layer is shown: it is asked to
draw each layer alone. The caller holds the lock `document.PDFIUM`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Set
from typing import Any

import pypdfium2.raw as raw

from snappy_core.parsing.pdf.document import draw

MAX_OBJECTS = 50_000  # of a page
_MAX_LAYERS = 30  # of a page, that are drawn; text of others is taken for visible
_MAX_MARKS = 60  # of an object
_DPI, _MAX_PIXELS = 50, 250_000
_LAYER = "OC\0".encode("utf-16-le")  # as PDFium returns names of marks


def hidden_texts(page: Any, texts: Iterable[int]) -> frozenset[int]:
    """Return those of some text objects, by their addresses, whose layers are switched off."""
    marks = _MarkReader()
    layers: dict[bytes, set[int]] = {}
    for address in texts:
        if (layer := marks.layer(address)) is not None:
            layers.setdefault(layer, set()).add(address)
    if not layers:
        return frozenset()
    count = min(raw.FPDFPage_CountObjects(page), MAX_OBJECTS)
    items = [raw.FPDFPage_GetObject(page, index) for index in range(count)]
    members = {ctypes.addressof(item.contents) for item in items}  # not those inside forms
    hidden: set[int] = set()
    for layer_texts in [*layers.values()][:_MAX_LAYERS]:
        if not _is_drawn(layer_texts & members, items, page):
            hidden |= layer_texts & members
    return frozenset(hidden)


class _MarkReader:
    """Reads the marks of objects into a buffer."""

    def __init__(self) -> None:
        self._size, self._name = ctypes.c_ulong(), ctypes.create_string_buffer(200)
        self._characters = ctypes.cast(self._name, ctypes.POINTER(ctypes.c_ushort))

    def layer(self, address: int) -> bytes | None:
        """Return the name of the innermost layer of an object; None if it is in none."""
        item = ctypes.cast(address, raw.FPDF_PAGEOBJECT)
        for index in reversed(range(min(raw.FPDFPageObj_CountMarks(item), _MAX_MARKS))):
            mark, buffer = raw.FPDFPageObj_GetMark(item, index), (self._characters, 200, self._size)
            raw.FPDFPageObjMark_GetName(mark, *buffer)
            if self._size.value == len(_LAYER) and self._name.raw[: len(_LAYER)] == _LAYER:
                raw.FPDFPageObjMark_GetParamStringValue(mark, b"Name", *buffer)
                return self._name.raw[: min(self._size.value, 200)]
        return None


def _is_drawn(texts: Set[int], items: list[Any], page: Any) -> bool:
    """Say whether something is seen of some text objects if all other ones are left out."""
    others = [item for item in items if ctypes.addressof(item.contents) not in texts]
    for item in others:
        raw.FPDFPageObj_SetIsActive(item, False)
    try:
        bitmap = draw(page, _DPI, _MAX_PIXELS, grayscale=True, annotations=False).to_numpy()
    finally:
        for item in others:
            raw.FPDFPageObj_SetIsActive(item, True)
    return bool(bitmap.min() < bitmap.max())
