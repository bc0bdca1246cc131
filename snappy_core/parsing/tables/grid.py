"""Drawn tables: ruling lines enclose each cell, so rows, columns and spans are certain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, enclose_groups
from snappy_core.grouping import connected_components
from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.lines import Line, order_lines
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.header import count_header_rows
from snappy_core.parsing.tables.table import Row, Table

_MIN_SIDE = 2  # rows and columns
_MIN_ROWS = 3  # with text; if two, the second may be all rows below the head in one
_MAX_PLACES = 20_000  # rows times columns; time grows with them
_MIN_WALL = 0.5  # share of a cell's side that lines must cover


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells enclosed by ruling lines.

    Attributes:
        xs, ys: the c + 1 and r + 1 edges of columns and rows, in points.
        cells: (r, c) number of the cell at each position; a spanning cell is at several.
    """

    xs: NDArray[np.float32]
    ys: NDArray[np.float32]
    cells: NDArray[np.intp]

    def locate(self, boxes: Boxes) -> NDArray[np.intp]:
        """Return the number (n,) of the cell that contains the center of each box, -1 outside."""
        x, y = (boxes[:, :2] + boxes[:, 2:]).T / 2
        columns = np.searchsorted(self.xs, x) - 1
        rows = np.searchsorted(self.ys, y) - 1
        height, width = self.cells.shape
        is_inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        located = self.cells[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
        return np.where(is_inside, located, -1)


def find_grids(lines: RulingLines, tolerance: float) -> Iterator[Grid]:
    """Yield the grids formed by ruling lines.

    The left and right sides may be open, at the ends of the horizontal lines, and so may the top
    and bottom.

    Args:
        lines: in points.
        tolerance: the largest gap between lines that should meet, in points.
    """
    count = len(lines.horizontal)
    boxes = np.vstack([lines.horizontal, lines.vertical])
    reach = boxes + np.array([-tolerance, -tolerance, tolerance, tolerance], np.float32)
    across, down = reach[:count, None], boxes[None, count:]
    touch = (across[..., :2] <= down[..., 2:]).all(-1) & (down[..., :2] <= across[..., 2:]).all(-1)
    horizontal, vertical = np.nonzero(touch)
    labels = connected_components(
        len(boxes), zip(horizontal.tolist(), (count + vertical).tolist(), strict=True)
    )
    for label in np.unique(labels[horizontal]):
        members = labels == label
        grid = _grid(boxes[:count][members[:count]], boxes[count:][members[count:]], tolerance)
        if grid is not None:
            yield grid


def _grid(horizontal: Boxes, vertical: Boxes, tolerance: float) -> Grid | None:
    """Return the grid of lines that touch each other; None if its cells are not rectangles."""
    ys = _edges(
        horizontal[:, [1, 3]].mean(1), vertical[:, 1].min(), vertical[:, 3].max(), tolerance
    )
    xs = _edges(
        vertical[:, [0, 2]].mean(1), horizontal[:, 0].min(), horizontal[:, 2].max(), tolerance
    )
    shape = len(ys) - 1, len(xs) - 1
    if min(shape) < _MIN_SIDE or shape[0] * shape[1] > _MAX_PLACES:
        return None
    open_right = ~_walls(vertical, xs, ys).T[:, 1:-1]  # (r, c - 1)
    open_below = ~_walls(horizontal[:, [1, 0, 3, 2]], ys, xs)[1:-1]  # (r - 1, c)
    places = np.arange(shape[0] * shape[1]).reshape(shape)
    pairs = [
        *zip(places[:, :-1][open_right].tolist(), places[:, 1:][open_right].tolist(), strict=True),
        *zip(places[:-1][open_below].tolist(), places[1:][open_below].tolist(), strict=True),
    ]
    cells = connected_components(places.size, pairs).reshape(shape)
    if not _are_rectangles(cells):
        return None
    return Grid(xs, ys, cells)


def _are_rectangles(cells: NDArray[np.intp]) -> bool:
    places = np.indices(cells.shape).reshape(2, -1).T
    around = enclose_groups(np.hstack([places, places + 1]), cells.ravel())
    return bool(((around[:, 2:] - around[:, :2]).prod(axis=1) == np.bincount(cells.ravel())).all())


def _edges(
    middles: NDArray[np.float32], low: float, high: float, tolerance: float
) -> NDArray[np.float32]:
    """Return the distinct positions of lines, and the ends of those across them."""
    positions = np.sort(np.append(middles, [low, high]))
    starts = np.flatnonzero(np.diff(positions, prepend=-np.inf) > tolerance)
    sizes = np.diff(np.append(starts, len(positions)))
    return np.asarray(np.add.reduceat(positions, starts) / sizes, np.float32)


def _walls(lines: Boxes, xs: NDArray[np.float32], ys: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return (edges, r): whether vertical lines run along each edge in each of the r rows."""
    edges = np.abs((lines[:, 0] + lines[:, 2])[:, None] / 2 - xs).argmin(axis=1)
    shared = np.minimum(lines[:, 3:], ys[1:]) - np.maximum(lines[:, 1:2], ys[:-1])
    covered = np.zeros((len(xs), len(ys) - 1))
    np.add.at(covered, edges, np.maximum(shared, 0))
    return np.asarray(covered >= _MIN_WALL * np.diff(ys))


def grid_table(
    grid: Grid, lines: Sequence[Line], turned_lines: Sequence[Line], page: UprightPage
) -> Table | None:
    """Return the table of the lines in a grid, including turned ones such as narrow heads.

    Rows and columns without text are left out; None if fewer than three rows or two columns remain.
    """
    contents = {
        cell: (*order_lines(upright, page.layer.texts), *turned)
        for (cell, upright), (_, turned) in zip(
            _by_cell(grid, lines), _by_cell(grid, turned_lines), strict=True
        )
        if upright or turned
    }
    begins_row, begins_column = (np.diff(grid.cells, axis=axis, prepend=-1) != 0 for axis in (0, 1))
    is_first = begins_row & begins_column & np.isin(grid.cells, list(contents))
    cells = grid.cells[is_first.any(axis=1)][:, is_first.any(axis=0)]
    if len(cells) < _MIN_ROWS or cells.shape[1] < _MIN_SIDE:
        return None
    is_above = (np.diff(cells, axis=0, prepend=-1) == 0) & np.isin(cells, list(contents))
    rows = [
        Row(
            tuple(contents.get(cell, ()) for cell in row),
            frozenset(np.flatnonzero(above).tolist()),
        )
        for row, above in zip(cells.tolist(), is_above, strict=True)
    ]
    return Table(tuple(rows), count_header_rows(rows, page), "ruled")


def _by_cell(grid: Grid, lines: Sequence[Line]) -> list[tuple[int, list[Line]]]:
    """Return the lines in each cell, by its number."""
    boxes = np.array([(line.x0, line.y0, line.x1, line.y1) for line in lines], np.float32)
    located = grid.locate(boxes.reshape(-1, 4))
    groups: list[tuple[int, list[Line]]] = [(cell, []) for cell in range(grid.cells.max() + 1)]
    for line, cell in zip(lines, located.tolist(), strict=True):
        if cell >= 0:
            groups[cell][1].append(line)
    return groups
