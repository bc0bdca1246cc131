"""Finds layers of a PDF page (optional content) that are switched off.

PDFium says which layer an object belongs to, but not whether the layer is shown, so each layer is
drawn alone. The caller holds the lock `document.PDFIUM`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Set
from typing import Any

import pypdfium2.raw as raw

from snappy_core.parsing.pdf.document import draw
from snappy_core.parsing.pdf.marks import MarkReader
from snappy_core.parsing.pdf.page_objects import MAX_DEPTH

MAX_OBJECTS = 50_000  # of a page
_MAX_LAYERS = 30  # of a page that are drawn; text of other layers counts as visible
_DPI, _MAX_PIXELS = 50, 250_000
_GRAY = (122, 122, 122, 255)  # a shade that no text is likely to have


def hidden_texts(page: Any, texts: Iterable[int]) -> frozenset[int]:
    """Return the addresses of the given text objects whose layers are switched off.

    A form may belong to a layer by an entry that PDFium does not expose, so each form with text
    is drawn alone, too.
    """
    addresses, marks = set(texts), MarkReader()
    groups: dict[object, set[int]] = {}
    for address in addresses:
        if (layer := _layer(address, marks)) is not None:
            groups.setdefault(layer, set()).add(address)
    items, forms = _leaves(page)
    for form, members in forms.items():
        # Text without ink, as in the text layer of a scan, is not drawn in any layer.
        inked = {address for address in members & addresses if not _is_inkless(address)}
        if inked:
            groups[form] = inked
    hidden: set[int] = set()
    item_addresses = {ctypes.addressof(item.contents) for item in items}
    for group in [*groups.values()][:_MAX_LAYERS]:
        if not group <= hidden and not _is_drawn(group & item_addresses, items, page):
            hidden |= group & item_addresses
    return frozenset(hidden)


def _leaves(page: Any) -> tuple[list[Any], dict[int, set[int]]]:
    """Return all objects that are not forms, and the addresses of those inside each form."""
    leaves: list[Any] = []
    forms: dict[int, set[int]] = {}

    def read(container: Any, count: int, get: Any, around: tuple[int, ...]) -> None:
        for index in range(min(count, MAX_OBJECTS - len(leaves))):
            item = get(container, index)
            address = ctypes.addressof(item.contents)
            if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_FORM:
                leaves.append(item)
                for form in around:
                    forms[form].add(address)
            elif len(around) < MAX_DEPTH:
                forms[address] = set()
                inner = raw.FPDFFormObj_CountObjects(item)
                read(item, inner, raw.FPDFFormObj_GetObject, (*around, address))

    read(page, raw.FPDFPage_CountObjects(page), raw.FPDFPage_GetObject, ())
    return leaves, forms


def _is_inkless(address: int) -> bool:
    mode = raw.FPDFTextObj_GetTextRenderMode(ctypes.cast(address, raw.FPDF_PAGEOBJECT))
    return bool(mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _layer(address: int, marks: MarkReader) -> str | None:
    """Return the name of the innermost layer of an object; None if it is in none."""
    mark = marks.find(ctypes.cast(address, raw.FPDF_PAGEOBJECT), "OC")
    return None if mark is None else marks.parameter(mark, b"Name")


def _is_drawn(texts: Set[int], items: list[Any], page: Any) -> bool:
    """Return whether any of some text objects is visible when all other objects are left out."""
    others = [item for item in items if ctypes.addressof(item.contents) not in texts]
    for item in others:
        raw.FPDFPageObj_SetIsActive(item, False)
    try:
        # On gray paper, so that white text shows, too.
        bitmap = draw(page, _DPI, _MAX_PIXELS, grayscale=True, annotations=False, paper=_GRAY)
        pixels = bitmap.to_numpy()
    finally:
        for item in others:
            raw.FPDFPageObj_SetIsActive(item, True)
    return bool(pixels.min() < pixels.max())
