"""Captions: what one looks like, and which figure or table it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from snappy_core.boxes import as_boxes, enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.geometry import box_gaps
from snappy_core.parsing.layout.upright_page import UprightPage

CAPTION = re.compile(
    r"^(?:(?i:supplementary|extended\s+data)\s+)?"
    r"(?i:fig(?:ure|s?\.|)|table|tab\.|chart|exhibit|box|scheme|plate|algorithm|listing)\s*"
    # 3, S2, A.1, 7-26, 4b, B, IV; not "of contents"
    r"(?:(?:[A-Z][.\-]?)?\d+(?:[.\-–]\d+)*[a-z]?|(?:[A-Z]|[IVX]+)(?!\w))"
    r"(?!\w)(?!\s+[a-z])"  # "Table 2 compares" opens a sentence
)
"""The beginning of a text that is a caption, whatever else is said of it."""

_MAX_GAP = 3  # font sizes of a caption between it and its figure or table
_MAX_OVERLAP = 2  # the same, where their boxes overlap


def attach_captions(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Join each caption with the nearest figure or table above or below it, one to each."""
    candidates = [
        (gap, caption, block)
        for caption in blocks
        for block in blocks
        if caption.label == "caption" and block.label in ("figure", "table")
        if (gap := _caption_gap(caption, block)) is not None
    ]
    partners: dict[int, Block] = {}  # of captions, figures and tables, by their id()
    for _, caption, block in sorted(candidates, key=lambda candidate: candidate[0]):
        if id(caption) not in partners and id(block) not in partners:
            partners[id(caption)], partners[id(block)] = block, caption
    return [
        _join_caption(partners[id(block)], block, page) if id(block) in partners else block
        for block in blocks
        if block.label != "caption" or id(block) not in partners
    ]


def _caption_gap(caption: Block, block: Block) -> float | None:
    """Return the points between a caption and a block above or below it; None if too far."""
    across, gap = box_gaps(caption.box, block.box)
    (left, _, right, _), (x0, _, x1, _) = caption.box, block.box
    is_over = -across >= 0.5 * min(right - left, x1 - x0)
    is_close = -_MAX_OVERLAP * caption.size < gap < _MAX_GAP * caption.size
    return max(gap, 0.0) if is_over and is_close else None


def _join_caption(caption: Block, block: Block, page: UprightPage) -> Block:
    """Return a block with its caption; the block alone is the part in it."""
    is_above = caption.box[1] < block.box[1]
    text = block.text
    if text is not None:
        caption_text = " ".join(page.layer.texts[word] for word in caption.words)
        text = "\n\n".join((caption_text, text) if is_above else (text, caption_text))
    return replace(
        block,
        parts=(_add_context(block, caption.words),),
        words=caption.words + block.words if is_above else block.words + caption.words,
        box=enclose(as_boxes([caption.box, block.box])),
        size=max(caption.size, block.size),
        text=text,
    )


def _add_context(block: Block, words: tuple[int, ...]) -> Block:
    parts = tuple(_add_context(part, words) for part in block.parts)
    return replace(block, context=words + block.context, parts=parts)
