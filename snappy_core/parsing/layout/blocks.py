"""Blocks of a page: lines below each other, and the drafts of regions made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from snappy_core.boxes import enclose
from snappy_core.grouping import connected_components
from snappy_core.parsing.layout.lines import BULLET, PARAMS, Line, box_around, is_right_to_left
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import Box, Label

_MAX_INDENT = 3  # line heights by which the first line of a paragraph is indented, at most

TextBlock = Sequence[Line]
"""Aligned lines close below each other, from top to bottom."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The draft of a region: words by their indices in the page, in reading order.

    Attributes:
        box: around its ink, in points on the upright page.
        size: its largest font size.
        lines: number of text lines.
        bold: all of its words are bold.
        text: replaces the words joined by spaces (a table in Markdown).
        context: words outside the box that the region must be read with.
        parts: drafts of the regions inside it; their words are among its own.
    """

    words: tuple[int, ...]
    box: Box
    size: float = 0
    lines: int = 1
    bold: bool = False
    label: Label = "paragraph"
    text: str | None = None
    context: tuple[int, ...] = ()
    parts: tuple[Block, ...] = ()

    @classmethod
    def of(cls, words: Sequence[int], page: UprightPage, label: Label = "other") -> Block:
        """Return a block of some words of a page."""
        index = list(words)
        size = float(page.layer.sizes[index].max())
        return cls(tuple(index), enclose(page.word_boxes[index]), size, label=label)


def group_lines(lines: Sequence[Line], page: UprightPage) -> list[TextBlock]:
    """Group lines into text blocks: lines that are close below each other and aligned."""
    if not lines:
        return []
    labels = connected_components(len(lines), _find_neighbors(lines, page))
    blocks: list[list[Line]] = [[] for _ in range(labels.max() + 1)]
    for line, label in zip(lines, labels.tolist(), strict=True):
        blocks[label].append(line)
    for block in blocks:
        rtl = is_right_to_left(page.texts_of(block))
        block.sort(key=lambda line: (line.middle, -line.x1 if rtl else line.x0))
    return list(blocks)


def _find_neighbors(lines: Sequence[Line], page: UprightPage) -> Iterator[tuple[int, int]]:
    """Yield the indices of lines of one height whose left edge, right edge or center is aligned.

    So are the indented first line of a paragraph and the line below it. pdfminer's
    `group_textlines` does not join these, and its time grows with the square of a group.
    """
    x0, y0, x1, y1 = np.array([(_text_left(n, page), n.y0, n.x1, n.y1) for n in lines]).T
    height, center = y1 - y0, (x0 + x1) / 2
    for i, reach in enumerate((PARAMS.line_margin * height).tolist()):
        is_near = (x0 < x1[i]) & (x0[i] < x1) & (y0 - reach < y1[i]) & (y0[i] < y1 + reach)
        near = np.flatnonzero(is_near & (np.abs(height - height[i]) <= reach))
        edges = np.abs([x0[near] - x0[i], x1[near] - x1[i], center[near] - center[i]])
        is_below = y1[i] < y1[near]
        upper, lower = np.where(is_below, i, near), np.where(is_below, near, i)
        indent = x0[upper] - x0[lower]
        is_indented = (y1[upper] < y1[lower]) & (indent > 0)
        is_indented &= indent <= _MAX_INDENT * height[upper]
        is_indented &= x1[upper] > x0[lower] + 0.6 * (x1[lower] - x0[lower])
        yield from ((i, j) for j in near[(edges <= reach).any(axis=0) | is_indented].tolist())


def _text_left(line: Line, page: UprightPage) -> float:
    """Return the left edge of a line, without the bullet of a list item."""
    if len(line.words) > 1 and BULLET.match(page.layer.texts[line.words[0]]):
        return min(float(page.line_boxes[line.words[1], 0]), line.x1)
    return line.x0


def is_running_text(block: TextBlock) -> bool:
    """Return whether lines have many words or, on average, fill the width of their block."""
    x0, _, x1, _ = box_around(block)
    words = sum(len(line.words) for line in block) / len(block)
    fill = sum(line.x1 - line.x0 for line in block) / len(block) / max(x1 - x0, 1e-6)
    return (len(block) >= 2 and words >= 4 and fill >= 0.75) or words >= 9
