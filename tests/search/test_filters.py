"""Filters: which documents, pages and regions pass."""

import numpy as np
import pytest

from snappy_core.search.filters import resolve
from snappy_core.stores.base import DocumentRecord, PageFilter
from snappy_core.types import LABELS


def record(name, **metadata):
    return DocumentRecord(name, f"/logs/{name}.pdf", "hash", "print", 2, metadata)


DOCUMENTS = [
    record("ardwick", team="north", year=1823, draft=True),
    record("brae", team="south", year=1, draft=False, note=None),
    record("corran", team="south", draft=1),
]


@pytest.mark.parametrize(
    ("filter", "passing"),
    [
        ({"team": "south"}, {"brae", "corran"}),
        ({"team": ["south", "north"]}, None),  # all pass
        ({"team": ("north", "west")}, {"ardwick"}),
        ({"team": (name for name in ["north", "west"])}, {"ardwick"}),
        ({"team": "west"}, set()),
        ({"team": []}, set()),
        ({"year": 1823}, {"ardwick"}),
        ({"year": 1823.0}, {"ardwick"}),
        ({"year": "1823"}, set()),  # text is not a number
        ({"year": True}, set()),  # True is not 1
        ({"draft": True}, {"ardwick"}),
        ({"draft": 1}, {"corran"}),  # nor is 1 True
        ({"draft": [0, False]}, {"brae"}),
        ({"note": None}, {"brae"}),  # no key is not None
        ({"document_id": "brae"}, {"brae"}),
        ({"source": ["/logs/brae.pdf", "/logs/corran.pdf"]}, {"brae", "corran"}),
        ({"source": "brae"}, set()),
        ({"team": "south", "draft": False}, {"brae"}),  # every key must agree
    ],
)
def test_documents_that_pass(filter, passing):
    page_filter, _ = resolve(filter, DOCUMENTS)
    assert page_filter.document_ids == (None if passing is None else frozenset(passing))


@pytest.mark.parametrize("filter", [None, {}])
def test_no_filter_lets_all_pass(filter):
    assert resolve(filter, DOCUMENTS) == (PageFilter(), None)


@pytest.mark.parametrize(
    ("filter", "numbers"),
    [
        (None, None),
        ({"page_number": 2}, {2}),
        ({"page_number": [1, 7]}, {1, 7}),
        ({"page_number": "2"}, set()),
        ({"page_number": True}, set()),  # True is not 1
        ({"page_number": 2, "team": "south"}, {2}),
        ({"team": "west"}, None),
    ],
)
def test_page_numbers_that_pass(filter, numbers):
    page_filter, _ = resolve(filter, DOCUMENTS)
    assert page_filter.page_numbers == (None if numbers is None else frozenset(numbers))


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (None, None),
        ({"team": "south"}, None),
        ({"region_label": "table"}, {"table"}),
        ({"region_label": ["header", "footer"]}, {"header", "footer"}),
        ({"region_label": []}, set()),
    ],
)
def test_labels_that_pass(filter, expected):
    _, labels = resolve(filter, DOCUMENTS)
    assert labels == (None if expected is None else {LABELS.index(label) for label in expected})


@pytest.mark.parametrize(
    ("filter", "message"),
    [
        ({"taem": "north"}, "unknown filter key 'taem'.* document_id, draft, note, page_number"),
        ({"region_label": "tabel"}, "unknown region_label 'tabel'; use title, heading"),
        ({"region_label": ["table", 3]}, "unknown region_label 3"),
        ({"team": {"not": "north"}}, "scalar or a list of scalars, not dict"),
        ({"team": [["north"]]}, "not list"),
        ({"year": np.arange(2)}, "not int64"),
        ({"team": b"north"}, "not bytes"),  # not a list of numbers
    ],
)
def test_filters_that_are_refused(filter, message):
    with pytest.raises(ValueError, match=message):
        resolve(filter, DOCUMENTS)


def test_an_empty_index_knows_no_keys_to_refuse():
    assert resolve({"team": "north"}, [])[0].document_ids in (None, frozenset())
