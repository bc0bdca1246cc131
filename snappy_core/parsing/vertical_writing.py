"""Vertical writing: Chinese and Japanese words in columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.unspaced import UNSPACED

_MIN_ASPECT = 1.5  # height over width of letters below each other; side by side they are wider


def are_columns(texts: Sequence[str], sizes: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return (n,) whether words are written downward, upright letter below upright letter.

    Words of one or two characters go by the majority of the longer ones.

    Args:
        texts: n words; those not in Chinese or Japanese never count.
        sizes: (n, 2) width and height of their boxes in points.

    >>> are_columns(["港湾委員会は", "十二", "Osaka"], np.array([[14, 84], [14, 14], [9, 40]]))
    array([ True,  True, False])
    """
    counts = np.array([len(text) for text in texts], dtype=np.intp)
    is_unspaced = np.array([UNSPACED.match(text) is not None for text in texts], dtype=bool)
    is_tall: NDArray[np.bool_] = (
        (sizes[:, 1] > _MIN_ASPECT * sizes[:, 0]) & (counts > 1) & is_unspaced
    )
    rows = is_unspaced & ~is_tall & (counts > 2)
    if counts[is_tall].sum() > counts[rows].sum():
        is_tall |= (counts <= 2) & (sizes[:, 0] <= 2 * sizes[:, 1])
    return is_tall
