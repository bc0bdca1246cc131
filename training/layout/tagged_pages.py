"""Training pages: the nodes that Snappy finds on a tagged page, and what its tags say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.captions import CAPTION as CAPTION_START
from snappy_core.parsing.layout.network import CAPTION, PARAGRAPH
from snappy_core.parsing.layout.runs import Runs
from snappy_core.parsing.layout.tagged_nodes import TaggedNodes
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.pdf.reader import read_content
from snappy_core.parsing.source import Source
from snappy_core.parsing.tags import PageTags

MAX_PAGES = 8  # of a document


@dataclass(frozen=True, slots=True, eq=False)
class TrainingPage:
    """What the features of a page are computed from, and the ground truth for its n + m nodes.

    Attributes:
        classes: (n + m,) indices of `CLASSES`; -1 for nodes of unknown class.
        blocks, rows, groups: (n + m,) indices of the element around each node that is a block, a
            table row, and a table, figure or list; -1 for none.
        is_scan: read by OCR.
    """

    document: str
    runs: Runs
    areas: NDArray[np.float32]
    area_scores: NDArray[np.float32]
    frames: NDArray[np.float32]
    ruling_lines: RulingLines
    width: float
    height: float
    classes: NDArray[np.intp]
    blocks: NDArray[np.intp]
    rows: NDArray[np.intp]
    groups: NDArray[np.intp]
    is_scan: bool = False


def read_training_pages(path: Path) -> Iterator[TrainingPage]:
    document = pypdfium2.PdfDocument(path)
    try:
        for index in range(min(len(document), MAX_PAGES)):
            content = read_content(document, index + 1, Source.from_path(path))
            layer, tags = content.text_layer, content.tags
            if tags is None or not len(layer):
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
    runs = page.runs
    areas = np.array([area.box for area in page.areas], np.float32).reshape(-1, 4)
    area_scores = np.array([area.score for area in page.areas], np.float32)
    truth = TaggedNodes.of(runs, page.to_page(areas), page.layer, tags)
    is_slide = all(element.type != "Document" for element in tags.elements)
    classes = _with_captions(truth, runs) if is_slide else truth.classes
    return TrainingPage(
        name, runs, areas, area_scores, page.frames, page.ruling_lines,
        page.width, page.height, classes, truth.blocks, truth.rows, truth.groups,
    )  # fmt: skip


def _with_captions(truth: TaggedNodes, runs: Runs) -> NDArray[np.intp]:
    """Return the classes of nodes, with paragraphs that begin like captions as captions.

    Presentations from LibreOffice have no tag for captions.
    """
    classes = truth.classes.copy()
    blocks = truth.blocks[: len(runs)]
    for block in np.unique(blocks[classes[: len(runs)] == PARAGRAPH]):
        first = np.flatnonzero(blocks == block)[0]
        if block >= 0 and CAPTION_START.match(runs.texts[first]):
            classes[truth.blocks == block] = CAPTION
    return classes
