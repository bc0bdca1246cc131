"""Which lines of a page may be cells of a table, and which are running text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from snappy_core.parsing.layout.blocks import TextBlock
from snappy_core.parsing.layout.lines import Line, group_rows

MAX_LINES = 12  # of a cell


def separate_cells(
    lines: Sequence[Line], text_blocks: Sequence[TextBlock]
) -> tuple[list[Line], list[TextBlock]]:
    """Return the lines that may be cells, and the blocks that are running text.

    `lines` are those outside `text_blocks`, which look like running text by themselves.
    """
    single = [block[0] for block in text_blocks if len(block) == 1]
    blocks = [block for block in text_blocks if len(block) > 1]
    return _take_long_cells(*_take_columns([*lines, *single], blocks))


def _take_columns(
    cells: list[Line], blocks: Sequence[TextBlock]
) -> tuple[list[Line], list[TextBlock]]:
    """Move blocks to the cells that are columns of a table: their lines are beside cells."""
    cell_set = set(cells)
    beside: dict[Line, int] = {}  # cells at the height of each line
    for row in group_rows([*cells, *(line for block in blocks for line in block)]):
        row_cells = [line for line in row if line in cell_set]
        for line in row:
            beside[line] = sum(abs(c.middle - line.middle) < 0.3 * line.size for c in row_cells)
    column_lines: list[Line] = []
    remaining: list[TextBlock] = []
    for block in blocks:
        if sum(beside[line] > 1 for line in block) >= 0.8 * len(block):
            column_lines += block
        else:
            remaining.append(block)
    return [*cells, *column_lines], remaining


def _take_long_cells(
    cells: list[Line], blocks: Sequence[TextBlock]
) -> tuple[list[Line], list[TextBlock]]:
    """Move blocks to the cells that begin beside the cells of a row and end before the next row.

    Two or three of them (or other cells) must have the same left edge.
    """
    rows = group_rows(cells)
    heights = np.array([row[0].middle for row in rows])
    candidates: dict[int, int] = {}  # block number: how many must have its left edge
    for number, block in enumerate(blocks):
        first = block[0]
        low, high = np.searchsorted(heights, [first.middle - 0.4 * first.size, block[-1].y1])
        near = [cell for row in rows[low:high] for cell in row]
        left = [
            cell
            for cell in near
            if cell.x1 < first.x0 and abs(cell.middle - first.middle) < 0.5 * first.size
        ]
        if not left or len(block) > MAX_LINES:
            continue
        left_edge = min(cell.x0 for cell in left) - 0.5 * first.size
        spans_rows = any(left_edge < c.x0 < first.x0 and c.middle > first.y1 for c in near)
        if not spans_rows and (len(left) > 1 or sum(len(cell.words) for cell in left) <= 3):
            candidates[number] = 2 if len(left) > 1 else 3
    left_edges = np.array([blocks[i][0].x0 for i in candidates] + [cell.x0 for cell in cells])
    chosen = {
        number
        for number, least in candidates.items()
        if (np.abs(left_edges - blocks[number][0].x0) < 0.5 * blocks[number][0].size).sum() >= least
    }
    cell_lines = [line for number in sorted(chosen) for line in blocks[number]]
    remaining = [block for number, block in enumerate(blocks) if number not in chosen]
    return [*cells, *cell_lines], remaining
