"""Groups from pairwise logits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.parsing.layout.linkage import link, pool


def ones(count):
    return np.ones((count, count), np.float32)


def test_one_mistaken_pair_does_not_join_two_groups():
    logits = np.full((4, 4), -3, np.float32)
    logits[0, 1] = logits[1, 0] = logits[2, 3] = logits[3, 2] = 5
    logits[1, 2] = logits[2, 1] = 2
    assert link(logits, ones(4)).tolist() == [0, 0, 1, 1]


def test_what_counts_little_does_not_part_a_chain():
    logits = np.array([[0, 4, -6], [4, 0, 4], [-6, 4, 0]], np.float32)
    assert len(set(link(logits, ones(3)).tolist())) == 2
    weights = ones(3)
    weights[0, 2] = weights[2, 0] = 0.1
    assert link(logits, weights).tolist() == [0, 0, 0]


@given(st.integers(0, 12), st.integers(0, 99))
def test_groups_are_numbered_and_do_not_depend_on_far_signs(count, seed):
    logits = np.random.default_rng(seed).normal(size=(count, count)).astype(np.float32)
    groups = link(logits + logits.T, ones(count))
    assert sorted(set(groups.tolist())) == list(range(len(set(groups.tolist()))))
    assert link(-abs(logits) - abs(logits.T), ones(count)).tolist() == list(range(count))
    assert set(link(abs(logits) + abs(logits.T) + 1, ones(count)).tolist()) <= {0}


def test_pool_is_the_weighted_mean_between_groups():
    values = np.array([[0, 0, 2], [0, 0, 6], [2, 6, 0]], np.float32)
    weights = np.array([[1, 1, 1], [1, 1, 3], [1, 3, 1]], np.float32)
    assert pool(values, weights, np.array([0, 0, 1])).tolist() == [[0, 5], [5, 0]]
    assert pool(values[:0, :0], weights[:0, :0], np.zeros(0, np.intp)).shape == (0, 0)
