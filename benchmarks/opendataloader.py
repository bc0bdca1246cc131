"""What OpenDataLoader PDF finds on pages, using its Python package, which needs Java."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import absent
from benchmarks.page_layouts import FoundRegion, PageLayout, PageRef
from snappy_core.boxes import enclose
from snappy_core.parsing.pdf.document import PDFIUM, load_page, open_pdf
from snappy_core.parsing.pdf.text_layer import page_matrix, to_page
from snappy_core.parsing.source import Source

# Borders and clusters; the default, borders alone, finds fewer tables and rows.
_TABLE_METHOD = "cluster"
_LABELS = {"list item": "list_item", "table row": "table_row", "image": "figure"}
_PARTS = ("kids", "list items", "rows")  # cells are neither regions of Snappy nor tagged blocks


def missing() -> str | None:
    """Return why it cannot run; None if it can."""
    if why := absent("opendataloader-pdf"):
        return why
    return None if shutil.which("java") else "OpenDataLoader PDF needs Java, which is not installed"


def opendataloader_layouts(pages: Sequence[PageRef]) -> Iterator[PageLayout]:
    """Yield what OpenDataLoader PDF finds on each page; it reads whole documents."""
    documents = convert(list(dict.fromkeys(path for path, _ in pages)))
    for path, number in pages:
        kids = [kid for kid in documents[path]["kids"] if kid["page number"] == number]
        yield PageLayout.of(found_regions(kids, _matrix(path, number)))


def convert(paths: Sequence[Path]) -> dict[Path, Any]:
    """Return the output of OpenDataLoader PDF for each file."""
    import opendataloader_pdf

    with tempfile.TemporaryDirectory() as folder:
        links = [Path(folder, f"{number}.pdf") for number in range(len(paths))]
        for link, path in zip(links, paths, strict=True):
            link.symlink_to(path.absolute())
        opendataloader_pdf.convert(
            input_path=[str(link) for link in links], output_dir=folder, format="json",
            table_method=_TABLE_METHOD, image_output="off", quiet=True,
        )  # fmt: skip
        return {
            path: json.loads(link.with_suffix(".json").read_text("utf-8"))
            for path, link in zip(paths, links, strict=True)
        }


def found_regions(
    elements: Sequence[Mapping[str, Any]], matrix: NDArray[np.float64], on_top: bool = True
) -> Iterator[FoundRegion]:
    """Yield the regions of elements and of their parts.

    Args:
        matrix: of the page, from PDF space to fractions.
    """
    for element in elements:
        label = _LABELS.get(element["type"], element["type"])
        # Rows have no box of their own.
        boxes = [part["bounding box"] for part in element.get("cells", (element,))]
        words = _count_words(element)
        yield FoundRegion(enclose(to_page(boxes, matrix)), label, on_top, words)
        for name in _PARTS:
            yield from found_regions(element.get(name, ()), matrix, False)


def _count_words(element: Mapping[str, Any]) -> int:
    parts = (part for name in (*_PARTS, "cells") for part in element.get(name, ()))
    return len(element.get("content", "").split()) + sum(map(_count_words, parts))


def _matrix(path: Path, number: int) -> NDArray[np.float64]:
    source = Source.from_path(path)
    with PDFIUM, open_pdf(source) as document:
        return page_matrix(load_page(document, number, source))
