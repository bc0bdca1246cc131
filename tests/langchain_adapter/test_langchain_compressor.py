"""Pages of other retrievers to regions: which page is meant, and what may be opened."""

import asyncio
import json
import os
import shutil
import threading
from functools import partial

import pytest
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from pydantic import ValidationError

from snappy_core import RegionIndex, UnreadableDocumentError
from snappy_core.page_search import PageSearch
from snappy_core.testing import FakeEncoder
from snappy_langchain import RegionCompressor, find_regions, to_document

QUESTION = "How high was net debt in 2023?"


class Pages(BaseRetriever):
    """Somebody else's retriever: returns whole pages."""

    documents: list[Document]

    def _get_relevant_documents(self, query, *, run_manager):
        return self.documents


def page(source, **metadata):
    return Document("(the text of a page)", metadata={"source": str(source), **metadata})


@pytest.fixture
def folder(tmp_path, report, data):
    root = tmp_path / "root"
    (root / "prices").mkdir(parents=True)
    shutil.copy(report, root / "report.pdf")
    shutil.copy(data / "table.pdf", root / "prices" / "table.pdf")
    return root


@pytest.fixture
def compressor(folder):
    return RegionCompressor(root=folder, page_base=0, encoder=FakeEncoder(), k=4)


def numbers(documents):
    return {document.metadata["page_number"] for document in documents}


async def test_regions_of_the_pages_only(report_index, report):
    pages = [page(report, page=5), page(report, page=1)]
    compressor = RegionCompressor(index=report_index, page_base=0, k=30)
    found = compressor.compress_documents(pages, QUESTION)
    assert numbers(found) == {2, 6}
    assert [document.metadata["rank"] for document in found] == list(range(1, len(found) + 1))
    on_pages = {"page_number": [2, 6]}
    expected = [to_document(h) for h in report_index.search(QUESTION, k=30, filter=on_pages)]
    assert found == expected
    assert await compressor.acompress_documents(pages, QUESTION) == expected
    assert compressor.compress_documents(pages, f" {QUESTION}\n") == expected
    assert compressor.compress_documents(pages * 2, QUESTION) == expected  # each page once
    assert compressor.compress_documents([], QUESTION) == []


@pytest.mark.parametrize(
    ("base", "metadata"),
    [
        (0, {"page": 5}),
        (1, {"page": 6}),
        (0, {"page": 5.0}),  # some stores know no integers
        (0, {"page": 17, "page_number": 6}),
        (1, {"page_number": 6}),
    ],
)
def test_base_of_the_pages(report_index, report, base, metadata):
    compressor = RegionCompressor(index=report_index, page_base=base)
    assert numbers(compressor.compress_documents([page(report, **metadata)], QUESTION)) == {6}


@pytest.mark.parametrize(
    "metadata", [{"page": 0}, {"page": -1}, {"page": "one"}, {"page": True}, {"page": 1.5}]
)
def test_no_page_number(report_index, report, metadata):
    compressor = RegionCompressor(index=report_index, page_base=1)
    with pytest.raises(ValueError, match=r"report\.pdf: page is .*starts at 1"):
        compressor.compress_documents([page(report, **metadata)], QUESTION)


def test_base_must_be_said(report_index):
    with pytest.raises(ValidationError, match="page_base"):
        RegionCompressor(index=report_index)
    with pytest.raises(ValidationError, match="page_base"):
        RegionCompressor(index=report_index, page_base=2)


def test_index_or_root(report_index, folder):
    with pytest.raises(ValidationError, match="either an index or root"):
        RegionCompressor(page_base=0)
    with pytest.raises(ValidationError, match="either an index or root"):
        RegionCompressor(page_base=0, index=report_index, root=folder)
    with pytest.raises(NotADirectoryError, match="root must be a folder"):
        RegionCompressor(page_base=0, root=folder / "report.pdf")


def test_options(report_index, report):
    pages = [page(report, page=n) for n in range(7)]
    for options in (
        {"k": 2},
        {"per_page": 1},
        {"candidates": 99},
        {"score_threshold": 0.5},
        {"scoring": "mean"},
        {"budget": 200},
        {"filter": {"region_label": "table_row"}},
    ):
        found = RegionCompressor(index=report_index, page_base=0, **options)
        expected = [to_document(hit) for hit in report_index.search(QUESTION, **options)]
        assert found.compress_documents(pages, QUESTION) == expected
    for wrong in ({"kk": 3}, {"k": 0}, {"scoring": "sum"}, {"budget": 0}):
        with pytest.raises(ValidationError):
            RegionCompressor(index=report_index, page_base=0, **wrong)


def test_documents_are_looked_up(report_index, report, monkeypatch):
    ours = to_document(report_index.search(QUESTION, filter={"page_number": 6})[0])
    compressor = RegionCompressor(index=report_index, page_base=0)
    monkeypatch.chdir(report.parent)
    for metadata in (
        ours.metadata,
        {"document_id": report_index.documents()[0].document_id, "page": 5},
        {"file_path": str(report), "page": 5, "document_id": "somebody else's"},
        {"source": "report.pdf", "page": 5},
    ):
        found = compressor.compress_documents([Document("", metadata=metadata)], QUESTION)
        assert numbers(found) == {6}


