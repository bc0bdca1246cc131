"""The tool, alone and in the hands of an agent."""

import asyncio
import json
import shutil

import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.runnables import ConfigurableField
from langchain_core.tools import ToolException
from pydantic import ValidationError

from snappy_core import RegionIndex, Source
from snappy_core.fused_search import FusedSearch
from snappy_core.metadata import read_highlights
from snappy_core.testing import FakeEncoder
from snappy_langchain import (
    SnappyRetriever,
    create_reading_tools,
    create_region_tool,
    region_blocks,
)

QUESTION = "How many turbines are at work?"
FIGURES = {"region_label": "figure"}


def call(tool, **args):
    return {"type": "tool_call", "id": "1", "name": tool.name, "args": args}


def calls(tool, **args):
    return AIMessage("", tool_calls=[call(tool, **args)])


class Scripted(GenericFakeChatModel):
    """Says what it was told to say, tools or not."""

    def bind_tools(self, tools, **kwargs):
        return self


async def test_text_for_the_model_and_documents_for_the_program(report_index):
    retriever = SnappyRetriever(index=report_index, k=3)
    tool = create_region_tool(retriever)
    message = tool.invoke(call(tool, query=QUESTION))
    assert isinstance(message, ToolMessage)
    assert message.artifact == retriever.invoke(QUESTION)
    assert message.content == region_blocks(message.artifact)
    assert message == await tool.ainvoke(call(tool, query=QUESTION))
    for block, document in zip(message.content, message.artifact, strict=True):
        assert block["text"].startswith(f"[{document.metadata['citation']}] ")
    best = read_highlights(message.artifact[0].metadata)[0].text
    assert f"\nMost relevant:\n> {best}" in message.content[0]["text"]


async def test_pictures(report_index):
    tool = create_region_tool(report_index, images=True, k=2, filter=FIGURES)
    message = tool.invoke(call(tool, query=QUESTION))
    assert message.content == region_blocks(message.artifact, report_index)
    assert [block["type"] for block in message.content] == ["text", "image"] * 2
    assert message == await tool.ainvoke(call(tool, query=QUESTION))


def test_no_folder_of_the_server_reaches_the_model(tmp_path, report):
    path = tmp_path / "secret-folder" / "report.pdf"
    path.parent.mkdir()
    shutil.copy(report, path)
    index = RegionIndex(encoder=FakeEncoder())
    index.add(path).raise_failed()
    tool = create_region_tool(index, k=2, images=True, filter=FIGURES)
    message = tool.invoke(call(tool, query="electricity"))
    assert message.artifact[0].metadata["source"] == str(path)  # for the program
    told = json.dumps(message.content)
    assert "report.pdf" in told
    assert "secret-folder" not in told
    path.unlink()
    failed = tool.invoke(call(tool, query="electricity")).content
    assert "report.pdf, page 4: there is no such file" in failed
    assert "secret-folder" not in failed


def test_what_the_model_gives(report_index):
    tool = create_region_tool(report_index, name="reports", description="Ask the reports.")
    assert (tool.name, tool.description) == ("reports", "Ask the reports.")
    assert list(tool.args) == list(tool.tool_call_schema.model_json_schema()["properties"])
    assert list(tool.args) == ["query", "documents"]
    assert tool.args["query"]["type"] == "string"


