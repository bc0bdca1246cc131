"""The kernel against plain loops."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.scoring.maxsim import page_scores, segment_max, segment_sum, similarities
from snappy_core.vectors import normalize, quantize

ragged = st.lists(st.integers(0, 5), min_size=1, max_size=8)  # patches of each page


def random_vectors(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def offsets_of(counts):
    return np.cumsum([0, *counts], dtype=np.int64)


def test_similarities_by_hand():
    query = np.array([[1, 0, 0], [0, 0.6, 0.8]], np.float32)  # 2 tokens
    codes = np.array([[2, 0, 0], [0, 100, 0], [0, 30, 40], [-5, 0, 0]], np.int8)  # 4 patches
    scales = np.array([0.5, 0.01, 0.02, 0.2], np.float32)
    expected = [[1, 0, 0, -1], [0, 0.6, 1, 0]]
    assert similarities(query, codes, scales) == pytest.approx(np.array(expected), abs=1e-6)


def test_scales_come_before_the_maximum():
    query = np.array([[1.0]], np.float32)
    codes = np.array([[100], [50]], np.int8)  # the larger code is the smaller vector
    similarity = similarities(query, codes, np.array([0.001, 0.01], np.float32))
    assert page_scores(similarity, offsets_of([2]), np.ones(1, np.float32)) == pytest.approx(0.5)


@pytest.mark.parametrize("n", [0, 1, 4095, 4096, 4097, 9000])  # around the size of a block
def test_similarities_in_blocks(n):
    query = normalize(random_vectors(1, 3, 8))
    codes, scales = quantize(random_vectors(2, n, 8))
    plain = query.astype(float) @ (codes.astype(float) * scales[:, None]).T
    found = similarities(query, codes, scales)
    assert found.dtype == np.float32
    assert found == pytest.approx(plain, abs=1e-5)


@pytest.mark.parametrize("tokens", range(1, 18))
def test_similarities_of_any_number_of_tokens(tokens):
    query = normalize(random_vectors(3, tokens, 16))
    codes, scales = quantize(random_vectors(4, 1500, 16))
    plain = query.astype(float) @ (codes.astype(float) * scales[:, None]).T
    assert similarities(query, codes, scales) == pytest.approx(plain, abs=1e-5)


def test_query_and_patches_have_the_same_dimensions():
    with pytest.raises(ValueError, match="query of 3 and patches of 4"):
        similarities(np.ones((1, 3), np.float32), np.ones((2, 4), np.int8), np.ones(2, np.float32))


@pytest.mark.parametrize(
    ("counts", "best", "sums"),
    [
        ([4], [[7], [4]], [[12], [-2]]),
        ([1, 3], [[1, 7], [-9, 4]], [[1, 11], [-9, 7]]),
        ([0, 2, 0, 2], [[-1, 7, -1, 3], [-1, 2, -1, 4]], [[0, 8, 0, 4], [0, -7, 0, 5]]),
        ([2, 2, 0], [[7, 3, -1], [2, 4, -1]], [[8, 4, 0], [-7, 5, 0]]),
        ([2], [[7], [2]], [[8], [-7]]),  # the last two belong to no segment
        ([0], [[-1], [-1]], [[0], [0]]),
    ],
)  # fmt: skip
def test_segments_by_hand(counts, best, sums):
    values = np.array([[1, 7, 3, 1], [-9, 2, 4, 1]], np.float32)
    assert segment_max(values, offsets_of(counts), empty=-1).tolist() == best
    assert segment_sum(values, offsets_of(counts)).tolist() == sums


@given(ragged, st.integers(0, 1000))
def test_segments_equal_a_loop(counts, seed):
    values, offsets = random_vectors(seed, 3, sum(counts)), offsets_of(counts)
    best, sums = segment_max(values, offsets), segment_sum(values, offsets)
    for s, (start, stop) in enumerate(pairwise(offsets)):
        part = values[:, start:stop]
        assert best[:, s].tolist() == part.max(axis=1, initial=-np.inf).tolist()
        assert sums[:, s] == pytest.approx(part.sum(axis=1), abs=1e-5)


def test_page_scores_by_hand():
    similarity = np.array([[0.5, -0.25, 0.125], [0.25, 0.75, -0.5]], np.float32)
    scores = page_scores(similarity, offsets_of([2, 0, 1]), np.array([0.75, 0.25], np.float32))
    assert scores.tolist() == [0.75 * 0.5 + 0.25 * 0.75, -1, 0.75 * 0.125 - 0.25 * 0.5]


@given(ragged, st.integers(0, 1000), st.integers(1, 5))
def test_a_batch_of_ragged_pages_equals_one_by_one(counts, seed, tokens):
    query = normalize(random_vectors(seed, tokens, 6))
    weights = np.abs(random_vectors(seed, tokens)) + 0.1
    weights /= weights.sum()
    pages = [quantize(random_vectors(seed + i, n, 6)) for i, n in enumerate(counts)]
    codes, scales = (np.concatenate(parts) for parts in zip(*pages, strict=True))
    similarity = similarities(query, codes, scales)
    scores = page_scores(similarity, offsets_of(counts), weights)
    for i, page in enumerate(pages):
        alone = page_scores(similarities(query, *page), offsets_of([counts[i]]), weights)
        assert scores[i] == pytest.approx(alone[0], abs=1e-5)
