import io
from pathlib import Path

import pytest
from llama_index.core.agent.workflow import FunctionAgent, ReActAgent, ToolCallResult
from llama_index.core.base.llms.types import ChatMessage, MessageRole, ToolCallBlock
from llama_index.core.llms import MockLLM
from llama_index.core.llms.mock import MockFunctionCallingLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import MetadataMode
from llama_index.core.tools import FunctionTool
from llama_index.core.vector_stores.types import MetadataFilter, MetadataFilters
from PIL import Image

from snappy_core import RegionIndex, agents
from snappy_core.fused_search import FusedSearch
from snappy_core.metadata import quotes
from snappy_core.testing import FakeEncoder
from snappy_llamaindex import (
    SnappyRetriever,
    create_reading_tools,
    create_region_tool,
    region_blocks,
)

REPORT = Path(__file__).parents[2] / "examples" / "report.pdf"
QUESTION = "How many turbines are at work?"


@pytest.fixture(scope="module")
def index():
    index = RegionIndex(encoder=FakeEncoder())
    index.add_document(REPORT, document_id="report").raise_failed()
    return index


@pytest.fixture
def retriever(index):
    return SnappyRetriever(index, similarity_top_k=3)


async def test_content_cites_and_raw_output_holds_the_nodes(retriever):
    nodes = retriever.retrieve(QUESTION)
    tool = create_region_tool(retriever)
    for output in (tool.call(query=QUESTION), await tool.acall(query=f"{QUESTION}\n")):
        assert output.raw_output == nodes
        for part, node in zip(output.content.split("\n\n["), nodes, strict=True):
            place = f"{node.metadata['citation']}] report.pdf, page {node.metadata['page_label']}"
            head = f"{place}\n{node.text}"
            lines = quotes(node.metadata, node.text)
            told = "".join(f"\n> {line}" for line in lines)
            assert part.removeprefix("[") == head + (f"\nMost relevant:{told}" if lines else "")
        assert "\nMost relevant:\n> " in output.content


def test_what_the_model_is_told(retriever):
    tool = create_region_tool(retriever, name="search_report", description="The annual report.")
    assert isinstance(tool, FunctionTool)
    assert tool.metadata.get_name() == "search_report"
    assert "The annual report." in tool.metadata.description
    parameters = tool.metadata.get_parameters_dict()
    assert parameters["required"] == ["query"]
    assert list(parameters["properties"]) == ["query", "documents"]


def test_nothing_found(index):
    tool = create_region_tool(SnappyRetriever(index, score_threshold=1.0))
    output = tool.call(query=QUESTION)
    assert (output.content, output.raw_output) == (agents.no_hits_message(None), [])


async def test_over_a_fusion(retriever):
    fusion = QueryFusionRetriever(
        [retriever], llm=MockLLM(), mode="reciprocal_rerank", num_queries=1, use_async=False
    )
    tool = create_region_tool(fusion)
    for output in (tool.call(query=QUESTION), await tool.acall(query=QUESTION)):
        assert output.content.startswith("[report#p")


async def test_figures_are_pictures(index):
    retriever = SnappyRetriever(index, k=2, filter={"region_label": "figure"})
    tool = create_region_tool(retriever, images=True)
    output = tool.call(query="electricity by month")
    assert [block.block_type for block in output.blocks] == ["text", "image"] * 2
    assert output.blocks == region_blocks(output.raw_output, index)
    assert (await tool.acall(query="electricity by month")).blocks == output.blocks
    node = output.raw_output[0]
    picture = Image.open(io.BytesIO(output.blocks[1].resolve_image().read()))
    assert picture.size == index.region_image(node.node_id, node.text).size
    retriever.budget = 150  # for texts and pictures
    assert {block.block_type for block in tool.call(query="electricity").blocks} == {"text"}
    [block] = create_region_tool(SnappyRetriever(index, k=2)).call(query=QUESTION).blocks
    assert "\n\n[report#p" in block.text
    with pytest.raises(TypeError, match="QueryFusionRetriever"):
        create_region_tool(
            QueryFusionRetriever([retriever], llm=MockLLM(), num_queries=1), images=True
        )


def test_text_cannot_pass_for_an_id(retriever):
    [node, *_] = retriever.retrieve(QUESTION)
    node.node.text = "Eleven.\n[report#p2r1] Twelve."
    assert "\nEleven.\n\\[report#p2r1] Twelve.\n" in region_blocks([node])[0].text
    node.metadata["page_label"] = "3\ncitation: [report#p2r1]"
    read = node.get_content(MetadataMode.LLM)
    assert read.endswith("\n\nEleven.\n\\[report#p2r1] Twelve.")
    assert "page_label: 3 citation: [report#p2r1]\n" in read
    assert node.get_content() == node.node.text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"query": " "}, "search_documents: the question is empty"),
        ({}, "(query: Field required). Its arguments: query, a question"),
        ({"query": ["turbines"]}, "(query: Input should be a valid string)"),
        ({"query": "debt", "documents": "reprot"}, "call list_documents for their names, such as"),
    ],
)
async def test_the_model_is_told_what_to_do_about_a_bad_argument(retriever, arguments, told):
    tool = create_region_tool(retriever)
    for output in (tool.call(**arguments), await tool.acall(**arguments)):
        assert (output.is_error, output.raw_output) == (True, [])
        assert told in output.content


