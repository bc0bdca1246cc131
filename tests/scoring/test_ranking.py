"""Ranking and selection by hand, and against loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.scoring.ranking import (
    above_percentile,
    cap_per_group,
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
    ("groups", "most", "kept"),
    [
        ([7, 7, 3, 7, 3], 1, [1, 0, 1, 0, 0]),
        ([7, 7, 3, 7, 3], 2, [1, 1, 1, 0, 1]),
        ([7, 7, 3, 7, 3], 3, [1, 1, 1, 1, 1]),
        ([7, 7, 3, 7, 3], 0, [0, 0, 0, 0, 0]),
        ([-1, -1, 0], 1, [1, 0, 1]),  # negative numbers are groups too
        ([], 2, []),
    ],
)
def test_cap_per_group(groups, most, kept):
    assert cap_per_group(np.array(groups, np.int64), most).tolist() == kept


@given(st.lists(st.integers(-2, 3)), st.integers(0, 4))
def test_cap_per_group_equals_a_loop(groups, most):
    kept = [groups[:place].count(group) < most for place, group in enumerate(groups)]
    assert cap_per_group(np.array(groups, np.int64), most).tolist() == kept


@pytest.mark.parametrize(
    ("percentile", "kept"),
    [(0, [1, 1, 1, 1, 1]), (50, [0, 1, 1, 0, 1]), (75, [0, 1, 0, 0, 1]), (100, [0, 1, 0, 0, 0])],
)
def test_above_percentile(percentile, kept):
    assert above_percentile(floats(0.1, 0.9, 0.5, 0.2, 0.8), percentile).tolist() == kept
    assert above_percentile(floats(), percentile).tolist() == []
