"""Tables as rows of cells, and the drafts of their regions."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from snappy_core.boxes import enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.lines import Line
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.leaders import without_leaders
from snappy_core.parsing.tables.cells import cells_markdown, clip_rows
from snappy_core.types import Cell, Label, Structure

LEADER_DOTS = re.compile(r"^(?:[.…·_]{4,}|[.…])$")
"""Dots between an entry and its page number in a table of contents."""

CellLines = tuple[Line, ...]
"""The lines of a cell, top to bottom; an empty cell has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row with one cell for each column; a cell that spans several is in all of them.

    In the body of a table whose structure is learned, it is only in the first of them.

    Attributes:
        above: columns whose cell begins in a row above; it does not count among the row's lines.
    """

    cells: tuple[CellLines, ...]
    above: frozenset[int] = frozenset()

    @property
    def lines(self) -> tuple[Line, ...]:
        own = (cell for column, cell in enumerate(self.cells) if column not in self.above)
        return _distinct_lines(own)

    @property
    def words(self) -> tuple[int, ...]:
        return _words(self.lines)

    @property
    def words_above(self) -> tuple[int, ...]:
        return _words(_distinct_lines(self.cells[column] for column in sorted(self.above)))

    @property
    def filled(self) -> int:
        """The number of cells that are not empty."""
        return len(set(filter(None, self.cells)))


def _distinct_lines(cells: Iterable[CellLines]) -> tuple[Line, ...]:
    return tuple(dict.fromkeys(line for cell in cells for line in cell))


def _words(lines: Iterable[Line]) -> tuple[int, ...]:
    return tuple(word for line in lines for word in line.words)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows from top to bottom, all with the same number of cells.

    Attributes:
        header: number of header rows at the top.
        structure: how rows and columns were determined.
    """

    rows: tuple[Row, ...]
    header: int = 0
    structure: Structure = "learned"

    @property
    def columns(self) -> int:
        return len(self.rows[0].cells)

    def sections(self) -> list[tuple[int | None, range]]:
        """Return the body rows in sections, each with the row that names it (None before any).

        A row with only its first cell filled names the rows that follow it. A table with fewer
        than two such rows is one section without a name.
        """
        body = range(self.header, len(self.rows))
        names = [
            number
            for number, (row, below) in zip(body, pairwise(self.rows[self.header :]), strict=False)
            if row.filled == 1 and row.cells[0] and not row.above and below.filled > 1
        ]
        if len(names) < 2:
            return [(None, body)]
        before = [(None, range(self.header, names[0]))] if names[0] > self.header else []
        ends = [*names[1:], len(self.rows)]
        return [*before, *((a, range(a + 1, b)) for a, b in zip(names, ends, strict=True))]

    def cells(self, page: UprightPage) -> tuple[Cell, ...]:
        """Return the cells that have text, row by row."""
        places: dict[CellLines, list[tuple[int, int]]] = {}
        for number, row in enumerate(self.rows):
            for column, lines in enumerate(row.cells):
                if lines:
                    places.setdefault(lines, []).append((number, column))
        cells = []
        for lines, spanned in places.items():
            (first, left), (last, right) = min(spanned), max(spanned)
            words, texts = _words(lines), page.layer.texts
            shown = (word for word in words if not LEADER_DOTS.match(texts[word]))
            text = without_leaders(page.joined(shown)).strip()
            if not text:
                continue
            box = enclose(page.layer.boxes[list(words)])
            spans = last - first + 1, right - left + 1
            cells.append(Cell(text, box, first, left, *spans, is_header=first < self.header))
        return tuple(cells)


def is_number(cell: Sequence[Line], page: UprightPage) -> bool:
    """Return whether a cell has more digits than letters."""
    text = "".join(page.texts_of(cell))
    return sum(map(str.isdigit, text)) > sum(map(str.isalpha, text))


def table_block(table: Table, page: UprightPage) -> Block:
    """Return the block of a table, with its rows and its named sections as parts.

    The text of each part is a table with the header; its context is the words of the header and of
    the section's name. A section of a single row is one row together with its name.
    """
    cells = table.cells(page)
    heads = tuple(cell for cell in cells if cell.is_header)
    header = range(table.header)
    starts = [cell.row for cell in cells]  # ascending
    tallest = max((cell.row_span for cell in cells), default=1)

    def words(rows: range) -> tuple[int, ...]:
        return tuple(word for row in rows for word in table.rows[row].words)

    def block(rows: range, label: Label, *context: range) -> Block:
        first = bisect_left(starts, rows.start - tallest + 1)
        own = tuple(clip_rows(cells[first : bisect_left(starts, rows.stop)], rows))
        shown = own if rows.start < table.header else (*heads, *own)
        return replace(
            Block.of(words(rows), page, label),
            text=cells_markdown(shown, table.columns),
            context=sum(map(words, context), ()) + table.rows[rows.start].words_above,
            cells=shown,
            structure=table.structure,
        )

    parts = [block(range(row, row + 1), "table_row") for row in header]
    for name, rows in table.sections():
        context = [header] if name is None else [header, range(name, name + 1)]
        row_blocks = [block(range(row, row + 1), "table_row", *context) for row in rows]
        if name is not None:
            row_blocks.insert(0, block(range(name, name + 1), "table_row", header))
        if name is None or len(rows) < 2:
            parts += row_blocks
        else:
            section = block(range(name, rows.stop), "table", header)
            parts.append(replace(section, parts=tuple(row_blocks)))
    return replace(block(range(len(table.rows)), "table"), parts=tuple(parts))
