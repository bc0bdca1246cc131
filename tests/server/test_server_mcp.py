"""Agents at /mcp of `snappy serve`: the client of the SDK, and who is refused."""

import sys
from contextlib import asynccontextmanager

import pytest

pytestmark = pytest.mark.requires("mcp.server.mcpserver")

URL = "http://localhost:8000/mcp"
QUESTION = {"query": "How many boats land at Brae?", "k": 1}


@pytest.fixture
def agent(index):
    """Return a function that connects the client of the SDK to the index, as it is served."""
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    from snappy_core.server import create_app

    @asynccontextmanager
    async def connect(url=URL, headers=None, **options):
        app = create_app(index, **options)
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            yield client

    return connect


async def test_agents_are_served_beside_the_page(agent, data):
    async with agent() as client:
        assert {tool.name for tool in (await client.list_tools()).tools} >= {"search", "ground"}
        found = (await client.call_tool("search", QUESTION)).structured_content["passages"][0]
        assert "Brae" in found["text"]
        assert str(data.parent) not in str(found)


async def test_no_name_that_an_agent_gives_leads_to_the_file_system(agent, data):
    there = str(data / "unicode.pdf")
    async with agent() as client:
        for tool, arguments in (
            ("read_page", {"document": there, "page": "1"}),
            ("read_region", {"region": f"{there}#p1"}),
            ("crop", {"region": f"{there}#p1r0"}),
            ("search", {"query": "a", "documents": [there]}),
        ):
            answer = await client.call_tool(tool, arguments)
            assert answer.is_error
            assert "there is no" in answer.content[0].text


async def test_agents_give_the_key(agent):
    there = "https://reports.example/mcp"
    key = {"Authorization": "Bearer secret"}
    async with agent(there, key, api_key="secret") as client:
        assert (await client.list_tools()).tools


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer other"}])
@pytest.mark.parametrize("path", ["/mcp", "/mcp/", "/mcp?a=1"])
def test_agents_without_the_key_are_refused(serve, header, path):
    client = serve("https://reports.example", api_key="secret")
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for answer in (client.post(path, json=body, headers=header), client.get(path, headers=header)):
        assert answer.status_code == 401


def test_other_web_sites_are_no_agents(client):
    for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/mcp", json={}, headers=header).status_code == 403
    assert client.post("/mcp", json={}, headers={"Host": "evil.example"}).status_code == 421


def test_without_the_extra_there_are_no_agents(serve, monkeypatch):
    monkeypatch.setitem(sys.modules, "snappy_core.mcp_server", None)
    monkeypatch.delitem(sys.modules, "snappy_core.mcp_server")
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    client = serve()
    assert client.post("/mcp", json={}).status_code == 404
    assert client.get("/api/documents").status_code == 200
