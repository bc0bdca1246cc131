"""The structure tree of a tagged PDF page: what its author called a paragraph, a row, a figure.

The caller holds the lock `document.PDFIUM`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from snappy_core.boxes import Boxes
from snappy_core.parsing.pdf.text_layer import page_matrix, to_page

MAX_ELEMENTS = 20_000  # of a page; hostile files nest and repeat without end
_MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the structure tree.

    Attributes:
        type: standard structure type ("P", "TD", "H1"); PDFium resolves the file's own names.
        parent: index of the element around it; None at the root.
        alt: the alternative text, "" if there is none.
    """

    type: str
    parent: int | None
    alt: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PageTags:
    """The elements of a page in reading order, and the n marked objects on it.

    Attributes:
        elements: each after the element around it.
        boxes: (n, 4) page fractions.
        owners: (n,) index of the element that each object belongs to; -1 for artifacts, such as
            running heads, and for objects that are not tagged.
        letters: (n,) number of characters; 0 for what is not text.
    """

    elements: tuple[Element, ...]
    boxes: Boxes
    owners: NDArray[np.intp]
    letters: NDArray[np.intp]

    def path(self, element: int) -> list[int]:
        """Return the indices from the root to an element."""
        path: list[int] = []
        index: int | None = element
        while index is not None:
            path.append(index)
            index = self.elements[index].parent
        return path[::-1]


def read_tags(page: Any) -> PageTags | None:
    """Return the tags of a page; None if it has none.

    Marked content inside forms is not followed.
    """
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return None
    try:
        reader = _TreeReader()
        for index in range(max(raw.FPDF_StructTree_CountChildren(tree), 0)):
            if child := raw.FPDF_StructTree_GetChildAtIndex(tree, index):
                reader.read(child, None, 0)
    finally:
        raw.FPDF_StructTree_Close(tree)
    if not reader.owners:
        return None
    bounds, content_ids, letters = _marked_objects(page)
    owners = [reader.owners.get(content_id, -1) for content_id in content_ids]
    return PageTags(
        tuple(reader.elements),
        np.clip(to_page(bounds, page_matrix(page)), 0, 1),
        np.array(owners, dtype=np.intp),
        np.array(letters, dtype=np.intp),
    )


class _TreeReader:
    """Collects elements, and which of them owns each marked content id."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.owners: dict[int, int] = {}

    def read(self, node: Any, parent: int | None, depth: int) -> None:
        if depth > _MAX_DEPTH or len(self.elements) >= MAX_ELEMENTS:
            return
        kind = _text(raw.FPDF_StructElement_GetType, node)
        alt = _text(raw.FPDF_StructElement_GetAltText, node)
        number = len(self.elements)
        self.elements.append(Element(kind, parent, alt))
        count = raw.FPDF_StructElement_CountChildren(node)
        for index in range(max(count, 0)):
            if child := raw.FPDF_StructElement_GetChildAtIndex(node, index):
                self.read(child, number, depth + 1)
                continue
            content_id = raw.FPDF_StructElement_GetChildMarkedContentID(node, index)
            if content_id >= 0:
                self.owners.setdefault(content_id, number)
        for index in range(raw.FPDF_StructElement_GetMarkedContentIdCount(node)):
            content_id = raw.FPDF_StructElement_GetMarkedContentIdAtIndex(node, index)
            if content_id >= 0:
                self.owners.setdefault(content_id, number)


def _marked_objects(page: Any) -> tuple[list[tuple[float, ...]], list[int], list[int]]:
    """Return boxes in PDF space, marked content ids and numbers of characters of all objects."""
    sides = [ctypes.c_float() for _ in range(4)]
    bounds, content_ids, letters = [], [], []
    text_page = raw.FPDFText_LoadPage(page)
    for index in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, index)
        count = 0
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_TEXT:
            count = len(_text(raw.FPDFTextObj_GetText, item, text_page).strip())
            if not count:
                continue
        if raw.FPDFPageObj_GetBounds(item, *sides):
            bounds.append(tuple(side.value for side in sides))
            content_ids.append(raw.FPDFPageObj_GetMarkedContentID(item))
            letters.append(count)
    raw.FPDFText_ClosePage(text_page)
    return bounds, content_ids, letters


def _text(read: Callable[..., int], *of: Any) -> str:
    size = read(*of, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(*of, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)) if len(of) > 1 else buffer, size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")
