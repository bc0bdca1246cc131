"""Ranking and selection by hand."""

import numpy as np
import pytest

from snappy_core.scoring.ranking import (
    above_percentile,
    combine,
    ranking,
)


def floats(*values):
    return np.array(values, np.float32)


def test_regions_count_twice_their_page():
    assert combine(floats(0.75, 0), floats(0, 0.75)).tolist() == [0.5, 0.25]


def test_ranking_is_stable():
    assert ranking(floats(0.5, 0.75, -1, 0.75, 0.5)).tolist() == [1, 3, 0, 4, 2]
    assert ranking(floats()).tolist() == []


@pytest.mark.parametrize(
    ("percentile", "kept"),
    [(0, [1, 1, 1, 1, 1]), (50, [0, 1, 1, 0, 1]), (75, [0, 1, 0, 0, 1]), (100, [0, 1, 0, 0, 0])],
)
def test_above_percentile(percentile, kept):
    assert above_percentile(floats(0.1, 0.9, 0.5, 0.2, 0.8), percentile).tolist() == kept
    assert above_percentile(floats(), percentile).tolist() == []
