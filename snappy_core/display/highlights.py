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

COLOR = (255, 212, 0)  # yellow, as text markers have it


@dataclass(frozen=True, slots=True)
class Highlight:
    """A highlight annotation.

    Attributes:
        page_number: from 1.
        quads: the corners of each line of text in PDF space, as read: top left, top right,
            bottom left, bottom right.
        note: the text viewers show for the annotation.
    """

    page_number: int
    quads: Sequence[Sequence[tuple[float, float]]]
    note: str


def write_highlights(source: Source, highlights: Sequence[Highlight], target: Path) -> None:
    """Write a copy of a PDF with highlights to `target`, atomically.

    Raises:
        UnreadableDocumentError: the document or a page cannot be read.
    """
    by_page: dict[int, list[Highlight]] = defaultdict(list)
    for highlight in highlights:
        by_page[highlight.page_number].append(highlight)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    try:
        with PDFIUM, open_pdf(source) as document:
            for page_number, page_highlights in by_page.items():
                page = load_page(document, page_number, source)
                for highlight in page_highlights:
                    _annotate(page, highlight)
                page.close()
            document.save(temporary)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _annotate(page: Any, highlight: Highlight) -> None:
    annotation = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_HIGHLIGHT)
    try:
        raw.FPDFAnnot_SetColor(annotation, raw.FPDFANNOT_COLORTYPE_Color, *COLOR, 255)
        points = [point for quad in highlight.quads for point in quad]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        rect = raw.FS_RECTF(left=min(xs), top=max(ys), right=max(xs), bottom=min(ys))
        raw.FPDFAnnot_SetRect(annotation, rect)
        for quad in highlight.quads:
            corners = raw.FS_QUADPOINTSF(*(value for point in quad for value in point))
            raw.FPDFAnnot_AppendAttachmentPoints(annotation, corners)
        text = highlight.note.encode("utf-16-le", "replace") + b"\0\0"
        note = ctypes.cast(ctypes.create_string_buffer(text), raw.FPDF_WIDESTRING)
        raw.FPDFAnnot_SetStringValue(annotation, b"Contents", note)
        raw.FPDFAnnot_SetFlags(annotation, raw.FPDF_ANNOT_FLAG_PRINT)
    finally:
        raw.FPDFPage_CloseAnnot(annotation)
