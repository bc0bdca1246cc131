"""Ranking by hand."""

import numpy as np

from snappy_core.scoring.ranking import combine, ranking


def floats(*values):
    return np.array(values, np.float32)


def test_regions_count_twice_their_page():
    assert combine(floats(0.75, 0), floats(0, 0.75)).tolist() == [0.5, 0.25]


def test_ranking_is_stable():
    assert ranking(floats(0.5, 0.75, -1, 0.75, 0.5)).tolist() == [1, 3, 0, 4, 2]
    assert ranking(floats()).tolist() == []
