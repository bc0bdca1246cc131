"""Serving an index to a real browser, and what its page must never do."""

import contextlib
import shutil
import socket
import threading
import time

CHROMIUM = shutil.which("chromium")


@contextlib.contextmanager
def serving(app):
    """Serve an application at a free port of this machine; yields its address."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 120
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.started
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=120)
        assert not thread.is_alive()


@contextlib.contextmanager
def opened(browser, url, *, scheme="light", width=1200, expected=None):
    """Open a page; no error may be told by it but one, nor anything refused by its policy."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.set_default_timeout(60_000)  # OCR may take long
    errors = []
    page.on("console", lambda each: each.type == "error" and errors.append(each.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    yield page
    page.close()
    assert [each for each in errors if not expected or expected not in each] == []


def ask(page, question):
    """Ask, and wait until a hit is shown."""
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector("#page .hit.current")


def check_accessible(page):
    """WCAG AA as far as axe-core sees it, and nothing wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
