"""What PyMuPDF Layout finds on pages. Run by an interpreter that has it, never imported here.

It reads `[[path, page number from 1], ...]` as JSON from standard input. The last line that it
prints is a JSON list with, for each page, its regions as `[box in page fractions, label, whether
no other region contains it, number of words]`.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Sequence
from typing import Any

_LABELS = {
    "text": "paragraph", "footnote": "paragraph", "list-item": "list_item", "table": "table",
    "title": "title", "section-header": "heading", "picture": "figure", "caption": "caption",
    "formula": "formula", "page-header": "header", "page-footer": "footer",
}  # fmt: skip


def read_page(path: str, number: int) -> list[list[Any]]:
    """Return the regions of a page: its boxes, the rows of its tables, and its lists.

    PyMuPDF only finds items; a list is a sequence of them.
    """
    import pymupdf
    import pymupdf.layout  # must be imported before pymupdf4llm
    import pymupdf4llm

    with pymupdf.open(path) as document:
        (page,) = json.loads(pymupdf4llm.to_json(document, pages=[number - 1]))["pages"]
        words = [word[:4] for word in document[number - 1].get_text("words")]
    size = (page["width"], page["height"]) * 2
    regions: list[list[Any]] = []
    items: list[Sequence[float]] = []

    def add(box: Sequence[float], label: str, on_top: bool) -> None:
        fractions = [value / side for value, side in zip(box, size, strict=True)]
        regions.append([fractions, label, on_top, sum(_contains(box, word) for word in words)])

    for found in (*page["boxes"], None):
        if items and (found is None or found["boxclass"] != "list-item"):
            add(_enclose(items), "list", False)
            items = []
        if found is not None:
            box = [found[side] for side in ("x0", "y0", "x1", "y1")]
            add(box, _LABELS.get(found["boxclass"], "other"), True)
            if found["boxclass"] == "list-item":
                items.append(box)
            for row in (found.get("table") or {}).get("cells") or ():
                cells = [cell for cell in row if cell]
                if cells:
                    add(_enclose(cells), "table_row", False)
    return regions


def _enclose(boxes: Sequence[Sequence[float]]) -> list[float]:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return [min(x0), min(y0), max(x1), max(y1)]


def _contains(box: Sequence[float], word: Sequence[float]) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        result = [read_page(path, number) for path, number in json.load(sys.stdin)]
    print(json.dumps(result))
