"""Rows of a table: base lines joined where cells have several lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from snappy_core.parsing.tables.table import Row


def merge_rows(base_lines: Sequence[Row]) -> list[Row]:
    """Join base lines, one row each, that are lines of the same cells."""
    middles = [float(np.mean([line.middle for line in row.lines])) for row in base_lines]
    steps = np.diff(
        [y for y, row in zip(middles, base_lines, strict=True) if row.cells[0] and row.filled > 1]
    )
    usual_step = float(np.percentile(steps, 20)) if len(steps) else np.inf
    rows: list[Row] = []
    pending: Row | None = None  # a base line that belongs to the row below it
    for i, row in enumerate(base_lines):
        above = middles[i] - middles[i - 1] if i else np.inf
        below = middles[i + 1] - middles[i] if i + 1 < len(base_lines) else np.inf
        size = max(line.size for line in row.lines)
        if pending is not None:
            row, pending = _join(pending, row), None
        elif (
            not row.cells[0]
            and below < 0.8 * above
            and below < 1.5 * size
            and _has_fewer_cells(row, base_lines[i + 1])
        ):
            pending = row
            continue
        elif rows and (
            # beside several lines, at half their height
            (above < 0.8 * size and _has_fewer_cells(row, rows[-1]))
            or (above < 2.2 * size and _continues(rows[-1], row, above < 0.8 * usual_step))
        ):
            row = _join(rows.pop(), row)
        rows.append(row)
    return rows


def _has_fewer_cells(row: Row, full: Row) -> bool:
    return row.filled <= max(1, full.filled // 2) and full.filled > 1


def _continues(above: Row, row: Row, close: bool) -> bool:
    """Return whether a base line continues cells of the row above it."""
    under_cells = all(over for over, cell in zip(above.cells, row.cells, strict=True) if cell)
    return under_cells and _has_fewer_cells(row, above) and (close or not row.cells[0])


def _join(above: Row, below: Row) -> Row:
    return Row(tuple(a + b for a, b in zip(above.cells, below.cells, strict=True)))
