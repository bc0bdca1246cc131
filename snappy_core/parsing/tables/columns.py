"""Columns of a table: the spans between lanes that (nearly) no cell crosses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.layout.lines import Line, box_around
from snappy_core.parsing.layout.upright_page import UprightPage

Span = tuple[float, float]
"""Left and right edge of a column, in points."""

_MAX_HEADING_ROWS = 4  # that a column's only cells may be in


def find_columns(
    rows: Sequence[Sequence[Line]], page: UprightPage, max_crossings: float
) -> list[Span]:
    """Return the columns of rows of cells, left to right.

    A lane is where rows have gaps between cells and at most `max_crossings` cells cross it for
    each of these gaps.
    """
    lines = [line for row in rows for line in row]
    edges = np.unique([edge for line in lines for edge in (line.x0, line.x1)])
    covered = _count_spans([(line.x0, line.x1) for line in lines], edges)
    gaps = _count_spans(
        [(a.x1, b.x0) for row in rows for a, b in pairwise(row) if b.x0 > a.x1], edges
    )
    is_lane = (covered <= max_crossings * gaps) & ((gaps > 0) | (covered == 0))
    ends = np.flatnonzero(np.diff(np.concatenate([[0], ~is_lane, [0]]).astype(int)))
    columns = [(float(edges[a]), float(edges[b])) for a, b in ends.reshape(-1, 2)]
    inside_lanes = [
        (line.x0, line.x1)
        for line in lines
        if not any(line.x0 < right and left < line.x1 for left, right in columns)
    ]
    columns = sorted(columns + _merge_overlapping(inside_lanes))
    return _merge_headings(_split_at_ruling_lines(columns, lines, page), rows)


def covered_columns(line: Line, columns: Sequence[Span]) -> list[int]:
    """Return the indices of the columns in which a cell lies, at least one."""
    shared = [min(line.x1, right) - max(line.x0, left) for left, right in columns]
    widths = [min(line.x1 - line.x0, right - left) for left, right in columns]
    mostly = [i for i, part in enumerate(shared) if part > 0.5 * widths[i]]
    return mostly or [i for i, part in enumerate(shared) if part > 0] or [int(np.argmax(shared))]


def _count_spans(spans: Sequence[Span], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many spans cover each interval between adjacent edges."""
    counts = np.zeros(len(edges))
    np.add.at(counts, np.searchsorted(edges, [left for left, _ in spans]), 1)
    np.add.at(counts, np.searchsorted(edges, [right for _, right in spans]), -1)
    return np.cumsum(counts)[:-1]


def _merge_overlapping(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for left, right in sorted(spans):
        if merged and left < merged[-1][1]:
            merged[-1] = merged[-1][0], max(right, merged[-1][1])
        else:
            merged.append((left, right))
    return merged


def _split_at_ruling_lines(
    columns: Sequence[Span], lines: Sequence[Line], page: UprightPage
) -> list[Span]:
    """Split columns at vertical ruling lines over at least half the height of the table."""
    _, top, _, bottom = box_around(lines)
    x0, y0, x1, y1 = page.ruling_lines.vertical.T
    tall = np.minimum(y1, bottom) - np.maximum(y0, top) > (bottom - top) / 2
    cuts = np.unique((x0[tall] + x1[tall]) / 2).tolist()
    split = []
    for left, right in columns:
        inner = [x for x in cuts if left + 1 < x < right - 1]
        split += list(pairwise([left, *inner, right]))
    return split


def _merge_headings(columns: list[Span], rows: Sequence[Sequence[Line]]) -> list[Span]:
    """Merge columns that hold only a heading with a neighbor that holds only the cells below it."""
    first: dict[int, int] = {}  # row with a cell in each column
    last: dict[int, int] = {}
    for number, row in enumerate(rows):
        for line in row:
            for column in covered_columns(line, columns):
                first.setdefault(column, number)
                last[column] = number
    merged = list(columns)
    for column in sorted(last, reverse=True):
        if last[column] >= min(_MAX_HEADING_ROWS, len(rows) // 3):
            continue
        neighbors = [
            i
            for i in (column - 1, column + 1)
            if first.get(i, 0) > last[column] and i < len(merged) and merged[i] == columns[i]
        ]
        if neighbors:
            left, right = columns[column]
            nearest = min(neighbors, key=lambda i: max(columns[i][0] - right, left - columns[i][1]))
            low, high = sorted((column, nearest))
            merged[low : high + 1] = [(columns[low][0], columns[high][1])]
    return merged
