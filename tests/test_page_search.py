"""Regions on the pages that another retriever found, and nowhere else."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from snappy_core import RegionIndex, Source, UnreadableDocumentError
from snappy_core.ingest.jobs import prepare
from snappy_core.page_search import PageReference, PageSearch, page_reference
from snappy_core.parsing.pdf.reader import PdfReader
from snappy_core.stores.base import DocumentRecord
from snappy_core.testing import FakeEncoder, make_page

REPORT = Path(__file__).parents[1] / "examples" / "report.pdf"
QUESTION = "How many turbines are at work?"


@pytest.fixture(scope="module")
def index(data):
    index = RegionIndex(encoder=FakeEncoder())
    index.add_document(REPORT, document_id="report").raise_failed()
    index.add([data / "table.pdf", data / "page_labels.pdf"]).raise_failed()
    return index


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "files"
    (folder / "2025").mkdir(parents=True)
    shutil.copy(REPORT, folder / "2025" / "report.pdf")
    return folder


def places(hits):
    return {(hit.document_id, hit.page_number) for hit in hits}


# Metadata


@pytest.mark.parametrize(
    ("value", "base", "page"),
    [(0, 0, 1), (6, 0, 7), (1, 1, 1), (7, 1, 7), ("3", 0, 4), (2.0, 1, 2)],
)
def test_pages_count_from_the_base(value, base, page):
    found = page_reference({"source": "a.pdf", "page": value}, page_key="page", page_base=base)
    assert found == PageReference("a.pdf", page)


def test_a_label_is_looked_up_as_printed():
    for label in ("iv", "1"):
        metadata = {"file_path": "a.pdf", "page_label": label}
        found = page_reference(
            metadata, page_key="page_label", page_base=1, source_keys=("file_path", "file_name")
        )
        assert found == ("a.pdf", label)


@pytest.mark.parametrize(
    ("metadata", "base", "message"),
    [
        ({"page": 1}, 0, "a page without 'source' in its metadata, which has page"),
        ({"source": "a.pdf"}, 0, "a page without 'page' in its metadata, which has source"),
        ({}, 0, "which has no keys"),
        ({"source": "a.pdf", "page": 0}, 1, r"a\.pdf: page is 0, .* starts at 1"),
        ({"source": "a.pdf", "page": -1}, 0, "page is -1"),
        ({"source": "a.pdf", "page": "iv"}, 0, "page is 'iv'"),
        ({"source": "a.pdf", "page": 1.5}, 0, r"page is 1\.5"),
        ({"source": "a.pdf", "page": True}, 0, "page is True"),
        ({"source": "a.pdf", "page": [1]}, 0, r"page is \[1\]"),
        ({"source": "a.pdf", "page": 1}, 2, "page_base must be 0 or 1, not 2"),
    ],
)
def test_metadata_that_names_no_page(metadata, base, message):
    with pytest.raises(ValueError, match=message):
        page_reference(metadata, page_key="page", page_base=base)


# Pages of an index


def test_exactly_these_pages(index, data):
    # A filter over documents and page numbers would let page 1 of the report pass as well.
    table = (data / "table.pdf").as_posix()
    pages = [PageReference("report", 2), PageReference(table, 1), PageReference("report", 2)]
    hits = index.search(QUESTION, k=500, pages=pages)
    assert places(hits) == {("report", 2), (table, 1)}
    everywhere = {hit.region_id: hit.score for hit in index.search(QUESTION, k=500)}
    assert [hit.score for hit in hits] == [everywhere[hit.region_id] for hit in hits]
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert len(hits) == sum(hit_id.startswith(("report#p2r", table)) for hit_id in everywhere)


def test_no_pages_give_no_hits(index):
    assert len(index.search(QUESTION, pages=[])) == 0
    assert len(PageSearch(index).search(QUESTION, [])) == 0


def test_a_filter_still_holds(index):
    pages = [PageReference("report", number) for number in (2, 3, 4)]
    hits = index.search(QUESTION, k=500, pages=pages, filter={"region_label": "heading"})
    assert {hit.region.label for hit in hits} == {"heading"}


def test_documents_are_known_by_id_source_or_relative_path(index, monkeypatch):
    expected = index.search(QUESTION, pages=[PageReference("report", 4)])
    assert places(expected) == {("report", 4)}
    monkeypatch.chdir(REPORT.parents[1])
    for name in (REPORT.as_posix(), "examples/report.pdf", "./examples/report.pdf"):
        assert index.search(QUESTION, pages=[PageReference(name, 4)]) == expected


def test_printed_labels(index, data):
    source = (data / "page_labels.pdf").as_posix()
    for label, number in (("ii", 2), ("1", 3), ("A-1", 4)):
        assert places(index.search(QUESTION, pages=[PageReference(source, label)])) == {
            (source, number)
        }


def test_a_label_printed_twice_is_ambiguous():
    index = RegionIndex(encoder=FakeEncoder())
    pages = [replace(make_page("Tides turn.", number=n), label="1") for n in (1, 2)]
    records = map(prepare, pages, index.encoder.encode_pages(pages))
    index._store.write(DocumentRecord("bound", "bound.pdf", "1", "1"), records)
    with pytest.raises(ValueError, match="several pages labeled '1': give page numbers"):
        index.search(QUESTION, pages=[PageReference("bound", "1")])


def test_unknown_pages_are_all_named(index):
    pages = [("report", 1), ("report", 99), ("x.pdf", 1), ("report", 0), ("report", "iv")]
    with pytest.raises(ValueError, match="no such pages") as caught:
        index.search(QUESTION, pages=[PageReference(*page) for page in pages])
    said = str(caught.value)
    for page in ("'report' page 99", "'x.pdf' page 1", "'report' page 0", "'report' page iv"):
        assert page in said
    assert "'report' page 1," not in said


def test_a_source_of_two_documents_is_ambiguous():
    index = RegionIndex(encoder=FakeEncoder())
    for name in ("first", "second"):
        index.add_document(REPORT, document_id=name).raise_failed()
    with pytest.raises(ValueError, match="is the source of first, second: give a document id"):
        index.search(QUESTION, pages=[PageReference(REPORT.as_posix(), 1)])
    assert places(index.search(QUESTION, pages=[PageReference("second", 1)])) == {("second", 1)}


async def test_async_twins(index):
    pages = [PageReference("report", 4)]
    expected = index.search(QUESTION, k=3, pages=pages)
    assert await index.asearch(QUESTION, k=3, pages=pages) == expected
    assert await PageSearch(index).asearch(QUESTION, pages, k=3) == expected


# Pages of files in a folder


def test_files_of_a_folder(root, index, monkeypatch):
    search = PageSearch(root=root, encoder=FakeEncoder())
    expected = index.search(QUESTION, k=500, pages=[PageReference("report", 4)])
    monkeypatch.chdir(root.parent)
    absolute = (root / "2025" / "report.pdf").as_posix()
    for name in (absolute, "2025/report.pdf", "files/2025/report.pdf", "2025/../2025/report.pdf"):
        hits = search.search(QUESTION, [PageReference(name, 4)], k=500)
        texts = {(hit.region.text, hit.region.box) for hit in expected}
        assert {(hit.region.text, hit.region.box) for hit in hits} == texts
        assert places(hits) == {(absolute, 4)}
    assert len(search.index.documents()) == 1


@pytest.mark.parametrize("pair", [tuple, list])
def test_pages_may_be_plain_pairs(index, root, pair):
    hits = PageSearch(index).search(QUESTION, [pair(["report", 4])])
    assert places(hits) == {("report", 4)}
    search = PageSearch(root=root, encoder=FakeEncoder()).search
    assert {hit.page_number for hit in search(QUESTION, [pair(["2025/report.pdf", 4])])} == {4}
    with pytest.raises(ValueError, match="pages are pairs of a document and a page, not 'report'"):
        search(QUESTION, ["report"])


@pytest.fixture
def numbers_read(monkeypatch):
    numbers = []
    read_pages = PdfReader.read_pages

    def count(self, source, wanted, options):
        numbers.extend(wanted)
        return read_pages(self, source, wanted, options)

    monkeypatch.setattr(PdfReader, "read_pages", count)
    return numbers


def test_only_the_pages_asked_for_are_read_and_each_once(root, numbers_read):
    search = PageSearch(root=root, encoder=FakeEncoder())
    pages = [PageReference("2025/report.pdf", number) for number in (6, 4)]
    first = search.search(QUESTION, pages[:1], k=500)
    assert numbers_read == [6]
    both = search.search(QUESTION, pages, k=500)
    assert numbers_read == [6, 4]
    assert {hit.page_number for hit in both} == {4, 6}
    assert search.search(QUESTION, pages[:1], k=500)[0].region == first[0].region
    with pytest.raises(ValueError, match="page 99"):
        search.search(QUESTION, [*pages, PageReference("2025/report.pdf", 99)])
    assert numbers_read == [6, 4]


def test_labels_are_found_without_reading_pages(root, data, numbers_read):
    shutil.copy(data / "page_labels.pdf", root)
    search = PageSearch(root=root, encoder=FakeEncoder())
    hits = search.search(QUESTION, [PageReference("page_labels.pdf", "A-1")])
    assert {(hit.page_number, hit.page_label) for hit in hits} == {(4, "A-1")}
    assert numbers_read == [4]
    with pytest.raises(ValueError, match="page x"):
        search.search(QUESTION, [PageReference("page_labels.pdf", "x")])


def test_threads_read_each_page_once(root, numbers_read):
    search = PageSearch(root=root, encoder=FakeEncoder())
    pages = [[PageReference("2025/report.pdf", number)] for number in (2, 3, 2, 3)]
    with ThreadPoolExecutor(4) as threads:
        hits = list(threads.map(lambda page: search.search(QUESTION, page, k=1), pages))
    assert [found[0].page_number for found in hits] == [2, 3, 2, 3]
    assert sorted(numbers_read) == [2, 3]


def test_images_have_pages_with_their_numbers_as_labels(root):
    Image.new("RGB", (300, 200), "white").save(root / "blank.png")
    search = PageSearch(root=root, encoder=FakeEncoder())
    assert len(search.search(QUESTION, [PageReference("blank.png", "1")])) == 0
    with pytest.raises(ValueError, match="page 2"):
        search.search(QUESTION, [PageReference("blank.png", "2")])


def test_a_changed_file_is_read_again(root, data):
    search = PageSearch(root=root, encoder=FakeEncoder())
    pages = [PageReference("2025/report.pdf", 1)]
    before = search.search(QUESTION, pages, k=1)[0].region.text
    shutil.copy(data / "table.pdf", root / "2025" / "report.pdf")
    assert search.search(QUESTION, pages, k=1)[0].region.text != before


def test_nothing_outside_of_root_is_opened(root):
    outside = root.parent / "secret.pdf"
    shutil.copy(REPORT, outside)
    (root.parent / "files-of-others").mkdir()  # its path begins like that of root
    shutil.copy(REPORT, root.parent / "files-of-others" / "report.pdf")
    (root / "link.pdf").symlink_to(outside)
    (root / "up").symlink_to(root.parent)
    search = PageSearch(root=root, encoder=FakeEncoder())
    names = [
        str(outside),
        "../secret.pdf",
        "2025/../../secret.pdf",
        "link.pdf",
        "up/secret.pdf",
        "../files-of-others/report.pdf",
        "missing.pdf",
        "2025",
        "a\0b",
        "",
        "https://example.org/report.pdf",
    ]
    for name in names:
        with pytest.raises(ValueError, match="no such files in") as caught:
            search.search(QUESTION, [PageReference(name, 1)])
        assert repr(name) in str(caught.value)
    assert search.index.documents() == []


def test_links_that_stay_inside_are_followed(root):
    (root / "latest.pdf").symlink_to(root / "2025" / "report.pdf")
    (root.parent / "door").symlink_to(root)
    for folder in (root, root.parent / "door"):
        search = PageSearch(root=folder, encoder=FakeEncoder())
        pages = [PageReference("latest.pdf", 4), PageReference("2025/report.pdf", 5)]
        hits = search.search(QUESTION, pages, k=500)
        assert {hit.page_number for hit in hits} == {4, 5}
        assert len(search.index.documents()) == 1


def test_broken_files_are_errors(root, data):
    shutil.copy(data / "not_a_pdf.pdf", root)
    search = PageSearch(root=os.fspath(root), encoder=FakeEncoder())
    with pytest.raises(UnreadableDocumentError, match="not_a_pdf"):
        search.search(QUESTION, [PageReference("not_a_pdf.pdf", 1)])


def test_index_or_root(index, root):
    for arguments in ({}, {"index": index, "root": root}):
        with pytest.raises(ValueError, match="either an index or root"):
            PageSearch(**arguments)
    with pytest.raises(ValueError, match="encoder"):
        PageSearch(index, encoder=FakeEncoder())
    with pytest.raises(NotADirectoryError, match="root must be a folder"):
        PageSearch(root=REPORT)


def test_documents_given_as_bytes():
    index = RegionIndex(encoder=FakeEncoder())
    index.add(Source.from_bytes(REPORT.read_bytes(), "report.pdf")).raise_failed()
    hits = PageSearch(index).search(QUESTION, [PageReference("report.pdf", 2)])
    assert places(hits) == {("report.pdf", 2)}