def test_k_and_the_options_of_the_retriever(report_index, report):
    retriever = SnappyRetriever(index=report_index, k=2, filter={"region_label": "table"})
    documents = (
        create_region_tool(retriever)
        .invoke(call(create_region_tool(retriever), query="net debt"))
        .artifact
    )
    assert {document.metadata["region_label"] for document in documents} == {"table"}
    tool = create_region_tool(retriever, k=1)
    assert tool.invoke(call(tool, query="net debt")).artifact == documents[:1]
    assert len(retriever.invoke("net debt")) == len(documents)
    capped = create_region_tool(report_index, k=9, per_page=1, filter={"page_number": [2, 6]})
    pages = [d.metadata["page_number"] for d in capped.invoke(call(capped, query="debt")).artifact]
    assert sorted(pages) == [2, 6]
    pages = iter([(str(report), 6)])
    capped = create_region_tool(report_index, k=9, pages=pages)
    for question in ("debt", "tides"):
        artifact = capped.invoke(call(capped, query=question)).artifact
        assert {document.metadata["page_number"] for document in artifact} == {6}
    with pytest.raises(ValueError, match="k must be an integer of at least 1, not 0"):
        create_region_tool(retriever, k=0)
    with pytest.raises(TypeError, match="unknown search option 'kk'; use k, "):
        create_region_tool(retriever, kk=1)


def test_index_by_path(tmp_path, data):
    path = tmp_path / "prices.snappy"
    with RegionIndex.open(path) as index:
        index.add(data / "table.pdf").raise_failed()
    assert "licences" in create_region_tool(path, k=9).invoke({"query": "licences"})[0]["text"]
    with pytest.raises(FileNotFoundError):
        create_region_tool(tmp_path / "none.snappy")
    with pytest.raises(ValidationError, match="RegionIndex"):
        create_region_tool(3)


def test_nothing_found_is_said():
    tool = create_region_tool(RegionIndex(encoder=FakeEncoder()))
    message = tool.invoke(call(tool, query=QUESTION))
    assert (message.status, message.artifact) == ("success", [])
    assert "No passage" in message.content[0]["text"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"query": " "}, "search_documents: the question is empty"),
        ({}, "(query: Field required). Its arguments: query, a question"),
        ({"query": ["turbines"]}, "(query: Input should be a valid string)"),
        ({"query": "debt", "documents": "reprot.pdf"}, "call list_documents for their names, such"),
        ({"query": "debt", "documents": {"a": 1}}, "documents, names of documents"),
    ],
)
async def test_the_model_is_told_what_to_do_about_a_bad_argument(report_index, arguments, told):
    tool = create_region_tool(report_index)
    message = tool.invoke(call(tool, **arguments))
    assert (message.status, message.artifact) == ("error", None)
    assert told in message.content
    assert await tool.ainvoke(call(tool, **arguments)) == message


async def test_failures_of_pictures_are_told_or_raised(report):
    index = RegionIndex(encoder=FakeEncoder())
    index.add(Source.from_bytes(report.read_bytes(), "report.pdf")).raise_failed()
    tool = create_region_tool(index, images=True, filter=FIGURES)
    message = tool.invoke(call(tool, query=QUESTION))
    assert message.status == "error"
    assert "no such file to draw it from" in message.content
    tool.handle_tool_error = False
    with pytest.raises(ToolException, match="no such file to draw it from"):
        tool.invoke(call(tool, query=QUESTION))
    with pytest.raises(ToolException, match="no such file to draw it from"):
        await tool.ainvoke(call(tool, query=QUESTION))


async def test_only_some_documents_are_searched(report, data):
    index = RegionIndex(encoder=FakeEncoder())
    index.add([report, data / "table.pdf"]).raise_failed()
    tool = create_region_tool(index, k=50)
    for documents in ("table.pdf", ["table.pdf"]):
        message = tool.invoke(call(tool, query="licences", documents=documents))
        assert {d.metadata["file_name"] for d in message.artifact} == {"table.pdf"}
        assert (await tool.ainvoke(call(tool, query="licences", documents=documents))) == message
    everywhere = tool.invoke(call(tool, query="licences")).artifact
    assert {d.metadata["file_name"] for d in everywhere} == {"table.pdf", "report.pdf"}
    tables = create_region_tool(index, k=50, filter={"region_label": "table"})
    found = tables.invoke(call(tables, query="licences", documents=["report.pdf"])).artifact
    places = {(d.metadata["file_name"], d.metadata["region_label"]) for d in found}
    assert places == {("report.pdf", "table")}


