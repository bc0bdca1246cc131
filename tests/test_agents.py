"""Finding documents by the names that models, the page and the command line give."""

from dataclasses import replace

import pytest

from snappy_core import RegionIndex, Source
from snappy_core.agents import (
    find_document,
    find_documents,
    find_ids_by_name,
    list_documents,
    read_page,
    read_region,
    restrict,
)
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
    assert find_ids_by_name(index, ["q3.pdf"]) == {"q3.pdf": set(IDS[:2])}
    with pytest.raises(ValueError, match="several documents are called"):
        find_document(index, "q3.pdf")
    with pytest.raises(ValueError, match=r"no document 'q9.pdf'; call list_documents.*q3.pdf"):
        find_document(index, "q9.pdf")


def test_an_id_is_found_without_a_look_at_all_documents(index, monkeypatch):
    monkeypatch.setattr(index, "documents", None)
    assert find_document(index, IDS[0]) == IDS[0]


def test_many_names_are_found_in_one_look_at_all_documents(index, monkeypatch):
    names = [short_name(IDS[1]), "q4.pdf", IDS[0]]
    looks = []
    documents = index.documents
    monkeypatch.setattr(index, "documents", lambda: looks.append(1) or documents())
    assert restrict(index, None, names) == {"document_id": [IDS[1], IDS[2], IDS[0]]}
    assert len(looks) == 1
    with pytest.raises(ValueError, match=r"no document 'q8\.pdf'"):
        find_documents(index, [*names, "q8.pdf", "q9.pdf"])


@pytest.mark.parametrize("space", ["  ", "\t", "\u202f", "\n"])
@pytest.mark.parametrize("folder", ["/srv/", "uploads/"])
def test_names_are_found_as_they_are_and_on_one_line(data, space, folder):
    index, id = RegionIndex(encoder=FakeEncoder()), f"{folder}a{space}b.pdf"
    index.add_document(data / "table.pdf", document_id=id)
    listed = list_documents(index).removesuffix(": 1 pages")
    assert listed == " ".join(short_name(id).split())
    for name in (id, short_name(id), listed, f" {listed} "):
        assert find_document(index, name) == id


def test_a_name_as_it_is_counts_more_than_one_on_one_line(data):
    index, ids = RegionIndex(encoder=FakeEncoder()), ["x/a  b.pdf", "x/a b.pdf"]
    for id in ids:
        index.add_document(data / "table.pdf", document_id=id)
    assert [find_document(index, f" {id} ") for id in ids] == ids


def index_of(name, pages):
    """An index of one document."""
    store, encoder = MemoryStore(), FakeEncoder()
    store.bind_encoder(encoder.name, encoder.dim)
    records = map(prepare, pages, encoder.encode_pages(pages))
    store.write(DocumentRecord(name, name, "0" * 64, "test"), records)
    return RegionIndex(store, encoder)


@pytest.mark.parametrize("name", ["[2024] Prices.pdf", "Prices [2024]", "[a] [b].pdf", "a.pdf"])
def test_passages_of_documents_with_brackets_in_their_names(name):
    index = index_of(name, [make_page("Prices rose.")])
    for cited in (f"{name}#p1r0", f"[{name}#p1r0]", f" [[{name}#p1r0]] "):
        assert [hit.region_id for hit in read_region(index, cited)] == [f"{name}#p1r0"]


def test_pages_go_by_label_or_else_by_number():
    """The number decides, too, where several pages have the label."""
    pages = [
        replace(make_page(f"Sheet {number}.", number=number), label=label)
        for number, label in enumerate(["i", "1", "2", "1", "2", "A", "A"], start=1)
    ]
    index = index_of("a.pdf", pages)
    for page, number in (("i", 1), ("1", 1), ("2", 2), (" 3 ", 3), ("7", 7)):
        assert [hit.page_number for hit in read_page(index, "a.pdf", page)] == [number]
    for page, says in (("A", "several pages 'A'"), ("8", "no page '8'; it has 7 pages")):
        with pytest.raises(ValueError, match=says):
            read_page(index, "a.pdf", page)
