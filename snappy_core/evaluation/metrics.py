"""Measures of retrieval: ranks, word F1, IoU, bootstrap intervals."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray


def rank_of(scores: NDArray[np.float32], which: int) -> int:
    """Return the rank of one item, 1 for the best; among equals the worst rank counts.

    >>> rank_of(np.array([0.2, 0.9, 0.9], np.float32), 1)
    2
    """
    return int((scores >= scores[which]).sum())


def word_f1(found: Collection[int], gold: Collection[int]) -> float:
    """Return the F1 of two sets of words.

    >>> word_f1([1, 2, 3, 4], [3, 4])
    0.6666666666666666
    """
    shared = len(set(found) & set(gold))
    return 2 * shared / (len(set(found)) + len(set(gold))) if shared else 0.0


def bootstrap(
    values: Sequence[float], draws: int = 2000, level: float = 0.95
) -> tuple[float, float]:
    """Return the bootstrap interval of the mean; deterministic.

    >>> bootstrap([1.0, 1.0, 1.0])
    (1.0, 1.0)
    """
    sample = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(0).integers(0, len(sample), (draws, len(sample)))
    low, high = np.quantile(sample[picks].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
