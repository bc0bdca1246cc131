"""Tables on a page: from ruling lines, from a layout model's boxes, from words in columns.

Own code, since it must hold for scans and text layers alike: img2table needs OpenCV and finds
only ruled tables, pdfplumber needs its own parser and takes prose for tables where none are ruled.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.blocks import BULLET, Line
from snappy_core.parsing.layout.paragraphs import CAPTION
from snappy_core.parsing.tables.cells import Prose, cells_and_text
from snappy_core.parsing.tables.frames import find_frames
from snappy_core.parsing.tables.runs import Box, around, find_runs, overlap
from snappy_core.parsing.tables.structure import (
    Row,
    Table,
    base_lines,
    is_number,
    markdown,
    structure,
)
from snappy_core.parsing.text import TextLayer

__all__ = ["Row", "Table", "find_tables", "markdown"]


def find_tables(
    lines: Sequence[Line],
    layer: TextLayer,
    boxes: NDArray[np.float32],
    prose: Prose = (),
    rules: RulingLines | None = None,
    areas: Sequence[Box] = (),
) -> list[Table]:
    """Return the tables of a page, from top to bottom; each line is in one of them at most.

    Args:
        lines: that are not running text.
        layer: the words the lines consist of.
        boxes: (words, 4) of all its words, as the lines were found in.
        prose: blocks of running text; they may fill cells of a table but make none.
        rules: ruling lines in the units of the lines.
        areas: where a layout model sees a table.
    """
    rules = rules or RulingLines()
    every = [*lines, *(line for block in prose for line in block)]
    cells, text = cells_and_text(lines, prose, layer)
    tables: list[Table] = []
    taken: set[Line] = set()
    # Ruling lines are exact; a model is asked where there are none, and may be wrong about text.
    seen = [area for area in areas if not _is_text_area(area, text)]
    for box in (*find_frames(every, text, rules), *seen):
        if any(overlap(box, around(table.lines)) > 0.5 for table in tables):
            continue  # a frame around a table
        inside = [line for line in every if line not in taken and _holds(box, line)]
        inside = _without_text(inside, text, layer)
        found = _table(inside, layer, boxes, rules, framed=True)
        tables += found
        taken |= set(inside) if found else set()
    rest = [cell for cell in cells if cell not in taken]
    numbers = {cell for cell in rest if is_number([cell], layer)}
    left = [block for block in text if taken.isdisjoint(block)]
    for run in find_runs(rest, left, rules, numbers):
        tables += _table(run, layer, boxes, rules, framed=False)
    return sorted(tables, key=lambda table: min(line.y0 for line in table.lines))


def _is_text_area(area: Box, prose: Prose) -> bool:
    """Say whether running text fills a good part of an area."""
    boxes = [
        around(block) for block in prose if len(block) > 1 and overlap(area, around(block)) > 0.5
    ]
    covered = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in boxes)
    return covered > 0.25 * (area[2] - area[0]) * (area[3] - area[1])


def _table(
    lines: Sequence[Line],
    layer: TextLayer,
    boxes: NDArray[np.float32],
    rules: RulingLines,
    framed: bool,
) -> list[Table]:
    if len(lines) < 4:
        return []
    table = structure(lines, layer, boxes, rules)
    return [table] if _is_table(table, layer, framed) else []


def _is_table(table: Table, layer: TextLayer, framed: bool) -> bool:
    """Say whether rows and columns are a table, rather than text that stands side by side."""
    width = len(table.rows[0].cells)
    several = [row for row in table.rows if row.filled > 1]
    if width < 2 or len(several) < 2 or len(several) < 0.4 * len(table.rows):
        return False
    cells = [cell for row in several for cell in row.cells if cell]
    words = sum(len(line.words) for cell in cells for line in cell) / len(cells)
    if framed:
        return words <= 15
    if not table.leaders and sum(map(_is_crowded, cells)) > 0.2 * len(cells):
        return False
    numbers = sum(is_number(cell, layer) for cell in cells) / len(cells)
    if width == 2:
        items = sum(
            BULLET.match(layer.texts[row.cells[1][0].words[0]]) is not None for row in several
        )
        short = words <= 3 or numbers > 0.3 or table.leaders
        return len(several) > 2 and short and items < 0.5 * len(several)
    if len(several) == 2 and any(row.filled < width for row in several):
        return False
    return words <= 4 or numbers > 0.3 or (len(several) > 3 and words <= 8)


def _is_crowded(cell: Sequence[Line]) -> bool:
    """Say whether lines stand beside each other in a cell: words of a text with wide spaces."""
    return any(abs(a.middle - b.middle) < 0.5 * a.size for a, b in pairwise(cell))


def _without_text(lines: Sequence[Line], prose: Prose, layer: TextLayer) -> list[Line]:
    """Leave away captions and running text at the head and the foot of an area."""
    text = {line for block in prose for line in block}
    rows = base_lines(lines)
    usual = float(np.median([line.size for line in lines])) if lines else 0
    while rows and (_is_text(rows[0], text, layer) or _is_title(rows[0], usual)):
        rows.pop(0)
    while rows and _is_text(rows[-1], text, layer):
        rows.pop()
    return [line for row in rows for line in row]


def _is_text(row: Sequence[Line], text: set[Line], layer: TextLayer) -> bool:
    begins = " ".join(layer.texts[word] for word in row[0].words[:3])
    return len(row) == 1 and (row[0] in text or CAPTION.match(begins) is not None)


def _is_title(row: Sequence[Line], size: float) -> bool:
    return len(row) == 1 and row[0].size > 1.25 * size


def _holds(box: Box, line: Line) -> bool:
    return box[0] <= (line.x0 + line.x1) / 2 <= box[2] and box[1] <= line.middle <= box[3]
