"""The page in Chromium: ask, hover, heat, keys, the link of a hit, and hostile names."""

import shutil
import socket
import threading
import time

import pytest

from snappy_core import RegionIndex, Source

CHROMIUM = shutil.which("chromium")
QUESTION = "How many boats land at Brae?"
NAME = "<img src=x onerror=document.title='hacked'>.pdf"
pytestmark = [
    pytest.mark.requires("fastapi", "playwright", "axe_playwright_python", "uvicorn"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def url(data):
    import uvicorn

    from snappy_core.server import create_app

    index = RegionIndex()
    source = Source.from_bytes((data / "table.pdf").read_bytes(), f"uploads/{NAME}")
    index.add(source, keep="source", progress=False).raise_failed()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(create_app(index), log_level="warning", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.started
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_a_question_is_answered_on_its_page(url, browser, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    said = []
    page.on("console", lambda each: each.type == "error" and said.append(each.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    page.fill("#question", QUESTION)
    page.press("#question", "Enter")
    page.wait_for_selector("#page .hit.current")
    page.hover("#hits button >> nth=1")
    assert page.locator("#page .hit.near, #hits .near").count() >= 1
    page.locator("#hits button >> nth=0").focus()
    page.keyboard.press("j")
    page.wait_for_selector("#hits li:nth-child(2) button[aria-current=true]")
    page.check("#heat")
    page.wait_for_selector("#page img.heat")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.title() == "Snappy"  # the name of the file is no markup
    assert NAME in page.inner_text("#place")
    assert Axe().run(page).response["violations"] == []
    chosen = page.inner_text("#hits button[aria-current=true]")
    page.reload()
    page.wait_for_selector("#page .hit.current")
    assert page.inner_text("#hits button[aria-current=true]") == chosen
    assert said == []
    page.close()
