"""The layout task of ParseBench (arXiv 2604.08538): labeled boxes on enterprise documents.

The folder holds `layout.jsonl`, with one box per line: `pdf` (a path relative to the folder, of a
PDF or image), `page` (from 1) and `rule`, JSON in a string with `bbox` (x, y, width, height in page
fractions), `canonical_class` and `content`, as in the published sample of three pages. ParseBench's
own measures differ (they include attribution of text and reading order); here its boxes are
measured as in `layout_tags`. This code was never run on the whole set.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from snappy_core.evaluation.jsonl import parse_lines

LAYOUT = "layout.jsonl"

_TYPES = {
    **dict.fromkeys(("Text", "List-item", "Caption", "Footnote", "Formula", "Code"), "P"),
    **dict.fromkeys(("Section", "Section-header", "Title"), "H"),
    "Table": "Table", "Picture": "Figure",
}  # fmt: skip
_PAGE_SUFFIX = re.compile(r"_p(?:age)?\d+$")


def read_blocks(folder: Path) -> list[dict[str, Any]]:
    """Return the pages in the format of `benchmarks.layout_tags`, with the `page` of each.

    Headers and footers are blocks without a kind: they only count for the precision.

    Raises:
        FileNotFoundError: there is no `layout.jsonl`.
        ValueError: a line is not a labeled box.
    """
    path = folder / LAYOUT
    pages: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for key, block in parse_lines(path, path.read_bytes(), _block, "labeled box"):
        pages[key].append(block)
    return [
        {
            "file": str(folder / file),
            "doc": _PAGE_SUFFIX.sub("", Path(file).stem),
            "page": page,
            "blocks": blocks,
        }
        for (file, page), blocks in pages.items()
    ]


def _block(row: Mapping[str, Any]) -> tuple[tuple[str, int], dict[str, Any]]:
    rule = json.loads(row["rule"])
    x, y, width, height = rule["bbox"]
    content = rule.get("content") or {}
    text = str(content.get("text") or content.get("html") or "")
    block = {
        "type": _TYPES.get(rule["canonical_class"], "Artifact"),
        "box": [x, y, x + width, y + height],
        "chars": len(text),
        "inside": "",
    }
    return (str(row["pdf"]), int(row["page"] or 1)), block
