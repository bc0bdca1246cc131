"""Finding documents by the names that models, the page and the command line give."""

from dataclasses import replace

import pytest

from snappy_core import RegionIndex, Source
from snappy_core.agents import documents_called, find_document, read_page
from snappy_core.ingest.jobs import prepare
from snappy_core.names import short_name
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import DocumentRecord
from snappy_core.testing import FakeEncoder, make_page

IDS = ("2025/q3.pdf", "/srv/reports/q3.pdf", "/srv/reports/q4.pdf")


@pytest.fixture(scope="module")
def index(data):
    index = RegionIndex()
    content = (data / "table.pdf").read_bytes()
    for number, name in enumerate(IDS):
        source = Source.from_bytes(content + b"%%%d" % number, name)
        index.add_document(source, document_id=name)
    return index


@pytest.mark.parametrize("name", [IDS[2], short_name(IDS[2]), "q4.pdf", " q4.pdf "])
def test_a_document_has_several_names(index, name):
    assert find_document(index, name) == IDS[2]


def test_several_and_unknown_documents_are_told(index):
    assert documents_called(index, "q3.pdf") == set(IDS[:2])
    with pytest.raises(ValueError, match="several documents are called"):
        find_document(index, "q3.pdf")
    with pytest.raises(ValueError, match=r"no document 'q9.pdf'; call list_documents.*q3.pdf"):
        find_document(index, "q9.pdf")


def test_an_id_is_found_without_a_look_at_all_documents(index, monkeypatch):
    monkeypatch.setattr(index, "documents", None)
    assert find_document(index, IDS[0]) == IDS[0]


def test_pages_go_by_label_or_else_by_number():
    """The number decides, too, where several pages have the label."""
    store, encoder = MemoryStore(), FakeEncoder()
    store.bind_encoder(encoder.name, encoder.dim)
    pages = [
        replace(make_page(f"Sheet {number}.", number=number), label=label)
        for number, label in enumerate(["i", "1", "2", "1", "2", "A", "A"], start=1)
    ]
    records = map(prepare, pages, encoder.encode_pages(pages))
    store.write(DocumentRecord("a.pdf", "a.pdf", "0" * 64, "test"), records)
    index = RegionIndex(store, encoder)
    for page, number in (("i", 1), ("1", 1), ("2", 2), (" 3 ", 3), ("7", 7)):
        assert [hit.page_number for hit in read_page(index, "a.pdf", page)] == [number]
    for page, says in (("A", "several pages 'A'"), ("8", "no page '8'; it has 7 pages")):
        with pytest.raises(ValueError, match=says):
            read_page(index, "a.pdf", page)
