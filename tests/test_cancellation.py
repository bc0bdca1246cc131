"""How work ends early: signals, closing, cancelling."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from snappy_core import RegionIndex, Source, StoreError
from snappy_core.testing import FakeEncoder

ROOT = Path(__file__).parents[1]
# Whoever runs the tests may ignore SIGHUP (`nohup`), and children inherit it.
INDEX = """
import signal, sys
signal.signal(getattr(signal, "SIGHUP", signal.SIGTERM), signal.SIG_DFL)
from snappy_core.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs POSIX signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_command_line_cleanly(tmp_path, data, name):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    paths = [tmp_path / f"{number}.pdf" for number in range(50)]  # more than it can have read
    for number, path in enumerate(paths):
        path.write_bytes((data / "many_pages.pdf").read_bytes() + b"%% %d" % number)
    process = subprocess.Popen(
        [sys.executable, "-c", INDEX, "index", *paths, "--to", tmp_path / "a.snappy",
         "--workers", "1"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while process.poll() is None and not any(temporary.iterdir()):  # the workers' folder
        time.sleep(0.01)
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 128 + getattr(signal, name)
    assert "Traceback" not in errors
    assert list(temporary.iterdir()) == []
    if (tmp_path / "a.snappy").exists():  # a new index to which nothing was added is removed
        with RegionIndex.open(tmp_path / "a.snappy", create=False) as index:
            assert index.documents()


@pytest.mark.parametrize("location", [":memory:", "FILE"])
def test_a_closed_index_says_so(tmp_path, data, location):
    location = str(tmp_path / "a.snappy") if location == "FILE" else location
    index = RegionIndex.open(location, FakeEncoder())
    index.add(data / "table.pdf")
    index.close()
    index.close()
    for use in (
        lambda: index.add(data / "unicode.pdf"),
        lambda: index.search("tide"),
        index.documents,
        index.info,
        lambda: index.delete("a"),
        index.compact,
    ):
        with pytest.raises(StoreError, match="the index is closed"):
            use()


class WaitingEncoder(FakeEncoder):
    """Says when it begins with a page, and waits for permission to go on."""

    def __init__(self):
        super().__init__()
        self.started, self.go = threading.Event(), threading.Event()
        self.calls = 0

    def encode_pages(self, pages):
        self.calls += 1
        self.started.set()
        assert self.go.wait(60)
        return super().encode_pages(pages)


def test_a_cancelled_aadd_begins_no_other_document(data):
    encoder = WaitingEncoder()
    content = (data / "table.pdf").read_bytes()
    sources = [Source.from_bytes(content, f"{number}.pdf") for number in range(5)]

    async def cancel(index):
        task = asyncio.create_task(index.aadd(sources))
        await asyncio.to_thread(encoder.started.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        encoder.go.set()
        await asyncio.get_running_loop().shutdown_default_executor()  # waits for the thread

    with RegionIndex(encoder=encoder) as index:
        asyncio.run(cancel(index))
        assert index.documents() == []
    assert encoder.calls == 1