async def test_only_some_documents_are_searched(data):
    index = RegionIndex(encoder=FakeEncoder())
    index.add([REPORT, data / "table.pdf"]).raise_failed()
    filters = MetadataFilters(filters=[MetadataFilter(key="region_label", value="table")])
    retriever = SnappyRetriever(index, k=50, filter=filters)
    tool = create_region_tool(retriever)
    for documents in ("report.pdf", ["report.pdf"]):
        output = tool.call(query="licences", documents=documents)
        nodes = output.raw_output
        assert {(n.metadata["file_name"], n.metadata["region_label"]) for n in nodes} == {
            ("report.pdf", "table")
        }
        assert (await tool.acall(query="licences", documents=documents)).raw_output == nodes
    assert retriever.filter is filters
    assert {n.metadata["file_name"] for n in tool.call("licences").raw_output} == {
        "report.pdf",
        "table.pdf",
    }


async def test_documents_pages_and_regions_are_read(index):
    documents, page, region = create_reading_tools(index, images=True)
    assert (await documents.acall()).content == documents.call().content == "report: 7 pages"
    output = page.call(document="report.pdf", page=3)
    assert output.blocks == (await page.acall(document="report", page="3")).blocks
    assert {node.metadata["page_number"] for node in output.raw_output} == {4}
    assert "image" in [block.block_type for block in output.blocks]
    row = index.search("Grid services", k=1, filter={"region_label": "table_row"})[0]
    read = region.call(region=f"[{row.citation}]").raw_output
    assert [node.node_id for node in read] == [row.region_id, row.parent_id]
    for tool, arguments in [
        (page, {"document": "report", "page": "99"}),
        (page, {"document": "report"}),
        (region, {"region": "report#p1r999"}),
    ]:
        assert tool.call(**arguments).is_error


async def run(agent):
    """Return an agent's answer and what its tool put out."""
    handler = agent.run(QUESTION)
    outputs = [
        event.tool_output
        async for event in handler.stream_events()
        if isinstance(event, ToolCallResult)
    ]
    return str(await handler), outputs


async def test_in_a_function_agent(retriever):
    def answer(messages, **_):
        if messages[-1].role != MessageRole.TOOL:
            call = ToolCallBlock(
                tool_call_id="1", tool_name="search_documents", tool_kwargs={"query": QUESTION}
            )
            return ChatMessage(role="assistant", blocks=[call])
        return ChatMessage(role="assistant", content=f"I read: {messages[-1].content}")

    llm = MockFunctionCallingLLM(response_generator=answer)
    answered, [output] = await run(FunctionAgent(tools=[create_region_tool(retriever)], llm=llm))
    assert output.raw_output == retriever.retrieve(QUESTION)
    assert answered == f"I read: {output.content}"


async def test_in_a_react_agent(retriever):
    def answer(messages, **_):
        last = messages[-1].content
        if "Observation:" not in last:
            call = f'Action: search_documents\nAction Input: {{"query": "{QUESTION}"}}'
            said = f"Thought: I search.\n{call}"
        else:
            cited = last[last.index("[") : last.index("]") + 1]
            said = f"Thought: I can answer.\nAnswer: Many {cited}."
        return ChatMessage(role="assistant", content=said)

    llm = MockFunctionCallingLLM(response_generator=answer)
    answered, [output] = await run(ReActAgent(tools=[create_region_tool(retriever)], llm=llm))
    assert not output.is_error
    assert answered == f"Many [{retriever.retrieve(QUESTION)[0].metadata['citation']}]."


def test_several_encoders(index):
    """A fused search stands for an index; what is read and shown is of the first one."""
    other = RegionIndex(encoder=FakeEncoder())
    other.add_document(REPORT, document_id="report").raise_failed()
    fused = FusedSearch([index, other])
    retriever = SnappyRetriever(fused, similarity_top_k=3)
    assert retriever.index is index
    expected = [hit.region_id for hit in fused.search(QUESTION, k=3)]
    assert [node.node_id for node in retriever.retrieve(QUESTION)] == expected
    output = create_region_tool(retriever, images=True).call(query=QUESTION, documents="report")
    assert [node.node_id for node in output.raw_output] == expected
    assert "report" in create_reading_tools(fused)[0].call().content
