"""The structure tree of a tagged PDF page: what its author marked as a paragraph, row or figure.

The caller holds the lock `document.PDFIUM`.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pypdfium2.raw as raw

from snappy_core.parsing.pdf.marks import MarkReader
from snappy_core.parsing.pdf.text_layer import page_matrix, to_page
from snappy_core.parsing.tags import ARTIFACT, NOT_TAGGED, Element, PageTags

MAX_ELEMENTS = 20_000  # of a page; hostile files nest and repeat endlessly
MAX_CHILDREN = 100_000  # visited for a page; most belong to other pages
MAX_OBJECTS = 50_000  # of a page
_MAX_DEPTH = 60
_BUFFER = ctypes.create_string_buffer(4_000)  # a longer text is not read
_WIDE = ctypes.cast(_BUFFER, ctypes.POINTER(ctypes.c_ushort))
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True, eq=False)
class TaggedObjects:
    """The tags of a page, and which element owns each of its text objects.

    Attributes:
        tags: the elements, and the objects that are not text.
        text_owners: the element by the address of PDFium's text object, or `NOT_TAGGED`,
            `ARTIFACT`. Objects inside forms are missing.
    """

    tags: PageTags
    text_owners: dict[int, int]


def read_tags(page: Any) -> TaggedObjects | None:
    """Return the tags of a page; None if it has none, or more than the limits.

    Marked content inside forms is not read.
    """
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return None
    reader = _TreeReader()
    try:
        reader.read_tree(tree)
    finally:
        raw.FPDF_StructTree_Close(tree)
    count = raw.FPDFPage_CountObjects(page)
    if not reader.owners or reader.is_full or count > MAX_OBJECTS:
        return None
    sides, marks = [ctypes.c_float() for _ in range(4)], MarkReader()
    bounds, owners, text_owners = [], [], {}
    for index in range(count):
        item = raw.FPDFPage_GetObject(page, index)
        owner = reader.owners.get(raw.FPDFPageObj_GetMarkedContentID(item))
        if owner is None:
            owner = NOT_TAGGED if marks.find(item, "Artifact") is None else ARTIFACT
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_TEXT:
            text_owners[ctypes.addressof(item.contents)] = owner
        elif raw.FPDFPageObj_GetBounds(item, *sides):
            bounds.append([side.value for side in sides])
            owners.append(owner)
    boxes = np.clip(to_page(bounds, page_matrix(page)), 0, 1)
    language = _language(raw.FPDFCatalog_GetLanguage, page.pdf)
    tags = PageTags(tuple(reader.elements), boxes, np.array(owners, dtype=np.intp), language)
    return TaggedObjects(tags, text_owners)


@dataclass(slots=True)
class _TreeReader:
    """Collects elements, and which of them owns each marked-content ID."""

    elements: list[Element] = field(default_factory=list)
    owners: dict[int, int] = field(default_factory=dict)
    children: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.elements) >= MAX_ELEMENTS or self.children >= MAX_CHILDREN

    def read_tree(self, tree: Any) -> None:
        for index in range(max(raw.FPDF_StructTree_CountChildren(tree), 0)):
            self.children += 1
            if self.is_full:
                return
            if child := raw.FPDF_StructTree_GetChildAtIndex(tree, index):
                self._read(child, None, 0)

    def _read(self, node: Any, parent: int | None, depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        number = len(self.elements)
        kind = _text(raw.FPDF_StructElement_GetType, node)
        alt = _text(raw.FPDF_StructElement_GetAltText, node) if kind == "Figure" else ""
        language = _language(raw.FPDF_StructElement_GetLang, node)
        self.elements.append(Element(kind, parent, alt, language))
        for index in range(max(raw.FPDF_StructElement_CountChildren(node), 0)):
            self.children += 1
            if self.is_full:
                return
            if child := raw.FPDF_StructElement_GetChildAtIndex(node, index):
                self._read(child, number, depth + 1)
                continue
            # Not GetMarkedContentIdAtIndex, which returns those of other pages, too.
            content_id = raw.FPDF_StructElement_GetChildMarkedContentID(node, index)
            if content_id >= 0:
                self.owners.setdefault(content_id, number)


def _language(read: Callable[..., int], owner: Any) -> str:
    """Return the text if it has the form of a BCP 47 tag, as in most files."""
    text = _text(read, owner)
    return text if _LANGUAGE.fullmatch(text) else ""


def _text(read: Callable[..., int], owner: Any) -> str:
    size = read(owner, _WIDE, len(_BUFFER))  # bytes of UTF-16 with a final NUL
    if not 2 < size <= len(_BUFFER):
        return ""
    return ctypes.string_at(_BUFFER, size - 2).decode("utf-16-le", "replace")
