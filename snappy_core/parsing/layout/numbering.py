"""From blocks in points to numbered words and regions in page fractions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from snappy_core.boxes import enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.lists import group_list_items
from snappy_core.parsing.layout.reading_order import reading_order
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import NO_WORDS, Box, Region, Words

_UNSPACED = re.compile(
    r"[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
)
"""A letter or punctuation mark of Chinese or Japanese, which are written without spaces."""

WORDLESS = "(figure without words)"
"""The text of a figure without any words in or above it."""


def number_regions(blocks: Sequence[Block], page: UprightPage) -> tuple[Words, tuple[Region, ...]]:
    """Return words and regions in reading order, boxes in fractions of the page.

    Each region is followed by its parts.

    Args:
        blocks: in any order.
        page: the page on which they were found.
    """
    order = reading_order(np.array([block.box for block in blocks], np.float32).reshape(-1, 4))
    blocks = group_list_items([blocks[index] for index in order], page)
    word_order = [word for block in blocks for word in block.words]
    numbers = {word: number for number, word in enumerate(word_order)}
    regions = tuple(
        Region(
            box=_box(block, page),
            text=_text(block, page),
            words=tuple(numbers[word] for word in block.words),
            label=block.label,
            order=number,
            parent=parent,
            context=tuple(numbers[word] for word in block.context),
        )
        for number, (block, parent) in enumerate(_flatten(blocks))
    )
    if not word_order:
        return NO_WORDS, regions
    ordered = page.layer.take(np.array(word_order))
    return Words(ordered.texts, ordered.boxes, ordered.confidences), regions


def _flatten(
    blocks: Sequence[Block], parent: int | None = None, number: int = 0
) -> Iterator[tuple[Block, int | None]]:
    """Yield each block before its parts, with the number of its parent; the first is `number`."""
    for block in blocks:
        yield block, parent
        parts = list(_flatten(block.parts, number, number + 1))
        yield from parts
        number += 1 + len(parts)


def _box(block: Block, page: UprightPage) -> Box:
    if block.label == "figure":  # more than its words
        return enclose(page.to_page(np.array([block.box], dtype=np.float32)))
    return enclose(page.layer.boxes[list(block.words)])


def _text(block: Block, page: UprightPage) -> str:
    if block.text is not None:
        return block.text
    text = join_words(block.words, page)
    if block.label in ("list_item", "list") and block.context:
        return f"{join_words(block.context, page)}\n{text}"
    if block.label == "figure" and not text:
        return join_words(block.context, page) or WORDLESS
    return text


def join_words(words: Sequence[int], page: UprightPage) -> str:
    """Return the text of words, with words that are hyphenated at the end of a line made whole.

    Words are separated by spaces except in scripts written without.
    """
    pieces: list[str] = []
    texts = [page.layer.texts[word] for word in words]
    for word, text, following in zip(words, texts, [*texts[1:], ""], strict=False):
        if page.layer.hyphens[word] and following[:1].islower():
            pieces.append(text.removesuffix("-"))
        elif _UNSPACED.match(text[-1]) and _UNSPACED.match(following):
            pieces.append(text)
        else:
            pieces.append(text + " ")
    return "".join(pieces).strip()
