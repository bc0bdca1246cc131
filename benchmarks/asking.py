"""How long a question takes: on the command line, as a process's first search, as a later one."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import Result, alternate, cpu_seconds, milliseconds
from benchmarks.synthetic import fill, word_record
from snappy_core import RegionIndex
from snappy_core.encoders.minilm import MINILM, MiniLMEncoder
from snappy_core.stores import SqliteStore

QUESTION = "What was the revenue of w17 and w4711 in the third quarter?"
RUNS = 7  # of a process; the median is used
_FIRST = """
import json, sys, time
from snappy_core import RegionIndex

with RegionIndex.open(sys.argv[1]) as index:
    started, used = time.perf_counter(), time.process_time()
    index.search(sys.argv[2])
    print(json.dumps([time.perf_counter() - started, time.process_time() - used]))
"""


def run(pages: int = 290) -> Iterator[Result]:
    """Ask an index of synthetic text pages, in seconds; CPU time is reported as well."""
    encoder = MiniLMEncoder()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.snappy"
        store, rng = SqliteStore(path), np.random.default_rng(0)
        fill(store, (word_record(rng, number=n) for n in range(1, pages + 1)), 100, MINILM)
        store.close()
        command = [sys.executable, "-m", "snappy_core.cli", "search", QUESTION, "--in", str(path)]
        (whole,) = alternate(lambda: _output(command), rounds=RUNS)
        (used,) = alternate(lambda: _output(command), rounds=RUNS, clock=cpu_seconds)
        yield _waits("`snappy search`, seconds", whole, 0.6, used)
        first = [sys.executable, "-c", _FIRST, str(path), QUESTION]
        times = zip(*(json.loads(_output(first)) for _ in range(RUNS)), strict=True)
        whole, used = map(statistics.median, times)
        yield _waits("the first search after opening, seconds", whole, 0.2, used)
        with RegionIndex.open(path, encoder) as index:
            (whole,) = alternate(lambda: index.search(QUESTION), rounds=51)
            used, encoding = alternate(
                lambda: index.search(QUESTION),
                lambda: encoder.encode_query(QUESTION),
                rounds=51,
                clock=cpu_seconds,
            )
        yield _waits(f"a question to {pages} pages, seconds", whole, 0.025, used)
        detail = milliseconds(encoding, used)
        yield Result("the share of the encoder (CPU time)", encoding / used, 0.5, False, detail)


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _waits(name: str, seconds: float, bound: float, used: float) -> Result:
    return Result(
        name, seconds, bound, False, f"{milliseconds(seconds)}; CPU time {milliseconds(used)}"
    )
