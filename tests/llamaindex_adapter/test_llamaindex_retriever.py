import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from llama_index.core.callbacks import CallbackManager, CBEventType, LlamaDebugHandler
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import CitationQueryEngine, RetrieverQueryEngine
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import (
    IndexNode,
    MetadataMode,
    NodeRelationship,
    ObjectType,
    QueryBundle,
    TextNode,
)
from llama_index.core.tools import RetrieverTool
from llama_index.core.vector_stores.utils import metadata_dict_to_node, node_to_metadata_dict

from snappy_core import PasswordRequiredError, RegionIndex, Source, UnreadableDocumentError
from snappy_core.errors import TimeLimitError, install_hint
from snappy_core.page_search import PageReference
from snappy_core.testing import FakeEncoder
from snappy_core.types import LABELS
from snappy_llamaindex import RegionNode, SnappyRetriever, to_node

REPORT = Path(__file__).parents[2] / "examples" / "report.pdf"
QUESTION = "How many turbines are at work?"


class ListeningEncoder(FakeEncoder):
    """Keeps the questions it is given."""

    def __init__(self):
        super().__init__()
        self.questions = []

    def encode_query(self, text):
        self.questions.append(text)
        return super().encode_query(text)


class MeetingEncoder(FakeEncoder):
    """Answers no question before three are asked at the same time."""

    def __init__(self):
        super().__init__()
        self.barrier = threading.Barrier(3, timeout=120)

    def encode_query(self, text):
        self.barrier.wait()
        return super().encode_query(text)


@pytest.fixture(scope="module")
def index():
    index = RegionIndex(encoder=FakeEncoder())
    source = Source.from_bytes(REPORT.read_bytes(), "report.pdf")
    index.add_document(source, document_id="report", metadata={"team": "finance"}).raise_failed()
    return index


@pytest.fixture
def retriever(index):
    return SnappyRetriever(index)


@pytest.fixture
def listening():
    return SnappyRetriever.from_files(REPORT, encoder=ListeningEncoder())


@pytest.mark.parametrize(
    "options",
    [
        {"k": 1},
        {"filter": {"region_label": "table"}},
        {"filter": {"team": ["finance", "sales"], "page_number": 4}},
        {"score_threshold": 0.4},
        {"per_page": 1},
        {"candidates": 2},
        {"pages": [PageReference("report", 4), PageReference("report", 6)]},
        {"scoring": "mean"},
    ],
)
async def test_options_are_those_of_the_index(index, options):
    options = {"k": 20, **options}
    hits = index.search(QUESTION, **options)
    assert len(hits) > 0
    assert hits.hits != index.search(QUESTION, k=20).hits
    expected = [to_node(hit) for hit in hits]
    retriever = SnappyRetriever(index, similarity_top_k=options.pop("k"), **options)
    assert retriever.retrieve(QUESTION) == expected
    assert await retriever.aretrieve(QUESTION) == expected
    assert retriever.retrieve(QueryBundle(QUESTION)) == expected


def test_pages_of_an_iterator_serve_all_searches(index):
    retriever = SnappyRetriever(index, pages=iter([("report", 4)]))
    for question in (QUESTION, "tides"):
        nodes = retriever.retrieve(question)
        assert {node.metadata["page_number"] for node in nodes} == {4}


async def test_budget_instead_of_a_number(index):
    expected = [to_node(hit) for hit in index.search(QUESTION, budget=600)]
    assert len(expected) > 5
    retriever = SnappyRetriever(index, budget=600)
    assert retriever.similarity_top_k is None
    assert retriever.retrieve(QUESTION) == expected
    assert await retriever.aretrieve(QUESTION) == expected
    retriever.similarity_top_k = 2
    assert len(retriever.retrieve(QUESTION)) == 2


def test_location_references_can_be_turned_off(index):
    question = "What does page 2 say about the coupon of the green bond?"
    for on, label in ((False, "3"), (True, "2")):
        retriever = SnappyRetriever(index, k=1, location_references=on)
        assert retriever.retrieve(question)[0].metadata["page_label"] == label


def test_a_search_that_takes_too_long_is_an_error(index):
    limited = SnappyRetriever(index, timeout=1e-9)
    with pytest.raises(TimeLimitError, match="longer than 1e-09 seconds"):
        limited.retrieve("tide")
    with pytest.raises(TimeLimitError, match="longer than 1e-09 seconds"):
        asyncio.run(limited.aretrieve("tide"))
    limited.timeout = None
    assert limited.retrieve("tide")


