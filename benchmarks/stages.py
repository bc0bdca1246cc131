"""Search in two stages: SQLite against the prefetch of Qdrant Edge, at equal recall."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from benchmarks.measure import NotRun, Result, absent, alternate, milliseconds
from benchmarks.synthetic import Clustered, fill
from snappy_core.scoring.kernel import numpy_kernel
from snappy_core.scoring.pooling import GRID_BLOCK, pool
from snappy_core.scoring.scan import Ragged, scan
from snappy_core.search import engine, page_scores
from snappy_core.stores import SqliteStore
from snappy_core.stores.base import PageFilter, PageRecord
from snappy_core.stores.first_stage import default_candidates
from snappy_core.types import Query

QUESTIONS, K = 30, 10
RECALL = 0.95  # of the K best pages by exact MaxSim over all pages
CANDIDATES = (25, 50, 100, 200, 400, 800, 1600)


def run(pages: int = 5_000) -> Iterator[Result | NotRun]:
    """Search SQLite for ten regions with text and box, Edge for ten pages with their vectors.

    Both have the same pages and pooled vectors, and as many candidates as they need to reach the
    recall. The first stage of SQLite runs in torch if another benchmark has loaded it.
    """
    generator = Clustered()
    records = [generator.record(number) for number in range(1, pages + 1)]
    planted = np.linspace(0, pages - 1, QUESTIONS, dtype=int)
    queries = [generator.query(records[index].patches) for index in planted]
    best = [_exact(records, query) for query in queries]
    for block, bound in ((2, 0.95), (GRID_BLOCK, RECALL), (8, 0.5)):
        yield _block_recall(records, queries, best, block, bound)
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder, "pages.snappy"))
        fill(store, records)
        ours = _reach(queries, best, lambda query, count: _pages(store, query, count))
        name = f"two stages over {pages:,} pages with read-back, SQLite / Qdrant Edge"
        if why := absent("qdrant-edge-py", "qdrant_edge"):
            yield NotRun(name, why)
            store.close()
            return
        edge = _edge(Path(folder, "edge"), records, generator.dim)
        peer = _reach(
            queries, best, lambda query, count: {point.id for point in edge(query, count)}
        )
        sqlite_queries, edge_queries = cycle(queries), cycle(queries)
        seconds, edge_seconds = alternate(
            lambda: _search(store, next(sqlite_queries), ours.candidates),
            lambda: [
                np.asarray(point.vector["patches"], np.float32)
                for point in edge(next(edge_queries), peer.candidates, True)
            ],
            rounds=QUESTIONS,
        )
        times = milliseconds(seconds, edge_seconds)
        detail = f"{times}; Edge: {peer.recall:.3f} at {peer.candidates}"
        yield Result(name, edge_seconds / seconds, 1, True, detail, "Qdrant Edge")
        store.close()


@dataclass(frozen=True, slots=True)
class _Reached:
    """The smallest number of candidates that reaches the recall, and its recall."""

    candidates: int
    recall: float


def _reach(
    queries: list[Query], best: list[set[int]], find: Callable[[Query, int], set[int]]
) -> _Reached:
    for count in CANDIDATES:
        pairs = zip(queries, best, strict=True)
        recall = fmean(len(pages & find(query, count)) / K for query, pages in pairs)
        if recall >= RECALL:
            return _Reached(count, recall)
    raise RuntimeError(f"recall {recall:.3f} at {count} candidates, not {RECALL}")


def _block_recall(
    records: list[PageRecord], queries: list[Query], best: list[set[int]], block: int, bound: float
) -> Result:
    """Return the share of the best pages among the candidates by vectors pooled over blocks."""
    pooled = [
        pool(record.patches, record.page.regions, record.page.words.texts, block)
        for record in records
    ]
    offsets = np.cumsum([0, *(len(scales) for _, scales in pooled)])
    codes, scales = (np.concatenate(parts) for parts in zip(*pooled, strict=True))
    pooled_pages = Ragged(codes, scales, offsets)
    rankings = [
        np.argsort(
            -scan(query.vectors, _weights(query), [pooled_pages], numpy_kernel(query.vectors))
        )
        for query in queries
    ]

    def recall(count: int) -> float:
        pages = [{records[index].page.number for index in order[:count]} for order in rankings]
        return fmean(len(a & b) / K for a, b in zip(pages, best, strict=True))

    memory = (codes.nbytes + scales.nbytes) / len(records) / 1000
    default = default_candidates(len(records))
    details = ", ".join(f"{recall(count):.3f} of {count}" for count in (100, default, 800, 1600))
    name = (
        f"recall@{K} of {default} candidates, {len(records):,} pages, blocks of {block} x {block}"
    )
    return Result(name, recall(default), bound, True, f"{memory:.1f} KB a page; {details}")


def _exact(records: list[PageRecord], query: Query) -> set[int]:
    """Return the numbers of the best pages by the exact scores of all pages."""
    offsets_of_one = (np.array([0, len(record.patches)]) for record in records)
    pages = [
        Ragged(record.patches.vectors, record.patches.scales, offsets)
        for record, offsets in zip(records, offsets_of_one, strict=True)
    ]
    scores = scan(query.vectors, _weights(query), pages, numpy_kernel(query.vectors))
    return {records[index].page.number for index in np.argsort(-scores)[:K].tolist()}


def _pages(store: SqliteStore, query: Query, count: int) -> set[int]:
    """Return the numbers of the best pages among the candidates."""
    with store.read() as snapshot:
        candidates = snapshot.candidates(query.vectors, _weights(query), PageFilter(), count)
        scores = page_scores.score(snapshot.vectors(candidates.tolist()), query, _weights(query))
        top = candidates[np.argsort(-scores.pages)[:K]]
        return {snapshot.page(page).number for page in top.tolist()}


def _search(store: SqliteStore, query: Query, count: int) -> object:
    with store.read() as snapshot:
        return engine.search(snapshot, query, k=K, candidates=count)


def _weights(query: Query) -> np.ndarray:
    return np.full(len(query.vectors), 1 / len(query.vectors), dtype=np.float32)


def _edge(folder: Path, records: list[PageRecord], dim: int) -> Callable[..., Any]:
    """Load the pages as float16 multivectors; return a search with pooled ones as first stage."""
    import qdrant_edge as edge

    params = {
        name: edge.EdgeVectorParams(
            size=dim,
            distance=edge.Distance.Dot,
            multivector_config=edge.MultiVectorConfig(comparator=edge.MultiVectorComparator.MaxSim),
            datatype=edge.VectorStorageDatatype.Float16,
        )
        for name in ("patches", "pooled")
    }
    folder.mkdir()
    shard = edge.EdgeShard.create(str(folder), edge.EdgeConfig(vectors=params))
    for record in records:
        codes, scales = record.pooled
        vectors: Any = {
            "patches": record.patches.vectors * record.patches.scales[:, None],
            "pooled": codes * scales[:, None],
        }
        point = edge.Point(id=record.page.number, vector=vectors, payload={})
        shard.update(edge.UpdateOperation.upsert_points([point]))

    def search(query: Query, count: int, vectors: bool = False) -> Any:
        query_vectors = query.vectors.tolist()
        exact = edge.SearchParams(exact=True)
        first = edge.Prefetch(
            limit=count, query=edge.Query.Nearest(query_vectors, using="pooled"), params=exact
        )
        request = edge.QueryRequest(
            limit=K,
            query=edge.Query.Nearest(query_vectors, using="patches"),
            prefetches=[first],
            with_vector=["patches"] if vectors else False,
            params=exact,
        )
        return shard.query(request)

    return search