def test_documents_that_are_not_there(report_index, report, folder):
    compressor = RegionCompressor(index=report_index, page_base=0)
    stranger = folder / "report.pdf"  # a file that could be read, but is not in the index
    pages = [page(report, page=0), page(stranger, page=0), page("gone.pdf", page=2)]
    with pytest.raises(ValueError, match=r"in the index: ") as caught:
        compressor.compress_documents(pages, QUESTION)
    assert repr(str(stranger)) in str(caught.value)
    assert "'gone.pdf' page 3" in str(caught.value)
    with pytest.raises(ValueError, match=r"report\.pdf' page 8"):
        compressor.compress_documents([page(report, page=7)], QUESTION)
    for metadata in ({}, {"page": 3}, {"source": "report.pdf"}):
        with pytest.raises(ValueError, match="a page without"):
            compressor.compress_documents([Document("", metadata=metadata)], QUESTION)


def test_files_of_a_folder(compressor, folder):
    pages = [
        page("report.pdf", page=5),
        page(folder / "report.pdf", page=5),
        page("prices/../prices/table.pdf", page=0),
    ]
    found = compressor.compress_documents(pages, "licences debt")
    assert {(d.metadata["source"], d.metadata["page_number"]) for d in found} == {
        (str(folder / "report.pdf"), 6),
        (str(folder / "prices" / "table.pdf"), 1),
    }
    assert json.loads(json.dumps([d.metadata for d in found])) == [d.metadata for d in found]


@pytest.mark.parametrize("how", ["../", "absolute", "link", "folder link", "NUL", "url"])
def test_nothing_outside_of_root_is_opened(compressor, folder, report, how):
    outside = folder.parent / "outside"
    outside.mkdir()
    shutil.copy(report, outside / "report.pdf")
    (folder / "link.pdf").symlink_to(outside / "report.pdf")
    (folder / "away").symlink_to(outside)
    source = {
        "../": "../outside/report.pdf",
        "absolute": str(outside / "report.pdf"),
        "link": "link.pdf",
        "folder link": str(folder / "away" / "report.pdf"),
        "NUL": "report.pdf\0",
        "url": (outside / "report.pdf").as_uri(),
    }[how]
    before = os.stat(outside / "report.pdf").st_atime_ns
    with pytest.raises(ValueError, match=r"no such files? in ") as caught:
        compressor.compress_documents([page(source, page=5)], QUESTION)
    assert repr(source) in str(caught.value)
    assert os.stat(outside / "report.pdf").st_atime_ns == before
    assert numbers(compressor.compress_documents([page("report.pdf", page=5)], QUESTION)) == {6}


def test_a_neighbour_folder_with_the_same_beginning(compressor, folder, report):
    twin = folder.with_name("root2")
    twin.mkdir()
    shutil.copy(report, twin / "report.pdf")
    with pytest.raises(ValueError, match=r"no such files? in "):
        compressor.compress_documents([page(twin / "report.pdf", page=5)], QUESTION)


def test_a_file_that_cannot_be_read(compressor, folder, data):
    shutil.copy(data / "not_a_pdf.pdf", folder)
    with pytest.raises(UnreadableDocumentError, match=r"not_a_pdf\.pdf"):
        compressor.compress_documents([page("not_a_pdf.pdf", page=0)], QUESTION)


def test_a_changed_file_is_read_again(compressor, folder, data):
    first = compressor.compress_documents([page("report.pdf", page=0)], "licences")
    shutil.copy(data / "table.pdf", folder / "report.pdf")
    again = compressor.compress_documents([page("report.pdf", page=0)], "licences")
    assert not any("licences" in document.page_content for document in first)
    assert any("licences" in document.page_content for document in again)


async def test_behind_another_retriever(report_index, report):
    retriever = ContextualCompressionRetriever(
        base_compressor=RegionCompressor(index=report_index, page_base=0, k=2),
        base_retriever=Pages(documents=[page(report, page=5)]),
    )
    found = retriever.invoke(QUESTION)
    assert len(found) == 2
    assert numbers(found) == {6}
    assert await retriever.ainvoke(QUESTION) == found
    assert retriever.batch([QUESTION] * 6) == [found] * 6


async def test_as_a_function_in_a_chain(report_index, report):
    shorten = partial(find_regions, page_search=PageSearch(report_index), page_base=0, k=2)
    pages = Pages(documents=[page(report, page=5)])
    chain = {"documents": pages, "query": RunnableLambda(str)} | RunnableLambda(
        lambda found: shorten(**found)
    )
    compressor = RegionCompressor(index=report_index, page_base=0, k=2)
    expected = compressor.compress_documents(pages.documents, QUESTION)
    assert chain.invoke(QUESTION) == expected
    assert await chain.ainvoke(QUESTION) == expected


async def test_async_leaves_the_event_loop_free(report):
    class Meeting(FakeEncoder):
        barrier = threading.Barrier(3, timeout=120)

        def encode_query(self, text):
            self.barrier.wait()
            return super().encode_query(text)

    index = RegionIndex(encoder=Meeting())
    index.add(report).raise_failed()
    compressor = RegionCompressor(index=index, page_base=0)
    pages = [page(report, page=5)]
    found = await asyncio.gather(
        *(compressor.acompress_documents(pages, QUESTION) for _ in range(3))
    )
    assert [len(documents) for documents in found] == [5, 5, 5]
