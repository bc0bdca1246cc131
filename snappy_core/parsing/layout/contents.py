"""Leaders, and the tables of contents found by them: their page numbers never decrease."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import contains_center, enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.lines import Line, group_rows
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.leaders import leader_mask, without_leaders
from snappy_core.types import Box

_MIN_ENTRIES = 4
_OPENING = 3  # words at the beginning of an entry
_MIN_RISING = 0.8  # of the page numbers; one may be misread, or a list of figures follows
_MAX_OFFSET = 1.5  # font sizes between the right edges of the page numbers of a column
_PAGE_NUMBER = re.compile(
    r"(?:[A-Z]{1,2}[-–]?|\d{1,3}[-–.])?(\d{1,4})(?:[-–]\d{1,4})?|[ivxlc]{1,7}"
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line with a leader and a page number: its box, and the position where its number ends.

    Attributes:
        number: None for a Roman numeral.
        is_field: it begins with the number it ends with, as lines of forms do.
    """

    box: Box
    size: float
    number: int | None
    is_field: bool


def join_contents(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Make each column of a table of contents with leaders one block, with a line for each entry.

    Blocks that have most of their words in it are merged into it.
    """
    is_leader = leader_mask(page.layer.texts)
    if is_leader.sum() < _MIN_ENTRIES:
        return list(blocks)
    joined = list(blocks)
    for entries in _columns(page, is_leader):
        if _are_contents(entries):
            box = enclose(np.array([entry.box for entry in entries], np.float32))
            joined = _absorb(box, joined, page)
    return joined


def drop_leaders(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Return the blocks of a page without leaders; blocks of nothing else are dropped."""
    is_leader = leader_mask(page.layer.texts)
    if not is_leader.any():
        return list(blocks)
    return [block for block in (_without(block, is_leader, page) for block in blocks) if block]


def _without(block: Block, is_leader: NDArray[np.bool_], page: UprightPage) -> Block | None:
    words = tuple(word for word in block.words if not is_leader[word])
    if block.words and not words:
        return None
    parts = [_without(part, is_leader, page) for part in block.parts]
    return replace(
        block,
        words=words,
        box=block.box if block.label == "figure" else enclose(page.word_boxes[list(words)]),
        text=None if block.text is None else without_leaders(block.text),
        context=tuple(word for word in block.context if not is_leader[word]),
        parts=tuple(part for part in parts if part),
    )


def _columns(page: UprightPage, is_leader: NDArray[np.bool_]) -> list[list[_Entry]]:
    """Return the entries whose page numbers are aligned at the right, from top to bottom."""
    columns: list[list[_Entry]] = []
    for row in group_rows(page.runs.lines()):
        for entry in _entries([word for line in row for word in line.words], page, is_leader):
            for column in columns:
                if abs(column[-1].box[2] - entry.box[2]) < _MAX_OFFSET * entry.size:
                    column.append(entry)
                    break
            else:
                columns.append([entry])
    return columns


def _entries(
    words: Sequence[int], page: UprightPage, is_leader: NDArray[np.bool_]
) -> Iterator[_Entry]:
    """Yield the entries in the words of a row: text, a leader, and then only a number."""
    start, size = 0, float(np.median(page.layer.sizes[list(words)]))
    for index, (word, following) in enumerate(pairwise(words)):
        if not is_leader[word] or is_leader[following]:
            continue
        if match := _PAGE_NUMBER.fullmatch(page.layer.texts[following]):
            box = enclose(page.line_boxes[list(words[start : index + 2])])
            first = [page.layer.texts[word] for word in words[start : start + _OPENING]]
            is_field = any(_digits_of(text) == match[1] for text in first)
            yield _Entry(box, size, int(match[1]) if match[1] else None, is_field)
        start = index + 2


def _are_contents(entries: Sequence[_Entry]) -> bool:
    numbers = [entry.number for entry in entries if entry.number is not None]
    if len(entries) < _MIN_ENTRIES or 2 * sum(entry.is_field for entry in entries) >= len(entries):
        return False
    steps = np.diff(numbers)
    return bool((steps >= 0).sum() >= _MIN_RISING * len(steps))


def _digits_of(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _absorb(box: Box, blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Return the table of contents in a box, and the other blocks."""
    is_inside = contains_center(np.array([box], np.float32), page.word_boxes)[0]
    inside: list[Block] = []
    others: list[Block] = []
    for block in blocks:
        share = is_inside[list(block.words)].sum()
        is_part = block.label != "figure" and 2 * share > len(block.words)
        (inside if is_part else others).append(block)
    if not inside:
        return others
    members = {word for block in inside for word in block.words}
    lines = [
        Line.around(words, page.line_boxes, line.size)
        for line in page.runs.lines()
        if (words := tuple(word for word in line.words if word in members))
    ]
    rows = [[word for line in row for word in line.words] for row in group_rows(lines)]
    ordered = [word for row in rows for word in row]
    ordered += sorted(members.difference(ordered))
    text = "\n".join(without_leaders(page.text(row)).strip() for row in rows)
    block = replace(Block.of(ordered, page, "contents"), lines=len(rows), text=text)
    return [*others, block]
