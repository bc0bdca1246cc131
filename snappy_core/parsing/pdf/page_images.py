"""Where the images of a PDF page are. The caller holds the lock `document.PDFIUM`."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pypdfium2.raw as raw

from snappy_core.boxes import Boxes
from snappy_core.parsing.pdf.page_objects import MAX_DEPTH, MAX_OBJECTS
from snappy_core.parsing.pdf.text_layer import WHOLE_PAGE, page_matrix, to_page
from snappy_core.types import Box

MAX_IMAGES = 500
"""Images of a page; hostile pages hold any number."""


def image_boxes(page: Any) -> Boxes:
    """Return the boxes (n, 4) of the images on the page.

    An image inside a form counts as covering the whole page, since its box is not looked up; so
    do more than `MAX_IMAGES` images.
    """
    bounds: list[Box] = []
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for index in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
            bounds.append((left.value, bottom.value, right.value, top.value))
        if len(bounds) > MAX_IMAGES or (kind == raw.FPDF_PAGEOBJ_FORM and _holds_image(item)):
            return WHOLE_PAGE
    return np.clip(to_page(bounds, page_matrix(page)), 0, 1)


def _holds_image(form: Any, depth: int = 1) -> bool:
    """Return whether an image is in a form, or in a form in it."""
    for index in range(min(raw.FPDFFormObj_CountObjects(form), MAX_OBJECTS)):
        item = raw.FPDFFormObj_GetObject(form, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            return True
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH and _holds_image(item, depth + 1):
            return True
    return False
