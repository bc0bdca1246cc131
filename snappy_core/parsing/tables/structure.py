"""Rows, columns and the header of a table, from the places of its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import enclose
from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.blocks import Line
from snappy_core.parsing.text import TextLayer

MAX_HEADER = 5  # rows
LEADER = re.compile(r"^(?:[.…·_]{4,}|[.…])$")
"""What leads the eye from a word to its number in a table of contents."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row: for each column the lines of its cell, top to bottom; an empty cell has none.

    A cell over several columns stands in the first of them, in the header in all of them.
    """

    cells: tuple[tuple[Line, ...], ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(dict.fromkeys(line for cell in self.cells for line in cell))

    @property
    def filled(self) -> int:
        return sum(map(bool, self.cells))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows from top to bottom, all with a cell for each column.

    Attributes:
        header: how many of the rows, from the top, name the columns.
        leaders: dots lead from words to numbers, as in a table of contents.
    """

    rows: tuple[Row, ...]
    header: int = 0
    leaders: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for row in self.rows for line in row.lines)

    def sections(self) -> list[tuple[Row | None, list[Row]]]:
        """Return the rows below the header in sections, each under the row that names it.

        A row whose only cell is the first names the rows that follow. There are sections only
        when at least two rows do so.
        """
        rows = self.rows[self.header :]
        names = [
            row.filled == 1 and bool(row.cells[0]) and below.filled > 1
            for row, below in pairwise(rows)
        ]
        if sum(names) < 2:
            return [(None, list(rows))]
        found: list[tuple[Row | None, list[Row]]] = [(None, [])]
        for row, is_name in zip(rows, [*names, False], strict=True):
            if is_name:
                found.append((row, []))
            else:
                found[-1][1].append(row)
        return [(name, held) for name, held in found if name or held]


def structure(
    lines: Sequence[Line], layer: TextLayer, boxes: NDArray[np.float32], rules: RulingLines
) -> Table:
    """Return the table that some lines make.

    Args:
        lines: cells, or parts of them; one over several columns may be several cells.
        boxes: (words, 4) of all words of the layer, in the units of the lines.
        rules: ruling lines in these units.
    """
    words = layer.texts
    dots = {line for line in lines if all(LEADER.match(words[word]) for word in line.words)}
    # What spans columns at first sight may be several cells.
    columns = _columns(base_lines([line for line in lines if line not in dots]), rules, 1)
    lines = [cell for line in lines for cell in _split(line, columns, boxes)]
    columns = _columns(base_lines([line for line in lines if line not in dots]), rules, 0.34)
    cells = [cell for line in lines for cell in _split(line, columns, boxes)]
    rows = _merge([_place(row, columns) for row in base_lines(cells)])
    header = _header(rows, layer, rules)
    led = sum(any(LEADER.match(words[w]) for line in row.lines for w in line.words) for row in rows)
    contents = len(columns) <= 3 and led > 0.5 * len(rows)
    heads = _heads(rows[:header], columns, rules)
    return Table((*heads, *rows[header:]), 0 if contents else header, contents)


