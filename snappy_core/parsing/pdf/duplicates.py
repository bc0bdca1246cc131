"""Removes words that are drawn twice to look bold, or with a shadow."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.text import TextLayer

_CELL = 0.3  # font sizes; equal words with centers at most half as far apart are duplicates


def drop_duplicates(layer: TextLayer, width: float, height: float) -> TextLayer:
    """Return a text layer without the words drawn on top of an equal word of the same size.

    The first of them is kept.

    Args:
        width, height: of the page in points.
    """
    numbers: dict[str, int] = {}
    texts = np.array(
        [numbers.setdefault(text, len(numbers)) for text in layer.texts], dtype=np.intp
    )
    candidates = np.flatnonzero(np.bincount(texts, minlength=1)[texts] > 1)
    if not len(candidates):
        return layer
    centers = (layer.boxes[candidates, :2] + layer.boxes[candidates, 2:]) / 2 * (width, height)
    sizes = np.round(np.maximum(layer.sizes[candidates], 1.0), 1)
    cells = centers / (_CELL * sizes[:, None])  # only comparable among words of one size
    is_first = np.ones(len(layer), dtype=bool)
    for shift in product((0.0, 0.5), repeat=2):  # one of these puts close centers in the same cell
        keys = np.column_stack([texts[candidates], sizes, np.floor(cells + shift)])
        is_first[candidates[_repeated(keys)]] = False
    return layer if is_first.all() else layer.take(is_first)


def _repeated(rows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return (n,) bool: whether an equal row comes before each of the rows (n, k)."""
    order = np.lexsort(rows.T)  # stable: the first of equal rows stays the first
    is_equal = (rows[order[1:]] == rows[order[:-1]]).all(axis=1)
    repeated = np.zeros(len(rows), dtype=bool)
    repeated[order[1:]] = is_equal
    return repeated
