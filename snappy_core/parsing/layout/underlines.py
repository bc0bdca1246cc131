"""Underlines among the ruling lines of a page: they separate nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes

_LOWEST = 0.6  # of the height of a line of text: underlines are below, within the font's height
_COVERED = 0.9  # share of an underline that is below text
_WHOLE = 0.9  # share of a line of text; one that is underlined whole may be a heading


def are_underlines(ruling_lines: Boxes, runs: Boxes) -> NDArray[np.bool_]:
    """Return which horizontal ruling lines (n, 4) underline a part of a run (m, 4), (n,) bool.

    What is underlined whole may be a heading or the head of a column, which a rule sets apart from
    what is below it. A part of a line is a link or is stressed, and its text goes on.

    >>> runs = np.array([[0, 0, 100, 10], [0, 15, 40, 25]], np.float32)
    >>> rules = np.array([[60, 8, 100, 9], [0, 23, 40, 24], [0, 12, 60, 13]], np.float32)
    >>> are_underlines(rules, runs).tolist()
    [True, False, False]
    """
    x0, y0, x1, y1 = (side[:, None] for side in ruling_lines.T)
    left, top, right, bottom = runs.T
    middle, lowest = (y0 + y1) / 2, top + _LOWEST * (bottom - top)
    is_under = (lowest < middle) & (middle < bottom)
    overlaps = np.where(is_under, np.minimum(x1, right) - np.maximum(x0, left), 0).clip(0)
    is_part = (overlaps > 0) & (x1 - x0 < _WHOLE * (right - left))
    is_covered = overlaps.sum(axis=1) >= _COVERED * (x1 - x0)[:, 0]
    return np.asarray(is_covered & is_part.any(axis=1), dtype=bool)
