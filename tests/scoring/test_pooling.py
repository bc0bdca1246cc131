"""Pooled vectors: which patches go together, and that they go in as they weigh."""

import numpy as np
import pytest

from snappy_core.scoring.passages import passages
from snappy_core.scoring.pooling import pool
from snappy_core.types import Patches, Region
from snappy_core.vectors import normalize, quantize


def region(*words, parent=None):
    return Region((0, 0, 1, 1), "", words, "paragraph", 0, parent)


TEXTS = ["word"] * 4


def patches(vectors, shape=None, extra=0):
    codes, scales = quantize(np.asarray(vectors, np.float32))
    n = len(codes)
    local = np.arange(n) < n - extra
    return Patches(codes, scales, np.zeros((n, 4), np.float32), local, shape)


def restored(codes, scales):
    return codes.astype(np.float32) * scales[:, None]


def one_hot(groups, dim):
    """A vector for each patch that says which group it should end in."""
    return np.eye(dim, dtype=np.float32)[np.ravel(groups)]


def test_words_are_pooled_by_region():
    page = patches([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]])
    words = [region(3, 0), region(2), region()]  # 1 is in no region
    found = restored(*pool(page, words, TEXTS))
    expected = [*passages(restored(page.vectors, page.scales), words, TEXTS), [0, 1, 0]]
    assert found == pytest.approx(np.array(expected), abs=0.01)


def test_the_mean_is_of_vectors_not_of_codes():
    vectors = np.array([[1, 1, 1, 1], [1, 0, 0, 0]], np.float32)  # both have codes of 127
    found = restored(*pool(patches(vectors), [region(0, 1)], TEXTS[:2]))
    assert found == pytest.approx(normalize(normalize(vectors).sum(0, keepdims=True)), abs=0.01)


BLOCKS = [  # a grid of 5 rows and 9 columns in blocks of 4 x 4
    [0, 0, 0, 0, 1, 1, 1, 1, 2],
    [0, 0, 0, 0, 1, 1, 1, 1, 2],
    [0, 0, 0, 0, 1, 1, 1, 1, 2],
    [0, 0, 0, 0, 1, 1, 1, 1, 2],
    [3, 3, 3, 3, 4, 4, 4, 4, 5],
]


def test_a_grid_is_pooled_by_blocks():
    found = restored(*pool(patches(one_hot(BLOCKS, 6), (5, 9)), [], ()))
    assert sorted(found.tolist()) == sorted(np.eye(6).tolist())


def test_the_transposed_grid_has_other_blocks():
    found = restored(*pool(patches(one_hot(BLOCKS, 6), (9, 5)), [], ()))
    assert found.shape == (6, 6)  # as many blocks, of other patches
    assert found.max(axis=1).min() < 0.9


@pytest.mark.parametrize(("block", "squares"), [(1, 45), (2, 15), (3, 6), (8, 2), (16, 1)])
def test_squares_of_another_size(block, squares):
    row, column = np.divmod(np.arange(45), 9)
    groups = np.unique((row // block) * 100 + column // block, return_inverse=True)[1]
    found = restored(*pool(patches(one_hot(groups, squares), (5, 9)), [], (), block))
    assert sorted(found.tolist()) == sorted(np.eye(squares).tolist())


def test_global_patches_are_pooled_by_themselves():
    vectors = [*one_hot(np.zeros((2, 3), int), 3), [0, 1, 0], [0, 0, 1]]
    found = restored(*pool(patches(vectors, (2, 3), extra=2), [], ()))
    half = 0.5**0.5
    assert sorted(found.tolist()) == pytest.approx(np.array([[0, half, half], [1, 0, 0]]), abs=0.01)


@pytest.mark.parametrize("regions", [[], [region()]])
def test_regions_without_words_have_zero_vectors(regions):
    codes, scales = pool(patches(np.zeros((0, 3))), regions, ())
    assert codes.tolist() == [[0, 0, 0]] * len(regions)
    assert scales.tolist() == [0] * len(regions)


def test_vectors_that_cancel_out_leave_zero():
    codes, scales = pool(patches([[1, 0], [-1, 0]]), [region(0, 1)], TEXTS[:2])
    assert (codes.tolist(), scales.tolist()) == ([[0, 0]], [0])
