"""From the words of a page to its regions: text, lists, tables with rows, figures with captions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from snappy_core.boxes import as_boxes, coverage
from snappy_core.parsing.drawings import Drawings
from snappy_core.parsing.layout.blocks import Block, group_lines, is_running_text
from snappy_core.parsing.layout.figures import add_figures
from snappy_core.parsing.layout.numbering import number_regions
from snappy_core.parsing.layout.paragraphs import find_paragraphs, split_paragraphs
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.detection import find_tables
from snappy_core.parsing.tables.table import table_block
from snappy_core.parsing.text import TextLayer
from snappy_core.types import Label, Region, Words

VERSION = "2"
"""Part of the ingest fingerprint; raised whenever pages would be read differently than before."""

MAX_WORDS = 20_000
MAX_LINES = 4_000
"""Limits on the layout analysis of a page, whose time grows with the square of the lines."""

_RUN_WORDS = 100  # per region of a page beyond these limits

_MODEL_LABELS: dict[str, Label] = {"title": "heading", "caption": "caption", "formula": "formula"}
"""Labels taken from a layout model. Not header and footer: search leaves those out, so that text
labeled so by mistake would never be found."""

_MIN_MODEL_SCORE = 0.6


def find_regions(
    layer: TextLayer, width: float, height: float, drawings: Drawings
) -> tuple[Words, tuple[Region, ...], str]:
    """Return the words of a page in reading order, its regions, and a warning or "".

    Text in another direction than most of the page becomes regions labeled "other". A page with
    too many words or lines is split into runs of words in the order of the file, with a warning.

    Args:
        layer: the words of the page.
        width, height: of the page in points.
        drawings: the areas and ruling lines of the page.
    """
    counts = np.bincount(layer.turns, minlength=4)
    turn = int(counts.argmax())
    page = UprightPage.from_layer(layer, width, height, turn, drawings)
    other_pages = [
        UprightPage.from_layer(layer, width, height, other % 4, Drawings())
        for other in range(turn + 1, turn + 4)
        if counts[other % 4]
    ]
    if len(layer) > MAX_WORDS or sum(len(p.lines) for p in (page, *other_pages)) > MAX_LINES:
        blocks = list(_split_into_runs(page))
        warning = f"is too crowded to find paragraphs: {len(layer)} words in runs of {_RUN_WORDS}"
    else:
        blocks = [*_find_upright_blocks(page), *_find_turned_blocks(page, other_pages)]
        if layer.confidences is not None:  # OCR: bold type and font sizes are not reliable
            blocks = _apply_model_labels(blocks, page)
        blocks, warning = add_figures(blocks, page), ""
    return *number_regions(blocks, page), warning


def _split_into_runs(page: UprightPage) -> Iterator[Block]:
    count = len(page.layer.texts)
    for start in range(0, count, _RUN_WORDS):
        yield Block.of(range(start, min(start + _RUN_WORDS, count)), page)


def _find_upright_blocks(page: UprightPage) -> list[Block]:
    """Return the tables and text of a page."""
    if not page.lines:
        return []
    text_blocks = [block for block in group_lines(page.lines, page) if is_running_text(block)]
    tables = find_tables(text_blocks, page)
    table_words = {word for table in tables for line in table.lines for word in line.words}
    text = [line for line in page.lines if line.words[0] not in table_words]
    return [*(table_block(table, page) for table in tables), *find_paragraphs(text, page)]


def _find_turned_blocks(page: UprightPage, other_pages: Sequence[UprightPage]) -> Iterator[Block]:
    """Yield the text of other directions, with boxes as on `page`."""
    for other in other_pages:
        for lines in group_lines(other.lines, other):
            for part in split_paragraphs(lines, other):
                yield Block.of([word for line in part for word in line.words], page)


def _apply_model_labels(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Label captions and short text as the layout model does where it is sure."""
    areas = [
        area
        for area in page.areas
        if area.from_model and area.label in _MODEL_LABELS and area.score >= _MIN_MODEL_SCORE
    ]
    labeled = list(blocks)
    if not areas or not labeled:
        return labeled
    boxes = as_boxes([block.box for block in blocks])
    inside = coverage(as_boxes([area.box for area in areas]), boxes) > 0.7
    for index in np.flatnonzero(inside.any(axis=0)).tolist():
        block, label = labeled[index], areas[int(inside[:, index].argmax())].label
        short = block.lines <= 4 or label == "caption"
        if block.label in ("paragraph", "list_item", "heading") and short:
            labeled[index] = replace(block, label=_MODEL_LABELS[label])
    return labeled
