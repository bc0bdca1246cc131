"""Figures that the layout network does not find: seen by a layout model, or with text on them.

A figure includes the text in it and its caption, which often holds the only words to find it by.
Page frames and frames around running text are not figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from snappy_core import boxes
from snappy_core.boxes import as_boxes, contains_center, coverage, enclose
from snappy_core.parsing.area_groups import MAX_SHARE
from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.captions import attach_captions
from snappy_core.parsing.layout.geometry import box_area, box_gaps, overlap_share
from snappy_core.parsing.layout.notes import text_gap
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import Box

_INSIDE = 0.7  # share of a block that must lie inside an area to belong to it
_OVERLAP = 0.3  # share of the smaller of two areas above which they are the same thing
_LABEL_WORDS = 6  # maximum of an axis label outside the area
_LABEL_GAP = 0.8  # font sizes between the area and such a label
_ICON = 0.01  # share of the page; what is smaller is no figure by itself
_BARE = 0.05  # share of a drawn area that words cover; the background of text has more
_MAX_LABEL = 15  # words of a text that belongs to the picture it stands on
_FIGURE = re.compile(r"fig", re.IGNORECASE)
_LEAD_IN = 60  # words of the block above a figure that become its context


def add_figures(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Return blocks with the figures of a page, without the blocks that became part of them."""
    merged = list(blocks)
    for box in _select_largest(_bare_areas(merged, page)):
        merged = _absorb(box, merged, _MAX_LABEL)
    for box in _select_largest(_captioned_areas(merged, page)):
        merged = _absorb(box, merged)
    for box in _select_largest(_model_areas(merged, page)):
        merged = _absorb(box, merged)
    merged = attach_captions(merged, page)
    return [_with_lead_in(b, merged) if b.label == "figure" else b for b in merged]


def _bare_areas(blocks: Sequence[Block], page: UprightPage) -> Iterator[Area]:
    """Yield the drawn areas that are no background of text, since words cover too little of them.

    Photographs with a name on them, for example.
    """
    tables = [block for block in blocks if block.label == "table"]
    for area in _drawn_areas(blocks, page):
        words = page.word_boxes[contains_center(as_boxes([area.box]), page.word_boxes)[0]]
        is_bare = boxes.area(words).sum() < _BARE * box_area(area.box)
        if is_bare and not _overlaps_any(area, tables):
            yield area


def _captioned_areas(blocks: Sequence[Block], page: UprightPage) -> Iterator[Area]:
    """Yield the drawn areas above or below the caption of a figure that has none yet.

    Diagrams full of text, for example.
    """
    figures = [block for block in blocks if block.label == "figure"]
    captions = [
        block
        for block in blocks
        if block.label == "caption"
        and _FIGURE.match(page.text(block.words[:1]))
        and not any(text_gap(block, figure.box) is not None for figure in figures)
    ]
    for area in _drawn_areas(blocks, page):
        beside = (c for c in captions if text_gap(c, area.box) is not None)
        # With the caption on it, it may be the background of other text, too.
        if any(overlap_share(caption.box, area.box) < _OVERLAP for caption in beside):
            yield area


def _drawn_areas(blocks: Sequence[Block], page: UprightPage) -> Iterator[Area]:
    """Yield the drawn areas, larger than icons, where the network saw no figure."""
    figures = [block for block in blocks if block.label == "figure"]
    size = page.width * page.height
    for area in page.areas:
        is_large = _ICON * size <= box_area(area.box) < MAX_SHARE * size
        if is_large and not area.from_model and not _overlaps_any(area, figures):
            yield area


def _model_areas(blocks: Sequence[Block], page: UprightPage) -> Iterator[Area]:
    """Yield the areas that the model calls figures, except where figures are."""
    figures = [block for block in blocks if block.label == "figure"]
    for area in page.areas:
        # A "table" of the model in whose words no table was found is a figure drawn like one.
        if (
            area.from_model
            and area.label in ("figure", "table")
            and not _overlaps_any(area, figures)
            and _is_figure(area, blocks, page)
        ):
            yield area


def _overlaps_any(area: Area, blocks: Iterable[Block]) -> bool:
    return any(overlap_share(area.box, block.box) > _OVERLAP for block in blocks)


def _select_largest(areas: Iterable[Area]) -> list[Box]:
    """Return the boxes of areas, the largest first; of those that overlap, only the largest."""
    selected: list[Box] = []
    for area in sorted(areas, key=lambda area: -box_area(area.box)):
        if all(overlap_share(area.box, box) < _OVERLAP for box in selected):
            selected.append(area.box)
    return selected


def _is_figure(area: Area, blocks: Sequence[Block], page: UprightPage) -> bool:
    size = box_area(area.box)
    if size >= MAX_SHARE * page.width * page.height:
        return False
    text_size = sum(
        box_area(block.box)
        for block in compress(blocks, _lie_in(blocks, area.box))
        if block.label == "table" or (block.lines >= 3 and len(block.words) >= 15)
    )
    return text_size < 0.4 * size


def _absorb(box: Box, blocks: Sequence[Block], max_words: int | None = None) -> list[Block]:
    """Return the other blocks, and a figure with the words of those that lie in it or label it.

    Args:
        max_words: of a block in it; headings and longer text stay by themselves. None for no limit.
    """
    parts: list[Block] = []
    others: list[Block] = []
    for block, is_inside in zip(blocks, _lie_in(blocks, box).tolist(), strict=True):
        if max_words is not None and is_inside:
            is_inside = len(block.words) <= max_words and block.label not in ("title", "heading")
        is_part = block.label != "figure" and (is_inside or _is_axis_label(block, box))
        (parts if is_part else others).append(block)
    parts.sort(key=lambda block: (block.box[1], block.box[0]))
    words = tuple(word for block in parts for word in block.words)
    box = enclose(as_boxes([box, *(block.box for block in parts)]))
    return [*others, Block(words, box, label="figure")]


def _is_axis_label(block: Block, box: Box) -> bool:
    across, down = box_gaps(block.box, box)
    shorter_side = min(block.box[2] - block.box[0], block.box[3] - block.box[1])
    return (
        block.label in ("paragraph", "other")
        and len(block.words) <= _LABEL_WORDS
        and max(-across, -down) > 0.5 * shorter_side
        and max(across, down) < _LABEL_GAP * max(block.size, 6)
    )


def _lie_in(blocks: Sequence[Block], box: Box) -> NDArray[np.bool_]:
    others = np.array([block.label != "caption" for block in blocks], dtype=bool)
    inside: NDArray[np.bool_] = (_shares_in(blocks, box) >= _INSIDE) & others
    return inside


def _shares_in(blocks: Sequence[Block], box: Box) -> NDArray[np.float32]:
    return coverage(as_boxes([box]), as_boxes([b.box for b in blocks])).ravel()


def _with_lead_in(figure: Block, blocks: Sequence[Block]) -> Block:
    """Add the last words of the text block directly above a figure to its context."""
    above = [
        block
        for block in blocks
        if block.label in ("paragraph", "heading", "list_item")
        and block.box[3] <= figure.box[1] + block.size
        and box_gaps(block.box, figure.box)[0] < 0
    ]
    if not above:
        return figure
    return replace(figure, context=max(above, key=lambda b: b.box[3]).words[-_LEAD_IN:])
