import asyncio
import shutil
from pathlib import Path

import pytest
from llama_index.core.callbacks import CallbackManager, CBEventType, LlamaDebugHandler
from llama_index.core.instrumentation import root_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode

from snappy_core import RegionIndex
from snappy_core.page_search import PageReference
from snappy_core.testing import FakeEncoder
from snappy_llamaindex import (
    RegionPostprocessor,
    SnappyRetriever,
    TokenBudgetPostprocessor,
    to_node,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
REPORT = EXAMPLES / "report.pdf"
SOURCE = REPORT.as_posix()
QUESTION = "How many turbines are at work?"


class Listener(BaseEventHandler):
    events: list = []  # noqa: RUF012 - pydantic copies it

    @classmethod
    def class_name(cls):
        return "Listener"

    def handle(self, event, **_):
        self.events.append(event)


class PagesOf(BaseRetriever):
    """Somebody else's retriever: whole pages, whatever the question."""

    def __init__(self, nodes):
        self.nodes = nodes
        super().__init__()

    def _retrieve(self, query_bundle):
        return self.nodes


@pytest.fixture(scope="module")
def index():
    index = RegionIndex(encoder=FakeEncoder())
    index.add(REPORT).raise_failed()
    return index


@pytest.fixture
def listener():
    listener = Listener()
    root_dispatcher.add_event_handler(listener)
    yield listener
    root_dispatcher.event_handlers.remove(listener)


def foreign(**metadata):
    return NodeWithScore(node=TextNode(text="(a page)", metadata=metadata), score=0.5)


def page(number, source=SOURCE):
    return foreign(file_path=source, page_number=number)


def numbered(index=None, **options):
    """A postprocessor for `page`."""
    return RegionPostprocessor(index, **{"page_key": "page_number", "page_base": 1, **options})


# Regions


async def test_page_nodes_become_region_nodes(index):
    pages = [page(4), page(2), page(4)]
    references = [PageReference(SOURCE, number) for number in (2, 4)]
    expected = [to_node(hit) for hit in index.search(QUESTION, k=40, pages=references)]
    assert {node.metadata["page_number"] for node in expected} == {2, 4}
    regions = numbered(index, top_n=40)
    assert regions.postprocess_nodes(pages, query_str=QUESTION) == expected
    assert regions.postprocess_nodes(pages, QueryBundle(f"{QUESTION}\n\n")) == expected
    assert await regions.apostprocess_nodes(pages, query_str=QUESTION) == expected


def test_per_page(index):
    found = numbered(index, per_page=1).postprocess_nodes(
        [page(2), page(3), page(4)], query_str=QUESTION
    )
    assert sorted(node.metadata["page_number"] for node in found) == [2, 3, 4]


def test_options_are_those_of_the_index(index):
    options = {"k": 3, "filter": {"region_label": "paragraph"}, "scoring": "mean"}
    pages = [PageReference(SOURCE, number) for number in (2, 4)]
    expected = [to_node(hit) for hit in index.search(QUESTION, pages=pages, **options)]
    regions = numbered(index, **options)
    assert regions.postprocess_nodes([page(2), page(4)], query_str=QUESTION) == expected
    assert regions.top_n == 3


def test_printed_labels_are_not_page_numbers(index):
    # What LlamaIndex's PDF reader writes. The fourth page of the report is printed as 3.
    node = foreign(file_path=SOURCE, file_name="report.pdf", page_label="3")
    found = RegionPostprocessor(index).postprocess_nodes([node], query_str=QUESTION)
    assert {node.metadata["page_number"] for node in found} == {4}


def test_pages_that_count_from_zero(index):
    node = foreign(source=SOURCE, page=3)
    regions = RegionPostprocessor(index, source_key="source", page_key="page", page_base=0)
    found = regions.postprocess_nodes([node], query_str=QUESTION)
    assert {node.metadata["page_number"] for node in found} == {4}


def test_files_of_a_folder(index):
    regions = numbered(root=EXAMPLES, encoder=FakeEncoder())
    for source in ("report.pdf", SOURCE):
        found = regions.postprocess_nodes([page(4, source)], query_str=QUESTION)
        assert [node.metadata["page_number"] for node in found] == [4] * 5


def test_nothing_outside_of_root_is_opened(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.pdf").symlink_to(REPORT)
    regions = numbered(root=root, encoder=FakeEncoder())
    for source in (SOURCE, "link.pdf", "../secret.pdf"):
        shutil.copy(REPORT, tmp_path / "secret.pdf")
        with pytest.raises(ValueError, match="root must be the folder") as caught:
            regions.postprocess_nodes([page(1, source)], query_str=QUESTION)
        assert repr(source) in str(caught.value)


def test_pages_that_are_not_there(index):
    with pytest.raises(ValueError, match=r"no such pages in the index: .*report\.pdf' page 99"):
        numbered(index).postprocess_nodes([page(99)], query_str=QUESTION)
    with pytest.raises(ValueError, match="without 'file_path' in its metadata, which has team"):
        numbered(index).postprocess_nodes([foreign(team="a")], query_str=QUESTION)


def test_no_pages_and_no_question(index):
    assert numbered(index).postprocess_nodes([], query_str=QUESTION) == []
    with pytest.raises(ValueError, match="give query_str or query_bundle"):
        numbered(index).postprocess_nodes([page(1)])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top_n": 0}, "at least 1, not 0"),
        ({"per_page": 0}, "per_page must be"),
        ({"page_base": None}, "is the first page under 'page_number' 0 or 1"),
        ({"page_base": 2}, "is the first page under"),
        ({"top_k": 3}, "top_k"),
        ({"root": EXAMPLES}, "either an index or root"),
    ],
)
def test_wrong_options(index, options, message):
    with pytest.raises(ValueError, match=message):
        numbered(index, **options)


