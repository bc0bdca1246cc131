"""Training pages: the nodes that the product finds on a tagged page, and what its tags say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from snappy_core.boxes import contains_center, intersection
from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.network import CLASSES
from snappy_core.parsing.layout.runs import Runs
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.pdf.reader import read_content
from snappy_core.parsing.source import Source
from training.layout.tags import PageTags, read_tags

_CLASS_OF = {
    **dict.fromkeys(("LI", "TOCI"), "list_item"),
    **dict.fromkeys(("H", "H1", "H2", "H3", "H4", "H5", "H6", "Title"), "heading"),
}
UNKNOWN = -2  # owner of what is not among the marked objects
_BLOCKS = {
    "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "Title", "LI", "TOCI", "Caption", "Note",
    "FENote", "Formula", "BlockQuote", "Code", "Form", "TD", "TH", "Figure",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class TrainingPage:
    """What the features of a page are computed from, and the truth of its n + m nodes.

    Attributes:
        classes: (n + m,) indices of `CLASSES`; -1 for nodes of unknown class.
        blocks, rows, groups: (n + m,) indices of the element around each node that is a block, a
            table row, and a table, figure or list; -1 for none.
    """

    document: str
    runs: Runs
    areas: NDArray[np.float32]
    area_features: NDArray[np.float32]
    frames: NDArray[np.float32]
    ruling_lines: RulingLines
    width: float
    height: float
    classes: NDArray[np.intp]
    blocks: NDArray[np.intp]
    rows: NDArray[np.intp]
    groups: NDArray[np.intp]


def read_training_pages(path: Path, max_pages: int = 8) -> Iterator[TrainingPage]:
    document = pypdfium2.PdfDocument(path)
    try:
        for index in range(min(len(document), max_pages)):
            tags = read_tags(document[index])
            if tags is None:
                continue
            content = read_content(document, index + 1, Source.from_path(path))
            layer = content.text_layer
            if not len(layer):
                continue
            turn = int(np.bincount(layer.turns, minlength=4).argmax())
            if turn:
                continue
            page = UprightPage.from_layer(
                layer, content.width, content.height, turn, content.drawings
            )
            yield training_page(page, tags, path.name)
    finally:
        document.close()


def training_page(page: UprightPage, tags: PageTags, name: str) -> TrainingPage:
    size = np.array([page.width, page.height] * 2, np.float32)
    runs = page.runs
    areas = np.array([area.box for area in page.areas], np.float32).reshape(-1, 4)
    area_features = np.array([(a.score, a.from_model) for a in page.areas], np.float32)
    paths = [tags.path(i) for i in range(len(tags.elements))]
    truths = [_truth(path, tags) for path in paths]
    run_owners = _run_owners(runs, page, tags)
    area_owners = _area_owners(areas / size, tags)
    owners = [*run_owners, *area_owners]
    truths += [(-1, -1, -1, -1), (0, -1, -1, -1)]  # of UNKNOWN owners, and of artifacts
    labels = np.array([truths[owner] for owner in owners], np.intp).reshape(-1, 4)
    return TrainingPage(
        name, runs, areas, area_features.reshape(-1, 2), page.frames, page.ruling_lines,
        page.width, page.height, *labels.T,
    )  # fmt: skip


def _truth(path: list[int], tags: PageTags) -> tuple[int, int, int, int]:
    """Return class, block, row and group of what an element owns, given the path to it."""
    types = [tags.elements[i].type for i in path]
    kind, block, row, group = "", -1, -1, -1
    for index, name in zip(path, types, strict=True):
        if name in ("Table", "Figure", "L", "TOC") and group < 0:
            group = index
        if name == "TR":
            row = index
        if name in _BLOCKS:
            inside_item = kind == "list_item" and name == "P"
            inside_cell = block >= 0 and tags.elements[block].type in ("TD", "TH", "Caption")
            if not inside_item and not inside_cell:
                block = index
            if name in _CLASS_OF:
                kind = _CLASS_OF[name]
            elif not inside_item and kind in ("", "list_item"):
                kind = "paragraph"
    if "Caption" in types:
        kind, row = "caption", -1
    elif "Table" in types:
        kind = "table"
    elif "Figure" in types:
        kind = "figure"
    return CLASSES.index(kind) if kind else -1, block, row, group


def _run_owners(runs: Runs, page: UprightPage, tags: PageTags) -> list[int]:
    """Return the element that most letters of each run belong to; -1 for artifacts."""
    is_text = tags.letters > 0
    boxes, owners = tags.boxes[is_text], tags.owners[is_text]
    if not len(boxes):
        return [-1] * len(runs)
    result = []
    for words in runs.words:
        votes: dict[int, float] = {}
        overlaps = intersection(page.layer.boxes[list(words)], boxes)
        for word, index, shared in zip(
            words, overlaps.argmax(axis=1), overlaps.max(axis=1), strict=True
        ):
            if shared > 0:
                owner = int(owners[index])
                votes[owner] = votes.get(owner, 0) + len(page.layer.texts[word])
        result.append(max(votes, key=votes.__getitem__) if votes else UNKNOWN)
    return result


def _area_owners(areas: NDArray[np.float32], tags: PageTags) -> list[int]:
    """Return the element that most of what is drawn in each area belongs to."""
    is_drawn = tags.letters == 0
    boxes, owners = tags.boxes[is_drawn], tags.owners[is_drawn]
    inside = contains_center(areas, boxes) if len(boxes) and len(areas) else None
    result = []
    for index in range(len(areas)):
        if inside is None or not inside[index].any():
            result.append(UNKNOWN)
            continue
        weights = np.sqrt((boxes[inside[index], 2:] - boxes[inside[index], :2]).prod(axis=1)) + 1e-6
        names, positions = np.unique(owners[inside[index]], return_inverse=True)
        result.append(int(names[np.bincount(positions, weights).argmax()]))
    return result
