"""Eight threads and two processes search a SQLite index while one thread replaces documents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks.measure import Result
from snappy_core import RegionIndex
from snappy_core.ingest.jobs import prepare
from snappy_core.search.hits import Hit
from snappy_core.stores import SqliteStore
from snappy_core.stores.base import DocumentRecord, PageRecord
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.types import Page

SECONDS = 60.0
THREADS, PROCESSES = 8, 2
DOCUMENTS, PAGES, REGIONS = 60, 10, 6
WORDS = 2_000  # of the vocabulary


def run(seconds: float = SECONDS) -> list[Result]:
    """Search and replace; the text, box, document and page of each hit must belong together."""
    encoder = FakeEncoder()
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "mixed.snappy"))
        with RegionIndex.open(file, encoder):
            pass
        store = SqliteStore(file)
        for number in range(DOCUMENTS):
            _write(store, encoder, number, 0)
        command = [sys.executable, "-m", "benchmarks.mixed", file, str(seconds)]
        processes = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)
        ]
        until = time.monotonic() + seconds
        times: list[float] = []
        errors: list[str] = []
        with RegionIndex.open(file, encoder) as index:
            threads = [
                threading.Thread(target=_search, args=(index, n, until, times, errors))
                for n in range(THREADS)
            ]
            for thread in threads:
                thread.start()
            version = written = 0
            while time.monotonic() < until:
                version += written % DOCUMENTS == 0
                _write(store, encoder, written % DOCUMENTS, version)
                written += 1
            for thread in threads:
                thread.join()
        for process in processes:
            report = json.loads(process.communicate(timeout=seconds)[0])
            times += report["times"]
            errors += report["errors"]
        store.close()
    for error in errors[:5]:
        print(f"mixed: {error}", file=sys.stderr)
    p50, p99 = np.percentile(times, [50, 99]) * 1000
    detail = (
        f"{len(times) / seconds:,.0f} searches/s (p50 {p50:.1f} ms, p99 {p99:.1f} ms) beside "
        f"{written / seconds:.1f} documents replaced/s"
    )
    name = f"{THREADS} threads and {PROCESSES} processes search while one adds: errors, torn hits"
    return [Result(name, len(errors), 0, False, detail)]


def _search(
    index: RegionIndex, seed: int, until: float, times: list[float], errors: list[str]
) -> None:
    """Search until a time of the monotonic clock; append seconds and errors to the lists."""
    rng = np.random.default_rng(seed)
    while time.monotonic() < until:
        question = " ".join(f"word{n}" for n in rng.integers(0, WORDS, 4))
        started = time.perf_counter()
        try:
            hits = index.search(question, k=10)
        except Exception as error:
            errors.append(repr(error))
            continue
        times.append(time.perf_counter() - started)
        for hit in hits:
            try:
                consistent = _is_consistent(hit)
            except (ValueError, IndexError):  # its text is not that of a region
                consistent = False
            if not consistent:
                errors.append(f"torn: {hit}")


def _is_consistent(hit: Hit) -> bool:
    """Return whether the parts of a hit belong together: its text states all others."""
    document, version, page, region, *_ = hit.region.text.split()
    expected = _page(int(document[3:]), int(version[7:]), int(page[4:])).regions[int(region[6:])]
    return (
        hit.document_id == document
        and hit.metadata == {"version": int(version[7:])}
        and hit.page_number == int(page[4:])
        and hit.region.text == expected.text
        and np.allclose(hit.region.box, expected.box, atol=1e-6)
    )


def _write(store: SqliteStore, encoder: FakeEncoder, document: int, version: int) -> None:
    pages = [_page(document, version, number) for number in range(1, PAGES + 1)]
    records: list[PageRecord] = [
        prepare(page, patches)
        for page, patches in zip(pages, encoder.encode_pages(pages), strict=True)
    ]
    name = f"doc{document}"
    content = DocumentRecord(name, name, str(version), "mixed", metadata={"version": version})
    store.write(content, records)


@lru_cache(maxsize=20_000)
def _page(document: int, version: int, number: int) -> Page:
    """Return a page whose layout depends on the version and whose regions name their position."""
    rng = np.random.default_rng([document, version, number])
    return make_page(
        *(
            " ".join(
                [f"doc{document}", f"version{version}", f"page{number}", f"region{index}"]
                + [f"word{n}" for n in rng.integers(0, WORDS, rng.integers(1, 13))]
            )
            for index in range(REGIONS)
        ),
        number=number,
    )


def main() -> None:
    """Search the index of the first argument for the seconds of the second; print a report."""
    times: list[float] = []
    errors: list[str] = []
    with RegionIndex.open(sys.argv[1], FakeEncoder(), create=False) as index:
        _search(index, os.getpid(), time.monotonic() + float(sys.argv[2]), times, errors)
    print(json.dumps({"times": times, "errors": errors}))


if __name__ == "__main__":
    main()