def test_options_can_be_changed(retriever):
    assert len(retriever.retrieve(QUESTION)) == 5
    retriever.similarity_top_k = 2
    assert len(retriever.retrieve(QUESTION)) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"similarity_top_k": 0}, "at least 1, not 0"),
        ({"per_page": 0}, "per_page must be"),
        ({"score_threshold": 7}, "between -1 and 1, not 7"),
        ({"budget": 0}, "at least 1, not 0"),
        ({"scoring": "sum"}, "'sum'; use mixture, maxsim, iou_weighted, max, mean"),
    ],
)
def test_wrong_options(index, options, message):
    with pytest.raises(ValueError, match=message):
        SnappyRetriever(index, **options)


def test_similarity_top_k_is_k(index):
    retriever = SnappyRetriever(index, k=3)
    assert retriever.similarity_top_k == 3
    retriever.similarity_top_k = 1
    assert len(retriever.retrieve(QUESTION)) == retriever.k == 1
    with pytest.raises(ValueError, match="k and similarity_top_k are the same option"):
        SnappyRetriever(index, k=3, similarity_top_k=3)


def test_unknown_option(index):
    with pytest.raises(TypeError, match="top_k"):
        SnappyRetriever(index, top_k=3)


@pytest.mark.parametrize("question", ["", " \n"])
async def test_empty_questions_are_errors(retriever, question):
    with pytest.raises(ValueError, match="empty"):
        retriever.retrieve(question)
    with pytest.raises(ValueError, match="empty"):
        await retriever.aretrieve(question)


async def test_unknown_filter_key(index):
    retriever = SnappyRetriever(index, filter={"taem": "finance"})
    with pytest.warns(UserWarning, match=r"the filter key 'taem', .*this index has .*team"):
        assert await retriever.aretrieve(QUESTION) == []


async def test_aretrieve_leaves_the_event_loop_free():
    retriever = SnappyRetriever.from_files(REPORT, encoder=MeetingEncoder())
    answers = await asyncio.gather(*(retriever.aretrieve(QUESTION) for _ in range(3)))
    assert [len(nodes) for nodes in answers] == [5, 5, 5]


def test_tool_question_is_stripped(listening):
    tool = RetrieverTool.from_defaults(listening, name="report", description="The report.")
    output = tool.call("tides")  # which the tool turns into "tides\n"
    listening.retrieve(" tides ")
    assert listening.index.encoder.questions == ["tides", "tides"]
    assert [n.node_id for n in output.raw_output] == [
        n.node_id for n in listening.retrieve("tides")
    ]


async def test_custom_embedding_strings_stand_for_the_question(listening):
    bundle = QueryBundle("debt?", custom_embedding_strs=["Net debt fell. ", "Loans were repaid."])
    listening.retrieve(bundle)
    await listening.aretrieve(bundle)
    listening.retrieve(QueryBundle("debt?", custom_embedding_strs=[]))
    assert listening.index.encoder.questions == [
        "Net debt fell. \nLoans were repaid.",
        "Net debt fell. \nLoans were repaid.",
        "debt?",
    ]


def test_embedding_of_another_retriever_is_passed_over(retriever):
    # VectorIndexRetriever writes into the bundle that a fusion shares between retrievers.
    bundle = QueryBundle(QUESTION, embedding=[0.5] * 8)
    assert retriever.retrieve(bundle) == retriever.retrieve(QUESTION)


async def test_image_as_question(retriever):
    bundle = QueryBundle("this chart", image_path="chart.png")
    with pytest.raises(ValueError, match=r"image_path='chart\.png'.*text only"):
        retriever.retrieve(bundle)
    with pytest.raises(ValueError, match="text only"):
        await retriever.aretrieve(bundle)


def test_node(index, retriever):
    for hit, found in zip(index.search(QUESTION), retriever.retrieve(QUESTION), strict=True):
        node = found.node
        assert isinstance(node, TextNode)
        assert node.node_id == node.metadata["region_id"] == hit.region_id
        assert found.text == found.get_content() == hit.region.text
        assert type(found.score) is float
        assert found.score == hit.score
        assert node.metadata["team"] == "finance"
        assert not {"score", "page_score", "rank", "page"} & set(node.metadata)
        assert {type(value) for value in node.metadata.values()} <= {str, int, float, bool}


