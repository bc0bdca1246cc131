"""Filters: which documents, pages and regions pass."""

import numpy as np
import pytest

from snappy_core.scoring.membership import concatenate
from snappy_core.search.filters import Selection, resolve
from snappy_core.stores.base import DocumentRecord, PageVectors
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
    found = resolve(filter, DOCUMENTS).documents
    assert found == (None if passing is None else frozenset(passing))


@pytest.mark.parametrize("filter", [None, {}])
def test_no_filter_lets_all_pass(filter):
    assert resolve(filter, DOCUMENTS) == Selection()


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
    found = resolve(filter, DOCUMENTS).pages
    assert found == (None if numbers is None else frozenset(numbers))


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (None, [True] * 4),
        ({"region_label": "table"}, [False, True, False, False]),
        ({"region_label": ["table", "heading"]}, [False, True, True, False]),
        ({"region_label": "figure"}, [False] * 4),
        ({"region_label": "header"}, [False] * 4),
    ],
)
def test_regions_that_pass(filter, expected):
    pages = [vectors("paragraph", "table"), vectors(), vectors("heading", "paragraph")]
    assert resolve(filter, DOCUMENTS).region_mask(pages).tolist() == expected


def test_running_lines_pass_only_when_they_are_asked_for():
    pages = [vectors("header", "paragraph", "footer")]
    assert resolve(None, DOCUMENTS).region_mask(pages).tolist() == [False, True, False]
    asked = {"region_label": ["header", "footer"]}
    assert resolve(asked, DOCUMENTS).region_mask(pages).tolist() == [True, False, True]


def test_no_pages_have_no_regions():
    assert resolve({"region_label": "table"}, DOCUMENTS).region_mask([]).tolist() == []


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
    assert resolve({"team": "north"}, []).documents in (None, frozenset())


def vectors(*labels):
    codes = np.array([LABELS.index(label) for label in labels], np.uint8)
    return PageVectors(
        np.zeros((0, 3), np.int8),
        np.zeros(0, np.float32),
        concatenate([], []),
        codes,
        np.full(len(codes), -1, np.int32),
    )
