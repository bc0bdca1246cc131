"""Write docs/serve.png: the page of ``snappy serve``, with the sample report.

Run ``python examples/make_screenshot.py [OUT]``; it needs Chromium and the extras serve and test.
"""

import io
import shutil
import socket
import sys
import threading
import time
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import sync_playwright

from snappy_core import RegionIndex
from snappy_core.server import create_app

HERE = Path(__file__).parent
QUESTION = "What was revenue from grid services in Q3?"


def photograph(url: str) -> Image.Image:
    """Return what a browser shows when the question is asked, in 256 colors."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1200, "height": 760})
        page.goto(url)
        page.fill("#question", QUESTION)
        page.press("#question", "Enter")
        page.wait_for_selector("#page .hit.current")
        page.wait_for_selector("#tokens >> text=tokens")
        page.evaluate("Promise.all([...document.images].filter(i => i.src).map(i => i.decode()))")
        shot = page.screenshot(animations="disabled")
        browser.close()
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    return image.quantize(256, kmeans=2, dither=Image.Dither.NONE)


def main(out: Path) -> None:
    """Serve the sample report on this machine for as long as it takes."""
    with RegionIndex() as index, socket.create_server(("127.0.0.1", 0)) as listener:
        index.add(HERE / "report.pdf", progress=False)
        server = uvicorn.Server(uvicorn.Config(create_app(index), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            photograph(f"http://127.0.0.1:{listener.getsockname()[1]}").save(out, optimize=True)
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "serve.png")
