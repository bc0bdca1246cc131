"""HTML tables as Markdown."""

from __future__ import annotations

import re

from snappy_core.errors import FormatError
from snappy_core.formats.markup import Element, parse_html
from snappy_core.markdown import table_markdown

MAX_CELLS = 100_000
"""Cells of a table, one that spans several columns or rows counted as often as it is repeated."""

MAX_SPAN = 1000
"""Columns or rows that a cell may span, as in HTML."""

_TABLE = re.compile(r"<table\b.*?</table\s*>", re.DOTALL | re.IGNORECASE)


def tables_to_markdown(text: str) -> str:
    """Return a text with its HTML tables rewritten as Markdown, the first row as the header.

    A cell that spans columns or rows is repeated in all of them.

    Raises:
        FormatError: a table has more than `MAX_CELLS` cells or cannot be parsed.

    >>> print(tables_to_markdown("<table><tr><th>Port<th>Tide</tr><tr><td>Brest</table>"))
    | Port | Tide |
    | --- | --- |
    | Brest |  |
    """
    return _TABLE.sub(lambda match: table_markdown(_rows(parse_html(match[0]))), text)


def _rows(root: Element) -> list[list[str]]:
    """Return the texts of the cells of a table, all rows of the same length."""
    cells: list[list[Element]] = []
    for element in root.iter("tr", "td", "th"):
        if element.tag == "tr" or not cells:
            cells.append([])
        if element.tag != "tr":
            cells[-1].append(element)
    rows: list[list[str]] = []
    width = 0
    spanning: dict[int, tuple[int, str]] = {}  # column -> the row at which a cell ends, its text
    for index, row_cells in enumerate(cells):
        row: list[str] = []
        for cell in [*row_cells, None]:
            while (above := spanning.get(len(row))) and above[0] > index:
                row.append(above[1])
            if cell is not None:
                text, columns = "".join(cell.itertext()), _span(cell, "colspan")
                if (height := _span(cell, "rowspan")) > 1:
                    indices = range(len(row), len(row) + columns)
                    spanning |= dict.fromkeys(indices, (index + height, text))
                row += [text] * columns
            width = max(width, len(row))
            if width * len(cells) > MAX_CELLS:
                raise FormatError(f"a table has more than {MAX_CELLS:,} cells")
        rows.append(row)
    return [row + [""] * (width - len(row)) for row in rows]


def _span(cell: Element, name: str) -> int:
    value = str(cell.get(name, ""))
    return min(max(int(value), 1), MAX_SPAN) if value.isascii() and value.isdigit() else 1
