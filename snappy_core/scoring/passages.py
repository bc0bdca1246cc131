"""Passages: a vector for each region from its own words and, if they are few, the words around it.

MaxSim finds the best match of each question word separately. The vector of a passage captures what
its words are about together, and gives a short region, such as a cell or a bullet, its context.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.granularity import rankable
from snappy_core.types import LABELS, Region
from snappy_core.unspaced import count_words
from snappy_core.vectors import normalize

PASSAGE_WORDS = 60
"""Words that a region is filled up to; values from 40 to 80 made no difference on the benches."""


def passages(
    vectors: NDArray[np.float32], regions: Sequence[Region], texts: Sequence[str]
) -> NDArray[np.float32]:
    """Return the passage of each region of a page, (r, d) of length 1; zero without words.

    A region with fewer than `PASSAGE_WORDS` words takes more from before and after it, half from
    each side if the page has enough. They are taken in reading order, without running headers and
    footers.

    Args:
        vectors: (n, d) a vector for each word of the page.
        texts: n words; in scripts without spaces, each is a line of many letters.
    """
    sums = np.zeros((len(regions), vectors.shape[1]), dtype=np.float32)
    order = _reading_order(regions)
    position = {word: index for index, word in enumerate(order)}
    lengths = np.array([max(count_words(text), 1) for text in texts], dtype=np.intp)
    ends = np.cumsum([0, *lengths[order].tolist()])
    sums_before = np.zeros((len(order) + 1, vectors.shape[1]), dtype=np.float32)
    np.cumsum(vectors[order], axis=0, out=sums_before[1:])
    for total, region in zip(sums, regions, strict=True):
        own = list(dict.fromkeys(region.words + region.context))
        total += vectors[own].sum(axis=0)
        positions = [position[word] for word in region.words if word in position]
        missing = PASSAGE_WORDS - int(lengths[own].sum())
        if positions and missing > 0:
            start, stop = min(positions), max(positions) + 1
            outer = _widen(int(ends[start]), int(ends[stop]), missing, int(ends[-1]))
            first = int(np.searchsorted(ends, outer[0], side="right")) - 1
            last = int(np.searchsorted(ends, outer[1]))
            total += sums_before[start] - sums_before[first]
            total += sums_before[last] - sums_before[stop]
    return normalize(sums)


def _reading_order(regions: Sequence[Region]) -> list[int]:
    """Return the words of the regions that may answer, each once, at its first position."""
    labels = np.array([LABELS.index(region.label) for region in regions], dtype=np.uint8)
    parents = np.array([-1 if r.parent is None else r.parent for r in regions], dtype=np.int64)
    indices = np.flatnonzero(rankable(labels, parents)).tolist()
    return list(dict.fromkeys(word for index in indices for word in regions[index].words))


def _widen(start: int, stop: int, missing: int, length: int) -> tuple[int, int]:
    """Return `start:stop` extended by `missing` of `length` items, half of them on either side.

    >>> _widen(5, 6, 4, 10), _widen(1, 2, 4, 10), _widen(9, 10, 4, 10), _widen(1, 2, 9, 3)
    ((3, 8), (0, 5), (5, 10), (0, 3))
    """
    after = length - stop
    before = min(start, max(missing // 2, missing - after))
    return start - before, stop + min(after, missing - before)
