"""Tables as rows of cells, and the drafts of their regions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from snappy_core.markdown import table_markdown
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.lines import Line
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import Label

LEADER = re.compile(r"^(?:[.…·_]{4,}|[.…])$")
"""Dots between an entry and its page number in a table of contents."""

Cell = Sequence[Line]
"""The lines of a cell, top to bottom; an empty cell has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row with one cell for each column.

    A cell that spans columns is in the first of them; in a header row it is in all of them.
    """

    cells: tuple[tuple[Line, ...], ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(dict.fromkeys(line for cell in self.cells for line in cell))

    @property
    def words(self) -> tuple[int, ...]:
        return tuple(word for line in self.lines for word in line.words)

    @property
    def filled(self) -> int:
        """The number of cells that are not empty."""
        return sum(map(bool, self.cells))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows from top to bottom, all with the same number of cells.

    Attributes:
        header: number of header rows at the top.
        leaders: dots lead from words to numbers, as in a table of contents.
    """

    rows: tuple[Row, ...]
    header: int = 0
    leaders: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for row in self.rows for line in row.lines)

    def sections(self) -> list[tuple[Row | None, list[Row]]]:
        """Return the body rows in sections, each with the row that names it (None before any).

        A row with nothing but its first cell names the rows that follow it. A table with fewer
        than two of them is one section without a name.
        """
        rows = self.rows[self.header :]
        are_names = [
            row.filled == 1 and bool(row.cells[0]) and below.filled > 1
            for row, below in pairwise(rows)
        ]
        if sum(are_names) < 2:
            return [(None, list(rows))]
        sections: list[tuple[Row | None, list[Row]]] = [(None, [])]
        for row, is_name in zip(rows, [*are_names, False], strict=True):
            if is_name:
                sections.append((row, []))
            else:
                sections[-1][1].append(row)
        return [(name, body) for name, body in sections if name or body]


def is_number(cell: Cell, page: UprightPage) -> bool:
    """Return whether a cell has more digits than letters."""
    text = "".join(page.texts_of(cell))
    return sum(map(str.isdigit, text)) > sum(map(str.isalpha, text))


def table_block(table: Table, page: UprightPage) -> Block:
    """Return the block of a table, with its rows and its named sections as parts.

    The text of each part is a table with the header; the words of the header, and of the name of
    the section, are its context. A section of a single row is one row together with its name.
    """
    header = table.rows[: table.header]

    def block(rows: Sequence[Row], label: Label, context: Sequence[Row] = ()) -> Block:
        return replace(
            Block.of(_words(rows), page),
            label=label,
            text=rows_markdown((*header, *rows), table.header, page),
            context=_words(context),
        )

    parts = [
        replace(block([row], "table_row"), text=rows_markdown([row], 1, page)) for row in header
    ]
    for name, rows in table.sections():
        context = header if name is None else (*header, name)
        row_blocks = [block([row], "table_row", context) for row in rows]
        if name is not None:
            row_blocks.insert(0, block([name], "table_row", header))
        if name is None or len(rows) < 2:
            parts += row_blocks
        else:
            section = block([name, *rows], "table", header)
            parts.append(replace(section, parts=tuple(row_blocks)))
    text = rows_markdown(table.rows, table.header, page)
    whole = Block.of(_words(table.rows), page, "table")
    return replace(whole, text=text, parts=tuple(parts))


def _words(rows: Iterable[Row]) -> tuple[int, ...]:
    return tuple(word for row in rows for word in row.words)


def rows_markdown(rows: Iterable[Row], header_rows: int, page: UprightPage) -> str:
    """Return rows as a table in Markdown, without the dots of a table of contents."""
    texts = [
        [" ".join(t for t in page.texts_of(cell) if not LEADER.match(t)) for cell in row.cells]
        for row in rows
    ]
    return table_markdown(texts, header_rows)
