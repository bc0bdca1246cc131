"""Blocks of a page: the drafts of its regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snappy_core.boxes import enclose
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import Box, Cell, Label, Structure


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The draft of a region: words by their indices in the page, in reading order.

    Attributes:
        box: encloses its ink, in points on the upright page.
        size: its largest font size.
        lines: number of text lines.
        bold: all of its words are bold.
        text: replaces the words joined by spaces (a table in Markdown).
        context: words outside the box that the region must be read with.
        cells, structure: of a table; see `Region`.
        parts: drafts of the regions inside it; their words are also among its own.
        tag: index of the tagged element it was found by, if any.
    """

    words: tuple[int, ...]
    box: Box
    size: float = 0
    lines: int = 1
    bold: bool = False
    label: Label = "paragraph"
    text: str | None = None
    context: tuple[int, ...] = ()
    cells: tuple[Cell, ...] = ()
    structure: Structure | None = None
    parts: tuple[Block, ...] = ()
    tag: int | None = None

    @classmethod
    def of(cls, words: Sequence[int], page: UprightPage, label: Label = "other") -> Block:
        """Return a block of some words of a page."""
        index = list(words)
        size = float(page.layer.sizes[index].max())
        return cls(tuple(index), enclose(page.word_boxes[index]), size, label=label)
