"""The retriever passes the suite, and the suite fails what it is there to find."""

import inspect
from pathlib import Path

import pytest
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder
from snappy_llamaindex import SnappyRetriever
from snappy_llamaindex.testing import RetrieverConformance

REPORT = Path(__file__).parents[2] / "examples" / "report.pdf"


@pytest.fixture(scope="module")
def index():
    index = RegionIndex(encoder=FakeEncoder())
    index.add(REPORT, metadata={"team": "finance"}).raise_failed()
    return index


class TestSnappyRetriever(RetrieverConformance):
    question = "How many turbines are at work?"

    @pytest.fixture
    def retriever(self, index):
        return SnappyRetriever(index)


class TestAllRegions(RetrieverConformance):
    """With every region of the report, so that most neighbors are among the nodes."""

    question = "How many turbines are at work?"

    @pytest.fixture
    def retriever(self, index):
        return SnappyRetriever(index, similarity_top_k=100)


class Spoilt(BaseRetriever):
    """Hands on what a good retriever finds, spoilt in one way."""

    def __init__(self, good, spoil):
        self.good, self.spoil = good, spoil
        super().__init__()

    def _retrieve(self, query_bundle):
        return [self.spoil(node) for node in self.good._retrieve(query_bundle)]

    async def _aretrieve(self, query_bundle):
        return [self.spoil(node) for node in await self.good._aretrieve(query_bundle)]


class Blocking(Spoilt):
    """Has the `_aretrieve` it inherits."""

    _aretrieve = BaseRetriever._aretrieve


def equal_ids(found):
    found.node.id_ = "the same"
    return found


def random_ids(found):
    found.node.id_ = TextNode().node_id
    return found


def no_score(found):
    found.score = None
    return found


def score_in_metadata(found):
    found.node.metadata["score"] = found.score
    return found


def box_as_list(found):
    found.node.metadata["bbox"] = [0.1, 0.2, 0.3, 0.4]
    return found


def all_in_the_prompt(found):
    found.node.excluded_llm_metadata_keys = []
    return found


def all_embedded(found):
    found.node.excluded_embed_metadata_keys = []
    return found


def no_source(found):
    del found.node.relationships[NodeRelationship.SOURCE]
    return found


def neighbor_of_itself(found):
    here = RelatedNodeInfo(node_id=found.node_id)
    found.node.relationships[NodeRelationship.NEXT] = here
    return found


def no_id_in_metadata(found):
    del found.node.metadata["region_id"]
    return found


SPOILT = {
    equal_ids: "ids_are_unique",
    random_ids: "the_same_each_time",
    no_score: "finds_nodes_best_first",
    score_in_metadata: "nodes_do_not_depend_on_the_question",
    box_as_list: "metadata_is_flat",
    all_in_the_prompt: "the_model_reads_little_metadata",
    all_embedded: "the_model_reads_little_metadata",
    no_source: "relationships",
    neighbor_of_itself: "relationships",
    no_id_in_metadata: "citation_engine_keeps_the_id",
}


def run(name, retriever):
    """Run one test of the suite as pytest would."""
    suite = RetrieverConformance()
    suite.question = "How many turbines are at work?"
    test = getattr(suite, f"test_{name}")
    arguments = {"retriever": retriever}
    if "nodes" in inspect.signature(test).parameters:
        arguments["nodes"] = retriever.retrieve(suite.question)
    test(**{key: arguments[key] for key in inspect.signature(test).parameters})


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_the_suite_finds(index, spoil):
    good = SnappyRetriever(index)
    run(SPOILT[spoil], Spoilt(good, lambda found: found))
    with pytest.raises((AssertionError, KeyError)):
        run(SPOILT[spoil], Spoilt(good, spoil))


def test_the_suite_finds_a_blocking_search(index):
    blocking = Blocking(SnappyRetriever(index), lambda found: found)
    run("async_finds_the_same", blocking)
    with pytest.raises(AssertionError, match="to_thread"):
        run("async_leaves_the_event_loop_free", blocking)


def test_the_suite_finds_a_retriever_without_events(index):
    class Silent(Spoilt):
        def retrieve(self, str_or_query_bundle):
            return self.good.retrieve(str_or_query_bundle)

    with pytest.raises(AssertionError, match="override _retrieve"):
        run("hooks_only", Silent(SnappyRetriever(index), lambda found: found))


def test_the_suite_finds_questions_that_are_not_stripped(index):
    class Unstripped(Spoilt):
        def _retrieve(self, query_bundle):
            nodes = super()._retrieve(query_bundle)
            return nodes[1:] if query_bundle.query_str.endswith("\n") else nodes

    with pytest.raises(AssertionError):
        run("tool_finds_the_same", Unstripped(SnappyRetriever(index), lambda found: found))


def test_the_suite_finds_fusion_that_does_not_add_up(index):
    count = iter(range(1000))

    def numbered(found):
        found.node.metadata["call"] = next(count)
        return found

    with pytest.raises(AssertionError):
        run("fusion_adds_up", Spoilt(SnappyRetriever(index), numbered))


def test_a_class_without_retriever_says_what_is_missing():
    fixture = RetrieverConformance.__dict__["retriever"]
    with pytest.raises(NotImplementedError, match="fixture `retriever`"):
        fixture.__wrapped__(RetrieverConformance())
