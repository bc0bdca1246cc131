"""What LlamaIndex expects of a retriever, as tests to inherit. Needs pytest.

LlamaIndex ships no such suite, and most of what goes wrong does so in silence: equal ids collapse,
scores in the metadata undo fusion, lists break vector stores, a search holds up the event loop.
"""

from __future__ import annotations

import asyncio
import json
from inspect import unwrap
from typing import Any

import pytest
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import (
    BaseNode,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    ObjectType,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.tools import RetrieverTool
from llama_index.core.vector_stores.utils import metadata_dict_to_node, node_to_metadata_dict

TOLD = 5
"""Metadata keys that a language model may be given to read, at most."""


class RetrieverConformance:
    """Tests of a retriever; inherit them in a class that gives one, and a question for it.

    Example:
        class TestMyRetriever(RetrieverConformance):
            question = "How many turbines are at work?"  # with 2 to 100 nodes to find

            @pytest.fixture
            def retriever(self):
                return MyRetriever(...)
    """

    question: str

    @pytest.fixture
    def retriever(self) -> BaseRetriever:
        raise NotImplementedError("give a fixture `retriever` that returns yours")

    @pytest.fixture
    def found(self, retriever: BaseRetriever) -> list[NodeWithScore]:
        return retriever.retrieve(self.question)

    def test_finds_nodes_best_first(self, found: list[NodeWithScore]) -> None:
        assert len(found) >= 2, "the question must find two nodes at least"
        scores = [node.score for node in found]
        assert all(type(score) is float for score in scores), "each node needs a score"
        assert scores == sorted(scores, key=lambda score: -(score or 0))

    def test_ids_are_unique(self, retriever: BaseRetriever, found: list[NodeWithScore]) -> None:
        # `retrieve` drops nodes with an id it has seen, and says nothing.
        everything = retriever._retrieve(QueryBundle(self.question))
        assert [node.node_id for node in everything] == [node.node_id for node in found]

    def test_the_same_each_time(self, retriever: BaseRetriever, found: list[NodeWithScore]) -> None:
        assert retriever.retrieve(QueryBundle(self.question)) == found
        for node in found:
            node.node.metadata.clear()
        again = retriever.retrieve(self.question)
        assert all(node.node.metadata for node in again), "metadata must be new for each call"

    def test_async_finds_the_same(
        self, retriever: BaseRetriever, found: list[NodeWithScore]
    ) -> None:
        assert asyncio.run(retriever.aretrieve(self.question)) == found

    def test_async_leaves_the_event_loop_free(self, retriever: BaseRetriever) -> None:
        # The `_aretrieve` of BaseRetriever searches on the loop: nothing else runs meanwhile.
        async def others_ran() -> bool:
            ran = asyncio.Event()
            asyncio.get_running_loop().call_soon(ran.set)
            await retriever.aretrieve(self.question)
            return ran.is_set()

        assert asyncio.run(others_ran()), "write an _aretrieve that awaits (asyncio.to_thread)"

    def test_hooks_only(self, retriever: BaseRetriever) -> None:
        # `retrieve` emits the events of LlamaIndex, follows `IndexNode`s and drops duplicates.
        for name in ("retrieve", "aretrieve"):
            mine, theirs = getattr(type(retriever), name), getattr(BaseRetriever, name)
            assert unwrap(mine) is unwrap(theirs), f"override _{name} instead of {name}"

    @pytest.mark.parametrize("question", ["", " \n"])
    def test_empty_questions_are_errors(self, retriever: BaseRetriever, question: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - the words are the author's
            retriever.retrieve(question)
        with pytest.raises(ValueError):  # noqa: PT011
            asyncio.run(retriever.aretrieve(question))

    def test_tool_finds_the_same(
        self, retriever: BaseRetriever, found: list[NodeWithScore]
    ) -> None:
        # It appends line breaks to the question: strip them.
        tool = RetrieverTool.from_defaults(retriever, name="search", description="Searches.")
        assert tool.call(self.question).raw_output == found
        assert asyncio.run(tool.acall(self.question)).raw_output == found

    def test_metadata_is_flat(self, found: list[NodeWithScore]) -> None:
        for node in found:
            for key, value in node.metadata.items():
                assert value is None or isinstance(value, str | int | float), f"{key}: {value!r}"
            assert json.loads(json.dumps(node.metadata, allow_nan=False)) == node.metadata
            stored = node_to_metadata_dict(node.node, flat_metadata=True)
            assert metadata_dict_to_node(stored).metadata == node.metadata

    def test_survives_json(self, found: list[NodeWithScore]) -> None:
        for node in found:
            back = type(node.node).from_json(node.node.to_json())
            assert back == node.node
            assert back.hash == node.node.hash

    def test_the_model_reads_little_metadata(self, found: list[NodeWithScore]) -> None:
        # All of it goes into the prompt by default, and into what is embedded.
        for node in found:
            told = set(node.metadata) - set(node.node.excluded_llm_metadata_keys)
            assert len(told) <= TOLD, f"exclude more: {', '.join(sorted(told))}"
            for key in told:
                value = node.metadata[key]
                assert not isinstance(value, float), f"{key} is nothing to read"
            assert node.get_content(MetadataMode.EMBED) == node.get_content(MetadataMode.NONE)

    def test_text_can_be_read(self, found: list[NodeWithScore]) -> None:
        # `NodeWithScore.text` raises for the newer `Node`.
        assert all(isinstance(node.node, TextNode) and node.text.strip() for node in found)

    def test_relationships(self, found: list[NodeWithScore]) -> None:
        nodes = {node.node_id: node.node for node in found}
        for node in nodes.values():
            source = node.source_node
            assert source is not None, "each node needs its document as SOURCE"
            assert source.node_type == ObjectType.DOCUMENT
            for kind, back in (
                (NodeRelationship.NEXT, NodeRelationship.PREVIOUS),
                (NodeRelationship.PREVIOUS, NodeRelationship.NEXT),
            ):
                other = _related(node, kind)
                assert other != node.node_id
                if other in nodes:
                    assert _related(nodes[other], back) == node.node_id
                    assert nodes[other].ref_doc_id == node.ref_doc_id

    def test_nodes_do_not_depend_on_the_question(
        self, retriever: BaseRetriever, found: list[NodeWithScore]
    ) -> None:
        hashes = {node.node_id: node.node.hash for node in found}
        others = retriever.retrieve(f"{self.question} {found[0].text}")
        common = [node for node in others if node.node_id in hashes]
        assert common, "a question with the text of a node must find that node"
        for node in common:
            assert node.node.hash == hashes[node.node_id], "keep scores out of the metadata"

    def test_fusion_adds_up(self, retriever: BaseRetriever, found: list[NodeWithScore]) -> None:
        # It knows nodes by a hash over text and metadata; two that share one are merged.
        fusion = QueryFusionRetriever(
            [retriever, retriever],
            llm=MockLLM(),
            mode="reciprocal_rerank",  # type: ignore[arg-type]  # the name of the mode will do
            num_queries=1,
            similarity_top_k=len(found),
            use_async=False,
        )
        fused = {node.node_id: node.score for node in fusion.retrieve(self.question)}
        expected = {node.node_id: 2 / (60 + rank) for rank, node in enumerate(found)}
        assert fused == pytest.approx(expected)

    def test_citation_engine_keeps_the_id(
        self, retriever: BaseRetriever, found: list[NodeWithScore]
    ) -> None:
        # It makes new nodes, whose ids are new; only metadata comes through.
        engine = CitationQueryEngine(retriever, llm=MockLLM(max_tokens=16))
        answer = engine.query(self.question)
        ids = {node.node_id for node in found}
        cited: set[Any] = set()
        for node in answer.source_nodes:
            cited |= ids.intersection(map(str, node.metadata.values()))
        assert cited == ids, "put the id into the metadata as well"


def _related(node: BaseNode, kind: NodeRelationship) -> str | None:
    related = node.relationships.get(kind)
    return related.node_id if isinstance(related, RelatedNodeInfo) else None
