"""A SQLite index of 1,000 to 20,000 pages of 156 KB: its memory and search time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.measure import NotRun, Result, absent
from benchmarks.synthetic import Clustered, fill, grid_record, word_record
from snappy_core.search import engine, page_scores
from snappy_core.stores import SqliteStore, open_store
from snappy_core.stores.base import PageFilter, Snapshot
from snappy_core.stores.qdrant.points import page_points
from snappy_core.types import Query

SIZES = (1_000, 5_000, 10_000, 20_000)
DISTINCT = 200  # pages; the rest are copies, which take just as long to search
QUESTIONS = 25
PARTS = ("first stage", "reading", "scoring", "hits")


def run(sizes: tuple[int, ...] = SIZES) -> Iterator[Result | NotRun]:
    """Fill and search each index in separate processes; report their memory and times."""
    yield from _sizes()
    smallest = None
    for pages in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder, "pages.snappy"))
            for task in ("fill", "search"):
                report = _task(task, file, str(pages))
                # 1 GB for 10,000 pages, and the pooled vectors of more pages, 8.5 KB each.
                bound = 1 + max(pages - 10_000, 0) * 8_500 / 1e9
                name = f"resident memory of {task}ing {pages:,} grid pages, GB"
                detail = f"{report['page'] / 1000:.0f} KB a page in the file"
                yield Result(name, report["memory"] / 1e9, bound, False, detail)
        smallest = smallest or report
        name = f"a search over {pages:,} grid pages / over {sizes[0]:,}"
        parts = ", ".join(f"{part} {report[part] * 1000:.1f}" for part in PARTS)
        detail = f"{report['total'] * 1000:.1f} ms: {parts}"
        yield Result(name, report["total"] / smallest["total"], pages / sizes[0], False, detail)


def _sizes(pages: int = 100) -> Iterator[Result | NotRun]:
    """Measure the size of a page in each store; the bounds detect growth."""
    rng = np.random.default_rng(0)
    pages_by_kind = {
        "grid": [grid_record(rng, number) for number in range(1, pages + 1)],
        "text": [word_record(rng, number=number) for number in range(1, pages + 1)],
    }
    for kind, records in pages_by_kind.items():
        with tempfile.TemporaryDirectory() as folder:
            for location in ("pages.snappy", "pages.lance"):
                if location.endswith("lance") and (why := absent("lancedb")):
                    yield NotRun(f"a {kind} page in {location}, KB", why)
                    continue
                path = Path(folder, location)
                store = open_store(path)
                fill(store, records, pages)
                store.close()
                files = path.rglob("*") if path.is_dir() else [path]
                size = sum(file.stat().st_size for file in files if file.is_file()) / pages / 1000
                yield Result(f"a {kind} page in {path.name}, KB", size, 250, False, "")
        name = f"a {kind} page sent to Qdrant, KB"
        if why := absent("qdrant-client", extra="qdrant"):
            yield NotRun(name, why)
            continue
        points = page_points("pages", "doc", "write", 1, 1, records[0])
        sent: list[Any] = [point for point, _ in points]
        numbers = sum(np.size(v) for point in sent for v in point.vector.values())
        payload = sum(len(str(value)) for point in sent for value in point.payload.values()) / 1000
        detail = f"float16 vectors {2 * numbers / 1000:.0f}, payload {payload:.0f}"
        yield Result(name, 2 * numbers / 1000 + payload, 650, False, detail)


def _task(task: str, *arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scale", task, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    report: dict[str, float] = json.loads(done.stdout)
    return report


def _fill(file: str, pages: int) -> None:
    generator = Clustered()
    records = [generator.record(number) for number in range(1, DISTINCT + 1)]
    store = SqliteStore(file)
    fill(store, islice(cycle(records), pages))
    store.close()


def _search(file: str, pages: int) -> dict[str, float]:
    generator = Clustered(1)
    store = SqliteStore(file, create=False)
    times: dict[str, list[float]] = {part: [] for part in ("total", *PARTS)}
    for index in np.linspace(0, pages - 1, QUESTIONS, dtype=int).tolist():
        with store.read() as snapshot:
            query = generator.query(snapshot.patches(int(snapshot.catalog().page_ids[index])))
            engine.search(snapshot, query, k=10)  # warms the caches for all parts
            started = time.perf_counter()
            engine.search(snapshot, query, k=10)
            total = time.perf_counter() - started
            parts = _parts(snapshot, query)
        for part, seconds in zip(times, (total, *parts, total - sum(parts)), strict=True):
            times[part].append(seconds)
    store.close()
    return {part: median(values) for part, values in times.items()}


def _parts(snapshot: Snapshot, query: Query) -> tuple[float, float, float]:
    """Return the seconds of the first stage, of reading its candidates and of scoring them."""
    weights = np.full(len(query.vectors), 1 / len(query.vectors), dtype=np.float32)
    started = time.perf_counter()
    candidates = snapshot.candidates(query.vectors, weights, PageFilter())
    ranked = time.perf_counter()
    vectors = snapshot.vectors(candidates.tolist())
    read = time.perf_counter()
    page_scores.score(vectors, query, weights, "iou_weighted")
    return ranked - started, read - ranked, time.perf_counter() - read


if __name__ == "__main__":
    task, file, pages = sys.argv[1:]
    report = {"fill": _fill, "search": _search}[task](file, int(pages)) or {}
    status = Path("/proc/self/status").read_text()  # getrusage counts the parent, too
    memory = next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) * 1024
    size = Path(file).stat().st_size
    print(json.dumps({**report, "memory": memory, "page": size / int(pages)}))
