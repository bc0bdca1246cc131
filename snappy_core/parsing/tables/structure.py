"""From the lines of a table to its rows, columns and header."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from snappy_core.parsing.layout.lines import Line, group_rows
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.columns import Span, covered_columns, find_columns
from snappy_core.parsing.tables.header import count_header_rows, span_columns
from snappy_core.parsing.tables.table import LEADER, Row, Table


def build_table(lines: Sequence[Line], page: UprightPage) -> Table:
    """Return the table that lines make: cells, parts of cells, or several cells in one line."""
    leaders = {line for line in lines if all(map(LEADER.match, page.texts_of([line])))}
    # A line over several columns may turn out to be several cells: the second look is stricter.
    for max_crossings in (1, 0.34):
        cells = [line for line in lines if line not in leaders] or lines
        columns = find_columns(group_rows(cells), page, max_crossings)
        lines = [cell for line in lines for cell in _split_at_columns(line, columns, page)]
    rows = _merge_rows([_assign_columns(row, columns) for row in group_rows(lines)])
    with_leaders = sum(any(map(LEADER.match, page.texts_of(row.lines))) for row in rows)
    is_contents = len(columns) <= 3 and with_leaders > 0.5 * len(rows)
    header = count_header_rows(rows, page)
    spanned = span_columns(rows[:header], columns, page)
    return Table((*spanned, *rows[header:]), 0 if is_contents else header, is_contents)


def _split_at_columns(line: Line, columns: Sequence[Span], page: UprightPage) -> list[Line]:
    """Split a line over several columns into cells if wider spaces separate its words there."""
    if len(line.words) < 2 or len(covered_columns(line, columns)) < 2:
        return [line]
    words = np.array(line.words)
    boxes = page.line_boxes[words]
    starts = np.array([left for left, _ in columns])
    indices = np.searchsorted(starts, boxes[:, [0, 2]].mean(axis=1), side="right")
    ends = np.flatnonzero(np.diff(indices)) + 1
    gaps = boxes[1:, 0] - boxes[:-1, 2]
    inner = np.delete(gaps, ends - 1).max(initial=0)
    if not len(ends) or gaps[ends - 1].min() < max(0.4 * line.size, 1.3 * inner):
        return [line]
    return [
        Line.around(part.tolist(), page.line_boxes, line.size) for part in np.split(words, ends)
    ]


def _assign_columns(row: Sequence[Line], columns: Sequence[Span]) -> Row:
    cells: list[list[Line]] = [[] for _ in columns]
    for line in row:
        cells[covered_columns(line, columns)[0]].append(line)
    return Row(tuple(map(tuple, cells)))


def _merge_rows(base_lines: Sequence[Row]) -> list[Row]:
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
    under_cells = all(over for over, cell in zip(above.cells, row.cells, strict=True) if cell)
    return under_cells and _has_fewer_cells(row, above) and (close or not row.cells[0])


def _join(above: Row, below: Row) -> Row:
    return Row(tuple(a + b for a, b in zip(above.cells, below.cells, strict=True)))
