"""Joins values filled in on a form with the labels before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from snappy_core.boxes import contains_center, enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.upright_page import UprightPage

_MAX_WORD_GAP = 1.0  # font sizes between the words of a label
_MAX_INLINE_GAP = 1.5  # font sizes between a field and the text that continues after it
_MIN_LINES = 3  # of prose in a column beside fields; a label may take two


@dataclass(frozen=True, slots=True)
class _Pair:
    """The words of a label and of the value after it."""

    label: tuple[int, ...]
    value: tuple[int, ...]

    @property
    def words(self) -> Set[int]:
        return {*self.label, *self.value}


def join_fields(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Make each label and the value after it one block, "label: value".

    Fields within a sentence stay in it, and prose next to fields stays whole. Tables are left
    alone unless they consist of labels and values only, one of each in a row.
    """
    if not len(page.fields):
        return list(blocks)
    owners = {word: index for index, block in enumerate(blocks) for word in block.words}

    def blocks_of(words: Sequence[int]) -> Set[int]:
        return {owners[word] for word in words}

    pairs: list[_Pair] = []
    paired: set[int] = set()
    for pair in _find_pairs(page, owners):
        if owners.keys() >= pair.words and not pair.words & paired:  # fields may overlap
            pairs.append(pair)
            paired |= pair.words
    whole = {
        word
        for block in blocks
        if (block.parts or block.label in ("table", "figure")) and not paired >= {*block.words}
        for word in block.words
    }
    prose = {index for index, block in enumerate(blocks) if _is_prose(block, paired)}
    pairs = [
        pair
        for pair in pairs
        if not pair.words & whole and not blocks_of(pair.label) & prose - blocks_of(pair.value)
    ]
    paired = {word for pair in pairs for word in pair.words}
    remaining = (_without(block, paired, page) for block in blocks)
    return [block for block in remaining if block] + [_block(pair, page) for pair in pairs]


def _is_prose(block: Block, paired: Set[int]) -> bool:
    """Return whether a block is prose: most of its words are neither labels nor values."""
    words = {*block.words}
    return block.lines >= _MIN_LINES and 2 * len(paired & words) < len(words)


def _find_pairs(page: UprightPage, owners: Mapping[int, int]) -> Iterator[_Pair]:
    """Yield each value that has a label to its left, with that label.

    Args:
        owners: the block of each word.
    """
    boxes, lines, sizes = page.word_boxes, page.line_boxes, page.layer.sizes
    is_upright = page.layer.turns == page.turn
    contents = contains_center(page.fields, boxes) & is_upright
    is_value = contents.any(axis=0)
    for (left, _, right, _), is_inside in zip(page.fields.tolist(), contents, strict=True):
        if not is_inside.any():
            continue
        value = np.flatnonzero(is_inside)
        first = lines[value[boxes[value, 1].argmin()]]
        is_level = (lines[:, 1] < first[1::2].mean()) & (first[1::2].mean() < lines[:, 3])
        is_level &= is_upright & ~is_inside
        before = np.flatnonzero(is_level & (boxes[:, 0] < left))
        label: list[int] = []
        for word in before[np.argsort(-boxes[before, 0])].tolist():
            is_far = label and boxes[label[0], 0] - boxes[word, 2] > _MAX_WORD_GAP * sizes[word]
            if is_value[word] or is_far:
                break
            label.insert(0, word)
        pair = _Pair(tuple(label), tuple(value.tolist()))
        gaps = boxes[:, 0] - right
        is_behind = is_level & (boxes[:, 0] > left) & (gaps < _MAX_INLINE_GAP * sizes)
        pair_blocks = {owners.get(word) for word in pair.words}
        goes_on = any(
            owners.get(word) in pair_blocks for word in np.flatnonzero(is_behind).tolist()
        )
        if label and not goes_on:
            yield pair


def _without(block: Block, words: Set[int], page: UprightPage) -> Block | None:
    """Return a block without some of its words; None if no words are left."""
    rest = tuple(word for word in block.words if word not in words)
    if len(rest) == len(block.words):
        return block
    return replace(block, words=rest, box=enclose(page.word_boxes[list(rest)])) if rest else None


def _block(pair: _Pair, page: UprightPage) -> Block:
    label, value = map(page.joined, (pair.label, pair.value))
    text = f"{label}: {value}" if label[-1].isalnum() else f"{label} {value}"
    return replace(Block.of((*pair.label, *pair.value), page, "paragraph"), text=text)
