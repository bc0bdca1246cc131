"""Documents and tools say whether the search found an answer."""

import pytest

from snappy_core import agents
from snappy_langchain import RegionCompressor, SnappyRetriever, create_region_tool

HERE = "What coupon does the green bond carry?"
ELSEWHERE = "What is the capital of France?"


@pytest.fixture(scope="module")
def retriever():
    return SnappyRetriever.from_files("examples/report.pdf", k=2)


def content(tool, question):
    call = {"type": "tool_call", "id": "1", "name": tool.name, "args": {"query": question}}
    return [block["text"] for block in tool.invoke(call).content]


def test_every_document_has_the_probability_of_its_search(retriever):
    for question in (HERE, ELSEWHERE):
        expected = retriever.index.search(question).answerable
        documents = retriever.invoke(question)
        assert [document.metadata["answerable"] for document in documents] == [expected] * 2
    assert "answerable" not in retriever.invoke("What stands on page 3?")[0].metadata


def test_the_tool_warns_only_where_nothing_answers(retriever):
    tool = create_region_tool(retriever)
    assert len(content(tool, HERE)) == 2
    warning, *regions = content(tool, ELSEWHERE)
    assert warning.startswith("These passages may not answer the question")
    assert len(regions) == 2
    assert len(content(tool, "What stands on page 3?")) == 2


def test_a_least_probability(retriever):
    assert retriever.invoke(ELSEWHERE, min_answerable=0.5) == []
    assert len(retriever.invoke(HERE, min_answerable=0.5)) == 2
    tool = create_region_tool(retriever, min_answerable=0.5)
    assert content(tool, ELSEWHERE) == [agents.no_hits_message(0.5)]
    assert len(content(tool, HERE)) == 2
    pages = retriever.invoke(HERE)
    compressor = RegionCompressor(index=retriever.index, page_base=0, min_answerable=0.5)
    assert compressor.compress_documents(pages, ELSEWHERE) == []
    assert compressor.compress_documents(pages, HERE)
