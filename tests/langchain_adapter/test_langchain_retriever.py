import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.load import dumps
from langchain_core.prompts import PromptTemplate, format_document
from langchain_core.runnables import ConfigurableField
from langchain_core.tools import create_retriever_tool
from pydantic import ValidationError

from snappy_core import PasswordRequiredError, RegionIndex, UnreadableDocumentError
from snappy_core.errors import TimeLimitError, install_hint
from snappy_core.search.context import estimate_tokens
from snappy_core.testing import FakeEncoder
from snappy_langchain import SnappyRetriever, to_document

REPORT = Path(__file__).parents[2] / "examples" / "report.pdf"
QUESTION = "How many turbines are at work?"


@pytest.fixture(scope="module")
def index():
    index = RegionIndex(encoder=FakeEncoder())
    index.add(REPORT, metadata={"team": "finance"}).raise_failed()
    return index


@pytest.fixture
def retriever(index):
    return SnappyRetriever(index=index)


class Recorder(BaseCallbackHandler):
    def __init__(self):
        self.events = []
        self.metadata = None

    def on_retriever_start(self, serialized, query, *, metadata=None, **kwargs):
        self.events.append("start")
        self.metadata = metadata

    def on_retriever_end(self, documents, **kwargs):
        self.events.append("end")

    def on_retriever_error(self, error, **kwargs):
        self.events.append("error")


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


@pytest.mark.parametrize("number", [1, 3])
async def test_k_for_one_call(retriever, number):
    assert len(retriever.invoke(QUESTION, k=number)) == number
    assert len(await retriever.ainvoke(QUESTION, k=number)) == number
    assert len(retriever.invoke(QUESTION)) == 5  # and it is forgotten afterwards


@pytest.mark.parametrize(
    "options",
    [
        {"filter": {"region_label": "table"}},
        {"filter": {"team": ["finance", "sales"], "page_number": 4}},
        {"filter": {"$or": [{"page_label": "3"}, {"$not": {"page_number": {"$gt": 1}}}]}},
        {"score_threshold": 0.4},
        {"per_page": 1},
        {"candidates": 2},
        {"pages": [(str(REPORT), 4), (str(REPORT), 6)]},
        {"scoring": "mean"},
        {"budget": 150},
        {"k": 2, "filter": {"page_number": [2, 3]}, "per_page": 1},
    ],
)
async def test_options_mean_the_same_in_every_place(index, retriever, options):
    options = {"k": 20, **options}
    hits = index.search(QUESTION, **options)
    assert len(hits) > 0
    assert hits.hits != index.search(QUESTION, k=20).hits
    expected = [to_document(hit) for hit in hits]
    assert SnappyRetriever(index=index, **options).invoke(QUESTION) == expected
    assert retriever.invoke(QUESTION, **options) == expected
    assert await retriever.ainvoke(QUESTION, **options) == expected
    assert retriever.bind(**options).invoke(QUESTION) == expected
    assert await retriever.bind(**options).ainvoke(QUESTION) == expected


async def test_budget_instead_of_a_number(index, retriever):
    expected = [to_document(hit) for hit in index.search(QUESTION, budget=600)]
    assert len(expected) > 5
    assert sum(estimate_tokens(document.page_content) for document in expected) <= 600
    filling = SnappyRetriever(index=index, budget=600)
    assert filling.invoke(QUESTION) == expected
    assert await filling.ainvoke(QUESTION) == expected
    assert len(filling.invoke(QUESTION, k=2)) == 2


def test_location_references_can_be_turned_off(index):
    question = "What does page 2 say about the coupon of the green bond?"
    off = SnappyRetriever(index=index, location_references=False, k=1)
    [document], [other] = off.invoke(question), off.invoke(question, location_references=True)
    assert (document.metadata["page_label"], other.metadata["page_label"]) == ("3", "2")


async def test_defaults_never_cut_below_k(index, retriever):
    for number in (1, 5, 60):
        assert len(SnappyRetriever(index=index, k=number).invoke(QUESTION)) == number
        assert len(await retriever.ainvoke(QUESTION, k=number)) == number


def test_a_search_that_takes_too_long_is_an_error(index):
    limited = SnappyRetriever(index=index, timeout=1e-9)
    with pytest.raises(TimeLimitError, match="longer than 1e-09 seconds"):
        limited.invoke("tide")
    with pytest.raises(TimeLimitError, match="longer than 1e-09 seconds"):
        asyncio.run(limited.ainvoke("tide"))
    assert limited.invoke("tide", timeout=600)


