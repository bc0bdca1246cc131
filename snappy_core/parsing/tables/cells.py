"""The cells of a table in the public API, and their Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from snappy_core.markdown import table_markdown
from snappy_core.types import Cell


def cells_markdown(cells: Iterable[Cell], columns: int) -> str:
    """Return cells as a Markdown table, with one line for each row in which a cell begins.

    A header cell is repeated in each of its columns, any other in each of its rows.

    >>> print(cells_markdown([Cell("Dues", None, 0, 0, 1, 2, True), Cell("45", None, 7, 1)], 2))
    | Dues | Dues |
    | --- | --- |
    |  | 45 |
    """
    cells = tuple(cells)
    rows = {row: [""] * columns for row in sorted({cell.row for cell in cells})}
    for cell in cells:
        if cell.is_header:
            end = cell.column + cell.column_span
            rows[cell.row][cell.column : end] = [cell.text] * cell.column_span
        else:
            for row in rows.keys() & range(cell.row, cell.row + cell.row_span):
                rows[row][cell.column] = cell.text
    return table_markdown([*rows.values()], count_header_rows(cells))


def count_header_rows(cells: Iterable[Cell]) -> int:
    return len({cell.row for cell in cells if cell.is_header})


def count_columns(cells: Iterable[Cell]) -> int:
    return max((cell.column + cell.column_span for cell in cells), default=0)


def clip_rows(cells: Sequence[Cell], rows: range) -> Iterator[Cell]:
    """Yield the cells in some rows; a cell that extends beyond them is cut to these rows."""
    for cell in cells:
        first, end = max(cell.row, rows.start), min(cell.row + cell.row_span, rows.stop)
        if first < end:
            is_whole = (first, end - first) == (cell.row, cell.row_span)
            yield cell if is_whole else replace(cell, row=first, row_span=end - first)
