"""Tables without ruling lines: runs of rows with cells in the same columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.layout.blocks import TextBlock
from snappy_core.parsing.layout.geometry import overlap_share
from snappy_core.parsing.layout.lines import Line, box_around, group_rows
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.table import is_number
from snappy_core.types import Box

NEAR = 1.0  # font sizes between rows that share one column
FAR = 2.6  # font sizes between rows that share several; one more below the header
MAX_LONE = 2  # rows with a single cell between others


def find_runs(
    cells: Sequence[Line], text_blocks: Sequence[TextBlock], page: UprightPage
) -> list[list[Line]]:
    """Return runs of rows with several cells in the same columns, and what is between them."""
    text = _RunningText(text_blocks, page.ruling_lines.horizontal)
    numbers = {cell for cell in cells if is_number([cell], page)}
    open_runs: list[_Run] = []
    runs: list[_Run] = []
    lone_cells: list[Line] = []  # in no run so far
    for base_line in group_rows(cells):
        for row in text.split(base_line):
            run = next((r for r in reversed(open_runs) if r.accepts(row, text, numbers)), None)
            if run is not None:
                run.add(row, numbers)
            elif len(row) > 1:
                over = [line for line in lone_cells[-4:] if _is_first_line_of_cell(line, row)]
                open_runs.append(_Run(row, over, numbers))
            else:
                lone_cells += row
        reach = min(line.y0 for line in base_line) - (FAR + 2) * base_line[0].size
        runs += [run for run in open_runs if run.bottom < reach]
        open_runs = [run for run in open_runs if run.bottom >= reach]
    return _merge_overlapping([run.lines for run in runs + open_runs])


class _Run:
    """Rows that may become a table; lone cells are pending until a row with several follows."""

    def __init__(self, row: list[Line], over: list[Line], numbers: set[Line]) -> None:
        self.lines = [*over, *row]
        self.last_rows = [row]  # with several cells
        self.pending: list[Line] = []
        self.left, _, self.right, self.bottom = box_around(row)
        self.has_numbers = not numbers.isdisjoint(row)

    def accepts(self, row: list[Line], text: _RunningText, numbers: set[Line]) -> bool:
        left, top, right, _ = box_around(row)
        size = max(line.size for line in row)
        gap = top - self.bottom
        below_header = (
            not self.has_numbers and len(self.last_rows[0]) > 2 and not numbers.isdisjoint(row)
        )
        if gap > (FAR + below_header) * size or left >= self.right or right <= self.left:
            return False
        if text.is_between(self.bottom, top, left, right):
            return False
        if len(row) == 1:
            return gap < NEAR * size and len(self.pending) < MAX_LONE
        if gap > NEAR * size:
            cells = [cell for last in self.last_rows for cell in last]
            return sum(any(_share_column(a, b) for a in cells) for b in row) > 1
        cells = [cell for last in self.last_rows for cell in last[1:]]
        return any(_share_column(a, b) for a in cells for b in row[1:])

    def add(self, row: list[Line], numbers: set[Line]) -> None:
        continues = len(row) == 1 and not self.pending and self._continues_cell(row[0])
        left, _, right, self.bottom = box_around(row)
        if len(row) == 1 and not continues:
            self.pending += row
            return
        self.lines += self.pending + row
        self.pending = []
        self.left, self.right = min(self.left, left), max(self.right, right)
        self.has_numbers = self.has_numbers or not numbers.isdisjoint(row)
        if len(row) > 1:
            self.last_rows = [*self.last_rows[-2:], row]

    def _continues_cell(self, line: Line) -> bool:
        first, second = self.last_rows[-1][:2]
        gap = line.y0 - self.bottom
        if line.x0 > second.x0 - line.size:
            return gap < NEAR * line.size
        indented = first.x0 + 0.3 * line.size < line.x0 < first.x1 and line.x1 < second.x0
        return indented and gap < 0.4 * line.size


def _is_first_line_of_cell(line: Line, row: list[Line]) -> bool:
    return (
        -0.6 * line.size < row[0].y0 - line.y1 < 0.4 * line.size
        and any(_share_column(line, cell) for cell in row[1:])
        and not _share_column(line, row[0])
    )


def _share_column(a: Line, b: Line) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1


def _merge_overlapping(runs: list[list[Line]]) -> list[list[Line]]:
    """Merge runs whose boxes overlap: rows of one table that were taken for two."""
    merged: list[tuple[list[Line], Box]] = []
    for run in runs:
        box = box_around(run)
        overlapping = [other for other in merged if overlap_share(box, other[1]) > 0.2]
        merged = [other for other in merged if other not in overlapping]
        for lines, _ in overlapping:
            run = [*lines, *run]
        merged.append((run, box_around(run)))
    return [run for run, _ in merged]


class _RunningText:
    """The text blocks of a page, which separate cells into rows of different tables."""

    def __init__(self, text_blocks: Sequence[TextBlock], horizontals: NDArray[np.float32]) -> None:
        boxes = [box_around(block) for block in text_blocks]
        self.boxes = np.array(boxes, dtype=np.float32).reshape(-1, 4)
        self.horizontals = horizontals

    def split(self, row: list[Line]) -> list[list[Line]]:
        """Split a row between cells that are above or below different columns of text."""
        if len(row) < 2 or not len(self.boxes):
            return [row]
        near = [self._nearest(line) for line in row]
        parts = [[row[0]]]
        for (a, near_a), (b, near_b) in pairwise(zip(row, near, strict=True)):
            both = np.concatenate([near_a, near_b])
            spans = ((both[:, 0] < a.x1) & (both[:, 2] > b.x0)).any()
            if len(near_a) and len(near_b) and not spans:
                parts.append([])
            parts[-1].append(b)
        return parts

    def _nearest(self, line: Line) -> NDArray[np.float32]:
        """Return the next text blocks above and below a line, not beyond a ruling line."""
        x, y = (line.x0 + line.x1) / 2, line.middle
        bars = self.horizontals[(self.horizontals[:, 0] <= x) & (x <= self.horizontals[:, 2]), 1]
        top, bottom = bars[bars < y].max(initial=-np.inf), bars[bars > y].min(initial=np.inf)
        column = self.boxes[(self.boxes[:, 0] <= x) & (x <= self.boxes[:, 2])]
        above = column[(column[:, 3] <= y) & (column[:, 1] > top)]
        below = column[(column[:, 1] >= y) & (column[:, 3] < bottom)]
        last, first = np.argsort(above[:, 3])[-1:], np.argsort(below[:, 1])[:1]
        return np.concatenate([above[last], below[first]])

    def is_between(self, top: float, bottom: float, left: float, right: float) -> bool:
        x0, y0, x1, y1 = self.boxes.T
        middle = (y0 + y1) / 2
        return bool(((x0 < right) & (x1 > left) & (middle > top) & (middle < bottom)).any())
