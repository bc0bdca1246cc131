"""int8 codes with one scale: the rounding error, and extreme vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from snappy_core.vectors import normalize, quantize


def restored(vectors):
    codes, scales = quantize(vectors)
    return codes.astype(np.float32) * scales[:, None]


def test_the_largest_component_takes_the_whole_range():
    codes, scales = quantize(np.array([[3, -4], [-0.02, 0.01]], np.float32))
    assert codes.dtype == np.int8
    assert codes.tolist() == [[95, -127], [-127, 64]]
    assert scales == pytest.approx([1 / np.hypot(95, 127), 1 / np.hypot(127, 64)])


@pytest.mark.parametrize(
    ("vector", "direction"),
    [
        ([0, 0, 0], [0, 0, 0]),  # no direction
        ([1e38, 0, -1e38], [0.5**0.5, 0, -(0.5**0.5)]),  # squares overflow
        ([0, 1e-20, 0], [0, 1, 0]),  # squares underflow
        ([1e-45, 0, 0], [0, 0, 0]),  # 127 over it overflows: taken for zero
    ],
)
def test_extreme_vectors(vector, direction):
    assert restored(np.array([vector], np.float32))[0] == pytest.approx(direction, abs=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_vectors_are_finite(value):
    with pytest.raises(ValueError, match="finite"):
        quantize(np.array([[1, value]], np.float32))


@pytest.mark.parametrize("shape", [(3,), (1, 2, 3)])
def test_vectors_are_rows(shape):
    with pytest.raises(ValueError, match="shape"):
        quantize(np.ones(shape, np.float32))


@pytest.mark.parametrize("shape", [(0, 5), (4, 0)])
def test_quantize_without_vectors_or_components(shape):
    codes, scales = quantize(np.zeros(shape, np.float32))
    assert codes.shape == shape
    assert scales.tolist() == [0] * shape[0]


def test_normalize():
    made = normalize(np.array([[3, -4], [0, 0], [0, 0.5]], np.float32))
    assert made == pytest.approx(np.array([[0.6, -0.8], [0, 0], [0, 1]]))


@given(arrays(np.float32, (3, 5), elements=st.floats(-100, 100, width=32)))
def test_codes_times_scales_have_length_one(vectors):
    lengths = np.linalg.norm(restored(vectors), axis=1)
    alive = np.abs(vectors).max(axis=1) > 1e-30
    assert np.allclose(lengths, alive, atol=1e-5)


@given(st.integers(0, 10_000), st.sampled_from([2, 17, 128, 384]))
def test_cosines_stay_within_a_hundredth(seed, dim):
    made = np.random.default_rng(seed).standard_normal((40, dim)).astype(np.float32)
    query, vectors = normalize(made[:8]), normalize(made[8:])
    assert np.abs(query @ vectors.T - query @ restored(vectors).T).max() < 0.01


@given(st.integers(0, 10_000), st.floats(1e-6, 1e6))
def test_the_length_of_a_vector_does_not_matter(seed, factor):
    vectors = np.random.default_rng(seed).standard_normal((4, 9)).astype(np.float32)
    assert np.allclose(restored(vectors), restored(vectors * np.float32(factor)), atol=0.02)
