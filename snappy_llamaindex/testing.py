"""A conformance suite for LlamaIndex retrievers, to inherit from. Needs pytest.

LlamaIndex has no such suite, and most mistakes go unnoticed: nodes with equal ids are dropped,
scores in the metadata break fusion, lists break vector stores, a search blocks the event loop.
"""

from __future__ import annotations

import asyncio
import json
from inspect import unwrap

import pytest
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import MetadataMode, NodeWithScore, ObjectType, QueryBundle, TextNode
from llama_index.core.tools import RetrieverTool
from llama_index.core.vector_stores.utils import metadata_dict_to_node, node_to_metadata_dict

Nodes = list[NodeWithScore]

MAX_LLM_KEYS = 5
"""Maximum number of metadata keys for language models: each is repeated for every node."""


class RetrieverConformance:
    """Tests of a retriever. Subclasses define a `question` and the fixture `retriever`.

    Example:
        class TestMyRetriever(RetrieverConformance):
            question = "How many turbines are at work?"  # must find 2 to 100 nodes

            @pytest.fixture
            def retriever(self):
                return MyRetriever(...)
    """

    question: str

    @pytest.fixture
    def retriever(self) -> BaseRetriever:
        raise NotImplementedError("define a fixture `retriever` that returns your retriever")

    @pytest.fixture
    def nodes(self, retriever: BaseRetriever) -> Nodes:
        return retriever.retrieve(self.question)

    def test_finds_nodes_best_first(self, nodes: Nodes) -> None:
        assert len(nodes) >= 2, "the question must find two nodes at least"
        scores = [node.score for node in nodes]
        assert all(type(score) is float for score in scores), "each node needs a score"
        assert scores == sorted(scores, key=lambda score: -(score or 0))
        # `NodeWithScore.text` raises for the newer `Node`.
        assert all(isinstance(node.node, TextNode) and node.text.strip() for node in nodes)

    def test_ids_are_unique(self, retriever: BaseRetriever, nodes: Nodes) -> None:
        # `retrieve` silently drops nodes whose id it has seen.
        all_nodes = retriever._retrieve(QueryBundle(self.question))
        assert [node.node_id for node in all_nodes] == [node.node_id for node in nodes]

    def test_the_same_each_time(self, retriever: BaseRetriever, nodes: Nodes) -> None:
        assert retriever.retrieve(QueryBundle(self.question)) == nodes
        for node in nodes:
            node.node.metadata.clear()
        again = retriever.retrieve(self.question)
        assert all(node.node.metadata for node in again), "metadata must be new for each call"

    def test_async_finds_the_same(self, retriever: BaseRetriever, nodes: Nodes) -> None:
        assert asyncio.run(retriever.aretrieve(self.question)) == nodes

    def test_async_leaves_the_event_loop_free(self, retriever: BaseRetriever) -> None:
        # BaseRetriever._aretrieve searches on the loop: nothing else can run meanwhile.
        async def others_ran() -> bool:
            ran = asyncio.Event()
            asyncio.get_running_loop().call_soon(ran.set)
            await retriever.aretrieve(self.question)
            return ran.is_set()

        assert asyncio.run(others_ran()), "write an _aretrieve that awaits (asyncio.to_thread)"

    def test_hooks_only(self, retriever: BaseRetriever) -> None:
        # `retrieve` emits LlamaIndex's events, follows `IndexNode`s and drops duplicates.
        for name in ("retrieve", "aretrieve"):
            method, inherited = getattr(type(retriever), name), getattr(BaseRetriever, name)
            assert unwrap(method) is unwrap(inherited), f"override _{name} instead of {name}"

    @pytest.mark.parametrize("question", ["", " \n"])
    def test_empty_questions_are_errors(self, retriever: BaseRetriever, question: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - any message
            retriever.retrieve(question)
        with pytest.raises(ValueError):  # noqa: PT011
            asyncio.run(retriever.aretrieve(question))

    def test_tool_finds_the_same(self, retriever: BaseRetriever, nodes: Nodes) -> None:
        # The tool appends line breaks to the question; the retriever should strip them.
        tool = RetrieverTool.from_defaults(retriever, name="search", description="Searches.")
        assert tool.call(self.question).raw_output == nodes
        assert asyncio.run(tool.acall(self.question)).raw_output == nodes

    def test_metadata_is_flat(self, nodes: Nodes) -> None:
        for node in nodes:
            for key, value in node.metadata.items():
                assert value is None or isinstance(value, str | int | float), f"{key}: {value!r}"
            assert json.loads(json.dumps(node.metadata, allow_nan=False)) == node.metadata
            stored = node_to_metadata_dict(node.node, flat_metadata=True)
            assert metadata_dict_to_node(stored).metadata == node.metadata

    def test_survives_json(self, nodes: Nodes) -> None:
        for node in nodes:
            copy = type(node.node).from_json(node.node.to_json())
            assert copy == node.node
            assert copy.hash == node.node.hash

    def test_the_model_reads_little_metadata(self, nodes: Nodes) -> None:
        # By default all metadata is added to the prompt and to the embedded text.
        for node in nodes:
            keys = set(node.metadata) - set(node.node.excluded_llm_metadata_keys)
            assert len(keys) <= MAX_LLM_KEYS, f"exclude more: {', '.join(sorted(keys))}"
            for key in keys:
                value = node.metadata[key]
                assert not isinstance(value, float), f"exclude {key}: models cannot use it"
            assert node.get_content(MetadataMode.EMBED) == node.get_content(MetadataMode.NONE)

    def test_relationships(self, nodes: Nodes) -> None:
        by_id = {node.node_id: node.node for node in nodes}
        following, preceding = set(), set()
        for node in by_id.values():
            assert node.source_node is not None, "each node needs its document as SOURCE"
            assert node.source_node.node_type == ObjectType.DOCUMENT
            if node.next_node is not None:
                following.add((node.node_id, node.next_node.node_id))
            if node.prev_node is not None:
                preceding.add((node.prev_node.node_id, node.node_id))
        for first, second in following | preceding:
            assert first != second
            if first in by_id and second in by_id:
                assert (first, second) in following & preceding, "NEXT and PREVIOUS must agree"
                assert by_id[first].ref_doc_id == by_id[second].ref_doc_id

    def test_nodes_do_not_depend_on_the_question(
        self, retriever: BaseRetriever, nodes: Nodes
    ) -> None:
        hashes = {node.node_id: node.node.hash for node in nodes}
        others = retriever.retrieve(f"{self.question} {nodes[0].text}")
        common = [node for node in others if node.node_id in hashes]
        assert common, "a question with the text of a node must find that node"
        for node in common:
            assert node.node.hash == hashes[node.node_id], "keep scores out of the metadata"

    def test_fusion_adds_up(self, retriever: BaseRetriever, nodes: Nodes) -> None:
        # Fusion merges nodes with the same hash over text and metadata.
        fusion = QueryFusionRetriever(
            [retriever, retriever],
            llm=MockLLM(),
            mode="reciprocal_rerank",  # type: ignore[arg-type]  # the name of the mode works too
            num_queries=1,
            similarity_top_k=len(nodes),
            use_async=False,
        )
        fused = {node.node_id: node.score for node in fusion.retrieve(self.question)}
        expected = {node.node_id: 2 / (60 + rank) for rank, node in enumerate(nodes)}
        assert fused == pytest.approx(expected)

    def test_citation_engine_keeps_the_id(self, retriever: BaseRetriever, nodes: Nodes) -> None:
        # It creates new nodes with new ids; only the metadata is copied.
        engine = CitationQueryEngine(retriever, llm=MockLLM(max_tokens=16))
        answer = engine.query(self.question)
        ids = {node.node_id for node in nodes}
        values = {str(value) for node in answer.source_nodes for value in node.metadata.values()}
        assert ids <= values, "put the id into the metadata as well"