def test_none_leaves_the_field_and_an_empty_filter_lifts_it(index):
    tables = SnappyRetriever(index=index, filter={"region_label": "table"}, k=20)
    labels = {d.metadata["region_label"] for d in tables.invoke(QUESTION, filter=None)}
    assert labels == {"table"}
    labels = {d.metadata["region_label"] for d in tables.invoke(QUESTION, filter={})}
    assert "paragraph" in labels


async def test_unknown_option_of_a_call(retriever):
    with pytest.raises(TypeError, match="kk"):
        retriever.invoke(QUESTION, kk=3)
    with pytest.raises(TypeError, match="kk"):
        await retriever.ainvoke(QUESTION, kk=3)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kk": 3}, "kk"),
        ({"k": 0}, "at least 1, not 0"),
        ({"per_page": 0}, "per_page must be"),
        ({"budget": 0}, "budget must be an integer of at least 1, not 0"),
        ({"score_threshold": 7}, "between -1 and 1, not 7"),
        ({"scoring": "sum"}, "'sum'; use mixture, maxsim, iou_weighted, max, mean"),
        ({"filter": {"team": {"eq": "finance"}}}, "'eq' is no operator"),
    ],
)
def test_wrong_fields(index, fields, message):
    with pytest.raises(ValidationError, match=message):
        SnappyRetriever(index=index, **fields)


async def test_wrong_options_of_a_call(retriever):
    with pytest.raises(ValueError, match="at least 1, not 0"):
        await retriever.ainvoke(QUESTION, budget=0)
    with pytest.raises(ValueError, match="k must be an integer of at least 1, not 0"):
        retriever.invoke(QUESTION, k=0)
    with pytest.raises(ValueError, match="'page_number' is a number, not '4'"):
        await retriever.ainvoke(QUESTION, filter={"page_number": "4"})
    with pytest.warns(UserWarning, match=r"the filter key 'taem', .*this index has .*team"):
        assert await retriever.ainvoke(QUESTION, filter={"taem": "finance"}) == []


@pytest.mark.parametrize("question", ["", " \n"])
async def test_errors_are_raised_and_reported_once(retriever, question):
    recorder = Recorder()
    with pytest.raises(ValueError, match="empty"):
        retriever.invoke(question, config={"callbacks": [recorder]})
    assert recorder.events == ["start", "error"]
    with pytest.raises(ValueError, match="empty"):
        await retriever.ainvoke(question, config={"callbacks": [recorder]})
    assert recorder.events == ["start", "error"] * 2


def test_callbacks_learn_where_it_searches(retriever):
    recorder = Recorder()
    retriever.invoke(QUESTION, config={"callbacks": [recorder]})
    assert recorder.events == ["start", "end"]
    expected = {
        "ls_retriever_name": "snappy",
        "ls_vector_store_provider": "snappy",
        "ls_embedding_model": "fake-1",
    }
    assert expected.items() <= recorder.metadata.items()


def test_batch_and_configurable_fields(index):
    retriever = SnappyRetriever(index=index).configurable_fields(
        k=ConfigurableField(id="k"), filter=ConfigurableField(id="filter")
    )
    questions = [f"turbines {word}" for word in "revenue debt tide seals bond divers".split()] * 5
    filter = {"page_number": [2, 4]}
    answers = retriever.batch(
        questions, config={"configurable": {"k": 2, "filter": filter}, "max_concurrency": 8}
    )
    for question, documents in zip(questions, answers, strict=True):
        assert documents == [to_document(h) for h in index.search(question, k=2, filter=filter)]
    with pytest.raises(ValidationError, match="at least 1, not 0"):
        retriever.invoke(QUESTION, config={"configurable": {"k": 0}})


async def test_ainvoke_leaves_the_event_loop_free():
    retriever = SnappyRetriever.from_files(REPORT, encoder=MeetingEncoder())
    answers = await asyncio.gather(*(retriever.ainvoke(QUESTION) for _ in range(3)))
    assert [len(documents) for documents in answers] == [5, 5, 5]


async def test_question_is_stripped():
    encoder = ListeningEncoder()
    retriever = SnappyRetriever.from_files(REPORT, encoder=encoder)
    retriever.invoke("  tides \n\n")
    await retriever.ainvoke("\ttides\n")
    assert encoder.questions == ["tides", "tides"]


