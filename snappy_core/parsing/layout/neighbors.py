"""What is near a node: the runs next to, above and below it, and the frame around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import contains_center

Array = NDArray[np.float32]

SIDES = ("up", "down", "left", "right")


class Neighbors:
    """Which of n runs share a baseline, and the nearest one on each side (-1: none)."""

    def __init__(self, boxes: Array, unit: float) -> None:
        x0, y0, x1, y1 = boxes.T
        heights = y1 - y0
        lower = np.minimum(heights[:, None], heights)
        self.same = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0) > 0.5 * lower
        np.fill_diagonal(self.same, False)
        overlap = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
        gap_right = x0 - x1[:, None]
        rightward = np.where(self.same & (gap_right > -0.3 * unit), gap_right, np.inf)
        is_below = (y0 + y1) > (y0 + y1)[:, None] + 0.6 * lower
        gap_down = y0 - y1[:, None]
        downward = np.where(is_below & (overlap > 0) & ~self.same, gap_down, np.inf)
        self.indices = {
            "up": _nearest(downward, 0), "down": _nearest(downward, 1),
            "left": _nearest(rightward, 0), "right": _nearest(rightward, 1),
        }  # fmt: skip
        self.gaps = {
            side: np.where(index >= 0, gaps, 0).astype(np.float32)
            for side, index, gaps in (
                ("up", self.indices["up"], y0 - y1[self.indices["up"]]),
                ("down", self.indices["down"], y0[self.indices["down"]] - y1),
                ("left", self.indices["left"], x0 - x1[self.indices["left"]]),
                ("right", self.indices["right"], x0[self.indices["right"]] - x1),
            )
        } if len(boxes) else {side: np.zeros(0, np.float32) for side in SIDES}  # fmt: skip


def _nearest(gaps: Array, axis: int) -> NDArray[np.intp]:
    if not gaps.size:
        return np.zeros(0, np.intp)
    return np.where(np.isfinite(gaps.min(axis)), gaps.argmin(axis), -1)


def innermost(frames: Array, boxes: Array) -> NDArray[np.intp]:
    """Return for each box (n,) the index of the smallest frame around its center; -1 for none."""
    if not len(frames) or not len(boxes):
        return np.full(len(boxes), -1, np.intp)
    sizes = (frames[:, 2:] - frames[:, :2]).prod(axis=1)
    own = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    inside = contains_center(frames, boxes) & (sizes[:, None] > 1.02 * own)
    return np.where(inside.any(axis=0), np.where(inside.T, sizes, np.inf).argmin(axis=1), -1)


def squash(values: Array) -> Array:
    return np.asarray(np.copysign(np.log1p(np.abs(values)), values), np.float32)
