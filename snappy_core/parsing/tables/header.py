"""The header of a table: how many rows it has, and which columns its cells name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from snappy_core.parsing.layout.lines import Line, box_around
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.columns import Span, covered_columns
from snappy_core.parsing.tables.table import Row, is_number

MAX_HEADER = 5  # rows


def count_header_rows(rows: Sequence[Row], page: UprightPage) -> int:
    """Return how many rows at the top name the columns.

    They are bold, above numbers or above a ruling line. A table without numbers has one if its
    first row names three or more columns.
    """
    most = min(MAX_HEADER, len(rows) - 1)
    bold = [all(page.layer.bold[word] for word in row.words) for row in rows]
    count = bold.index(False) if False in bold and sum(bold) < len(rows) / 2 else 0
    numbers = _number_columns(rows, page)
    if numbers:
        has_number = [any(is_number(row.cells[i], page) for i in numbers) for row in rows]
        count = max(count, has_number.index(True))
    if not 1 <= count <= most:
        count = _rows_over_ruling_line(rows, page)
    if not 1 <= count <= most:
        count = int(not numbers and 2 < len(rows[0].cells) == rows[0].filled)
    while count > 1 and rows[count - 1].filled == 1 and rows[count - 1].cells[0]:
        count -= 1  # the last one names the rows below it
    return count


def _number_columns(rows: Sequence[Row], page: UprightPage) -> list[int]:
    columns = []
    for column in range(len(rows[0].cells)):
        cells = [row.cells[column] for row in rows[1:] if row.cells[column]]
        if cells and sum(is_number(cell, page) for cell in cells) >= 0.6 * len(cells):
            columns.append(column)
    return columns


def _rows_over_ruling_line(rows: Sequence[Row], page: UprightPage) -> int:
    """Return the number of rows above the first ruling line between rows; 0 if most have one."""
    left, _, right, _ = box_around([line for row in rows for line in row.lines])
    x0, y0, x1, y1 = page.ruling_lines.horizontal.T
    wide = np.minimum(x1, right) - np.maximum(x0, left) > 0.6 * (right - left)
    middles = [max(line.middle for line in row.lines) for row in rows]
    heights = (y0[wide] + y1[wide]) / 2
    heights = heights[(heights > middles[0]) & (heights < middles[-1])]
    if not 0 < len(heights) <= max(2, len(rows) / 3):
        return 0
    return int(np.searchsorted(middles, heights.min()))


def span_columns(rows: Sequence[Row], columns: Sequence[Span], page: UprightPage) -> list[Row]:
    """Return header rows in which a cell is repeated in each of the columns it names.

    These are the columns under it or under the ruling line below it, and equally many on each side
    that only the last header row names.
    """
    table_width = columns[-1][1] - columns[0][0]
    spanned = []
    for row in rows:
        if row.filled < 2:
            spanned.append(row)  # a title
            continue
        spans = {
            line: covered_columns(_widen_to_ruling_line(line, page, 0.9 * table_width), columns)
            for line in row.lines
        }
        unnamed = {i for i, below in enumerate(rows[-1].cells) if below and not row.cells[i]}
        unnamed -= {column for span in spans.values() for column in span}
        growing = list(spans) if row is not rows[-1] else []
        while growing:  # one column at a time, so that no cell takes those of another
            for line in list(growing):
                wider = [spans[line][0] - 1, *spans[line], spans[line][-1] + 1]
                if {wider[0], wider[-1]} <= unnamed:
                    spans[line] = wider
                    unnamed -= set(wider)
                else:
                    growing.remove(line)
        cells = (
            tuple(line for line, span in spans.items() if i in span) for i in range(len(columns))
        )
        spanned.append(Row(tuple(cells)))
    return spanned


def _widen_to_ruling_line(line: Line, page: UprightPage, max_width: float) -> Line:
    """Return a cell as wide as the ruling line directly below it, unless that is too wide."""
    x0, y0, x1, _ = page.ruling_lines.horizontal.T
    below = (y0 > line.middle) & (y0 < line.y1 + line.size)
    below &= (x0 < line.x0 + 2) & (x1 > line.x1 - 2) & (x1 - x0 < max_width)
    if not below.any():
        return line
    return replace(line, x0=float(x0[below].max()), x1=float(x1[below].min()))
