import numpy as np
import pytest

from snappy_core.stores.base import PageFilter
from snappy_core.stores.catalog import Catalog
from snappy_core.stores.first_stage import page_mask, select_candidates

CATALOG = Catalog(
    page_ids=np.array([10, 11, 20, 21, 30]),
    document_ids=["ardwick", "ardwick", "brae", "brae", "corran"],
    page_numbers=np.array([1, 2, 1, 2, 1]),
    offsets=np.array([0, 1, 3, 4, 4, 5]),  # page 21 has no vectors
    vectors=np.array([[4, 0], [0, 4], [4, 0], [-4, 0], [0, -4]], np.int8),
    scales=np.full(5, 0.25, np.float32),
)
QUERY = np.eye(2, dtype=np.float32)


@pytest.mark.parametrize(
    ("page_filter", "pages"),
    [
        (PageFilter(), [10, 11, 20, 21, 30]),
        (PageFilter(page_numbers=frozenset({2})), [11, 21]),
        (PageFilter(page_numbers=frozenset({1, 7})), [10, 20, 30]),
        (PageFilter(page_numbers=frozenset()), []),
        (PageFilter(frozenset({"brae", "corran"}), frozenset({2})), [21]),
        (PageFilter(frozenset()), []),
        (PageFilter(page_ids=frozenset({30, 10, 99})), [10, 30]),
        (PageFilter(frozenset({"corran"}), page_ids=frozenset({10})), []),
    ],
)
def test_pages_that_pass(page_filter, pages):
    assert CATALOG.page_ids[page_mask(CATALOG, page_filter)].tolist() == pages
    for count in (len(pages), 200, None):
        assert (
            select_candidates(CATALOG, QUERY, np.ones(2, np.float32), page_filter, count).tolist()
            == pages
        )


@pytest.mark.parametrize(
    ("weights", "page_filter", "count", "pages"),
    [
        ([0.5, 0.5], PageFilter(), 1, [11]),
        ([1, 0], PageFilter(), 2, [10, 11]),
        ([0, 1], PageFilter(), 3, [10, 11, 20]),  # 30 scores as low as a page without vectors
        ([1, 0], PageFilter(frozenset({"brae", "corran"})), 1, [30]),
        ([0.5, 0.5], PageFilter(page_numbers=frozenset({1})), 1, [10]),
    ],
)
def test_nearest(weights, page_filter, count, pages):
    given = np.array(weights, np.float32)
    assert select_candidates(CATALOG, QUERY, given, page_filter, count).tolist() == pages
