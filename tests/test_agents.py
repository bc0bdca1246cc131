"""What the tools of agents read of an index."""

from dataclasses import replace

import pytest

from snappy_core import RegionIndex
from snappy_core.agents import read_page, read_region, restrict
from snappy_core.ingest.jobs import prepare
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import DocumentRecord
from snappy_core.testing import FakeEncoder, make_page


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


def test_a_filter_restricts_besides():
    index = index_of("2025/q3.pdf", [make_page("Prices rose.")])
    of_documents = {"document_id": ["2025/q3.pdf"]}
    assert restrict(index, None, "q3.pdf") == restrict(index, None, ["q3.pdf"]) == of_documents
    assert restrict(index, {"team": "a"}, "q3.pdf") == {"$and": [{"team": "a"}, of_documents]}
    for documents in (None, ()):
        assert restrict(index, {"team": "a"}, documents) == {"team": "a"}