def test_document(index, retriever):
    hits = index.search(QUESTION)
    for hit, document in zip(hits, retriever.invoke(QUESTION), strict=True):
        assert document.id == document.metadata["region_id"] == hit.region_id
        assert document.page_content == hit.region.text
        assert document.metadata["page"] == hit.page_number - 1
        assert document.metadata["score"] == hit.score
        assert document.metadata["page_score"] == hit.page_score
        assert document.metadata["rank"] == hit.rank
        assert document.metadata["team"] == "finance"
        assert {type(value) for value in document.metadata.values()} <= {str, int, float, bool}
        assert json.loads(json.dumps(document.metadata)) == document.metadata


def test_metadata_is_new_each_time(retriever):
    first = retriever.invoke(QUESTION)
    for document in first:
        document.metadata.clear()
    assert all(document.metadata["rank"] for document in retriever.invoke(QUESTION))


def test_region_ids_are_unique(retriever):
    documents = retriever.invoke(QUESTION, k=500)
    assert len({document.id for document in documents}) == len(documents) > 50


def test_every_document_fits_one_prompt(retriever):
    prompt = PromptTemplate.from_template(
        "[{region_id}] {source}, page {page_label}, {section}\n{page_content}"
    )
    for document in retriever.invoke(QUESTION, k=500):
        assert document.page_content in format_document(document, prompt)


def test_tool(retriever):
    tool = create_retriever_tool(
        retriever, "report", "Searches the report.", response_format="content_and_artifact"
    )
    message = tool.invoke(
        {"type": "tool_call", "id": "1", "name": "report", "args": {"query": QUESTION}}
    )
    assert message.artifact == retriever.invoke(QUESTION)


def test_index_is_neither_shown_nor_dumped(retriever):
    assert "index" not in repr(retriever)
    assert "index" not in retriever.model_dump()
    serialised = dumps(retriever)
    assert "not_implemented" in serialised
    assert len(serialised) < 1000


def test_index_by_path(tmp_path):
    path = tmp_path / "report.snappy"
    made = SnappyRetriever.from_files([REPORT], index_path=path, metadata={"team": "a"})
    question = "What coupon does the green bond carry?"
    expected = made.invoke(question)
    made.index.close()
    for location in (path, str(path)):
        opened = SnappyRetriever(index=location)
        assert opened.invoke(question) == expected
        assert opened.batch([question] * 4) == [expected] * 4
        opened.index.close()


def test_index_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such index"):
        SnappyRetriever(index=tmp_path / "reports.snappy")
    assert not list(tmp_path.iterdir())


def test_index_by_url():
    with pytest.raises(ValidationError, match="no store for ftp://; use the path of a file"):
        SnappyRetriever(index="ftp://bucket/reports")


def test_index_of_another_kind():
    with pytest.raises(ValidationError, match="RegionIndex"):
        SnappyRetriever(index=3)


def test_from_files_raises_what_fails(data):
    with pytest.raises(UnreadableDocumentError, match=r"not_a_pdf\.pdf"):
        SnappyRetriever.from_files([REPORT, data / "not_a_pdf.pdf"], encoder=FakeEncoder())
    with pytest.raises(ValidationError, match="kk"):
        SnappyRetriever.from_files(REPORT, encoder=FakeEncoder(), kk=3)


def test_from_files_with_password(data):
    encrypted = data / "encrypted.pdf"
    with pytest.raises(PasswordRequiredError):
        SnappyRetriever.from_files(encrypted, encoder=FakeEncoder())
    opened = SnappyRetriever.from_files(encrypted, password="tide", encoder=FakeEncoder())
    assert opened.index.info().documents == 1


def test_real_encoder():
    retriever = SnappyRetriever.from_files(REPORT)
    first = retriever.invoke("How fast may the stream run when a diver enters the water?")[0]
    assert "0.8 knots" in first.page_content
    assert first.metadata["page_number"] == 5


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_without_langchain():
    done = run_python("import sys; sys.modules['langchain_core'] = None; import snappy_langchain")
    assert "MissingDependencyError" in done.stderr
    assert install_hint("langchain") in done.stderr


def test_needs_langchain_core_only():
    done = run_python(
        "import sys; sys.modules['llama_index'] = sys.modules['langchain'] = None;"
        "import snappy_langchain; print(snappy_langchain.SnappyRetriever.__name__)"
    )
    assert done.stdout == "SnappyRetriever\n", done.stderr
