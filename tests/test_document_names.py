"""Finding documents by the names that models, the page and the command line give."""

import pytest

from snappy_core import RegionIndex, Source
from snappy_core.agents import list_documents
from snappy_core.document_names import find_document_id, find_document_ids, find_ids_by_name
from snappy_core.names import short_name
from snappy_core.testing import FakeEncoder

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
    assert find_document_id(index, name) == IDS[2]


def test_several_and_unknown_documents_are_told(index):
    assert find_ids_by_name(index, ["q3.pdf"]) == {"q3.pdf": set(IDS[:2])}
    with pytest.raises(ValueError, match="several documents are called"):
        find_document_id(index, "q3.pdf")
    with pytest.raises(ValueError, match=r"no document 'q9.pdf'; call list_documents.*q3.pdf"):
        find_document_id(index, "q9.pdf")


def test_an_id_is_found_without_a_look_at_all_documents(index, monkeypatch):
    monkeypatch.setattr(index, "documents", None)
    assert find_document_id(index, IDS[0]) == IDS[0]


def test_many_names_are_found_in_one_look_at_all_documents(index, monkeypatch):
    names = [short_name(IDS[1]), "q4.pdf", IDS[0]]
    looks = []
    documents = index.documents
    monkeypatch.setattr(index, "documents", lambda: looks.append(1) or documents())
    assert find_document_ids(index, names) == [IDS[1], IDS[2], IDS[0]]
    assert len(looks) == 1
    with pytest.raises(ValueError, match=r"no document 'q8\.pdf'"):
        find_document_ids(index, [*names, "q8.pdf", "q9.pdf"])


@pytest.mark.parametrize("space", ["  ", "\t", "\u202f", "\n"])
@pytest.mark.parametrize("folder", ["/srv/", "uploads/"])
def test_names_are_found_as_they_are_and_on_one_line(data, space, folder):
    index, id = RegionIndex(encoder=FakeEncoder()), f"{folder}a{space}b.pdf"
    index.add_document(data / "table.pdf", document_id=id)
    listed = list_documents(index).removesuffix(": 1 pages")
    assert listed == " ".join(short_name(id).split())
    for name in (id, short_name(id), listed, f" {listed} "):
        assert find_document_id(index, name) == id


def test_a_name_as_it_is_counts_more_than_one_on_one_line(data):
    index, ids = RegionIndex(encoder=FakeEncoder()), ["x/a  b.pdf", "x/a b.pdf"]
    for id in ids:
        index.add_document(data / "table.pdf", document_id=id)
    assert [find_document_id(index, f" {id} ") for id in ids] == ids
