"""Captions: which figure or table each of them belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from snappy_core.boxes import as_boxes, enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.upright_page import UprightPage

_MAX_GAP = 3  # font sizes of the caption between it and its figure or table
_MAX_OVERLAP = 2  # the same, where their boxes overlap
_MIN_SIZE = 6  # points, for captions whose font size is not known


def attach_captions(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Join each caption with the nearest figure or table above or below it.

    Each figure and table gets one caption at most; a "Table" rather goes to a table.
    """
    candidates = []
    for caption in (block for block in blocks if block.label == "caption"):
        names_table = page.layer.texts[caption.words[0]].lower().startswith("tab")
        for block in blocks:
            gap = _gap(caption, block) if block.label in ("figure", "table") else None
            if gap is not None:
                penalty = caption.size if names_table != (block.label == "table") else 0
                candidates.append((gap + penalty, caption, block))
    partners: dict[int, Block] = {}  # of captions, figures and tables, by their id()
    for _, caption, block in sorted(candidates, key=lambda candidate: candidate[0]):
        if id(caption) not in partners and id(block) not in partners:
            partners[id(caption)], partners[id(block)] = block, caption
    return [
        _join(partners[id(block)], block, page) if id(block) in partners else block
        for block in blocks
        if block.label != "caption" or id(block) not in partners
    ]


def _gap(caption: Block, block: Block) -> float | None:
    """Return the points between a caption and a block above or below it; None if too far."""
    (left, top, right, bottom), (x0, y0, x1, y1) = caption.box, block.box
    if min(right, x1) - max(left, x0) < 0.5 * min(right - left, x1 - x0):
        return None
    gap, size = max(y0 - bottom, top - y1), max(caption.size, _MIN_SIZE)
    return max(gap, 0.0) if -_MAX_OVERLAP * size < gap < _MAX_GAP * size else None


def _join(caption: Block, block: Block, page: UprightPage) -> Block:
    above = caption.box[1] < block.box[1]
    text = block.text
    if text is not None:
        caption_text = " ".join(page.layer.texts[word] for word in caption.words)
        text = "\n\n".join((caption_text, text) if above else (text, caption_text))
    return replace(
        block,
        parts=tuple(_add_context(part, caption.words) for part in block.parts),
        words=caption.words + block.words if above else block.words + caption.words,
        box=enclose(as_boxes([caption.box, block.box])),
        size=max(caption.size, block.size),
        text=text,
    )


def _add_context(block: Block, words: tuple[int, ...]) -> Block:
    parts = tuple(_add_context(part, words) for part in block.parts)
    return replace(block, context=words + block.context, parts=parts)
