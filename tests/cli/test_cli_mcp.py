"""`snappy mcp --http`: the client of the SDK finds it, other web sites do not."""

import sys
import urllib.error
import urllib.request

import pytest

pytestmark = [
    pytest.mark.requires("mcp.server.mcpserver"),
    pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal"),
]


async def test_it_serves_over_http(small_index, listening):
    from mcp import Client

    with listening("mcp", "--http", "--in", small_index) as url:
        assert url.endswith("/mcp")
        async with Client(url) as client:
            asked = {"query": "How many boats land at Brae?", "k": 1}
            found = (await client.call_tool("search", asked)).structured_content
            assert "Brae" in found["passages"][0]["text"]
            listed = (await client.call_tool("list_documents", {})).structured_content
            assert len(listed["documents"]) == 3
        for header in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            sent = urllib.request.Request(
                url, b"{}", {"Content-Type": "application/json", **header}
            )
            with pytest.raises(urllib.error.HTTPError, match=r"403|421"):
                urllib.request.urlopen(sent, timeout=30)
