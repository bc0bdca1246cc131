"""`snappy serve`: it listens, answers and ends."""

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.requires("fastapi", "uvicorn")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_others_need_a_key(snappy, small_index, monkeypatch, host):
    monkeypatch.delenv("SNAPPY_API_KEY", raising=False)
    result = snappy("serve", small_index, "--host", host)
    assert result.code == 2
    assert "SNAPPY_API_KEY" in result.error


@pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal")
def test_it_listens_and_ends(small_index):
    command = [sys.executable, "-m", "snappy_core.cli", "serve", small_index, "--port", "0"]
    environment = {k: v for k, v in os.environ.items() if k != "SNAPPY_API_KEY"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        killer = threading.Timer(60, process.kill)  # which ends the wait for its first line
        killer.start()
        try:
            line = process.stdout.readline()
            (url,) = re.findall(r"http://127\.0\.0\.1:\d+", line)
            with urllib.request.urlopen(f"{url}/api/documents", timeout=30) as answer:
                assert b"table.pdf" in answer.read()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
            killer.cancel()
        assert "Traceback" not in process.stderr.read()


def test_a_port_in_use_is_told(snappy, small_index):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = snappy("serve", small_index, "--port", taken.getsockname()[1])
    assert result.code == 1
    assert "in use" in result.error
