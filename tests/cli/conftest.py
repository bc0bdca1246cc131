"""Runs the command line in this process, as `snappy` does, and keeps an index to ask."""

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from snappy_core.cli import main

ROOT = Path(__file__).parents[2]


@dataclass
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def error(self):
        """The one line on standard error that says what went wrong."""
        assert self.out == ""
        assert self.err.startswith("error: ")
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("error: ").rstrip()


@pytest.fixture
def snappy(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        if arguments[:1] == ("index",) and "--workers" not in arguments:
            arguments += ("--workers", 0)  # it takes a second to start one
        code = main([str(argument) for argument in arguments])
        return Result(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def small_index(tmp_path_factory, data):
    """An index of three small documents, two of them of the team red; not to be changed."""
    path = tmp_path_factory.mktemp("index") / "small.snappy"
    here = ["--to", str(path), "--workers", "0"]
    red = [str(data / name) for name in ("page_labels.pdf", "table.pdf")]
    assert main(["index", *red, *here, "--metadata", "team=[red]"]) == 0
    blue = ["--metadata", "team=blue", "--metadata", "year=2025"]
    assert main(["index", str(data / "unicode.pdf"), *here, *blue]) == 0
    return path


@pytest.fixture
def listening():
    """Return a function that runs a server on a free port, gives its URL, and ends it cleanly."""

    @contextmanager
    def listen(*arguments, **variables):
        command = [sys.executable, "-m", "snappy_core.cli", *map(str, arguments), "--port", "0"]
        known = {k: v for k, v in os.environ.items() if not k.startswith("SNAPPY_")}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=known | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | variables,
        ) as process:  # fmt: skip
            killer = threading.Timer(120, process.kill)  # which ends every wait here
            killer.start()
            try:
                line = process.stdout.readline()
                yield re.search(r"http://127\.0\.0\.1:\d+\S*", line)[0]
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait()
                killer.cancel()
            assert "Traceback" not in process.stderr.read()

    return listen
