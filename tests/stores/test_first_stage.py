import numpy as np
import pytest

from snappy_core.stores.base import Catalog, Chosen
from snappy_core.stores.first_stage import nearest, page_mask

CATALOG = Catalog(
    pages=np.array([10, 11, 20, 21, 30]),
    documents=["ardwick", "ardwick", "brae", "brae", "corran"],
    numbers=np.array([1, 2, 1, 2, 1]),
    offsets=np.array([0, 1, 3, 4, 4, 5]),  # page 21 has no vectors
    vectors=np.array([[4, 0], [0, 4], [4, 0], [-4, 0], [0, -4]], np.int8),
    scales=np.full(5, 0.25, np.float32),
)
QUERY = np.eye(2, dtype=np.float32)


@pytest.mark.parametrize(
    ("chosen", "pages"),
    [
        (Chosen(), [10, 11, 20, 21, 30]),
        (Chosen(numbers=frozenset({2})), [11, 21]),
        (Chosen(numbers=frozenset({1, 7})), [10, 20, 30]),
        (Chosen(numbers=frozenset()), []),
        (Chosen(frozenset({"brae", "corran"}), frozenset({2})), [21]),
        (Chosen(frozenset()), []),
        (Chosen(pages=frozenset({30, 10, 99})), [10, 30]),
        (Chosen(frozenset({"corran"}), pages=frozenset({10})), []),
    ],
)
def test_pages_that_pass(chosen, pages):
    assert CATALOG.pages[page_mask(CATALOG, chosen)].tolist() == pages
    for most in (len(pages), 200, None):
        assert nearest(CATALOG, QUERY, np.ones(2, np.float32), chosen, most).tolist() == pages


@pytest.mark.parametrize(
    ("weights", "chosen", "most", "pages"),
    [
        ([0.5, 0.5], Chosen(), 1, [11]),
        ([1, 0], Chosen(), 2, [10, 11]),
        ([0, 1], Chosen(), 3, [10, 11, 20]),  # 30 scores as low as a page without vectors
        ([1, 0], Chosen(frozenset({"brae", "corran"})), 1, [30]),
        ([0.5, 0.5], Chosen(numbers=frozenset({1})), 1, [10]),
    ],
)
def test_nearest(weights, chosen, most, pages):
    given = np.array(weights, np.float32)
    assert nearest(CATALOG, QUERY, given, chosen, most).tolist() == pages
