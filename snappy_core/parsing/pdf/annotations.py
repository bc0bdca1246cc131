"""Annotations: links, and those with visible text (fields of forms, text boxes, stamps).

The caller holds the lock `document.PDFIUM`.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as raw

from snappy_core.types import Box

MAX_ANNOTATIONS = 5_000  # of a page; hostile pages hold any number
_DRAWN_KINDS = (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP)


def has_drawn_annotations(page: Any) -> bool:
    """Return whether a page has annotations that may hold visible text."""
    count = min(raw.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS)
    return any(_kind(page, index) in _DRAWN_KINDS for index in range(count))


def draw_annotations(page: Any) -> None:
    """Move the annotations into the content of a page, where text and drawings are read.

    Those that hold no text, such as links, highlights and notes, are removed. The change takes
    effect when the page is loaded again, and only in this document; the page keeps its size.
    """
    for index in reversed(range(raw.FPDFPage_GetAnnotCount(page))):
        if index >= MAX_ANNOTATIONS or _kind(page, index) not in _DRAWN_KINDS:
            raw.FPDFPage_RemoveAnnot(page, index)
    box = page.get_bbox()  # the media box and the crop box may be inherited
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
    page.set_mediabox(*box)  # PDFium changes them if annotations extend beyond the edge
    page.set_cropbox(*box)
    page.close()


def link_boxes(page: Any) -> list[Box]:
    """Return the boxes of the links on a page, in PDF space."""
    position, link, box = ctypes.c_int(), raw.FPDF_LINK(), raw.FS_RECTF()
    boxes: list[Box] = []
    while len(boxes) < MAX_ANNOTATIONS and raw.FPDFLink_Enumerate(page, position, link):
        if raw.FPDFLink_GetAnnotRect(link, box):
            boxes.append((box.left, box.bottom, box.right, box.top))
    return boxes


def _kind(page: Any, index: int) -> int:
    annotation = raw.FPDFPage_GetAnnot(page, index)
    try:
        return int(raw.FPDFAnnot_GetSubtype(annotation))
    finally:
        raw.FPDFPage_CloseAnnot(annotation)
