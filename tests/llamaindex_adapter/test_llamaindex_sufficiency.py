"""Nodes and tools say whether the search found an answer."""

import pytest

from snappy_core import agents
from snappy_llamaindex import RegionPostprocessor, SnappyRetriever, create_region_tool

HERE = "What coupon does the green bond carry?"
ELSEWHERE = "What is the capital of France?"


@pytest.fixture(scope="module")
def retriever():
    return SnappyRetriever.from_files("examples/report.pdf", k=2)


def test_every_node_has_the_probability_of_its_search(retriever):
    for question in (HERE, ELSEWHERE):
        expected = retriever.index.search(question).answerable
        nodes = retriever.retrieve(question)
        assert [node.metadata["answerable"] for node in nodes] == [expected] * 2
        assert "answerable" in nodes[0].node.excluded_llm_metadata_keys
    assert "answerable" not in retriever.retrieve("What stands on page 3?")[0].metadata


def test_the_hash_of_a_region_is_the_same_for_all_questions(retriever):
    questions = (HERE, "green bond coupon of which hat?")
    first, second = (
        {node.node_id: node for node in retriever.retrieve(question)} for question in questions
    )
    shared = first.keys() & second.keys()
    assert shared
    for node_id in shared:
        one, other = first[node_id].node, second[node_id].node
        assert one.metadata["answerable"] != other.metadata["answerable"]
        assert one.hash == other.hash


def test_the_tool_warns_only_where_nothing_answers(retriever):
    tool = create_region_tool(retriever)
    warning = "These passages may not answer the question"
    assert tool.call(query=ELSEWHERE).content.startswith(warning)
    for question in (HERE, "What stands on page 3?"):
        assert warning not in tool.call(query=question).content


def test_a_least_probability(retriever):
    strict = SnappyRetriever(retriever.index, min_answerable=0.5)
    assert strict.retrieve(ELSEWHERE) == []
    assert strict.retrieve(HERE)
    assert create_region_tool(strict).call(query=ELSEWHERE).content == agents.no_hits_message(0.5)
    pages = retriever.retrieve(HERE)
    postprocessor = RegionPostprocessor(
        index=retriever.index,
        source_key="source",
        page_key="page_number",
        page_base=1,
        min_answerable=0.5,
    )
    assert postprocessor.postprocess_nodes(pages, query_str=ELSEWHERE) == []
    assert postprocessor.postprocess_nodes(pages, query_str=HERE)