def test_relationships(retriever):
    node = retriever.retrieve("What coupon does the green bond carry?")[0].node
    assert node.ref_doc_id == "report"
    assert node.relationships[NodeRelationship.SOURCE].node_type == ObjectType.DOCUMENT
    assert node.parent_node.node_id == f"report#p{node.metadata['page_number']}"
    assert node.node_id.startswith(f"{node.parent_node.node_id}r")


def test_neighbors_lead_through_the_page_in_reading_order(index):
    # With the headings, which answer only where they are asked for.
    labels = [name for name in LABELS if name not in ("header", "footer")]
    shown = {"region_label": {"$in": labels}}
    retriever = SnappyRetriever(index, similarity_top_k=500, filter=shown)
    nodes = {n.node_id: n.node for n in retriever.retrieve("a")}
    pairs = [
        (node, nodes[node.next_node.node_id])
        for node in nodes.values()
        if node.next_node is not None and node.next_node.node_id in nodes
    ]
    assert len(pairs) > 30
    for node, following in pairs:
        assert following.prev_node.node_id == node.node_id
        assert following.metadata["page_number"] == node.metadata["page_number"]
        assert following.metadata["reading_order"] > node.metadata["reading_order"]


def test_model_reads_what_it_needs_to_cite(retriever):
    node = retriever.retrieve(QUESTION)[0].node
    told = "\n".join(
        f"{key}: {node.metadata[key]}" for key in ("citation", "file_name", "page_label")
    )
    assert node.get_content(MetadataMode.LLM) == f"{told}\n\n{node.text}"
    assert node.get_content(MetadataMode.EMBED) == node.text


def test_multimodal_engines_read_the_same(retriever):
    node = retriever.retrieve(QUESTION)[0].node
    node.text = "Eleven.\n[report#p2r1] Twelve."
    node.metadata["page_label"] = "3\ncitation: [report#p2r1]"
    (block,) = node.get_content_blocks(MetadataMode.LLM)
    assert block.text == node.get_content(MetadataMode.LLM)
    assert block.text.endswith("citation: [report#p2r1]\n\nEleven.\n\\[report#p2r1] Twelve.")
    assert [block.text for block in node.get_content_blocks()] == [node.text]


def test_nodes_survive_json(retriever):
    for found in retriever.retrieve(QUESTION):
        copy = RegionNode.from_json(found.node.to_json())
        assert (copy, copy.hash) == (found.node, found.node.hash)
        # Stores of LlamaIndex know the nodes of LlamaIndex only.
        assert TextNode.from_json(found.node.to_json()).metadata == found.node.metadata
        assert json.loads(json.dumps(found.node.metadata)) == found.node.metadata


def test_nodes_survive_flat_vector_stores(retriever):
    node = retriever.retrieve(QUESTION)[0].node
    flat = node_to_metadata_dict(node, flat_metadata=True)
    assert flat["document_id"] == flat["ref_doc_id"] == "report"  # LlamaIndex writes these
    back = metadata_dict_to_node(flat)
    assert back.metadata == node.metadata
    assert back.node_id == node.node_id


def test_metadata_is_new_each_time(retriever):
    for found in retriever.retrieve(QUESTION):
        found.node.metadata.clear()
    assert all(found.node.metadata for found in retriever.retrieve(QUESTION))


def test_no_region_is_lost_to_deduplication(index):
    hits = index.search(QUESTION, k=500)
    nodes = SnappyRetriever(index, similarity_top_k=500).retrieve(QUESTION)
    assert len(nodes) == len(hits) > 50


def test_fusion_adds_up_what_a_region_earns_from_two_retrievers(index):
    # Fusion knows nodes by a hash over text and metadata. The scores of these two retrievers
    # differ: were they in the metadata, no region would count as found twice.
    retrievers = [SnappyRetriever(index), SnappyRetriever(index, scoring="max")]
    expected = {}
    for retriever in retrievers:
        for rank, node in enumerate(retriever.retrieve(QUESTION)):
            expected[node.node_id] = expected.get(node.node_id, 0) + 1 / (60 + rank)
    assert len(expected) < 10  # some region is found by both
    fusion = QueryFusionRetriever(
        retrievers,
        llm=MockLLM(),
        mode="reciprocal_rerank",
        num_queries=1,
        similarity_top_k=10,
        use_async=False,
    )
    fused = {node.node_id: node.score for node in fusion.retrieve(QUESTION)}
    assert fused == pytest.approx(expected)


