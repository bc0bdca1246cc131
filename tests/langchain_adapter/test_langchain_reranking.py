"""LangChain's rerankers in the retriever, the tool and the compressor."""

import pytest
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_classic.retrievers.document_compressors import CrossEncoderReranker
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.load import dumps
from pydantic import ValidationError

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder
from snappy_langchain import (
    RegionCompressor,
    SnappyRetriever,
    create_region_tool,
    find_regions,
    to_document,
)
from tests.search.tiny_cross_encoder import TinyCrossEncoder

BaseCrossEncoder = pytest.importorskip("langchain_core.cross_encoders").BaseCrossEncoder

QUESTION = "How many turbines are at work?"


class Longest(BaseCrossEncoder):
    """Scores a text by its length."""

    def score(self, text_pairs):
        return [float(len(text)) for _, text in text_pairs]


class ShortestFirst(BaseDocumentCompressor):
    """Gives scores in the metadata of copies without ids, as the reranker of Cohere does."""

    def compress_documents(self, documents, query, callbacks=None):
        selected = sorted(documents, key=lambda document: len(document.page_content))[:3]
        return [
            Document(
                document.page_content,
                metadata={**document.metadata, "relevance_score": 1 / len(document.page_content)},
            )
            for document in selected
        ]


class FirstWords(BaseDocumentCompressor):
    """No reranker: it extracts."""

    def compress_documents(self, documents, query, callbacks=None):
        return [
            document.model_copy(update={"page_content": document.page_content[:9]})
            for document in documents
        ]


def longest(question, hits):
    return [len(hit.region.text) for hit in hits]


@pytest.fixture
def reranker():
    return CrossEncoderReranker(model=Longest(), top_n=5)


async def test_a_document_compressor_reranks(report_index, reranker):
    expected = report_index.search(QUESTION, reranker=longest)
    ids = [hit.region_id for hit in expected]
    assert ids != [hit.region_id for hit in report_index.search(QUESTION)]
    retriever = SnappyRetriever(index=report_index, reranker=reranker)
    documents = retriever.invoke(QUESTION)
    assert [document.id for document in documents] == ids
    assert await retriever.ainvoke(QUESTION) == documents
    plain = SnappyRetriever(index=report_index)
    assert plain.invoke(QUESTION, reranker=reranker) == documents
    assert await plain.ainvoke(QUESTION, reranker=reranker) == documents
    # The compressor tells no scores, so these are 1, 1/2, 1/3, ...
    scores = [document.metadata["rerank_score"] for document in documents]
    assert scores == [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]
    assert [document.metadata["score"] for document in documents] == pytest.approx(
        [hit.score for hit in expected]
    )


def test_a_function_reranks(report_index):
    expected = [to_document(hit) for hit in report_index.search(QUESTION, reranker=longest)]
    assert SnappyRetriever(index=report_index, reranker=longest).invoke(QUESTION) == expected
    assert expected[0].metadata["rerank_score"] == len(expected[0].page_content)
    assert "rerank_score" not in to_document(report_index.search(QUESTION)[0]).metadata


def test_relevance_scores_are_kept_and_the_rest_is_left_out(report_index):
    documents = SnappyRetriever(index=report_index, reranker=ShortestFirst()).invoke(QUESTION)
    assert len(documents) == 3
    for document in documents:
        assert document.metadata["rerank_score"] == 1 / len(document.page_content)
        assert "relevance_score" not in document.metadata
    scores = [document.metadata["score"] for document in documents]
    assert scores == sorted(scores, reverse=True)


async def test_an_extractor_is_refused_with_the_way_out(report_index):
    retriever = SnappyRetriever(index=report_index, reranker=FirstWords())
    with pytest.raises(ValueError, match=r"FirstWords changes documents .* ContextualCompression"):
        retriever.invoke(QUESTION)
    with pytest.raises(ValueError, match="FirstWords changes documents"):
        await retriever.ainvoke(QUESTION)


@pytest.mark.parametrize("make", [SnappyRetriever, RegionCompressor])
def test_neither_compressor_nor_function(report_index, make):
    with pytest.raises(ValidationError, match="reranker"):
        make(
            index=report_index,
            reranker="cohere",
            **({"page_base": 0} if make is RegionCompressor else {}),
        )


def test_it_is_not_dumped(report_index, reranker):
    retriever = SnappyRetriever(index=report_index, reranker=reranker)
    assert "Longest" not in dumps(retriever)
    assert "Longest" not in repr(retriever)


async def test_the_tool_takes_one(report_index, reranker):
    expected = SnappyRetriever(index=report_index, reranker=reranker).invoke(QUESTION)
    call = {"type": "tool_call", "id": "1", "name": "search_documents", "args": {"query": QUESTION}}
    for tool in (
        create_region_tool(report_index, reranker=reranker),
        create_region_tool(SnappyRetriever(index=report_index, reranker=reranker)),
    ):
        assert tool.invoke(call).artifact == expected
        assert (await tool.ainvoke(call)).artifact == expected
    with pytest.raises(ValueError, match="reranker must be a function"):
        create_region_tool(report_index, reranker=7)


async def test_the_compressor_takes_one(report_index, report, reranker):
    pages = [Document("(a page)", metadata={"source": str(report), "page": 3})]
    compressor = RegionCompressor(index=report_index, page_base=0, k=3, reranker=reranker)
    documents = compressor.compress_documents(pages, QUESTION)
    lengths = [len(document.page_content) for document in documents]
    assert len(lengths) == 3
    assert lengths == sorted(lengths, reverse=True)
    assert await compressor.acompress_documents(pages, QUESTION) == documents
    options = {"page_search": compressor._page_search, "page_base": 0, "k": 3}
    assert find_regions(pages, QUESTION, **options, reranker=reranker) == documents


def test_callbacks_reach_the_compressor(report_index):
    class Calling(ShortestFirst):
        def compress_documents(self, documents, query, callbacks=None):
            given.append(callbacks)
            return super().compress_documents(documents, query)

    given = []
    listener = BaseCallbackHandler()
    retriever = SnappyRetriever(index=report_index, reranker=Calling())
    retriever.invoke(QUESTION, config={"callbacks": [listener]})
    [callbacks] = given
    assert listener in callbacks.handlers
    assert callbacks.parent_run_id is not None


def test_it_also_works_around_the_retriever(report_index, reranker):
    """LangChain's own way: the retriever finds twenty, the compressor keeps five."""
    around = ContextualCompressionRetriever(
        base_retriever=SnappyRetriever(index=report_index, k=20), base_compressor=reranker
    )
    inside = SnappyRetriever(index=report_index, reranker=reranker)
    ids = [document.id for document in around.invoke(QUESTION)]
    assert ids == [document.id for document in inside.invoke(QUESTION)]


@pytest.mark.requires("torch", "transformers")
def test_a_cross_encoder(report_index):
    class Tiny(BaseCrossEncoder):
        def __init__(self):
            self.model = TinyCrossEncoder()

        def score(self, text_pairs):
            return self.model.scores(text_pairs).tolist()

    model = Tiny()
    retriever = SnappyRetriever(
        index=report_index, reranker=CrossEncoderReranker(model=model, top_n=5)
    )
    documents = retriever.invoke(QUESTION)
    scores = model.score([(QUESTION, document.page_content) for document in documents])
    assert len(documents) == 5
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 1


def test_its_score_is_no_key_of_documents(report):
    index = RegionIndex(encoder=FakeEncoder())
    with pytest.raises(ValueError, match="rerank_score"):
        index.add(report, metadata={"rerank_score": 3})
