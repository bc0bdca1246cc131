"""A small index, and clients of its API."""

import time

import pytest

from snappy_core import RegionIndex, Source
from tests.server.browsing import CHROMIUM


@pytest.fixture(autouse=True)
def needs():
    """Skip tests where the packages of the page and of its client are not installed."""
    for module in ("fastapi", "httpx"):
        pytest.importorskip(module)


@pytest.fixture
def index(data):
    """The table by its path, which has folders, and an upload."""
    index = RegionIndex()
    index.add(data / "table.pdf", metadata={"team": "red"}, progress=False).raise_failed()
    labels = Source.from_bytes((data / "page_labels.pdf").read_bytes(), "uploads/labels.pdf")
    index.add(labels, keep="source", progress=False).raise_failed()
    return index


@pytest.fixture
def serve(index):
    """Return a function that makes a client of the index, as a browser on this machine."""
    from starlette.testclient import TestClient

    from snappy_core.server import create_app

    clients = []

    def make(base_url="http://localhost:8000", **options):
        client = TestClient(create_app(index, **options), base_url=base_url)
        clients.append(client.__enter__())  # runs its start and end, too
        return client

    yield make
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve):
    return serve()


@pytest.fixture
def wait():
    """Return a function that waits until a job of a client has ended, and returns it."""

    def wait(client, job):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            state = next(each for each in client.get("/api/jobs").json() if each["job"] == job)
            if state["state"] in ("done", "failed"):
                return state
            time.sleep(0.02)
        raise TimeoutError(state)

    return wait


@pytest.fixture(scope="module")  # Playwright's event loop would be in the way of other tests
def browser():
    """Chromium, started once a module."""
    pytest.importorskip("playwright")
    pytest.importorskip("axe_playwright_python")
    pytest.importorskip("uvicorn")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], timeout=120_000
        )
        yield browser
        browser.close()
