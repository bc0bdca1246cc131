"""HTML tables as Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from snappy_core.errors import FormatError
from snappy_core.markdown import table_markdown

MAX_CELLS = 100_000
"""Of a table, with those that a cell spans."""

_TABLE = re.compile(r"<table\b.*?</table\s*>", re.DOTALL | re.IGNORECASE)


def tables_to_markdown(text: str) -> str:
    """Return a text with the HTML tables in it written as Markdown.

    >>> print(tables_to_markdown("<table><tr><th>Port<th>Tide</tr><tr><td>Brest</table>"))
    | Port | Tide |
    | --- | --- |
    | Brest |  |
    """
    return _TABLE.sub(lambda found: _table(found[0]), text)


def _table(html: str) -> str:
    parser = _Table()
    parser.feed(html)
    parser.close()
    width = max(map(len, parser.rows), default=0)
    return table_markdown([row + [""] * (width - len(row)) for row in parser.rows])


class _Table(HTMLParser):
    """Collects the cells of a table; what a cell spans to the right or down repeats it."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._below: dict[int, tuple[int, int]] = {}  # column -> row where a cell ends, its row
        self._cell: tuple[int, int] | None = None
        self._size = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
            self._cell = None
        elif tag in ("td", "th"):
            self._begin(_span(attrs, "colspan"), _span(attrs, "rowspan"))
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = None
        elif tag == "tr" and self.rows:
            self._take_from_above()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            first, last = self._cell
            row = self.rows[-1]
            row[first:last] = [text + data for text in row[first:last]]

    def _begin(self, columns: int, rows: int) -> None:
        if not self.rows:
            self.rows.append([])
        self._take_from_above()
        row = self.rows[-1]
        self._cell = len(row), len(row) + columns
        row += [""] * columns
        self._size += columns
        if self._size > MAX_CELLS:
            raise FormatError(f"a table has more than {MAX_CELLS:,} cells")
        if rows > 1:
            here = len(self.rows) - 1
            self._below |= dict.fromkeys(range(*self._cell), (here + rows, here))

    def _take_from_above(self) -> None:
        """Fill the columns that come next with the cells that reach down to them."""
        row, here = self.rows[-1], len(self.rows) - 1
        while len(row) in self._below:
            end, origin = self._below[len(row)]
            if not origin < here < end:
                return
            row.append(self.rows[origin][len(row)])
            self._size += 1


def _span(attrs: list[tuple[str, str | None]], name: str) -> int:
    value = dict(attrs).get(name) or "1"
    return min(max(int(value), 1), 1000) if value.isascii() and value.isdigit() else 1
