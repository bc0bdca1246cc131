"""LlamaIndex's rerankers in the retriever and the postprocessor."""

from pathlib import Path

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import MetadataReplacementPostProcessor
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, TextNode

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder
from snappy_llamaindex import RegionPostprocessor, SnappyRetriever, to_node
from tests.search.tiny_cross_encoder import TinyCrossEncoder

REPORT = Path(__file__).parents[2] / "examples" / "report.pdf"
QUESTION = "How many turbines are at work?"


class Reranker(BaseNodePostprocessor):
    """Sets the scores of nodes and sorts them, as LlamaIndex's rerankers do."""

    top_n: int = 5

    def scores(self, question, nodes):
        return [float(len(node.text)) for node in nodes]

    def _postprocess_nodes(self, nodes, query_bundle=None):
        for node, score in zip(nodes, self.scores(query_bundle.query_str, nodes), strict=True):
            node.score = score
        return sorted(nodes, key=lambda node: -node.score)[: self.top_n]


class Reversed(BaseNodePostprocessor):
    """Changes the order only."""

    def _postprocess_nodes(self, nodes, query_bundle=None):
        return nodes[::-1]


def longest(question, hits):
    return [len(hit.region.text) for hit in hits]


@pytest.fixture(scope="module")
def index():
    index = RegionIndex(encoder=FakeEncoder())
    index.add(REPORT).raise_failed()
    return index


async def test_a_postprocessor_reranks(index):
    hits = index.search(QUESTION, reranker=longest)
    expected = [to_node(hit) for hit in hits]
    assert expected != [to_node(hit) for hit in index.search(QUESTION)]
    for reranker in (Reranker(), longest):
        retriever = SnappyRetriever(index, reranker=reranker)
        assert retriever.retrieve(QUESTION) == expected
        assert await retriever.aretrieve(QUESTION) == expected
    retriever = SnappyRetriever(index)
    retriever.reranker = Reranker()
    assert retriever.retrieve(QUESTION) == expected
    assert [node.score for node in expected] == sorted((h.score for h in hits), reverse=True)


def test_what_it_leaves_out_is_left_out(index):
    retriever = SnappyRetriever(index, reranker=Reranker(top_n=2))
    assert len(retriever.retrieve(QUESTION)) == 2


def test_order_counts_where_scores_do_not_fit(index):
    expected = [hit.region_id for hit in index.search(QUESTION, k=20)][:-6:-1]
    nodes = SnappyRetriever(index, reranker=Reversed()).retrieve(QUESTION)
    assert [node.node_id for node in nodes] == expected


async def test_a_postprocessor_that_changes_nodes_is_refused(index):
    replacing = MetadataReplacementPostProcessor(target_metadata_key="source")
    retriever = SnappyRetriever(index, reranker=replacing)
    with pytest.raises(ValueError, match="MetadataReplacementPostProcessor changes nodes"):
        retriever.retrieve(QUESTION)
    with pytest.raises(ValueError, match="MetadataReplacementPostProcessor changes nodes"):
        await retriever.aretrieve(QUESTION)


def test_neither_postprocessor_nor_function(index):
    with pytest.raises(ValueError, match="reranker must be a function"):
        SnappyRetriever(index, reranker="cohere")
    with pytest.raises(ValueError, match="reranker"):
        RegionPostprocessor(index, reranker="cohere")


@pytest.mark.parametrize("reranker", [Reranker(), longest])
async def test_the_region_postprocessor_takes_one(index, reranker):
    page = TextNode(text="(a page)", metadata={"file_path": str(REPORT), "page_label": "3"})
    regions = RegionPostprocessor(index, top_n=3, reranker=reranker)
    nodes = regions.postprocess_nodes([NodeWithScore(node=page)], query_str=QUESTION)
    lengths = [len(node.text) for node in nodes]
    assert len(lengths) == 3
    assert lengths == sorted(lengths, reverse=True)
    assert await regions.apostprocess_nodes([NodeWithScore(node=page)], query_str=QUESTION) == nodes
    assert "reranker" not in regions.to_dict()


def test_it_also_works_behind_the_retriever(index):
    """LlamaIndex's own way: the retriever finds twenty, the postprocessor keeps five."""
    engine = RetrieverQueryEngine.from_args(
        SnappyRetriever(index, k=20), llm=MockLLM(), node_postprocessors=[Reranker()]
    )
    inside = SnappyRetriever(index, reranker=Reranker()).retrieve(QUESTION)
    ids = [node.node_id for node in engine.query(QUESTION).source_nodes]
    assert ids == [node.node_id for node in inside]


@pytest.mark.requires("torch", "transformers")
def test_a_cross_encoder(index):
    model = TinyCrossEncoder()

    class CrossEncoderReranker(Reranker):
        def scores(self, question, nodes):
            return model.scores([(question, node.text) for node in nodes]).tolist()

    nodes = SnappyRetriever(index, reranker=CrossEncoderReranker()).retrieve(QUESTION)
    scores = model.scores([(QUESTION, node.text) for node in nodes]).tolist()
    assert len(nodes) == 5
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 1