async def test_documents_pages_and_regions_are_read(report_index):
    documents, page, region = create_reading_tools(report_index, images=True)
    assert (await documents.ainvoke(call(documents))).content.endswith(": 7 pages")
    message = page.invoke(call(page, document="report.pdf", page=3))
    assert message == await page.ainvoke(call(page, document="report.pdf", page="3"))
    assert {d.metadata["page_number"] for d in message.artifact} == {4}
    assert "image" in [block["type"] for block in message.content]
    row = report_index.search("Grid services", k=1, filter={"region_label": "table_row"})[0]
    for name in (row.citation, f"[{row.citation}]", row.region_id):
        read = region.invoke(call(region, region=name))
        assert [d.id for d in read.artifact] == [row.region_id, row.parent_id]
    for tool, arguments in [
        (page, {"document": "report.pdf", "page": "99"}),
        (page, {"document": "report.pdf"}),
        (page, {"document": "x.pdf", "page": "1"}),
        (region, {"region": "the first"}),
        (region, {"region": f"{row.citation}000"}),
    ]:
        assert tool.invoke(call(tool, **arguments)).status == "error"


def test_callbacks_see_the_search_inside_the_tool(report_index):
    class Recorder(BaseCallbackHandler):
        def __init__(self):
            self.tool = self.parent = None

        def on_tool_start(self, serialized, input_str, *, run_id, **kwargs):
            self.tool = run_id

        def on_retriever_start(self, serialized, query, *, parent_run_id, **kwargs):
            self.parent = parent_run_id

    tool = create_region_tool(report_index)
    for run in (tool.invoke, lambda *a, **k: asyncio.run(tool.ainvoke(*a, **k))):
        recorder = Recorder()
        run({"query": QUESTION}, config={"callbacks": [recorder]})
        assert recorder.tool is not None
        assert recorder.parent == recorder.tool


async def test_agent(report_index):
    tool = create_region_tool(report_index, images=True, k=2, filter=FIGURES)

    def agent():
        script = iter([calls(tool, query=QUESTION), AIMessage("Eleven.")])
        return create_agent(Scripted(messages=script), [tool])

    asked = {"messages": [HumanMessage(QUESTION)]}
    for state in (agent().invoke(asked), await agent().ainvoke(asked)):
        _, _, answer, last = state["messages"]
        assert isinstance(answer, ToolMessage)
        retriever = SnappyRetriever(index=report_index, k=2, filter=FIGURES)
        assert answer.artifact == retriever.invoke(QUESTION)
        assert [block["type"] for block in answer.content] == ["text", "image"] * 2
        assert last.content == "Eleven."


def test_agent_hears_of_a_failure(report_index):
    tool = create_region_tool(report_index)
    script = [calls(tool, query=" "), AIMessage("I could not search.")]
    state = create_agent(Scripted(messages=iter(script)), [tool]).invoke({"messages": ["?"]})
    assert state["messages"][2].status == "error"


def test_several_encoders(report_index):
    """A fused search stands for an index; what is read and shown is of the first one."""
    other = RegionIndex(encoder=FakeEncoder())
    other.add("examples/report.pdf", progress=False).raise_failed()
    fused = FusedSearch([report_index, other])
    retriever = SnappyRetriever(index=fused, k=3)
    assert retriever.index is report_index
    expected = [hit.region_id for hit in fused.search(QUESTION, k=3)]
    configurable = retriever.configurable_fields(k=ConfigurableField(id="k"))
    for runnable in (retriever, configurable.with_config(configurable={"k": 3})):
        assert [document.id for document in runnable.invoke(QUESTION)] == expected
    tool = create_region_tool(fused, k=3, images=True)
    message = tool.invoke(call(tool, query=QUESTION, documents="report.pdf"))
    assert [document.id for document in message.artifact] == expected
    assert "report.pdf" in create_reading_tools(fused)[0].invoke({})
