"""Finding documents by the names that models, the page and the command line give."""

import pytest

from snappy_core import RegionIndex, Source
from snappy_core.agents import documents_called, find_document
from snappy_core.names import short_name

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
