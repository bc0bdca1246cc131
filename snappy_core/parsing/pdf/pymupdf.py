"""Reads PDFs with the regions that PyMuPDF Layout finds: `ReadingOptions(reader="pymupdf")`.

PyMuPDF is licensed under the AGPL-3.0 or commercially by Artifex. Nothing else in Snappy uses it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from snappy_core.errors import MissingDependencyError, install_hint
from snappy_core.formats import Frame, NestedRegion, SuppliedPage, build_page
from snappy_core.formats.region_builder import enclose_all
from snappy_core.markdown import table_markdown
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.pdf.regions_reader import RegionsReader
from snappy_core.types import Label

_LABELS: dict[str, Label] = {
    "text": "paragraph", "footnote": "paragraph", "list-item": "list_item", "table": "table",
    "title": "title", "section-header": "heading", "picture": "figure", "caption": "caption",
    "formula": "formula", "page-header": "header", "page-footer": "footer",
}  # fmt: skip

_PYMUPDF = threading.Lock()  # it is not thread-safe


class PyMuPdfReader(RegionsReader):
    """Reads PDFs with the regions of PyMuPDF Layout, which finds none on scans."""

    library = "PyMuPDF"

    def find(
        self, document: bytes, numbers: Sequence[int], options: ReadingOptions
    ) -> Mapping[int, SuppliedPage]:
        try:
            import pymupdf
            import pymupdf.layout  # before pymupdf4llm, which looks for it
            import pymupdf4llm
        except ImportError as error:
            raise MissingDependencyError(
                "the reader 'pymupdf' needs PyMuPDF 2, licensed under the AGPL-3.0 or "
                f"commercially: {install_hint('pymupdf')}"
            ) from error
        with _PYMUPDF, pymupdf.open(stream=document, filetype="pdf") as opened:
            pages = [number - 1 for number in numbers]
            content = json.loads(pymupdf4llm.to_json(opened, pages=pages, use_ocr=False))
        return {page["page_number"]: to_page(page) for page in content["pages"]}


def to_page(page: Mapping[str, Any]) -> SuppliedPage:
    """Return a page from the JSON of PyMuPDF4LLM, with lists around items and rows in tables.

    Raises:
        FormatError: a box lies outside of the page.
    """
    frame = Frame(page["page_number"], page["width"], page["height"])
    regions: list[NestedRegion] = []
    for is_list, boxes in groupby(page["boxes"], lambda box: box["boxclass"] == "list-item"):
        items = [_region(box, frame) for box in boxes]
        if is_list and len(items) > 1 and (around := enclose_all(item.box for item in items)):
            items = [NestedRegion(around, "list", children=items)]
        regions += items
    return build_page(page["page_number"], regions, size=frame.size)


def _region(box: Mapping[str, Any], frame: Frame) -> NestedRegion:
    label = _LABELS.get(box["boxclass"], "other")
    corners = [box[side] for side in ("x0", "y0", "x1", "y1")]
    region = NestedRegion(frame.to_fractions(corners, label), label)
    if box["table"]:
        _add_rows(region, box["table"], frame)
    return region


def _add_rows(region: NestedRegion, table: Mapping[str, Any], frame: Frame) -> None:
    """Give a table its text and its rows; the first one is the header."""
    texts = [[text or "" for text in row] for row in table["extract"]]
    region.text = table_markdown(texts)
    boxes = [
        enclose_all(frame.to_fractions(cell, "a cell") for cell in row if cell)
        for row in table["cells"]
    ]
    for row, box in zip(texts[1:], boxes[1:], strict=True):
        if box:
            text = table_markdown([texts[0], row])
            region.children.append(NestedRegion(box, "table_row", text, boxes[0]))
