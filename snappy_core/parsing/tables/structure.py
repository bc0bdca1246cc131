"""Turns rows of cells into a table with columns and a header."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from snappy_core.parsing.layout.lines import Line, order_lines
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.columns import Span, covered_columns, find_columns
from snappy_core.parsing.tables.header import count_header_rows, span_columns
from snappy_core.parsing.tables.table import LEADER_DOTS, Row, Table
from snappy_core.parsing.tables.turned import add_turned_heads


def build_table(rows: Sequence[Sequence[Sequence[Line]]], page: UprightPage) -> Table:
    """Return the table of rows of cells, in any order; a cell is given as its lines."""
    cell_rows = [[_cell(lines, page) for lines in row] for row in rows]
    # A run over several columns may turn out to be several cells, so the second pass is stricter.
    for max_crossings in (1, 0.34):
        columns = find_columns(
            [_without_leaders(row, page) for row in cell_rows], page, max_crossings
        )
        cell_rows = [
            [part for cell in row for part in _split_at_columns(cell, columns, page)]
            for row in cell_rows
        ]
    ordered = sorted(cell_rows, key=lambda row: np.median([cell.middle for cell in row]))
    table_rows = [_assign_columns(row, columns) for row in ordered]
    table_rows = add_turned_heads(table_rows, columns, page)
    with_leaders = sum(any(map(LEADER_DOTS.match, page.texts_of(row.lines))) for row in table_rows)
    is_contents = len(columns) <= 3 and with_leaders > 0.5 * len(table_rows)
    header = count_header_rows(table_rows, page)
    spanned = span_columns(table_rows[:header], columns, page)
    return Table((*spanned, *table_rows[header:]), 0 if is_contents else header)


def _cell(lines: Sequence[Line], page: UprightPage) -> Line:
    """Return the lines of a cell as one line with all their words."""
    words = [word for line in order_lines(lines, page.layer.texts) for word in line.words]
    return Line.around(words, page.line_boxes, max(line.size for line in lines))


def _without_leaders(row: Sequence[Line], page: UprightPage) -> list[Line]:
    cells = [cell for cell in row if not all(map(LEADER_DOTS.match, page.texts_of([cell])))]
    return sorted(cells or row, key=lambda cell: cell.x0)


def _split_at_columns(line: Line, columns: Sequence[Span], page: UprightPage) -> list[Line]:
    """Split a line over several columns into cells where wider spaces separate its words."""
    is_high = line.y1 - line.y0 > 1.6 * line.size  # several lines
    if is_high or len(line.words) < 2 or len(covered_columns(line, columns)) < 2:
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
    for line in sorted(row, key=lambda line: (line.middle, line.x0)):
        cells[covered_columns(line, columns)[0]].append(line)
    return Row(tuple(map(tuple, cells)))
