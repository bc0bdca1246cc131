"""What ruling lines determine about the cells of tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, as_boxes, contains_center, enclose
from snappy_core.grouping import connected_components
from snappy_core.parsing.tables.grid import Grid

MIN_CELLS = 4
"""Cells of a table; fewer are just text side by side."""

_MIN_LINES = 3  # that cross two groups of cells, or a table: more than just a frame
_MIN_SHARE = 0.9  # of the width of the cells that a line runs past
_MAX_BLOCKS = 1.25  # per cell, on average; if more, there are cells without lines between them
_SLACK = 0.1  # of the height of a cell, within which cells count as at the same height
_CERTAIN = 50.0  # logit, larger than those of the network


def join_ruled(groups: Sequence[NDArray[np.intp]], boxes: Boxes, lines: Boxes) -> list[list[int]]:
    """Join groups of cells crossed by the same ruling lines, and stray cells inside a table.

    Args:
        groups: indices of cells.
        boxes: (n, 4) of all cells, in points.
        lines: (m, 4) horizontal ruling lines, in points.
    """
    spans = [_passing(boxes[group], lines) for group in groups]
    around = as_boxes([enclose(boxes[group]) for group in groups])
    is_inside = contains_center(around, around)
    pairs = [
        (i, j)
        for i in range(len(groups))
        for j in range(len(groups))
        if (j < i and (spans[i] & spans[j]).sum() >= _MIN_LINES)
        or (i != j and is_inside[i, j] and len(groups[j]) < MIN_CELLS)
    ]
    labels = connected_components(len(groups), pairs)
    joined: list[list[int]] = [[] for _ in range(labels.max(initial=-1) + 1)]
    for group, label in zip(groups, labels.tolist(), strict=True):
        joined[label] += group.tolist()
    return joined


def row_logits(logits: NDArray[np.float32], boxes: Boxes, lines: Boxes) -> NDArray[np.float32]:
    """Return logits (n, n) for cells being in one row, certain where ruling lines decide.

    Cells side by side at the same height are in one row. Cells on opposite sides of a line through
    the whole table are in different rows. Cells side by side between two such lines, with none
    above another, are one row.
    """
    logits = np.where(_at_one_height(boxes), np.float32(_CERTAIN), logits)
    lines = lines[_passing(boxes, lines)]
    if len(lines) < _MIN_LINES:
        return logits
    heights = np.sort(lines[:, [1, 3]].mean(axis=1))
    bands = np.searchsorted(heights, boxes[:, [1, 3]].mean(axis=1))
    same_band = bands[:, None] == bands
    overlap = np.minimum(boxes[:, None, 2], boxes[:, 2]) > np.maximum(
        boxes[:, None, 0], boxes[:, 0]
    )
    np.fill_diagonal(overlap, False)
    is_stacked = np.isin(bands, bands[(overlap & same_band).any(axis=1)])
    is_row = same_band & ~is_stacked & (bands > 0) & (bands < len(heights))
    certain = np.where(is_row, _CERTAIN, np.where(same_band, logits, -_CERTAIN))
    return np.asarray(certain, np.float32)


def _at_one_height(boxes: Boxes) -> NDArray[np.bool_]:
    """Return (n, n) bool: which cells share top and bottom, and are side by side."""
    tops, bottoms = boxes[:, 1], boxes[:, 3]
    slack = _SLACK * np.minimum(bottoms - tops, (bottoms - tops)[:, None])
    is_level = (np.abs(tops - tops[:, None]) <= slack) & (
        np.abs(bottoms - bottoms[:, None]) <= slack
    )
    is_beside = (boxes[:, None, 2] <= boxes[:, 0]) | (boxes[:, 2] <= boxes[:, None, 0])
    return np.asarray(is_level & is_beside)


def separate_cells(
    logits: NDArray[np.float32], boxes: Boxes, grids: Sequence[Grid]
) -> NDArray[np.float32]:
    """Return logits (n, n) for runs being in one block, which never spans two cells of a grid."""
    if not grids:
        return logits
    located = np.stack([grid.locate(boxes) for grid in grids])
    cells = np.unique(located, axis=1, return_inverse=True)[1].ravel()
    return np.where(cells[:, None] == cells, logits, np.float32(-_CERTAIN))


def is_table(grid: Grid, boxes: Boxes, is_cell: NDArray[np.bool_]) -> bool:
    """Return whether a grid around blocks is a table with a line around each of its cells.

    The network must see most blocks as cells of a table, with about one block in each grid cell.

    Args:
        boxes: (n, 4) of the blocks in the grid.
        is_cell: (n,) whether the network sees a cell.
    """
    cells = len(np.unique(grid.locate(boxes)))
    return bool(2 * is_cell.sum() > len(boxes)) and len(boxes) <= _MAX_BLOCKS * cells


def _passing(boxes: Boxes, lines: Boxes) -> NDArray[np.bool_]:
    """Return (m,) bool: which lines span (nearly) the whole width of cells, at their height."""
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    height = float(np.median(boxes[:, 3] - boxes[:, 1]))
    shared = np.minimum(lines[:, 2], right) - np.maximum(lines[:, 0], left)
    middles = lines[:, [1, 3]].mean(axis=1)
    is_inside = (middles > top - height) & (middles < bottom + height)
    return np.asarray((shared >= _MIN_SHARE * (right - left)) & is_inside)
