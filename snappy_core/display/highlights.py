"""Highlight annotations, written into a copy of a PDF by PDFium."""

from __future__ import annotations

import ctypes
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2.raw as raw

from snappy_core.parsing.pdf.document import PDFIUM, load_page, open_pdf
from snappy_core.parsing.source import Source

COLOR = (255, 212, 0)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to highlight.

    Attributes:
        page: from 1.
        quads: for each line its corners in PDF space: top left, top right, bottom left, bottom
            right as read.
        note: shown when one points at the mark.
    """

    page: int
    quads: Sequence[Sequence[tuple[float, float]]]
    note: str


def write_highlights(source: Source, marks: Sequence[Mark], to: Path) -> None:
    """Write a copy of a PDF with marks; the file appears whole or not at all.

    Raises:
        UnreadableDocumentError: the document cannot be read.
    """
    by_page: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_page[mark.page].append(mark)
    handle, temporary = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name}.")
    os.close(handle)
    try:
        with PDFIUM, open_pdf(source) as document:
            for number, of_page in by_page.items():
                page = load_page(document, number, source)
                for mark in of_page:
                    _annotate(page, mark)
                page.close()
            document.save(temporary)
        os.replace(temporary, to)
    except BaseException:
        os.unlink(temporary)
        raise


def _annotate(page: Any, mark: Mark) -> None:
    annotation = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_HIGHLIGHT)
    try:
        raw.FPDFAnnot_SetColor(annotation, raw.FPDFANNOT_COLORTYPE_Color, *COLOR, 255)
        points = [point for quad in mark.quads for point in quad]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        rect = raw.FS_RECTF(left=min(xs), top=max(ys), right=max(xs), bottom=min(ys))
        raw.FPDFAnnot_SetRect(annotation, rect)
        for quad in mark.quads:
            corners = raw.FS_QUADPOINTSF(*(value for point in quad for value in point))
            raw.FPDFAnnot_AppendAttachmentPoints(annotation, corners)
        text = mark.note.encode("utf-16-le", "replace") + b"\0\0"
        note = ctypes.cast(ctypes.create_string_buffer(text), raw.FPDF_WIDESTRING)
        raw.FPDFAnnot_SetStringValue(annotation, b"Contents", note)
        raw.FPDFAnnot_SetFlags(annotation, raw.FPDF_ANNOT_FLAG_PRINT)
    finally:
        raw.FPDFPage_CloseAnnot(annotation)
