"""Many searches at once: few of them run, the others wait, and other requests do not."""

import asyncio
import threading

import pytest

pytest.importorskip("fastapi")

from snappy_core.server import create_app
from snappy_core.server.threads import THREADS


async def test_searches_wait_for_their_turn_and_nothing_else_does(index, monkeypatch):
    import httpx

    running, most, go_on = set(), [], threading.Event()
    search = index.search

    def slow_search(question, **options):
        running.add(question)
        most.append(len(running))
        go_on.wait(60)
        hits = search(question, **options)
        running.discard(question)
        return hits

    monkeypatch.setattr(index, "search", slow_search)
    transport = httpx.ASGITransport(app=create_app(index))
    async with (
        asyncio.timeout(120),
        httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client,
    ):
        searches = [
            asyncio.create_task(client.post("/api/search", json={"question": f"port {number}"}))
            for number in range(50)
        ]
        while len(running) < THREADS:
            await asyncio.sleep(0.01)
        assert (await client.get("/api/documents")).status_code == 200
        go_on.set()
        answers = await asyncio.gather(*searches)
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["question"] for answer in answers] == [f"port {n}" for n in range(50)]
    assert max(most) == THREADS
