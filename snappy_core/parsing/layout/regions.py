"""Turns the words of a page into regions: text, lists, tables, figures with captions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from snappy_core.boxes import as_boxes, coverage, enclose
from snappy_core.parsing.drawings import Drawings
from snappy_core.parsing.layout.alternative_texts import add_alternative_texts
from snappy_core.parsing.layout.assembly import find_blocks
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.captions import attach_captions
from snappy_core.parsing.layout.contents import drop_leaders, join_contents
from snappy_core.parsing.layout.figures import add_figures
from snappy_core.parsing.layout.form_fields import join_fields
from snappy_core.parsing.layout.lists import group_list_items
from snappy_core.parsing.layout.reading_order import follow_tags, reading_order
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tags import PageTags
from snappy_core.parsing.text import TextLayer
from snappy_core.types import NO_WORDS, Box, Label, Origin, Region, Structure, Words

VERSION = "16"
"""Part of the ingest fingerprint; raised whenever pages would be read differently than before."""

MAX_WORDS = 20_000
MAX_LINES = 4_000
"""Limits on the layout analysis of a page, whose time grows with the square of the lines."""

_RUN_WORDS = 100  # per region of a page beyond these limits

_MODEL_LABELS: dict[str, Label] = {"title": "heading", "caption": "caption", "formula": "formula"}
"""Labels taken from a layout model. Not header and footer: search skips those, so text labeled
that way by mistake would never be found."""

_MIN_MODEL_SCORE = 0.6

WORDLESS = "(figure without words)"
"""The text of a figure without any words in or above it."""


def find_regions(
    layer: TextLayer,
    width: float,
    height: float,
    drawings: Drawings,
    tags: PageTags | None = None,
) -> tuple[Words, tuple[Region, ...], str]:
    """Return the words of a page in reading order, its regions, and a warning or "".

    Text in a direction other than that of most of the page becomes tables, or else regions labeled
    "other". A page with too many words or lines is split into runs of words in file order, with a
    warning.

    Args:
        width, height: of the page in points.
    """
    page = UprightPage.from_layer(layer, width, height, layer.main_turn, drawings, tags)
    origin: Origin = "learned"
    if len(layer) > MAX_WORDS or len(page.runs) + len(page.turned_lines) > MAX_LINES:
        blocks, origin = list(_split_into_runs(page)), ""
        warning = f"is too crowded to find paragraphs: {len(layer)} words in runs of {_RUN_WORDS}"
    else:
        blocks = join_fields(find_blocks(page), page)
        blocks += _find_turned_blocks(page, blocks, width, height, drawings)
        if layer.confidences is not None:  # OCR: bold type and font sizes are not reliable
            blocks = _apply_model_labels(blocks, page)
        blocks, warning = join_contents(add_figures(blocks, page), page), ""
    blocks = drop_leaders(blocks, page)
    return *_number_regions(blocks, page, origin), warning


def _split_into_runs(page: UprightPage) -> Iterator[Block]:
    count = len(page.layer.texts)
    for start in range(0, count, _RUN_WORDS):
        yield Block.of(range(start, min(start + _RUN_WORDS, count)), page)


def _find_turned_blocks(
    page: UprightPage, blocks: Sequence[Block], width: float, height: float, drawings: Drawings
) -> Iterator[Block]:
    """Yield the tables and the text in other directions, with boxes as on `page`.

    Words that are in `blocks`, such as turned heads of a table, are left out; a table that
    contains some of them is reduced to the text of its other words.
    """
    block_words = {word for block in blocks for word in block.words}
    turns = page.layer.turns.copy()
    turns[list(block_words)] = page.turn
    layer, lines = replace(page.layer, turns=turns), Drawings(ruling_lines=drawings.ruling_lines)
    for turn in sorted({*turns.tolist()} - {page.turn}):
        other = UprightPage.from_layer(layer, width, height, turn, lines, page.tags)
        for block in attach_captions(find_blocks(other), other):
            words = [word for word in block.words if word not in block_words]
            block_words.update(words)
            if block.label == "table" and len(words) == len(block.words):
                yield _place(block, page)
            elif words:
                yield replace(Block.of(words, page), tag=block.tag)


def _place(block: Block, page: UprightPage) -> Block:
    """Return a block of a page in another direction with its boxes on `page`."""
    box = enclose(page.word_boxes[list(block.words)])
    return replace(block, box=box, parts=tuple(_place(part, page) for part in block.parts))


def _apply_model_labels(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Label captions and short text as the layout model does where it is confident."""
    areas = [
        area
        for area in page.areas
        if area.from_model and area.label in _MODEL_LABELS and area.score >= _MIN_MODEL_SCORE
    ]
    labeled = list(blocks)
    boxes = as_boxes([block.box for block in blocks])
    inside = coverage(as_boxes([area.box for area in areas]), boxes) > 0.7
    for index in np.flatnonzero(inside.any(axis=0)).tolist():
        block, label = labeled[index], areas[int(inside[:, index].argmax())].label
        short = block.lines <= 4 or label == "caption"
        if block.label in ("paragraph", "list_item", "heading") and short:
            labeled[index] = replace(block, label=_MODEL_LABELS[label])
    return labeled