def test_events(index, listener):
    debug = LlamaDebugHandler(print_trace_on_end=False)
    regions = numbered(index, callback_manager=CallbackManager([debug]))
    pages = [page(4)]
    found = asyncio.run(regions.apostprocess_nodes(pages, query_str=QUESTION))
    start, end = listener.events
    assert (start.class_name(), end.class_name()) == ("ReRankStartEvent", "ReRankEndEvent")
    assert (start.nodes, start.top_n, start.model_name) == (pages, 5, "fake-1")
    assert start.query.query_str == QUESTION
    assert end.nodes == found
    assert len(debug.get_event_pairs(CBEventType.RERANKING)) == 1


async def test_async_leaves_the_event_loop_free(index):
    ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    await numbered(index).apostprocess_nodes([page(4)], query_str=QUESTION)
    assert ran.is_set()


def test_in_a_query_engine(index):
    engine = RetrieverQueryEngine.from_args(
        PagesOf([page(4), page(5)]),
        llm=MockLLM(),
        node_postprocessors=[numbered(index, top_n=20), TokenBudgetPostprocessor(budget=300)],
    )
    answer = engine.query(QUESTION)
    assert {node.metadata["page_number"] for node in answer.source_nodes} <= {4, 5}
    assert all(node.text in answer.response for node in answer.source_nodes)
    assert all("region_id" in node.metadata for node in answer.source_nodes)


def test_saying_what_it_is(index):
    said = numbered(index, top_n=3).to_dict()
    assert (said["class_name"], said["k"]) == ("RegionPostprocessor", 3)
    said = TokenBudgetPostprocessor(budget=7).to_dict()
    assert said == {"class_name": "TokenBudgetPostprocessor", "budget": 7}


# Budget


def words(text):
    return len(text.split())


def texts(*found):
    return [NodeWithScore(node=TextNode(text=text), score=1.0) for text in found]


def test_what_fits_is_kept_best_first():
    nodes = texts("a b c", "d e f g", "h i", "j")
    for budget, kept in ((1, "a"), (3, "a"), (4, "aj"), (5, "ah"), (6, "ahj"), (10, "adhj")):
        found = TokenBudgetPostprocessor(budget=budget, count=words).postprocess_nodes(nodes)
        assert "".join(node.text[0] for node in found) == kept


def test_what_the_model_reads_counts():
    told = TextNode(text="a b", metadata={"source": "x y z", "size": 3})
    told.excluded_llm_metadata_keys = ["size"]
    cost = words(told.get_content(MetadataMode.LLM))
    assert cost > 2
    nodes = [*texts("c"), NodeWithScore(node=told)]
    for budget, kept in ((cost, 1), (cost + 1, 2)):
        found = TokenBudgetPostprocessor(budget=budget, count=words).postprocess_nodes(nodes)
        assert len(found) == kept


def test_nothing_is_kept_twice(index):
    [first, second] = SnappyRetriever(index, similarity_top_k=2).retrieve(QUESTION)
    inner = TextNode(text="inner", metadata={**first.metadata, "region_id": "inner"})
    inner.metadata["bbox_x1"] = (first.metadata["bbox_x0"] + first.metadata["bbox_x1"]) / 2
    elsewhere = TextNode(text="elsewhere", metadata={**first.metadata, "page_number": 99})
    inner, elsewhere = NodeWithScore(node=inner), NodeWithScore(node=elsewhere)
    nodes = [first, second, first, inner, elsewhere]
    kept = TokenBudgetPostprocessor(budget=10_000).postprocess_nodes(nodes)
    assert kept == [first, second, elsewhere]
    kept = TokenBudgetPostprocessor(budget=10_000).postprocess_nodes([inner, first, second])
    assert kept == [inner, second]  # the better one stays, whichever is larger


def test_nodes_of_others_are_left_alone():
    nodes = texts("a", "a", "b")
    assert TokenBudgetPostprocessor(budget=10).postprocess_nodes(nodes) == nodes
    assert TokenBudgetPostprocessor(budget=10).postprocess_nodes([]) == []


@pytest.mark.parametrize("options", [{"budget": 0}, {"budget": 5, "tokens": 3}, {}])
def test_wrong_budgets(options):
    with pytest.raises(ValueError, match=r"budget|tokens"):
        TokenBudgetPostprocessor(**options)