def base_lines(lines: Sequence[Line]) -> list[list[Line]]:
    """Put lines that stand beside each other together, from top to bottom and left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.middle, line.x0)):
        if rows and line.middle - rows[-1][0].middle < 0.5 * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.x0) for row in rows]


def _columns(
    rows: Sequence[Sequence[Line]], rules: RulingLines, most: float
) -> list[tuple[float, float]]:
    """Return the columns, left to right: what lies between lanes that (nearly) no cell crosses.

    At each place across, rows that have a gap there stand against cells that cover it, at
    `most` so many for each gap.
    """
    lines = [line for row in rows for line in row]
    edges = np.unique([edge for line in lines for edge in (line.x0, line.x1)])
    cover, gap = np.zeros(len(edges) + 1), np.zeros(len(edges) + 1)
    for counts, spans in (
        (cover, [(line.x0, line.x1) for line in lines]),
        (gap, [(a.x1, b.x0) for row in rows for a, b in pairwise(row) if b.x0 > a.x1]),
    ):
        np.add.at(counts, np.searchsorted(edges, [a for a, _ in spans]), 1)
        np.add.at(counts, np.searchsorted(edges, [b for _, b in spans]), -1)
    cover, gap = np.cumsum(cover)[: len(edges) - 1], np.cumsum(gap)[: len(edges) - 1]
    white = (cover <= most * gap) & ((gap > 0) | (cover == 0))
    columns = _runs(~white, edges)
    within = [
        (line.x0, line.x1)
        for line in lines
        if not any(line.x0 < right and left < line.x1 for left, right in columns)
    ]
    columns = sorted(columns + _join(within))
    return _under_heads(_cut(columns, lines, rules), rows)


def _under_heads(
    columns: list[tuple[float, float]], rows: Sequence[Sequence[Line]]
) -> list[tuple[float, float]]:
    """Join columns that have nothing but a head with a neighbour that has all but that."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for number, row in enumerate(rows):
        for line in row:
            for column in _covered(line, columns):
                first.setdefault(column, number)
                last[column] = number
    top = min(4, len(rows) // 3)
    joined = list(columns)
    for column in sorted(last, reverse=True):
        if last[column] < top:
            near = [i for i in (column - 1, column + 1) if first.get(i, 0) > last[column]]
            near = [i for i in near if 0 <= i < len(joined) and joined[i] == columns[i]]
            if near:
                gap = {i: max(columns[i][0], columns[column][0]) for i in near}
                other = min(near, key=lambda i: gap[i] - min(columns[i][1], columns[column][1]))
                low, high = sorted((column, other))
                joined[low : high + 1] = [(columns[low][0], columns[high][1])]
    return joined


def _runs(which: NDArray[np.bool_], edges: NDArray[np.float64]) -> list[tuple[float, float]]:
    turns = np.flatnonzero(np.diff(np.concatenate([[0], which.astype(int), [0]])))
    return [(float(edges[a]), float(edges[b])) for a, b in turns.reshape(-1, 2)]


def _join(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if joined and left < joined[-1][1]:
            joined[-1] = joined[-1][0], max(right, joined[-1][1])
        else:
            joined.append((left, right))
    return joined


def _cut(
    columns: Sequence[tuple[float, float]], lines: Sequence[Line], rules: RulingLines
) -> list[tuple[float, float]]:
    """Cut columns at ruling lines that stand in at least half the height of the table."""
    top, foot = min(line.y0 for line in lines), max(line.y1 for line in lines)
    upright = rules.vertical
    tall = np.minimum(upright[:, 3], foot) - np.maximum(upright[:, 1], top) > (foot - top) / 2
    at = np.unique((upright[tall, 0] + upright[tall, 2]) / 2).tolist()
    cut = []
    for left, right in columns:
        inner = [x for x in at if left + 1 < x < right - 1]
        cut += list(pairwise([left, *inner, right]))
    return cut


def _split(
    line: Line, columns: Sequence[tuple[float, float]], boxes: NDArray[np.float32]
) -> list[Line]:
    """Cut a line over several columns into cells where wider spaces part its words there."""
    if len(line.words) < 2 or len(_covered(line, columns)) < 2:
        return [line]
    middles = boxes[list(line.words), [[0], [2]]].mean(axis=0)
    starts = np.array([left for left, _ in columns])
    places = np.searchsorted(starts, middles, side="right")
    ends = np.flatnonzero(np.diff(places)) + 1
    words = boxes[list(line.words)]
    gaps = words[1:, 0] - words[:-1, 2]
    inner = np.delete(gaps, ends - 1).max(initial=0)
    if len(ends) and gaps[ends - 1].min() < max(0.4 * line.size, 1.3 * inner):
        return [line]
    cells = []
    for part in np.split(np.array(line.words), ends):
        x0, y0, x1, y1 = enclose(boxes[part])
        cells.append(Line(tuple(part.tolist()), x0, y0, x1, y1, line.size))
    return cells


def _place(row: Sequence[Line], columns: Sequence[tuple[float, float]]) -> Row:
    cells: list[list[Line]] = [[] for _ in columns]
    for line in row:
        cells[_covered(line, columns)[0]].append(line)
    return Row(tuple(map(tuple, cells)))


def _covered(line: Line, columns: Sequence[tuple[float, float]]) -> list[int]:
    """Return the columns that a cell stands in, at least one."""
    shared = [min(line.x1, right) - max(line.x0, left) for left, right in columns]
    widths = [min(line.x1 - line.x0, right - left) for left, right in columns]
    over = [i for i, part in enumerate(shared) if part > 0.5 * widths[i]]
    return over or [i for i, part in enumerate(shared) if part > 0] or [int(np.argmax(shared))]


def _heads(
    rows: Sequence[Row], columns: Sequence[tuple[float, float]], rules: RulingLines
) -> list[Row]:
    """Let the names of several columns stand in all of them.

    These are the columns under it, those over a ruling line right below it, and as many on
    either side as have names in the last row of the header but none in its own.
    """
    most = 0.9 * (columns[-1][1] - columns[0][0])
    heads = []
    for row in rows:
        if row.filled < 2:
            heads.append(row)  # a title
            continue
        over = {line: _covered(_widened(line, rules, most), columns) for line in row.lines}
        unnamed = {i for i, below in enumerate(rows[-1].cells) if below and not row.cells[i]}
        unnamed -= {column for spanned in over.values() for column in spanned}
        growing = list(over) if row is not rows[-1] else []
        while growing:  # by one column in turn, so that none takes those of another
            for line in list(growing):
                wider = [over[line][0] - 1, *over[line], over[line][-1] + 1]
                if {wider[0], wider[-1]} <= unnamed:
                    over[line] = wider
                    unnamed -= set(wider)
                else:
                    growing.remove(line)
        heads.append(
            Row(tuple(tuple(line for line in over if i in over[line]) for i in range(len(columns))))
        )
    return heads


def _widened(line: Line, rules: RulingLines, most: float) -> Line:
    """Return a head as wide as the ruling line right below it, if it is shorter than `most`."""
    x0, y0, x1, _ = rules.horizontal.T
    below = (y0 > line.middle) & (y0 < line.y1 + line.size)
    below &= (x0 < line.x0 + 2) & (x1 > line.x1 - 2) & (x1 - x0 < most)
    if not below.any():
        return line
    return replace(line, x0=float(x0[below].max()), x1=float(x1[below].min()))


def _merge(rows: Sequence[Row]) -> list[Row]:
    """Join base lines that are one row: cells of several lines, beside those of one."""
    middles = [float(np.mean([line.middle for line in row.lines])) for row in rows]
    full = [i for i, row in enumerate(rows) if row.cells[0] and row.filled > 1]
    steps = np.diff([middles[i] for i in full])
    usual = float(np.percentile(steps, 20)) if len(steps) else np.inf
    merged: list[Row] = []
    ahead: Row | None = None  # lines that belong to the row below them
    for i, row in enumerate(rows):
        above = middles[i] - middles[i - 1] if i else np.inf
        below = middles[i + 1] - middles[i] if i + 1 < len(rows) else np.inf
        size = max(line.size for line in row.lines)
        if ahead is not None:
            row, ahead = _both(ahead, row), None
        elif (
            not row.cells[0]
            and below < 0.8 * above
            and below < 1.5 * size
            and _few(row, rows[i + 1])
        ):
            ahead = row
            continue
        elif merged and above < 0.8 * size and _few(row, merged[-1]):
            row = _both(merged.pop(), row)  # it stands beside several lines, at half their height
        elif merged and above < 2.2 * size and _goes_on(merged[-1], row, above < 0.8 * usual):
            row = _both(merged.pop(), row)
        merged.append(row)
    return merged


def _few(row: Row, of: Row) -> bool:
    return row.filled <= max(1, of.filled // 2) and of.filled > 1


def _goes_on(above: Row, row: Row, tight: bool) -> bool:
    """Say whether a base line is the next one of the cells above it."""
    under = all(over for over, cell in zip(above.cells, row.cells, strict=True) if cell)
    if not under or not _few(row, above):
        return False
    return tight if row.cells[0] else True


def _both(above: Row, below: Row) -> Row:
    return Row(tuple(a + b for a, b in zip(above.cells, below.cells, strict=True)))


def _header(rows: Sequence[Row], layer: TextLayer, rules: RulingLines) -> int:
    """Return how many rows name the columns: by bold type, by letters that stand over numbers, by
    a ruling line below them; of words alone when there are three columns or more."""
    most = min(MAX_HEADER, len(rows) - 1)
    bold = [all(layer.bold[w] for line in row.lines for w in line.words) for row in rows]
    found = bold.index(False) if False in bold and sum(bold) < len(rows) / 2 else 0
    numbers = _number_columns(rows, layer)
    if numbers:
        has = [any(is_number(row.cells[column], layer) for column in numbers) for row in rows]
        found = max(found, has.index(True))
    if not 1 <= found <= most:
        found = _rows_over_rule(rows, rules)
    if not 1 <= found <= most:
        found = int(not numbers and 2 < len(rows[0].cells) == rows[0].filled)
    while found > 1 and rows[found - 1].filled == 1 and rows[found - 1].cells[0]:
        found -= 1  # it names the rows below it
    return found


def _number_columns(rows: Sequence[Row], layer: TextLayer) -> list[int]:
    columns = []
    for column in range(len(rows[0].cells)):
        cells = [row.cells[column] for row in rows[1:] if row.cells[column]]
        if len(cells) > 0 and sum(is_number(c, layer) for c in cells) >= 0.6 * len(cells):
            columns.append(column)
    return columns


def is_number(cell: Sequence[Line], layer: TextLayer) -> bool:
    text = "".join(layer.texts[word] for line in cell for word in line.words)
    digits = sum(map(str.isdigit, text))
    return digits > sum(map(str.isalpha, text))


def _rows_over_rule(rows: Sequence[Row], rules: RulingLines) -> int:
    """Return how many rows stand over the first ruling line below a row; 0 with one below each."""
    lines = [line for row in rows for line in row.lines]
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    flat = rules.horizontal
    wide = np.minimum(flat[:, 2], right) - np.maximum(flat[:, 0], left) > 0.6 * (right - left)
    middles = [max(line.middle for line in row.lines) for row in rows]
    at = (flat[wide, 1] + flat[wide, 3]) / 2
    at = at[(at > middles[0]) & (at < middles[-1])]
    return int(np.searchsorted(middles, at.min())) if 0 < len(at) <= max(2, len(rows) / 3) else 0


def markdown(rows: Sequence[Row], texts: Sequence[str], header: int = 1) -> str:
    r"""Return rows as a table in Markdown, the first `header` of them as its one header line.

    A table without a header gets an empty one: Markdown has no other.

    >>> ports = [Row(((Line((0,), 0, 0, 9, 9, 9),), (Line((1,), 20, 0, 29, 9, 9),))),
    ...          Row(((Line((2,), 0, 12, 9, 21, 9),), ()))]
    >>> print(markdown(ports, ["Port", "a|b", "Brae"]))
    | Port | a\|b |
    | --- | --- |
    | Brae |  |
    """
    width = len(rows[0].cells)
    head = [_text([n for r in rows[:header] for n in r.cells[c]], texts) for c in range(width)]
    body = [[_text(cell, texts) for cell in row.cells] for row in rows[header:]]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * width, *body))


def _text(cell: Sequence[Line], texts: Sequence[str]) -> str:
    words = (texts[word] for line in cell for word in line.words)
    text = " ".join(word for word in words if not LEADER.match(word))
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
