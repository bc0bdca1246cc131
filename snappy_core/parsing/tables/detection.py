"""Tables of a page: from ruling lines, from the areas of a layout model, from words in columns.

img2table needs OpenCV and finds ruled tables only; pdfplumber needs its own parser.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from snappy_core.parsing.layout.blocks import TextBlock
from snappy_core.parsing.layout.geometry import overlap_share
from snappy_core.parsing.layout.lines import BULLET, Line, box_around, group_rows
from snappy_core.parsing.layout.paragraphs import CAPTION
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.cells import separate_cells
from snappy_core.parsing.tables.frames import find_frames
from snappy_core.parsing.tables.runs import find_runs
from snappy_core.parsing.tables.structure import build_table
from snappy_core.parsing.tables.table import Cell, Table, is_number
from snappy_core.types import Box


def find_tables(text_blocks: Sequence[TextBlock], page: UprightPage) -> list[Table]:
    """Return the tables of a page, top to bottom; each line is in one of them at most.

    Text blocks are running text: they may be cells of a table but do not make one.
    """
    block_lines = {line for block in text_blocks for line in block}
    others = [line for line in page.lines if line not in block_lines]
    lines = [*others, *(line for block in text_blocks for line in block)]
    cells, text = separate_cells(others, text_blocks)
    tables: list[Table] = []
    used: set[Line] = set()
    # Ruling lines are exact; the areas of a model complement them and may be running text.
    areas = [area.box for area in page.areas if area.label == "table"]
    for box in (*find_frames(lines, text, page), *areas):
        if any(overlap_share(box, box_around(table.lines)) > 0.5 for table in tables):
            continue  # a frame around a table
        inside = [line for line in lines if line not in used and _is_in(line, box)]
        inside = _trim_text(inside, text, page)
        if len(inside) >= 4 and _is_table(table := build_table(inside, page), page, framed=True):
            tables.append(table)
            used |= set(inside)
    unused = [cell for cell in cells if cell not in used]
    unused_text = [block for block in text if used.isdisjoint(block)]
    for run in find_runs(unused, unused_text, page):
        if len(run) >= 4 and _is_table(table := build_table(run, page), page, framed=False):
            tables.append(table)
    return sorted(tables, key=lambda table: min(line.y0 for line in table.lines))


def _is_table(table: Table, page: UprightPage, framed: bool) -> bool:
    """Return whether rows and columns are a table rather than columns of text."""
    columns = len(table.rows[0].cells)
    rows = [row for row in table.rows if row.filled > 1]
    if columns < 2 or len(rows) < 2 or len(rows) < 0.4 * len(table.rows):
        return False
    cells = [cell for row in rows for cell in row.cells if cell]
    words = sum(len(line.words) for cell in cells for line in cell) / len(cells)
    if framed:
        return words <= 15
    if not table.leaders and sum(map(_is_crowded, cells)) > 0.2 * len(cells):
        return False
    numbers = sum(is_number(cell, page) for cell in cells) / len(cells)
    if columns == 2:
        second_words = [page.layer.texts[row.cells[1][0].words[0]] for row in rows]
        items = sum(BULLET.match(word) is not None for word in second_words)
        short = words <= 3 or numbers > 0.3 or table.leaders
        return len(rows) > 2 and short and items < 0.5 * len(rows)
    if len(rows) == 2 and any(row.filled < columns for row in rows):
        return False
    return words <= 4 or numbers > 0.3 or (len(rows) > 3 and words <= 8)


def _is_crowded(cell: Cell) -> bool:
    return any(abs(a.middle - b.middle) < 0.5 * a.size for a, b in pairwise(cell))


def _trim_text(
    lines: Sequence[Line], text_blocks: Sequence[TextBlock], page: UprightPage
) -> list[Line]:
    """Return the lines of an area without titles, captions and running text at its ends."""
    text = {line for block in text_blocks for line in block}
    rows = group_rows(lines)
    usual_size = float(np.median([line.size for line in lines])) if lines else 0

    def is_text(row: Sequence[Line]) -> bool:
        beginning = " ".join(page.layer.texts[word] for word in row[0].words[:3])
        return len(row) == 1 and (row[0] in text or CAPTION.match(beginning) is not None)

    def is_title(row: Sequence[Line]) -> bool:
        return len(row) == 1 and row[0].size > 1.25 * usual_size

    while rows and (is_text(rows[0]) or is_title(rows[0])):
        rows.pop(0)
    while rows and is_text(rows[-1]):
        rows.pop()
    return [line for row in rows for line in row]


def _is_in(line: Line, box: Box) -> bool:
    return box[0] <= (line.x0 + line.x1) / 2 <= box[2] and box[1] <= line.middle <= box[3]
