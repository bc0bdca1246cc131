"""Rows of cells that stand close below each other: tables without ruling lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.blocks import Line
from snappy_core.parsing.tables.cells import Prose
from snappy_core.parsing.tables.structure import base_lines

Box = tuple[float, float, float, float]

NEAR = 1.0  # heights of a font between rows that share one column
FAR = 2.6  # and between rows that share several; one more below the header
MAX_LONE = 2  # rows with one cell between others


def find_runs(
    lines: Sequence[Line], prose: Prose, rules: RulingLines, numbers: set[Line]
) -> list[list[Line]]:
    """Return runs of rows with several cells in the same columns, and what stands between them.

    Args:
        lines: those that may be cells.
        prose: blocks of running text.
        rules: in the units of the lines.
        numbers: the lines that are numbers.
    """
    text = _Text(prose, rules)
    going: list[_Run] = []
    done: list[_Run] = []
    lone: list[Line] = []  # the last ones that are in no run
    for base in base_lines(lines):
        for row in text.cut(base):
            run = next((run for run in reversed(going) if run.takes(row, text, numbers)), None)
            if run is not None:
                run.add(row, numbers)
            elif len(row) > 1:
                over = [line for line in lone[-4:] if _stands_over(line, row)]
                going.append(_Run(row, over, numbers))
            else:
                lone += row
        past = min(line.y0 for line in base) - (FAR + 2) * base[0].size
        done += [run for run in going if run.foot < past]
        going = [run for run in going if run.foot >= past]
    return _united([run.lines for run in done + going])


class _Run:
    """Rows that may become a table; lone cells wait for another row with several."""

    def __init__(self, row: list[Line], over: list[Line], numbers: set[Line]) -> None:
        self.lines = [*over, *row]
        self.last = [row]  # of those with several cells
        self.waiting: list[list[Line]] = []
        self.left, _, self.right, self.foot = around(row)
        self.lettered = numbers.isdisjoint(row)  # no number so far

    def takes(self, row: list[Line], text: _Text, numbers: set[Line]) -> bool:
        """Say whether a row stands close below, in the same columns, and no text between."""
        left, top, right, _ = around(row)
        size = max(line.size for line in row)
        gap = top - self.foot
        heads = self.lettered and len(self.last[0]) > 2 and not numbers.isdisjoint(row)
        if gap > (FAR + heads) * size or left >= self.right or right <= self.left:
            return False
        if text.between(self.foot, top, left, right):
            return False
        if len(row) == 1:
            return gap < NEAR * size and len(self.waiting) < MAX_LONE
        if gap > NEAR * size:
            return sum(any(_over(a, b) for last in self.last for a in last) for b in row) > 1
        return any(_over(a, b) for last in self.last for a in last[1:] for b in row[1:])

    def add(self, row: list[Line], numbers: set[Line]) -> None:
        goes_on = len(row) == 1 and not self.waiting and self._goes_on(row[0])
        left, _, right, self.foot = around(row)
        if len(row) == 1 and not goes_on:
            self.waiting.append(row)
            return
        self.lines += [line for lone in self.waiting for line in lone] + row
        self.waiting = []
        self.left, self.right = min(self.left, left), max(self.right, right)
        self.lettered = self.lettered and numbers.isdisjoint(row)
        if len(row) > 1:
            self.last = [*self.last[-2:], row]

    def _goes_on(self, line: Line) -> bool:
        """Say whether a lone line is the next one of a cell: not of the first, or it hangs."""
        first, second = self.last[-1][:2]
        gap = line.y0 - self.foot
        if line.x0 > second.x0 - line.size:
            return gap < NEAR * line.size
        hangs = first.x0 + 0.3 * line.size < line.x0 < first.x1 and line.x1 < second.x0
        return hangs and gap < 0.4 * line.size


def around(lines: Sequence[Line]) -> Box:
    """Return the box around lines."""
    return (
        min(line.x0 for line in lines),
        min(line.y0 for line in lines),
        max(line.x1 for line in lines),
        max(line.y1 for line in lines),
    )


def _stands_over(line: Line, row: list[Line]) -> bool:
    """Say whether a line is the first one of a cell of a row, other than its first cell."""
    return (
        -0.6 * line.size < row[0].y0 - line.y1 < 0.4 * line.size
        and any(_over(line, cell) for cell in row[1:])
        and not _over(line, row[0])
    )


def _over(a: Line, b: Line) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1


def _united(runs: list[list[Line]]) -> list[list[Line]]:
    """Join runs that lie over each other: rows that were taken for two tables."""
    united: list[tuple[list[Line], Box]] = []
    for run in runs:
        box = around(run)
        for other in [other for other in united if overlap(box, other[1]) > 0.2]:
            united = [kept for kept in united if kept is not other]
            run = [*other[0], *run]
            box = around(run)
        united.append((run, box))
    return [run for run, _ in united]


def overlap(a: Box, b: Box) -> float:
    """Return the share of the smaller of two boxes that lies in the other."""
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return max(across, 0) * max(down, 0) / max(smaller, 1e-6)


class _Text:
    """The running text of a page: what stands in two columns of it is no row."""

    def __init__(self, prose: Prose, rules: RulingLines) -> None:
        boxes = [around(block) for block in prose]
        self.boxes = np.array(boxes, dtype=np.float32).reshape(-1, 4)
        self.rules = rules.horizontal

    def cut(self, row: list[Line]) -> list[list[Line]]:
        """Cut a row between cells over or under different columns of text."""
        if len(row) < 2 or not len(self.boxes):
            return [row]
        near = [self._near(line) for line in row]
        parts = [[row[0]]]
        for (a, by_a), (b, by_b) in pairwise(zip(row, near, strict=True)):
            both = np.concatenate([by_a, by_b])
            spans = ((both[:, 0] < a.x1) & (both[:, 2] > b.x0)).any()
            if len(by_a) and len(by_b) and not spans:
                parts.append([])
            parts[-1].append(b)
        return parts

    def _near(self, line: Line) -> NDArray[np.float32]:
        """Return the next text above and below a line in its column, up to a ruling line."""
        middle = (line.x0 + line.x1) / 2
        rules = self.rules[(self.rules[:, 0] <= middle) & (middle <= self.rules[:, 2]), 1]
        top = rules[rules < line.middle].max(initial=-np.inf)
        foot = rules[rules > line.middle].min(initial=np.inf)
        column = self.boxes[(self.boxes[:, 0] <= middle) & (middle <= self.boxes[:, 2])]
        above = column[(column[:, 3] <= line.middle) & (column[:, 1] > top)]
        below = column[(column[:, 1] >= line.middle) & (column[:, 3] < foot)]
        last, first = np.argsort(above[:, 3])[-1:], np.argsort(below[:, 1])[:1]
        return np.concatenate([above[last], below[first]])

    def between(self, top: float, foot: float, left: float, right: float) -> bool:
        """Say whether a block of text stands between two heights, within a width."""
        boxes = self.boxes
        middle = (boxes[:, 1] + boxes[:, 3]) / 2
        across = (boxes[:, 0] < right) & (boxes[:, 2] > left)
        return bool((across & (middle > top) & (middle < foot)).any())
