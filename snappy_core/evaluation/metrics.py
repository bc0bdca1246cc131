"""Measures of retrieval: word F1, AUROC, bootstrap intervals."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000  # bootstrap samples: enough for an interval with two digits
LEVEL = 0.95  # confidence level of the intervals


def word_f1(predicted: Collection[int], gold: Collection[int]) -> float:
    """Return the F1 of two sets of word indices, 0..1.

    >>> word_f1([1, 2, 3, 4], [3, 4])
    0.6666666666666666
    """
    shared = len(set(predicted) & set(gold))
    return 2 * shared / (len(set(predicted)) + len(set(gold))) if shared else 0.0


def bootstrap(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95% bootstrap interval of the mean; it is deterministic.

    >>> bootstrap([1.0, 1.0, 1.0])
    (1.0, 1.0)
    """
    sample = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(0).integers(0, len(sample), (DRAWS, len(sample)))
    low, high = np.quantile(sample[draws].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def bootstrap_groups(values: Sequence[float], groups: Sequence[str]) -> tuple[float, float]:
    """Return the 95% bootstrap interval of the mean of grouped values.

    Whole groups are drawn, since questions about one document are not independent.

    >>> bootstrap_groups([1.0, 0.0], ["a", "a"])
    (0.5, 0.5)
    """
    names, members = np.unique(list(groups), return_inverse=True)
    sums = np.bincount(members, weights=np.asarray(values, dtype=np.float64))
    counts = np.bincount(members)
    draws = np.random.default_rng(0).integers(0, len(names), (DRAWS, len(names)))
    means = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def auroc(scores: NDArray[np.float64], answers: NDArray[np.bool_]) -> float:
    """Return the probability that an example with an answer scores above one without.

    Ties count half.

    >>> auroc(np.array([0.9, 0.4, 0.6, 0.4]), np.array([True, True, False, False]))
    0.625
    """
    positives, negatives = scores[answers], np.sort(scores[~answers])
    below = np.searchsorted(negatives, positives, side="left")
    equal = np.searchsorted(negatives, positives, side="right") - below
    return float((below + equal / 2).mean() / len(negatives))


def intervals(rows: Sequence[Mapping[str, float]], digits: int) -> dict[str, list[float]]:
    """Return the bootstrap interval of each measure over questions, rounded."""
    return {
        name: [round(bound, digits) for bound in bootstrap([row[name] for row in rows])]
        for name in rows[0]
    }
