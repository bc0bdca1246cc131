"""Fifty clients search `snappy serve` at once while a client uploads documents."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, urlsplit

import numpy as np

from benchmarks.index import fill_index
from benchmarks.measure import REPORT, Result
from snappy_core import RegionIndex
from snappy_core.encoders.minilm import MiniLMEncoder

SECONDS = 40.0
CLIENTS = 50
PAGES = 1_000
_WAIT = 120  # seconds to wait for an answer before it counts as an error


def run(seconds: float = SECONDS, pages: int = PAGES) -> Iterator[Result]:
    """Search and upload; compare with as many sequential searches without a server."""
    times: list[float] = []
    uploads: list[float] = []
    errors: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pages.snappy")
        encoder = MiniLMEncoder()
        fill_index(path, pages, encoder)
        with RegionIndex.open(path, encoder, create=False) as index:
            alone = median(_seconds(partial(index.search, _question(n))) for n in range(CLIENTS))
        with _served(path) as address:
            until = time.monotonic() + seconds
            threads = [
                threading.Thread(target=_search, args=(address, n, until, times, errors))
                for n in range(CLIENTS)
            ]
            threads.append(threading.Thread(target=_upload, args=(address, until, uploads, errors)))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    for error in errors[:5]:
        print(f"serve: {error}", file=sys.stderr)
    name = f"{CLIENTS} clients search {pages:,} pages served while one uploads: errors"
    detail = (
        f"{len(times) / seconds:.1f} searches/s beside {len(uploads)} uploads of 7 pages, "
        f"{median(uploads or [0]):.1f} s each"
    )
    yield Result(name, len(errors), 0, False, detail)
    p50, p95 = np.percentile(times, [50, 95])
    name = f"p95 of these searches / {CLIENTS} searches one after the other, without a server"
    detail = f"p50 {p50:.2f} s, p95 {p95:.2f} s; one alone {alone * 1000:.0f} ms"
    yield Result(name, p95 / (CLIENTS * alone), 3, False, detail)


@contextmanager
def _served(path: Path) -> Iterator[tuple[str, int]]:
    """Serve an index from the command line; yield the host and port."""
    command = [sys.executable, "-m", "snappy_core.cli", "serve", str(path), "--port", "0"]
    variables = {name: value for name, value in os.environ.items() if "SNAPPY" not in name}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        place = urlsplit(re.findall(r"http://\S+", line)[0])
        yield place.hostname or "", place.port or 0
    finally:
        process.terminate()
        process.communicate()


def _question(seed: int) -> str:
    """Return a question made of words of the synthetic pages."""
    return " ".join(f"w{number}" for number in np.random.default_rng(seed).integers(0, 50_000, 6))


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def _search(
    address: tuple[str, int], seed: int, until: float, times: list[float], errors: list[str]
) -> None:
    """Search until a time of the monotonic clock; append seconds and errors to the lists."""
    while time.monotonic() < until:
        seed += CLIENTS
        body = json.dumps({"question": _question(seed)}).encode()
        started = time.perf_counter()
        try:
            hits = _ask(address, "POST", "/api/search", body)["hits"]
        except (OSError, ValueError, http.client.HTTPException) as error:
            errors.append(repr(error))
            continue
        times.append(time.perf_counter() - started)
        if not hits:
            errors.append("no hits")


def _upload(
    address: tuple[str, int], until: float, seconds: list[float], errors: list[str]
) -> None:
    """Upload one report after another, each under a different name."""
    content = REPORT.read_bytes()
    while time.monotonic() < until:
        started = time.perf_counter()
        number = len(seconds)
        try:
            body = content + b"%%%d" % number  # equal bytes would make it a duplicate
            path = f"/api/documents?name={quote(f'report {number}.pdf')}"
            job = _ask(address, "POST", path, body)
            while job["state"] not in ("done", "failed"):
                time.sleep(0.1)
                jobs = _ask(address, "GET", "/api/jobs")
                job = next(each for each in jobs if each["job"] == job["job"])
        except (OSError, ValueError, http.client.HTTPException) as error:
            errors.append(repr(error))
            continue
        seconds.append(time.perf_counter() - started)
        if job["state"] == "failed":
            errors.append(str(job["failures"]))


def _ask(address: tuple[str, int], method: str, path: str, body: bytes | None = None) -> Any:
    """Return the JSON of an answer; raise ValueError if it is an error."""
    connection = http.client.HTTPConnection(*address, timeout=_WAIT)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status >= 400:
        raise ValueError(f"{method} {path}: {answer.status} {content[:200]!r}")
    return json.loads(content)
