"""Captions: what they look like, and which figure or table they and its notes belong to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from snappy_core.boxes import as_boxes, enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.notes import find_notes, text_gap
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import Box

CAPTION = re.compile(
    r"^(?:(?i:supplementary|extended\s+data)\s+)?"
    r"(?i:fig(?:ure|s?\.|)|table|tab\.|chart|exhibit|box|scheme|plate|algorithm|listing)\s*"
    # 3, S2, A.1, 7-26, 4b, B, IV; not "of contents"
    r"(?:(?:[A-Z][.\-]?)?\d+(?:[.\-–]\d+)*[a-z]?|(?:[A-Z]|[IVX]+)(?!\w))"
    r"(?!\w)(?!\s+[a-z])"  # "Table 2 compares" begins a sentence
)
"""The beginning of a text that is a caption, whatever the network says."""


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
    captions = _captions(free, boxes, page)
    joined = {id(caption) for partners in captions.values() for caption in partners}
    return [
        _join(block, captions.get(id(block), ()), notes.get(id(block), ()), page)
        for block in free
        if id(block) not in joined
    ]


def _captions(
    blocks: Sequence[Block], boxes: Mapping[int, Box], page: UprightPage
) -> dict[int, list[Block]]:
    """Return the captions of figures and tables, by the id() of each figure or table.

    Each gets the nearest one. A block labeled as a caption that does not begin like one may be
    the title of an axis: it may be followed by a second one that does.
    """
    captions: dict[int, list[Block]] = {key: [] for key in boxes}
    free = [block for block in blocks if block.label == "caption"]
    _take_nearest(captions, boxes, free)
    behind = {
        key: enclose(as_boxes([boxes[key], titles[0].box]))
        for key, titles in captions.items()
        if titles and not _begins_like_one(titles[0], page)
    }
    _take_nearest(captions, behind, [block for block in free if _begins_like_one(block, page)])
    return captions


def _take_nearest(
    captions: Mapping[int, list[Block]], boxes: Mapping[int, Box], free: Sequence[Block]
) -> None:
    """Give each box one more caption from those that are still free, the nearest first."""
    partner_ids = {id(caption) for partners in captions.values() for caption in partners}
    pairs = sorted(
        (gap, number, key)
        for number, caption in enumerate(free)
        if id(caption) not in partner_ids
        for key, box in boxes.items()
        if (gap := text_gap(caption, box)) is not None
    )
    numbers: set[int] = set()
    keys: set[int] = set()
    for _, number, key in pairs:
        if number not in numbers and key not in keys:
            numbers.add(number)
            keys.add(key)
            captions[key].append(free[number])


def _begins_like_one(caption: Block, page: UprightPage) -> bool:
    return bool(CAPTION.match(page.text(caption.words)))


def _join(
    block: Block, captions: Sequence[Block], notes: Sequence[Block], page: UprightPage
) -> Block:
    """Return a block with its captions and notes, from top to bottom.

    Its parts are the notes and the block alone, whose context is the captions and the units
    above it.
    """
    if not captions and not notes:
        return block
    everything = sorted([*captions, block, *notes], key=lambda part: part.box[1])
    context = tuple(
        word
        for part in everything
        if part in captions or part.box[1] < block.box[1]
        for word in part.words
    )
    text = block.text
    if text is not None:
        texts = (text if part is block else page.joined(part.words) for part in everything)
        text = "\n\n".join(texts)
    return replace(
        block,
        parts=tuple(
            _add_context(part, context) if part is block else part
            for part in everything
            if part not in captions
        ),
        words=tuple(word for part in everything for word in part.words),
        box=enclose(as_boxes([part.box for part in everything])),
        size=max(part.size for part in everything),
        text=text,
    )


def _add_context(block: Block, words: tuple[int, ...]) -> Block:
    parts = tuple(_add_context(part, words) for part in block.parts)
    return replace(block, context=words + block.context, parts=parts)
