"""Responses of query engines are checked against their source nodes."""

import json
from pathlib import Path

import pytest
from llama_index.core.base.response.schema import Response, StreamingResponse
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder
from snappy_llamaindex import GroundedQueryEngine, GroundingPostprocessor, SnappyRetriever

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


async def test_a_query_engine(retriever):
    # The mock model repeats the prompt, and so the regions.
    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())
    grounded = GroundedQueryEngine(engine, retriever.index)
    for response in (grounded.query(QUESTION), await grounded.aquery(QUESTION)):
        claims = response.metadata["grounding"]["claims"]
        assert "verified" in {claim["verdict"] for claim in claims}
        assert "] " in str(response)
        assert response.source_nodes == retriever.retrieve(QUESTION)
