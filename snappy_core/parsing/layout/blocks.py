"""Blocks of a page: lines below each other, and the drafts of regions made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pdfminer.layout import LTComponent, LTTextLine, LTTextLineHorizontal
from pdfminer.utils import Plane

from snappy_core.boxes import enclose
from snappy_core.grouping import connected_components
from snappy_core.parsing.layout.lines import (
    BULLET,
    PARAMS,
    Line,
    PdfminerWord,
    box_around,
    is_right_to_left,
)
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import Box, Label

_MAX_INDENT = 3  # line heights by which the first line of a paragraph is indented, at most
_MAX_GRID_CELLS = 40  # along a side of the page in pdfminer's index of boxes
_MIN_GRID_CELL = 50  # points

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


class _PdfminerLine(LTTextLineHorizontal):
    """A line that is also a neighbor of the line below it when it is indented over it.

    pdfminer wants neighbors to share their left edge, right edge or center, which the indented
    first line of a paragraph with a ragged right edge does not.
    """

    def find_neighbors(self, plane: Plane[Any], ratio: float) -> list[LTTextLine]:
        reach = ratio * self.height
        near = plane.find((self.x0, self.y0 - reach, self.x1, self.y1 + reach))
        return [
            *super().find_neighbors(plane, ratio),
            *(
                line
                for line in near
                if isinstance(line, _PdfminerLine)
                and self._is_same_height_as(line, tolerance=reach)
                and (self._is_indented_over(line) or line._is_indented_over(self))
            ),
        ]

    def _is_indented_over(self, below: _PdfminerLine) -> bool:
        indent = self.x0 - below.x0
        first = self.y0 > below.y0 and 0 < indent <= _MAX_INDENT * self.height
        return first and self.x1 > below.x0 + 0.6 * below.width


def group_lines(lines: Sequence[Line], page: UprightPage) -> list[TextBlock]:
    """Group lines into text blocks: lines that are close below each other and aligned."""
    if not lines:
        return []
    x0, y0, x1, y1 = box_around(lines)
    # A cell of constant size would put a tall line of a huge page into millions of cells.
    cell = max(_MIN_GRID_CELL, int(max(x1 - x0, y1 - y0) / _MAX_GRID_CELLS))
    plane: Plane[LTComponent] = Plane((x0 - 1, -y1 - 1, x1 + 1, -y0 + 1), cell)
    wrapped = [_wrap(line, page) for line in lines]
    plane.extend(wrapped)
    numbers: dict[LTTextLine, int] = {line: number for number, line in enumerate(wrapped)}
    # pdfminer's own `group_textlines` takes time that grows with the square of a group.
    labels = connected_components(
        len(lines),
        (
            (number, numbers[neighbor])
            for line, number in numbers.items()
            for neighbor in line.find_neighbors(plane, PARAMS.line_margin)
        ),
    )
    blocks: list[list[Line]] = [[] for _ in range(labels.max() + 1)]
    for line, label in zip(lines, labels.tolist(), strict=True):
        blocks[label].append(line)
    for block in blocks:
        rtl = is_right_to_left(page.texts_of(block))
        block.sort(key=lambda line: (line.middle, -line.x1 if rtl else line.x0))
    return list(blocks)


def _wrap(line: Line, page: UprightPage) -> _PdfminerLine:
    wrapped = _PdfminerLine(PARAMS.word_margin)
    first = line.words[0]
    left = line.x0
    if len(line.words) > 1 and BULLET.match(page.layer.texts[first]):
        # The lines of a list item are aligned with its text, not with its bullet.
        left = float(page.line_boxes[line.words[1], 0])
    wrapped.set_bbox((min(left, line.x1), -line.y1, line.x1, -line.y0))
    # pdfminer drops empty lines; it looks at the text for nothing else.
    wrapped._objs.append(PdfminerWord(first, page.layer.texts[first], page.line_boxes[first], 1))
    return wrapped


def is_running_text(block: TextBlock) -> bool:
    """Return whether lines have many words or, on average, fill the width of their block."""
    x0, _, x1, _ = box_around(block)
    words = sum(len(line.words) for line in block) / len(block)
    fill = sum(line.x1 - line.x0 for line in block) / len(block) / max(x1 - x0, 1e-6)
    return (len(block) >= 2 and words >= 4 and fill >= 0.75) or words >= 9
