"""Measures of cases computed by hand."""

import pytest

from snappy_core.evaluation.metrics import bootstrap, word_f1


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
