"""The first stage of Lance on disk: its recall, time and memory.

`python -m benchmarks lance_scale` runs 20,000 and 100,000 pages of 64 pooled vectors x 128 and
about 100 words; `python -m benchmarks.lance_scale PAGES...` runs other sizes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import NotRun, Result, absent, cpu_seconds
from benchmarks.synthetic import Clustered
from snappy_core.boxes import grid_cells
from snappy_core.ingest.jobs import prepare
from snappy_core.scoring.scan import Ragged, scan
from snappy_core.stores.base import DocumentRecord, PageFilter, PageRecord
from snappy_core.stores.catalog import PooledVectors
from snappy_core.stores.lance import pooled
from snappy_core.stores.lance.snapshot import LanceSnapshot
from snappy_core.types import Page, Patches, Words
from snappy_core.vectors import quantize

SIZES = (20_000, 100_000)
PER_DOCUMENT = 250
QUESTIONS, TOKENS = 40, 20
DRAWN_WORDS = 130  # per page, of which about 100 are distinct
VOCABULARY = 50_000
GENERATOR = Clustered()
EQUAL = np.full(TOKENS, 1 / TOKENS, dtype=np.float32)
WEIGHED = ((1 + 0.8 * np.sin(np.arange(TOKENS))) / TOKENS).astype(np.float32)
WEIGHTS: dict[str, NDArray[np.float32]] = {"": EQUAL, ", words weighed": WEIGHED}
"""Weights of query tokens: equal, as for vision models, or those of words of a text encoder."""


def run(sizes: tuple[int, ...] = SIZES) -> Iterator[Result | NotRun]:
    """Fill, index and search each size in separate processes."""
    if why := absent("lancedb"):
        yield NotRun("the first stage of Lance on disk", why)
        return
    smallest = None
    for pages in sizes:
        with tempfile.TemporaryDirectory() as folder:
            location = str(Path(folder, "pages.lance"))
            built = _task("fill", location, str(pages))
            found = _task("search", location, str(pages))
        name = f"over {pages:,} pages"
        filtered = f"{found['filtered_memory'] / 1e9:.2f} with a filter; "
        build = filtered + f"built in {built['seconds']:.0f} s, {built['core']:.0f} CPU seconds; "
        build += f"{built['memory'] / 1e9:.2f} GB meanwhile; "
        build += f"words counted in {found['counting']:.1f} CPU seconds; "
        build += f"{built['disk'] / pages / 1000:.0f} KB a page on the disk"
        for suffix in WEIGHTS:
            case = found[suffix]
            times = f"median {case['median']:.0f} ms, CPU {case['core']:.0f} ms"
            if not suffix:
                times += (
                    f"; half of the documents by a filter: {found['filtered']:.0f} ms of CPU time"
                )
            memory = case["memory"] / 1e9
            yield Result(f"recall@10 of all {name}{suffix}", case["recall"], 0.95, True, "")
            yield Result(f"95th percentile {name}{suffix}, ms", case["p95"], 150, False, times)
            yield Result(f"resident memory {name}{suffix}, GB", memory, 1, False, build)
        if smallest is not None:
            ratio = found[""]["median"] / smallest[""]["median"]
            root = float((pages / sizes[0]) ** 0.5)
            yield Result(f"a search {name} / over {sizes[0]:,}", ratio, root, False, "")
        smallest = smallest or found


def _task(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.lance_scale", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _document(number: int) -> PooledVectors:
    """Return the pooled vectors of all pages of a document: int8 (p, n, d) and scales (p, n)."""
    vectors = GENERATOR.pooled(number, PER_DOCUMENT)
    codes, scales = quantize(vectors.reshape(-1, Clustered.dim))
    return codes.reshape(vectors.shape), scales.reshape(vectors.shape[:2])


def _queries(pages: int) -> NDArray[np.float32]:
    """Return queries (q, m, d), each about three of the vectors of a page."""
    rng = np.random.default_rng(1)
    queries = []
    for page in np.linspace(0, pages - 1, QUESTIONS, dtype=int).tolist():
        codes, scales = (array[page % PER_DOCUMENT] for array in _document(page // PER_DOCUMENT))
        indices = np.repeat(rng.choice(len(codes), 3, replace=False), -(-TOKENS // 3))[:TOKENS]
        vectors = codes[indices] * scales[indices, None]
        vectors += 0.8 / Clustered.dim**0.5 * rng.standard_normal(vectors.shape, dtype=np.float32)
        queries.append(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    return np.array(queries, dtype=np.float32)


def _words(number: int) -> list[tuple[str, ...]]:
    """Return the words of each page of a document: a few are frequent, as in natural language."""
    rng = np.random.default_rng(number)
    sums = np.cumsum(1 / np.arange(1, VOCABULARY + 1))
    ranks = np.searchsorted(sums, sums[-1] * rng.random((PER_DOCUMENT, DRAWN_WORDS)))
    return [tuple(f"w{rank}" for rank in np.unique(page).tolist()) for page in ranks]


def _record(number: int, texts: tuple[str, ...], pooled: PooledVectors) -> PageRecord:
    """Return a page with words, pooled vectors and hardly anything else."""
    boxes = np.tile(np.array([0.1, 0.1, 0.2, 0.12], dtype=np.float32), (len(texts), 1))
    page = Page(number, str(number), 612, 792, "pt", Words(texts, boxes), ())
    mask = np.ones(1, dtype=bool)
    patches = Patches(pooled[0][:1], pooled[1][:1], grid_cells(1, 1), mask, (1, 1))
    return replace(prepare(page, patches), pooled=pooled)


def _fill(location: str, pages: int) -> dict[str, Any]:
    """Write the pages and, separately, the ten best for each query; measure building the index."""
    from snappy_core.stores.lance.store import LanceStore

    queries = _queries(pages)
    scores: dict[str, list[NDArray[np.float32]]] = {suffix: [] for suffix in WEIGHTS}
    store = LanceStore(location)
    store.bind_encoder("synthetic", Clustered.dim)
    store.merges = False
    for number in range(pages // PER_DOCUMENT):
        codes, scales = _document(number)
        name = f"doc{number:05}"
        pooled_pages = zip(codes, scales, strict=True)
        records = [
            _record(page, texts, vectors)
            for page, (texts, vectors) in enumerate(
                zip(_words(number), pooled_pages, strict=True), start=1
            )
        ]
        store.write(DocumentRecord(name, name, "0" * 64, "synthetic"), records)
        offsets = np.arange(len(codes) + 1) * codes.shape[1]
        parts = [Ragged(codes.reshape(-1, Clustered.dim), scales.ravel(), offsets)]
        for suffix, weights in WEIGHTS.items():
            scores[suffix].append(np.array([scan(query, weights, parts) for query in queries]))
    best = [np.argsort(-np.concatenate(s, axis=1), axis=1)[:, :10] for s in scores.values()]
    np.save(Path(location, "best.npy"), best)
    started, core = time.perf_counter(), cpu_seconds()
    store.compact()
    seconds, core = time.perf_counter() - started, cpu_seconds() - core
    disk = sum(file.stat().st_size for file in Path(location).rglob("*") if file.is_file())
    return {"seconds": seconds, "core": core, "disk": disk}


def _search(location: str, pages: int) -> dict[str, Any]:
    from snappy_core.stores.lance.store import LanceStore

    best = np.load(Path(location, "best.npy"))
    queries = _queries(pages)
    half = PageFilter(frozenset(f"doc{n:05}" for n in range(0, pages // PER_DOCUMENT, 2)))
    report: dict[str, Any] = {}
    with LanceStore(location, create=False).read() as snapshot:
        core = cpu_seconds()
        report["frequencies"] = snapshot.frequencies(f"w{rank}" for rank in range(TOKENS))
        report["counting"] = cpu_seconds() - core
        for (suffix, weights), best_pages in zip(WEIGHTS.items(), best, strict=True):
            report[suffix] = _ask_all(snapshot, queries, weights, best_pages)
            if weights is EQUAL:
                seconds = [_cpu_seconds_of(snapshot, query, half) for query in queries[:10]]
                report["filtered"] = float(np.median(seconds)) * 1000
                report["filtered_memory"] = _peak()
    return report


def _cpu_seconds_of(
    snapshot: LanceSnapshot, query: NDArray[np.float32], page_filter: PageFilter
) -> float:
    started = cpu_seconds()
    snapshot.candidates(query, EQUAL, page_filter)
    return cpu_seconds() - started


def _ask_all(
    snapshot: LanceSnapshot,
    queries: NDArray[np.float32],
    weights: NDArray[np.float32],
    best: NDArray[np.int64],
) -> dict[str, float]:
    """Ask all queries twice, warm the second time; return the recall of their best pages."""
    found, times, core = [], [], []
    for query in [*queries, *queries]:
        started, core_started = time.perf_counter(), cpu_seconds()
        found.append(snapshot.candidates(query, weights, PageFilter()))
        times.append(time.perf_counter() - started)
        core.append(cpu_seconds() - core_started)
    ids = snapshot.all_page_ids
    shares = [np.isin(ids[b], f).mean() for b, f in zip(best, found[QUESTIONS:], strict=True)]
    warm = np.array(times[QUESTIONS:]) * 1000
    return {
        "recall": float(np.mean(shares)),
        "median": float(np.median(warm)),
        "p95": float(np.percentile(warm, 95)),
        "core": float(np.median(core[QUESTIONS:])) * 1000,
        "memory": _peak(),
    }


def _measure(task: str, location: str, pages: int) -> None:
    pooled.MOST_EXACT = 0
    report = {"fill": _fill, "search": _search}[task](location, pages)
    print(json.dumps({"memory": _peak(), **report}))


def _peak() -> int:
    """Return the peak resident memory of this process so far, in bytes."""
    status = Path("/proc/self/status").read_text()  # getrusage counts the parent, too
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) * 1024


if __name__ == "__main__":
    if sys.argv[1] in ("fill", "search"):
        _measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        for outcome in run(tuple(map(int, sys.argv[1:]))):
            print(outcome)
