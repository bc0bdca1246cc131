"""What among the lines of a page may be a cell of a table, and what is running text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from snappy_core.parsing.layout.blocks import Line
from snappy_core.parsing.tables.structure import base_lines, is_number
from snappy_core.parsing.text import TextLayer

Prose = Sequence[Sequence[Line]]

MOST_LINES = 12  # of a cell
_GO_ON = 3  # lines in a run that only go on with a cell, in a column of them


def cells_and_text(
    lines: Sequence[Line], prose: Prose, layer: TextLayer
) -> tuple[list[Line], Prose]:
    """Tell cells from running text among lines and blocks that look like text by themselves."""
    alone = [line for block in prose if len(block) == 1 for line in block]
    blocks: Prose = [block for block in prose if len(block) > 1]
    cells, blocks = _columns(([*lines, *alone]), blocks, layer)
    cells, blocks = _long_cells(cells, blocks)
    return _without_scraps(cells, blocks), blocks


def _columns(lines: list[Line], prose: Prose, layer: TextLayer) -> tuple[list[Line], Prose]:
    """Take blocks for columns of a table whose lines stand beside cells.

    Lines between the rows go on with a cell, when there are columns enough to be sure.
    """
    short = set(lines)
    beside: dict[Line, int] = {}
    for row in base_lines([*lines, *(line for block in prose for line in block)]):
        cells = [line for line in row if line in short]
        for line in row:
            level = [cell for cell in cells if abs(cell.middle - line.middle) < 0.3 * line.size]
            number = len(level) == 1 and is_number(level, layer)
            beside[line] = len(level) + number
    cells, text = list(lines), []
    for block in prose:
        on_rows = "".join("x" if beside[line] > 1 else "." for line in block)
        among = [beside[line] > 2 for line in block]
        sure = among[0] and sum(among) > 1 and "." * (_GO_ON + 1) not in on_rows
        if sure or on_rows.count("x") >= 0.8 * len(block):
            cells += block
        else:
            text.append(block)
    return cells, text


def _long_cells(lines: list[Line], prose: Prose) -> tuple[list[Line], Prose]:
    """Take blocks for cells that begin beside the cells of a row and end before the next row.

    Two or three of them, other cells among them, must begin at the same place across.
    """
    rows = base_lines(lines)
    tops = np.array([row[0].middle for row in rows])
    likely: dict[int, int] = {}  # how many must begin there
    for number, block in enumerate(prose):
        first = block[0]
        low, high = np.searchsorted(tops, [first.middle - 0.4 * first.size, block[-1].y1])
        left = [
            cell
            for row in rows[low:high]
            for cell in row
            if cell.x1 < first.x0 and abs(cell.middle - first.middle) < 0.5 * first.size
        ]
        if not left or len(block) > MOST_LINES:
            continue
        key = min(cell.x0 for cell in left) - 0.5 * first.size
        next_row = any(
            key < cell.x0 < first.x0 and cell.middle > first.y1
            for row in rows[low:high]
            for cell in row
        )
        if not next_row and (len(left) > 1 or sum(len(cell.words) for cell in left) <= 3):
            likely[number] = 2 if len(left) > 1 else 3
    starts = np.array([prose[i][0].x0 for i in likely] + [line.x0 for line in lines])
    chosen = {
        number
        for number, least in likely.items()
        if (np.abs(starts - prose[number][0].x0) < 0.5 * prose[number][0].size).sum() >= least
    }
    cells = [*lines, *(line for number in sorted(chosen) for line in prose[number])]
    return cells, [block for number, block in enumerate(prose) if number not in chosen]


def _without_scraps(lines: Sequence[Line], prose: Prose) -> list[Line]:
    """Leave away parts of running text that a wide space has cut off."""
    text = {line for block in prose for line in block}
    scraps: set[Line] = set()
    for row in base_lines([*lines, *text]):
        for way in (row, row[::-1]):
            for a, b in pairwise(way):
                gap = max(a.x0, b.x0) - min(a.x1, b.x1)
                if (a in text or a in scraps) and gap < 1.5 * b.size:
                    scraps.add(b)
    return [line for line in lines if line not in scraps]
