"""Responses of query engines are checked against their source nodes."""

import json
import re
from pathlib import Path

import pytest
from llama_index.core.base.response.schema import (
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import CitationQueryEngine, RetrieverQueryEngine

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder
from snappy_llamaindex import GroundedQueryEngine, GroundingPostprocessor, SnappyRetriever
from tests.search.printed import harbor

__all__ = ["harbor"]

REPORT = Path(__file__).parents[2] / "examples" / "report.pdf"
QUESTION = "What coupon does the green bond carry?"
ANSWER = (
    "In May we issued a green bond of £40 million. In May we issued a green bond of £45 million."
)
CITED = ANSWER.replace("£40 million.", "£40 million. [1]")


@pytest.fixture(scope="module")
def retriever():
    index = RegionIndex(encoder=FakeEncoder())
    index.add_document(REPORT, document_id="report").raise_failed()
    return SnappyRetriever(index, similarity_top_k=3)


async def test_a_response(retriever):
    response = Response(ANSWER, retriever.retrieve(QUESTION), {"model": "m"})
    for index in (None, retriever.index):
        postprocessor = GroundingPostprocessor(index)
        checked = postprocessor.postprocess_response(response)
        assert str(checked) == CITED
        assert checked.source_nodes == response.source_nodes
        assert checked.metadata["model"] == "m"
        verdicts = [claim["verdict"] for claim in checked.metadata["grounding"]["claims"]]
        assert verdicts == ["verified", "partial"]
        json.dumps(checked.metadata)
        assert await postprocessor.apostprocess_response(response) == checked
    assert str(response) == ANSWER


def test_a_stream(retriever):
    stream = (word + " " for word in ANSWER.split())
    response = StreamingResponse(stream, retriever.retrieve(QUESTION))
    assert str(GroundingPostprocessor().postprocess_response(response)).strip() == CITED


async def test_an_async_stream(retriever):
    async def stream():
        for word in ANSWER.split():
            yield word + " "

    nodes = retriever.retrieve(QUESTION)
    checked = GroundingPostprocessor().postprocess_response(AsyncStreamingResponse(stream(), nodes))
    assert str(checked).strip() == CITED
    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM(), streaming=True)
    assert isinstance(await engine.aquery(QUESTION), AsyncStreamingResponse)
    response = await GroundedQueryEngine(engine).aquery(QUESTION)
    assert nodes[0].text in re.sub(r" \[\d+\]", "", str(response))


def test_nodes_of_a_citation_engine(harbor):
    """They are numbered in their text, and chunks have the metadata of the whole."""
    asked = "wrote costs of the whole repair shared between the two"
    retriever = SnappyRetriever(harbor, similarity_top_k=1)
    (node,) = retriever.retrieve(asked)
    answer = (
        "The clerk wrote that the costs of the whole repair were shared between the two towns, and "
        "that each of them paid nine hundred crowns in silver for the new pier. "
        "No other harbour of the coast was repaired in that year."
    )
    llm = MockLLM(max_tokens=1)
    for index in (None, harbor):
        engine = CitationQueryEngine(retriever, llm=llm)
        response = Response(answer, engine.query(asked).source_nodes)
        assert response.source_nodes[0].text == f"Source 1:\n{node.text}\n"
        checked = GroundingPostprocessor(index).postprocess_response(response)
        places = [claim["place"] for claim in checked.metadata["grounding"]["claims"]]
        assert checked.metadata["grounding"]["is_verified"]
        assert [place["page_number"] for place in places] == [1, 2]
        engine = CitationQueryEngine(
            retriever, llm=llm, citation_chunk_size=30, citation_chunk_overlap=0
        )
        chunks = engine.query(asked).source_nodes
        assert len(chunks) > 1
        (last,) = chunks[-1].text.splitlines()[1:]
        checked = GroundingPostprocessor(index).postprocess_response(Response(last, chunks))
        assert checked.metadata["grounding"]["is_verified"]


async def test_a_query_engine(retriever):
    # The mock model repeats the prompt, and so the regions.
    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())
    grounded = GroundedQueryEngine(engine, retriever.index)
    for response in (grounded.query(QUESTION), await grounded.aquery(QUESTION)):
        claims = response.metadata["grounding"]["claims"]
        assert "verified" in {claim["verdict"] for claim in claims}
        assert "] " in str(response)
        assert response.source_nodes == retriever.retrieve(QUESTION)
