"""Table-like blocks: rows of short cells one below the other, found by word geometry alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snappy_core.reading.blocks import Line

MAX_WORDS = 150
"""A table with more words than this is returned row by row: as a whole it answers nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Cells in reading order, row by row; a row may take several physical lines."""

    rows: tuple[tuple[Line, ...], ...]

    @property
    def cells(self) -> tuple[Line, ...]:
        return tuple(cell for row in self.rows for cell in row)

    @property
    def word_count(self) -> int:
        return sum(len(cell.words) for cell in self.cells)


def find_tables(lines: Sequence[Line]) -> list[Table]:
    """Return the tables among lines that are not running text, from top to bottom.

    Lines on one base line make a row of cells. A table is a run of rows close below each other,
    at least two of them with several cells that stand in the same columns. A row with one cell
    belongs to it only between such rows.
    """
    tables: list[Table] = []
    run: list[list[Line]] = []  # rows of the table so far; the last one has several cells
    pending: list[list[Line]] = []  # rows with one cell after it
    for row in _rows(lines):
        above = (run + pending)[-1] if run else None
        if above is not None and not _follows(row, above, run):
            tables += _table(run)
            run, pending = [], []
        if len(row) == 1:
            if run:
                pending.append(row)
        elif run and not _share_column(run[-1], row):
            tables += _table(run)
            run, pending = [row], []
        else:
            run += [*pending, row]
            pending = []
    return tables + _table(run)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.middle, line.x0)):
        if rows and line.middle - rows[-1][0].middle < 0.5 * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.x0) for row in rows]


def _follows(row: list[Line], above: list[Line], run: list[list[Line]]) -> bool:
    """Say whether a row stands close below another, within the width of the table."""
    size = max(line.size for line in row)
    gap = min(line.y0 for line in row) - max(line.y1 for line in above)
    left = min(line.x0 for line in run[-1])
    right = max(line.x1 for line in run[-1])
    return gap < 1.2 * size and row[0].x0 < right and row[-1].x1 > left


def _share_column(above: list[Line], below: list[Line]) -> bool:
    """Say whether cells other than the first of two rows stand above each other."""
    return any(a.x0 < b.x1 and b.x0 < a.x1 for a in above[1:] for b in below[1:])


def _table(run: list[list[Line]]) -> list[Table]:
    if sum(len(row) > 1 for row in run) < 2:
        return []
    left = min(row[0].x0 for row in run)
    rows: list[list[Line]] = []
    for cells in run:
        # A line without a cell in the first column goes on with the row above.
        if rows and cells[0].x0 > left + 3 * cells[0].size:
            rows[-1] += cells
        else:
            rows.append(list(cells))
    return [Table(tuple(tuple(row) for row in rows))]
