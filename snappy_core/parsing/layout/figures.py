"""Figures that a layout model sees in the image of a page, for pages without drawn objects.

A figure includes the text in it and its caption, which often holds the only words to find it by.
Page frames and frames around running text are not figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import as_boxes, coverage, enclose
from snappy_core.parsing.area_groups import MAX_SHARE
from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.captions import attach_captions
from snappy_core.parsing.layout.geometry import box_area, box_gaps, overlap_share
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import Box

_INSIDE = 0.7  # share of a block that must lie inside an area to belong to it
_LABEL_WORDS = 6  # maximum of an axis label outside the area
_LABEL_GAP = 0.8  # font sizes between the area and such a label
_LEAD_IN = 60  # words of the block above a figure that become its context


def add_figures(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Return blocks with the figures of a page, without the blocks that became part of them."""
    merged = list(blocks)
    for box in _select_areas(merged, page):
        merged = _absorb(Block((), box, label="figure"), merged)
    merged = attach_captions(merged, page)
    return [_with_lead_in(b, merged) if b.label == "figure" else b for b in merged]


def _select_areas(blocks: Sequence[Block], page: UprightPage) -> list[Box]:
    """Return the areas that the model calls figures, except where figures are, the largest first.

    Of areas that overlap each other, only the largest is returned.
    """
    figures = [block for block in blocks if block.label == "figure"]
    candidates = [
        area
        for area in page.areas
        # A "table" of the model in whose words no table was found is a figure drawn like one.
        if area.from_model
        and area.label in ("figure", "table")
        and not any(overlap_share(area.box, block.box) > 0.3 for block in figures)
        and _is_figure(area, blocks, page)
    ]
    selected: list[Box] = []
    for area in sorted(candidates, key=lambda area: -box_area(area.box)):
        if all(overlap_share(area.box, box) < 0.3 for box in selected):
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


def _absorb(figure: Block, blocks: Sequence[Block]) -> list[Block]:
    """Return the other blocks, and the figure merged with those that lie in it or label it."""
    parts: list[Block] = []
    others: list[Block] = []
    for block, is_inside in zip(blocks, _lie_in(blocks, figure.box).tolist(), strict=True):
        is_part = block.label != "figure" and (is_inside or _is_axis_label(block, figure.box))
        (parts if is_part else others).append(block)
    parts.sort(key=lambda block: (block.box[1], block.box[0]))
    words = figure.words + tuple(word for block in parts for word in block.words)
    box = enclose(as_boxes([figure.box, *(block.box for block in parts)]))
    return [*others, replace(figure, words=words, box=box)]


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
