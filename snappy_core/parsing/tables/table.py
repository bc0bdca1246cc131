"""Tables as rows of cells, and their text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from snappy_core.markdown import table_markdown
from snappy_core.parsing.layout.lines import Line
from snappy_core.parsing.layout.upright_page import UprightPage

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


def rows_markdown(rows: Iterable[Row], header_rows: int, page: UprightPage) -> str:
    """Return rows as a table in Markdown, whose only header row joins the first `header_rows`."""
    return table_markdown([[_text(cell, page) for cell in row.cells] for row in rows], header_rows)


def _text(cell: Cell, page: UprightPage) -> str:
    return " ".join(text for text in page.texts_of(cell) if not LEADER.match(text))
