"""Heads turned by 90 degrees to fit above narrow columns."""

from __future__ import annotations

from collections.abc import Sequence

from snappy_core.parsing.layout.lines import box_around
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.columns import Span, covered_columns
from snappy_core.parsing.tables.table import Row

_MAX_GAP = 2  # font sizes between a head and the row below it
_MIN_HEADS = 2  # columns named by turned text; a single one may be next to the table


def add_turned_heads(rows: Sequence[Row], columns: Sequence[Span], page: UprightPage) -> list[Row]:
    """Return the rows of a table with the turned heads directly above them as a row.

    If the first row is next to the heads, they become part of it.
    """
    left, right = columns[0][0], columns[-1][1]
    lines = [line for line in page.turned_lines if left < (line.x0 + line.x1) / 2 < right]
    for beside in (1, 0):
        if len(rows) <= beside:
            continue
        top = box_around(rows[beside].lines)[1]
        heads = [line for line in lines if -line.size < top - line.y1 < _MAX_GAP * line.size]
        named = {line: covered_columns(line, columns)[0] for line in heads}
        if len(set(named.values())) < _MIN_HEADS:
            continue
        _, highest, _, lowest = box_around(heads)
        if all(highest < line.middle < lowest for row in rows[:beside] for line in row.lines):
            upright = rows[0].cells if beside else ((),) * len(columns)
            cells = tuple(
                (*cell, *(line for line in heads if named[line] == column))
                for column, cell in enumerate(upright)
            )
            return [Row(cells), *rows[beside:]]
    return list(rows)
