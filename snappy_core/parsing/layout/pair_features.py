"""Features of pairs of nodes of a page: their relative positions, and what is between them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.neighbors import SIDES, Array, Neighbors, innermost, squash
from snappy_core.parsing.layout.runs import Runs

_SAME_SIZE = 0.04  # difference of the logarithms of font sizes
_CHANNELS = 34  # features of a pair
_PAIRS = 32_768  # computed at once: the features of more would need fresh memory, one by one


def pair_features(
    boxes: Array, runs: Runs, near: Neighbors, frames: Array, areas: Array,
    ruling_lines: RulingLines, unit: float,
) -> Array:  # fmt: skip
    """Return (n + m, n + m, g) features; those of a pair depend on its order."""
    total, count = len(boxes), len(runs)
    x0, y0, x1, y1 = (boxes / unit).T
    xc, yc, widths, heights = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
    usual_down = near.gaps["down"][near.indices["down"] >= 0] / unit
    usual = float(np.median(usual_down)) if len(usual_down) else 0.0

    def pad(values: Array, fill: float) -> Array:
        return np.concatenate([values, np.full(total - count, fill)]).astype(np.float32)

    sizes = pad(np.maximum(runs.sizes, 0.1), unit)
    log_sizes, log_widths, bold = np.log(sizes), np.log(widths + 0.1), pad(runs.bold, 0)
    up = pad(np.where(near.indices["up"] >= 0, near.gaps["up"] / unit, 4), 4)
    down = pad(np.where(near.indices["down"] >= 0, near.gaps["down"] / unit, 4), 4)
    nearest = {
        side: np.concatenate([near.indices[side], np.full(total - count, -1)]) for side in SIDES
    }
    styles = np.concatenate([runs.styles, np.full(total - count, -1)])
    frame, area = innermost(frames, boxes), innermost(areas, boxes)
    flat_rules = _rules_between(boxes, ruling_lines.horizontal, flat=True)
    upright_rules = _rules_between(boxes, ruling_lines.vertical, flat=False)
    nodes = np.arange(total)

    def channels(rows: slice) -> list[Array]:
        """Return the features (rows, n + m) of the pairs whose first nodes are in some rows."""

        def difference(a: Array, b: Array) -> Array:
            return b[None, :] - a[rows, None]  # second node minus first

        gap_down = difference(y1, y0)
        overlap_x = np.minimum(x1[rows, None], x1) - np.maximum(x0[rows, None], x0)
        overlap_y = np.minimum(y1[rows, None], y1) - np.maximum(y0[rows, None], y0)
        narrow = np.maximum(np.minimum(widths[rows, None], widths), 1e-3)
        low = np.maximum(np.minimum(heights[rows, None], heights), 1e-3)
        is_over = overlap_x > 0
        is_nearest = {side: nearest[side][rows, None] == nodes for side in SIDES}
        is_style = styles[rows, None] == styles
        is_frame = frame[rows, None] == frame
        return [
            squash(difference(x0, x0)), squash(difference(x1, x1)), squash(difference(xc, xc)),
            squash(gap_down), squash(y0[rows, None] - y1), squash(difference(yc, yc)),
            squash(difference(x1, x0)), squash(x0[rows, None] - x1),
            np.clip(overlap_x / narrow, -1, 1), np.clip(overlap_y / low, -1, 1),
            difference(log_sizes, log_sizes), difference(log_widths, log_widths),
            difference(bold, bold), *is_nearest.values(),
            is_nearest["down"] & (nodes[rows, None] == nearest["up"]),
            is_nearest["up"] & (nodes[rows, None] == nearest["down"]),
            flat_rules(rows), upright_rules(rows),
            is_frame & (frame >= 0), is_frame,
            (area[rows, None] == area) & (area >= 0),
            is_style, is_style & same_size(sizes[rows], sizes),
            *(np.abs(difference(edge, edge)) < 0.15 for edge in (x0, x1, xc, y0, y1)),
            np.where(is_over, squash(gap_down - up[rows, None]), 0),
            np.where(is_over, squash(gap_down - down[None, :]), 0),
            np.where(is_over, squash(gap_down - usual), 0),
        ]  # fmt: skip

    features = np.empty((total, total, _CHANNELS), np.float32)
    step = max(1, _PAIRS // max(total, 1))
    for start in range(0, total, step):
        rows = slice(start, start + step)
        np.stack(channels(rows), axis=-1, out=features[rows])
    return features


def same_size(a: Array, b: Array) -> NDArray[np.bool_]:
    """Return (n, m): whether two font sizes look the same."""
    return np.abs(np.log(np.maximum(a[:, None], 0.1) / np.maximum(b, 0.1))) < _SAME_SIZE


def rules_beside(boxes: Array, rules: Array, flat: bool) -> tuple[NDArray[np.bool_], Array, Array]:
    """Return which lines run past boxes (n, m), and the middles of boxes and lines across these."""
    along, across = ((0, 2), (1, 3)) if flat else ((1, 3), (0, 2))
    reach = np.minimum(boxes[:, along[1], None], rules[:, along[1]])
    beside = reach > np.maximum(boxes[:, along[0], None], rules[:, along[0]])
    return beside, boxes[:, across].mean(axis=1), rules[:, across].mean(axis=1)


def _rules_between(boxes: Array, rules: Array, flat: bool) -> Callable[[slice], Array]:
    """Return a function giving (rows, n): whether a line that runs past both nodes is between."""
    if not len(rules):
        return lambda rows: np.zeros((len(boxes[rows]), len(boxes)), np.float32)
    beside, middles, positions = rules_beside(boxes, rules, flat)
    is_after = positions > middles[:, None]
    after = np.where(beside & is_after, positions, np.inf).min(axis=1)
    before = np.where(beside & ~is_after, positions, -np.inf).max(axis=1)

    def are_between(rows: slice) -> Array:
        down = (after[rows, None] < middles) & (before > middles[rows, None])
        up = (after < middles[rows, None]) & (before[rows, None] > middles)
        return np.asarray(down | up, np.float32)

    return are_between