def _number_regions(
    blocks: Sequence[Block], page: UprightPage, origin: Origin
) -> tuple[Words, tuple[Region, ...]]:
    """Return words and regions in reading order, boxes in fractions of the page.

    Blocks may be in any order. Each region is followed by its parts.

    Args:
        origin: for the regions that were not found by tags.
    """
    boxes = np.array([block.box for block in blocks], np.float32).reshape(-1, 4)
    order = follow_tags(reading_order(boxes), [block.tag for block in blocks], boxes)
    blocks = group_list_items([blocks[index] for index in order], page)
    word_order = [word for block in blocks for word in block.words]
    numbers = {word: number for number, word in enumerate(word_order)}
    drafts = list(_flatten(blocks))
    regions = tuple(
        Region(
            box=_box(block, page),
            text=_text(block, page),
            words=tuple(numbers[word] for word in block.words),
            label=block.label,
            order=number,
            parent=parent,
            context=tuple(numbers[word] for word in block.context),
            cells=block.cells,
            structure=_structure(block),
            origin=origin if block.tag is None else "tagged",
            level=_level(block, page),
            language=_language(block, page),
        )
        for number, (block, parent) in enumerate(drafts)
    )
    words = NO_WORDS
    if word_order:
        ordered = page.layer.take(np.array(word_order))
        words = Words(ordered.texts, ordered.boxes, ordered.confidences)
    if page.tags is None:
        return words, regions
    aspect = page.height / page.width if page.turn % 2 else page.width / page.height
    tags = [block.tag for block, _ in drafts]
    return add_alternative_texts(words, regions, tags, page.tags, aspect)


def _flatten(
    blocks: Sequence[Block], parent: int | None = None, number: int = 0, tag: int | None = None
) -> Iterator[tuple[Block, int | None]]:
    """Yield each block before its parts, with the number of its parent; the first is `number`.

    Parts without a tag take that of the whole.
    """
    for block in blocks:
        tagged = block if tag is None or block.tag is not None else replace(block, tag=tag)
        yield tagged, parent
        parts = list(_flatten(tagged.parts, number, number + 1, tagged.tag))
        yield from parts
        number += 1 + len(parts)


def _structure(block: Block) -> Structure | None:
    is_tagged = block.structure == "learned" and block.tag is not None
    return "tagged" if is_tagged else block.structure


def _level(block: Block, page: UprightPage) -> int:
    if page.tags is None or block.tag is None or block.label not in ("title", "heading"):
        return 0
    return page.tags.heading_level(block.tag)


def _language(block: Block, page: UprightPage) -> str:
    return "" if page.tags is None or block.tag is None else page.tags.language_of(block.tag)


def _box(block: Block, page: UprightPage) -> Box:
    if block.label == "figure":  # more than its words
        return enclose(page.to_page(np.array([block.box], dtype=np.float32)))
    return enclose(page.layer.boxes[list(block.words)])


def _text(block: Block, page: UprightPage) -> str:
    if block.text is not None:
        return block.text
    text = page.joined(block.words)
    if block.label in ("list_item", "list") and block.context:
        return f"{page.joined(block.context)}\n{text}"
    if block.label == "figure" and not text:
        return page.joined(block.context) or WORDLESS
    return text