def test_highlights_differ_by_question_and_the_hash_does_not(retriever):
    nodes = [
        found.node
        for question in ("What coupon does the bond carry?", "How high was net debt in May?")
        for found in retriever.retrieve(question)
    ]
    by_id = {}
    for node in nodes:
        by_id.setdefault(node.node_id, []).append(node)
    pairs = [pair for pair in by_id.values() if len(pair) == 2]
    assert any(a.metadata["highlights_json"] != b.metadata["highlights_json"] for a, b in pairs)
    assert all(a.hash == b.hash for a, b in pairs)
    assert len({node.hash for node in nodes}) == len(by_id)


def test_query_engine_answers_from_the_regions(retriever):
    answer = RetrieverQueryEngine.from_args(retriever, llm=MockLLM()).query(QUESTION)
    assert answer.source_nodes == retriever.retrieve(QUESTION)
    assert all(node.text in answer.response for node in answer.source_nodes)  # MockLLM repeats
    assert "bbox" not in answer.response


async def test_failures_are_raised_and_end_no_retrieval(listening):
    # LlamaIndex emits the end of a retrieval only when it came to one.
    debug = LlamaDebugHandler(print_trace_on_end=False)
    listening.callback_manager = CallbackManager([debug])
    listening.filter = {"page_number": "a"}
    with pytest.raises(ValueError, match="page_number"):
        listening.retrieve(QUESTION)
    with pytest.raises(ValueError, match="page_number"):
        await listening.aretrieve(QUESTION)


def test_citation_engine_keeps_the_region(retriever):
    # It makes new nodes, with ids of their own, out of dumps of ours.
    answer = CitationQueryEngine(retriever, llm=MockLLM()).query(QUESTION)
    cited = [node.metadata["region_id"] for node in answer.source_nodes]
    assert cited == [node.node_id for node in retriever.retrieve(QUESTION)]


def test_callbacks(index):
    debug = LlamaDebugHandler(print_trace_on_end=False)
    SnappyRetriever(index, callback_manager=CallbackManager([debug])).retrieve(QUESTION)
    assert len(debug.get_event_pairs(CBEventType.RETRIEVE)) == 1


def test_objects_and_verbose_reach_llamaindex(index):
    other = SnappyRetriever(index)
    node = IndexNode(text="the report", index_id="report", obj=other)
    assert SnappyRetriever(index, objects=[node]).object_map == {"report": other}
    retriever = SnappyRetriever(index, object_map={"report": other}, verbose=True)
    assert retriever.object_map == {"report": other}
    assert retriever._verbose


def test_index_by_path(tmp_path):
    path = tmp_path / "report.snappy"
    made = SnappyRetriever.from_files([REPORT], index_path=path, metadata={"team": "a"})
    expected = made.retrieve(QUESTION)
    made.index.close()
    for location in (path, str(path)):
        opened = SnappyRetriever(location)
        assert opened.retrieve(QUESTION) == expected
        opened.index.close()


def test_index_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such index"):
        SnappyRetriever(tmp_path / "reports.snappy")
    assert not list(tmp_path.iterdir())


def test_from_files_raises_what_fails(data):
    with pytest.raises(UnreadableDocumentError, match=r"not_a_pdf\.pdf"):
        SnappyRetriever.from_files([REPORT, data / "not_a_pdf.pdf"], encoder=FakeEncoder())
    with pytest.raises(TypeError, match="top_k"):
        SnappyRetriever.from_files(REPORT, encoder=FakeEncoder(), top_k=3)


def test_from_files_with_password(data):
    encrypted = data / "encrypted.pdf"
    with pytest.raises(PasswordRequiredError):
        SnappyRetriever.from_files(encrypted, encoder=FakeEncoder())
    opened = SnappyRetriever.from_files(encrypted, password="tide", encoder=FakeEncoder())
    assert opened.index.info().documents == 1


def test_real_encoder():
    retriever = SnappyRetriever.from_files(REPORT)
    first = retriever.retrieve("How fast may the stream run when a diver enters the water?")[0]
    assert "0.8 knots" in first.text
    assert first.metadata["page_number"] == 5


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_without_llamaindex():
    done = run_python("import sys; sys.modules['llama_index'] = None; import snappy_llamaindex")
    assert "MissingDependencyError" in done.stderr
    assert install_hint("llamaindex") in done.stderr


def test_needs_llama_index_core_only():
    done = run_python(
        "import sys; sys.modules['langchain_core'] = sys.modules['langchain'] = None;"
        "import snappy_llamaindex; print(snappy_llamaindex.SnappyRetriever.__name__)"
    )
    assert done.stdout == "SnappyRetriever\n", done.stderr
