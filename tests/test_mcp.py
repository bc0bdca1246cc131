"""`snappy mcp`, spoken to by the client of the SDK."""

import base64
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from snappy_core import RegionIndex
from snappy_core.cli import main

pytest.importorskip("mcp.server.mcpserver")

from mcp import Client, StdioServerParameters

from snappy_core.mcp_server import create_server
from tests.search.printed import harbor

__all__ = ["harbor"]

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "examples" / "report.pdf"
PAGE = (ROOT / "docs" / "agents.md").read_text("utf-8")
QUESTION = "What coupon does the green bond carry?"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("mcp") / "reports.snappy"
    with RegionIndex.open(path) as index:
        index.add(REPORT).raise_failed()
    return path


@pytest.fixture(scope="module")
def server(path):
    with RegionIndex.open(path) as index:
        yield create_server(index)


def test_no_other_extra_is_needed():
    script = "import sys; sys.modules['fastapi'] = None; import snappy_core.mcp_server"
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True)


async def test_tools_and_resources_are_listed(server):
    async with Client(server) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        templates = (await client.list_resource_templates()).resource_templates
    assert set(tools) == {"search", "read_page", "read_region", "crop", "ground", "list_documents"}
    assert all(tool.description for tool in tools.values())
    assert "passages" in tools["search"].output_schema["properties"]
    assert {template.uri_template for template in templates} == {
        "page://{document}/{page}", "page-image://{document}/{page}",
    }  # fmt: skip


async def test_an_agent_finds_reads_and_sees(server):
    async with Client(server) as client:
        found = await client.call_tool("search", {"query": QUESTION, "k": 2})
        first, _ = found.structured_content["passages"]
        assert "coupon of 4.85 per cent" in first["text"]
        assert found.content[0].text.startswith(f"[{first['id']}] report.pdf, page 3\n")
        assert (first["file"], first["page"], first["label"]) == ("report.pdf", "3", "paragraph")
        x0, y0, x1, y1 = first["box"]
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
        assert all(y0 - 0.01 <= rect[1] for rect in first["highlights"])
        again = await client.call_tool("read_region", {"region": first["id"]})
        assert again.structured_content["passages"][0]["text"] == first["text"]
        picture = (await client.call_tool("crop", {"region": first["id"]})).content[0]
        assert Image.open(io.BytesIO(base64.b64decode(picture.data))).width > 200
        listed = await client.call_tool("list_documents", {})
        (document,) = listed.structured_content["documents"]
        assert document["pages"] == 7
        page = await client.call_tool("read_page", {"document": document["name"], "page": "3"})
        assert first["id"] in [p["id"] for p in page.structured_content["passages"]]
        text = (await client.read_resource("page://report.pdf/3")).contents[0]
        assert "coupon of 4.85 per cent" in text.text
        image = (await client.read_resource("page-image://report.pdf/3")).contents[0]
        assert image.mime_type == "image/webp"
        assert Image.open(io.BytesIO(base64.b64decode(image.blob))).format == "WEBP"


async def test_a_text_that_goes_on_is_whole(harbor):
    async with Client(create_server(harbor)) as client:
        asked = {"query": "wrote costs of the whole repair shared between the two", "k": 1}
        for name, arguments in (("search", asked), ("read_region", {"region": "h#p1r3"})):
            result = await client.call_tool(name, arguments)
            passage = result.structured_content["passages"][0]
            assert result.content[0].text.startswith("[h#p1r3] h.pdf, pages 1-2\n")
            for text in (passage["text"], result.content[0].text):
                assert "shared between the two towns, and" in text.replace("\n", " ")
            (part,) = passage["parts"]
            assert (passage["page"], part["page"], part["id"]) == ("1", "2", "h#p2r0")
            assert bool(part["highlights"]) == (name == "search")


async def test_an_answer_is_checked(server):
    answer = "The green bond carries a coupon of 4.85 per cent. Whales are not fish."
    async with Client(server) as client:
        checked = (await client.call_tool("ground", {"answer": answer})).structured_content
    good, bad = checked["claims"]
    assert (good["verdict"], good["file"], good["page"]) == ("verified", "report.pdf", "3")
    assert good["boxes"]
    assert (bad["verdict"], bad["id"], bad["boxes"]) == ("absent", None, [])
    assert "[1]" in checked["cited"]


async def test_errors_say_what_to_do_and_no_folders(server):
    async with Client(server) as client:
        wrong = await client.call_tool("read_page", {"document": "none.pdf", "page": "3"})
        assert wrong.is_error
        assert "call list_documents" in wrong.content[0].text
        wrong = await client.call_tool("search", {"query": " "})
        assert wrong.is_error
        listed = await client.call_tool("list_documents", {})
    assert str(REPORT.parent) not in str(listed.structured_content) + wrong.content[0].text


CONFIGURATIONS = re.findall(r"^```json\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
async def test_programs_start_it_as_the_page_says(path, configuration):
    (servers,) = json.loads(configuration).values()
    server = servers["papers"]
    assert server["command"] == "snappy"
    arguments = [each.replace("/path/to/papers.snappy", str(path)) for each in server["args"]]
    assert str(path) in arguments
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "snappy_core.cli", *arguments]
    )
    async with Client(command) as client:
        found = await client.call_tool("search", {"query": QUESTION, "k": 1})
        assert "4.85" in found.structured_content["passages"][0]["text"]


def test_the_page_names_the_programs():
    assert len(CONFIGURATIONS) == 2
    assert all(name in PAGE for name in ("Claude Desktop", "Cursor", "VS Code"))


def test_the_page_indexes_what_it_serves(tmp_path, monkeypatch):
    (commands,) = re.findall(r"^```\n(pip install.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    _, add, serve = commands.splitlines()
    (tmp_path / "papers").symlink_to(REPORT.parent)
    monkeypatch.chdir(tmp_path)
    assert main([*shlex.split(add)[1:], "--workers", "0"]) == 0
    assert shlex.split(serve) == ["snappy", "mcp", "--in", "papers.snappy"]
    with RegionIndex.open("papers.snappy", create=False) as index:
        assert [record.pages for record in index.documents()] == [7]


async def test_the_page_lists_the_tools(server):
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", PAGE, re.MULTILINE)
    listed = {name: set(re.findall(r"`(\w+)`", arguments)) for name, arguments in rows}
    assert listed == {tool.name: set(tool.input_schema.get("properties", {})) for tool in tools}
