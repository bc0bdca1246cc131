"""Captions: what one looks like, and which figure or table it and notes on it belong to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from snappy_core.boxes import as_boxes, enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.notes import find_notes, text_gap
from snappy_core.parsing.layout.upright_page import UprightPage

CAPTION = re.compile(
    r"^(?:(?i:supplementary|extended\s+data)\s+)?"
    r"(?i:fig(?:ure|s?\.|)|table|tab\.|chart|exhibit|box|scheme|plate|algorithm|listing)\s*"
    # 3, S2, A.1, 7-26, 4b, B, IV; not "of contents"
    r"(?:(?:[A-Z][.\-]?)?\d+(?:[.\-–]\d+)*[a-z]?|(?:[A-Z]|[IVX]+)(?!\w))"
    r"(?!\w)(?!\s+[a-z])"  # "Table 2 compares" opens a sentence
)
"""The beginning of a text that is a caption, whatever else is said of it."""


def attach_captions(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Join each caption with the nearest figure or table above or below it, one to each.

    Tables are also joined with the units above them and the notes below them.
    """
    notes: dict[int, list[Block]] = {}  # of figures and tables, by their id()
    free = list(blocks)
    for block in blocks:
        if block.label in ("figure", "table"):
            notes[id(block)] = find_notes(block, free, page) if block.label == "table" else []
            free = [other for other in free if other not in notes[id(block)]]
    boxes = {
        id(block): enclose(as_boxes([part.box for part in (block, *notes[id(block)])]))
        for block in free
        if id(block) in notes
    }
    candidates = [
        (gap, caption, block)
        for caption in free
        for block in free
        if caption.label == "caption" and id(block) in boxes
        if (gap := text_gap(caption, boxes[id(block)])) is not None
    ]
    partners: dict[int, Block] = {}  # of captions, figures and tables, by their id()
    for _, caption, block in sorted(candidates, key=lambda candidate: candidate[0]):
        if id(caption) not in partners and id(block) not in partners:
            partners[id(caption)], partners[id(block)] = block, caption
    return [
        _join(block, partners.get(id(block)), notes.get(id(block), ()), page)
        for block in free
        if block.label != "caption" or id(block) not in partners
    ]


def _join(block: Block, caption: Block | None, notes: Sequence[Block], page: UprightPage) -> Block:
    """Return a block with its caption and notes, from the top.

    Its parts are the block alone, whose context are the caption and the units above it, and the
    notes.
    """
    if block.label not in ("figure", "table") or (caption is None and not notes):
        return block
    inside = [block, *notes]
    everything = sorted([caption, *inside] if caption else inside, key=lambda part: part.box[1])
    context = tuple(
        word
        for part in everything
        if part is caption or part.box[1] < block.box[1]
        for word in part.words
    )
    text = block.text
    if text is not None:
        text = "\n\n".join(
            text if part is block else " ".join(page.layer.texts[word] for word in part.words)
            for part in everything
        )
    return replace(
        block,
        parts=tuple(
            _add_context(part, context) if part is block else part
            for part in everything
            if part is not caption
        ),
        words=tuple(word for part in everything for word in part.words),
        box=enclose(as_boxes([part.box for part in everything])),
        size=max(part.size for part in everything),
        text=text,
    )


def _add_context(block: Block, words: tuple[int, ...]) -> Block:
    parts = tuple(_add_context(part, words) for part in block.parts)
    return replace(block, context=words + block.context, parts=parts)
