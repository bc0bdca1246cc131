"""Measures of cases computed by hand."""

import numpy as np
import pytest

from snappy_core.evaluation.metrics import bootstrap, rank_of, word_f1


@pytest.mark.parametrize(
    ("scores", "index", "rank"),
    [
        ([0.1, 0.7, 0.3], 1, 1),
        ([0.1, 0.7, 0.3], 0, 3),
        ([0.5, 0.5, 0.1], 0, 2),  # a tie is no win
    ],
)
def test_rank(scores, index, rank):
    assert rank_of(np.array(scores, np.float32), index) == rank


@pytest.mark.parametrize(
    ("predicted", "gold", "f1"),
    [
        ([1, 2], [1, 2], 1.0),
        ([1, 2, 3], [3, 4], 0.4),  # precision 1/3, recall 1/2
        ([1], [2], 0.0),
        ([], [], 0.0),
    ],
)
def test_word_f1(predicted, gold, f1):
    assert word_f1(predicted, gold) == pytest.approx(f1)


def test_a_bootstrap_interval_contains_the_mean_and_is_deterministic():
    values = [0.0] * 30 + [1.0] * 70
    low, high = bootstrap(values)
    assert low < 0.7 < high
    assert 0.15 < high - low < 0.2  # about 4 * sqrt(.7 * .3 / 100)
    assert bootstrap(values) == (low, high)
