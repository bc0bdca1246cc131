"""Regions compared with the blocks that the authors of PDFs tagged, or that people labeled.

The folder holds `blocks.jsonl`, with one page per line, and `pdfs/`, with one page per file. A line
has `file`, `doc` (the document it is from) and `blocks`, each with `type` (a structure type of
PDF), `box` (page fractions), `chars`, and `inside`, the table, list or figure it is in. Or the
folder is ParseBench's (`benchmarks.parsebench`).
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.page_layouts import PageLayout, PageRef, read_layouts
from benchmarks.parsebench import LAYOUT, read_blocks
from snappy_core.boxes import as_boxes, iou
from snappy_core.evaluation.report import format_table
from snappy_core.parsing.options import ReadingOptions
from snappy_core.types import Box

BLOCKS = "blocks.jsonl"
THRESHOLD = 0.5  # minimum IoU at which a region finds a block

_KINDS = {
    **dict.fromkeys(("P", "LI", "Note", "FENote", "BlockQuote"), "text"),
    **dict.fromkeys(("H", "H1", "H2", "H3", "H4", "H5", "H6", "Title"), "heading"),
    "Table": "table", "TR": "row", "Figure": "figure", "L": "list",
}  # fmt: skip
_BY_DOCUMENT = ("text", "table", "list")  # kinds whose recall is averaged over documents
_ORDERED = ("text", "heading", "table", "figure")  # kinds whose order is compared
_MIN_ORDERED = 4  # found blocks on a page for its order to be compared
_MIN_CHARS = 12  # of a block of text
_MIN_FIGURE = 0.01  # of the page; smaller figures are icons and bullets


@dataclass(frozen=True, slots=True)
class TaggedPage:
    """A page and its blocks: all boxes, and those of kinds that regions should find.

    Attributes:
        path: of a PDF, usually with one page.
        document: the document it is from.
        boxes: of all tagged blocks.
        targets: (kind, box) of the blocks whose recall is measured.
        number: of the page in the file.
    """

    path: Path
    document: str
    boxes: tuple[Box, ...]
    targets: tuple[tuple[str, Box], ...]
    number: int = 1

    @property
    def page(self) -> PageRef:
        """The file and the number of the page in it."""
        return self.path, self.number


def load_pages(folder: str | os.PathLike[str]) -> list[TaggedPage]:
    """Read the pages of a folder.

    Raises:
        FileNotFoundError: it holds neither `blocks.jsonl` nor ParseBench's `layout.jsonl`.
        ValueError: a line has the wrong format.
    """
    path = Path(folder) / BLOCKS
    if not path.exists() and (Path(folder) / LAYOUT).exists():
        return [
            _page(Path(row["file"]), row["doc"], row["blocks"], row["page"])
            for row in read_blocks(Path(folder))
        ]
    pages = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            page = Path(folder) / "pdfs" / row["file"]
            pages.append(_page(page, row["doc"], row["blocks"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: not a tagged page ({error!r})") from error
    return pages


def _page(
    path: Path, document: str, blocks: Sequence[Mapping[str, Any]], number: int = 1
) -> TaggedPage:
    boxes = tuple(tuple(block["box"]) for block in blocks)
    return TaggedPage(path, document, boxes, tuple(_targets(blocks)), number)


def holds_blocks(folder: str | os.PathLike[str]) -> bool:
    """Return whether a folder holds pages for `load_pages`."""
    return any((Path(folder) / name).exists() for name in (BLOCKS, LAYOUT))


def _targets(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Box]]:
    for block in blocks:
        kind, around, box = _KINDS.get(block["type"]), block["inside"], tuple(block["box"])
        if kind == "figure":
            is_small = (box[2] - box[0]) * (box[3] - box[1]) < _MIN_FIGURE
        else:
            is_small = block["chars"] < _MIN_CHARS
        in_cell = around == "Table" and kind != "row"
        in_item = around == "L" and block["type"] == "P"
        if kind is not None and not (is_small or in_cell or in_item):
            yield kind, box


def run_layout(folder: str | os.PathLike[str], options: ReadingOptions) -> dict[str, float]:
    """Read all pages and compare their regions with the tagged blocks; see `measure_layouts`."""
    pages = load_pages(folder)
    return measure_layouts(pages, read_layouts([page.page for page in pages], options))


def measure_layouts(pages: Sequence[TaggedPage], layouts: Iterable[PageLayout]) -> dict[str, float]:
    """Compare what a tool finds on each page with the tagged blocks.

    Returns a dict for JSON: `<kind>_recall` (blocks with an IoU of at least .5 with any region),
    `precision` (top-level text regions with such an IoU with any block), `f1` of the recall of text
    and the precision, `by_document` (the mean over documents of the recall of text, tables and
    lists), and, where pages have enough blocks, `order`: the agreement of the order of regions with
    that of the tags (Kendall's tau per page, 1 for the same order, averaged over pages).
    """
    orders: list[float] = []
    found_by_kind: dict[str, list[bool]] = defaultdict(list)
    found_by_document: dict[str, list[bool]] = defaultdict(list)
    precise: list[bool] = []
    for tagged, layout in zip(pages, layouts, strict=True):
        targets = as_boxes([box for _, box in tagged.targets])
        overlaps = iou(targets, layout.boxes)
        best = overlaps.max(axis=1, initial=0)
        is_ordered = np.array([kind in _ORDERED for kind, _ in tagged.targets], dtype=bool)
        is_ordered &= best >= THRESHOLD
        if is_ordered.sum() >= _MIN_ORDERED:
            orders.append(kendall_tau(overlaps[is_ordered].argmax(axis=1)))
        for (kind, _), is_found in zip(tagged.targets, (best >= THRESHOLD).tolist(), strict=True):
            found_by_kind[kind].append(is_found)
            if kind in _BY_DOCUMENT:
                found_by_document[tagged.document].append(is_found)
        best = iou(layout.boxes, as_boxes(tagged.boxes)).max(axis=1, initial=0)
        precise += (best[layout.is_measured] >= THRESHOLD).tolist()
    recall = {kind: _mean(found) for kind, found in found_by_kind.items()}
    precision, text = _mean(precise), recall.get("text", 0.0)
    measures = (
        {f"{kind}_recall": share for kind, share in recall.items()}
        | {
            "precision": precision,
            "f1": 2 * text * precision / max(text + precision, 1e-9),
            "by_document": _mean([_mean(found) for found in found_by_document.values()]),
        }
        | ({"order": _mean(orders)} if orders else {})
    )
    return {name: round(value, 3) for name, value in measures.items()}


def kendall_tau(places: NDArray[np.intp]) -> float:
    """Return how well positions (n,) ascend, from -1 to 1 (Kendall, Biometrika 30, 1938).

    >>> kendall_tau(np.array([0, 2, 1, 3]))
    0.6666666666666666
    """
    first, second = np.triu_indices(len(places), 1)
    return float(np.sign(places[second] - places[first]).mean())


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(len(values), 1)


def layout_report(summary: Mapping[str, float]) -> str:
    """Return the result of `run_layout` as a table."""
    rows = [[name.replace("_", " "), f"{value:.3f}"] for name, value in summary.items()]
    return format_table(["at IoU .5", "share"], rows)
