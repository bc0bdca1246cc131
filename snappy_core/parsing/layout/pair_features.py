"""Features of the pairs of nodes of a page: where they are to each other, and what is between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.neighbors import SIDES, Array, Neighbors, innermost, squash
from snappy_core.parsing.layout.runs import Runs

_SAME_SIZE = 0.04  # difference of the logarithms of font sizes


def pair_features(
    boxes: Array, runs: Runs, near: Neighbors, frames: Array, areas: Array,
    ruling_lines: RulingLines, unit: float,
) -> Array:  # fmt: skip
    """Return (n + m, n + m, g) features; those of a pair differ with its order."""
    total, count = len(boxes), len(runs)
    x0, y0, x1, y1 = (boxes / unit).T
    xc, yc, widths, heights = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
    sizes = np.concatenate([np.maximum(runs.sizes, 0.1), np.full(total - count, unit)])
    sizes = sizes.astype(np.float32)
    bold = np.concatenate([runs.bold, np.zeros(total - count)]).astype(np.float32)

    def less(a: Array, b: Array) -> Array:
        return b[None, :] - a[:, None]  # b of the second node less a of the first

    gap_down = less(y1, y0)
    down_gaps, right_gaps = squash(gap_down), squash(less(x1, x0))
    overlap_x = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    overlap_y = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    narrow = np.maximum(np.minimum(widths[:, None], widths), 1e-3)
    low = np.maximum(np.minimum(heights[:, None], heights), 1e-3)
    usual_down = near.gaps["down"][near.indices["down"] >= 0] / unit
    usual = float(np.median(usual_down)) if len(usual_down) else 0.0

    def pad(values: Array, fill: float) -> Array:
        return np.concatenate([values, np.full(total - count, fill)]).astype(np.float32)

    up = pad(np.where(near.indices["up"] >= 0, near.gaps["up"] / unit, 4), 4)
    down = pad(np.where(near.indices["down"] >= 0, near.gaps["down"] / unit, 4), 4)
    is_over = overlap_x > 0
    flags = {side: np.zeros((total, total), np.float32) for side in SIDES}
    for side in SIDES:
        index = near.indices[side]
        rows = np.flatnonzero(index >= 0)
        flags[side][rows, index[rows]] = 1
    styles = np.concatenate([runs.styles, np.full(total - count, -1)])
    same_style = styles[:, None] == styles
    frame, area = innermost(frames, boxes), innermost(areas, boxes)
    channels = [
        squash(less(x0, x0)), squash(less(x1, x1)), squash(less(xc, xc)), down_gaps,
        down_gaps.T, squash(less(yc, yc)), right_gaps, right_gaps.T,
        np.clip(overlap_x / narrow, -1, 1), np.clip(overlap_y / low, -1, 1),
        less(np.log(sizes), np.log(sizes)), less(np.log(widths + 0.1), np.log(widths + 0.1)),
        less(bold, bold), *flags.values(), flags["down"] * flags["up"].T,
        flags["up"] * flags["down"].T,
        _has_rule_between(boxes, ruling_lines.horizontal, flat=True),
        _has_rule_between(boxes, ruling_lines.vertical, flat=False),
        (frame[:, None] == frame) & (frame >= 0), frame[:, None] == frame,
        (area[:, None] == area) & (area >= 0),
        same_style, same_style & same_size(sizes),
        *(np.abs(less(edge, edge)) < 0.15 for edge in (x0, x1, xc, y0, y1)),
        np.where(is_over, squash(gap_down - up[:, None]), 0),
        np.where(is_over, squash(gap_down - down[None, :]), 0),
        np.where(is_over, squash(gap_down - usual), 0),
    ]  # fmt: skip
    return np.stack(channels, axis=-1, dtype=np.float32)


def same_size(sizes: Array) -> NDArray[np.bool_]:
    """Return (n, n): whether two font sizes are the same to the eye."""
    return np.abs(np.log(np.maximum(sizes[:, None], 0.1) / np.maximum(sizes, 0.1))) < _SAME_SIZE


def rules_beside(boxes: Array, rules: Array, flat: bool) -> tuple[NDArray[np.bool_], Array, Array]:
    """Return (n, m) which lines run past boxes, and the middles of boxes and lines across these."""
    along, across = ((0, 2), (1, 3)) if flat else ((1, 3), (0, 2))
    reach = np.minimum(boxes[:, along[1], None], rules[:, along[1]])
    beside = reach > np.maximum(boxes[:, along[0], None], rules[:, along[0]])
    return beside, boxes[:, across].mean(axis=1), rules[:, across].mean(axis=1)


def _has_rule_between(boxes: Array, rules: Array, flat: bool) -> Array:
    """Return (n, n): whether a line that runs past both nodes lies between them."""
    count = len(boxes)
    if not len(rules) or not count:
        return np.zeros((count, count), np.float32)
    beside, middles, positions = rules_beside(boxes, rules, flat)
    is_after = positions > middles[:, None]
    after = np.where(beside & is_after, positions, np.inf).min(axis=1)
    before = np.where(beside & ~is_after, positions, -np.inf).max(axis=1)
    is_between = (after[:, None] < middles) & (before[None, :] > middles[:, None])
    return np.asarray(is_between | is_between.T, np.float32)
