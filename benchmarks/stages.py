"""Two stages with read-back: SQLite against Qdrant Edge's own prefetch, at equal recall."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from benchmarks.measure import Result, alternate, milliseconds, skip
from benchmarks.synthetic import Clustered, fill
from snappy_core.scoring.kernel import in_numpy
from snappy_core.scoring.pooling import GRID_BLOCK, pool
from snappy_core.scoring.scan import Ragged, scan
from snappy_core.search import engine
from snappy_core.stores import SqliteStore
from snappy_core.stores.base import PageFilter, PageRecord
from snappy_core.stores.first_stage import default_candidates
from snappy_core.types import Query

QUESTIONS, K = 30, 10
RECALL = 0.95  # of the K best pages by exact MaxSim over all
DEPTHS = (25, 50, 100, 200, 400, 800, 1600)


def run(pages: int = 5_000) -> Iterator[Result]:
    """Ask for ten regions (SQLite: with text and box), or ten pages with their vectors (Edge).

    Both have the same pages and the same pooled vectors, and score as many candidates as they
    need for the recall. The first stage of SQLite is in torch if another benchmark has loaded it.
    """
    made = Clustered()
    records = [made.record(number) for number in range(pages)]
    planted = np.linspace(0, pages - 1, QUESTIONS, dtype=int)
    queries = [made.query(records[place].patches) for place in planted]
    best = [_exact(records, query) for query in queries]
    for block, bound in ((2, 0.95), (GRID_BLOCK, RECALL), (8, 0.5)):
        yield _size(records, queries, best, block, bound)
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder, "pages.snappy"))
        fill(store, records)
        ours = _reach(queries, best, lambda query, depth: _pages(store, query, depth))
        if find_spec("qdrant_edge") is None:
            skip("stages", "qdrant-edge-py")
            return
        edge = _edge(Path(folder, "edge"), records, made.dim)
        theirs = _reach(
            queries, best, lambda query, depth: {point.id for point in edge(query, depth)}
        )
        mine, others = cycle(queries), cycle(queries)
        taken, taken_edge = alternate(
            lambda: _search(store, next(mine), ours.depth),
            lambda: [
                np.asarray(point.vector["patches"], np.float32)
                for point in edge(next(others), theirs.depth, True)
            ],
            rounds=QUESTIONS,
        )
        detail = f"{milliseconds(taken, taken_edge)}; Edge: {theirs.recall:.3f} at {theirs.depth}"
        name = f"two stages over {pages:,} pages with read-back, SQLite / Qdrant Edge"
        yield Result(name, taken_edge / taken, 1, True, detail)
        store.close()


@dataclass(frozen=True, slots=True)
class _Reached:
    """The least depth that has the recall, and the recall it has."""

    depth: int
    recall: float


def _reach(
    queries: list[Query], best: list[set[int]], find: Callable[[Query, int], set[int]]
) -> _Reached:
    for depth in DEPTHS:
        asked = zip(queries, best, strict=True)
        recall = fmean(len(wanted & find(query, depth)) / K for query, wanted in asked)
        if recall >= RECALL:
            return _Reached(depth, recall)
    raise RuntimeError(f"recall {recall:.3f} at {depth} candidates, not {RECALL}")


def _size(
    records: list[PageRecord], queries: list[Query], best: list[set[int]], block: int, bound: float
) -> Result:
    """Return how many of the best pages are candidates when squares of a page are pooled."""
    pooled = [pool(record.patches, record.page.regions, block) for record in records]
    offsets = np.cumsum([0, *(len(scales) for _, scales in pooled)])
    codes, scales = (np.concatenate(parts) for parts in zip(*pooled, strict=True))
    lot = Ragged(codes, scales, offsets)
    rough = [
        np.argsort(-scan(query.vectors, _weights(query), [lot], in_numpy(query.vectors)))
        for query in queries
    ]

    def recall(depth: int) -> float:
        found = [{records[place].page.number for place in order[:depth]} for order in rough]
        return fmean(len(a & b) / K for a, b in zip(found, best, strict=True))

    memory = (codes.nbytes + scales.nbytes) / len(records) / 1000
    depth = default_candidates(len(records))
    told = ", ".join(f"{recall(some):.3f} of {some}" for some in (100, depth, 800, 1600))
    name = f"recall@{K} of {depth} candidates, {len(records):,} pages, squares of {block} x {block}"
    return Result(name, recall(depth), bound, True, f"{memory:.1f} KB a page; {told}")


def _exact(records: list[PageRecord], query: Query) -> set[int]:
    """Return the numbers of the best pages by scoring all."""
    alone = (np.array([0, len(record.patches)]) for record in records)
    lots = [
        Ragged(record.patches.vectors, record.patches.scales, offsets)
        for record, offsets in zip(records, alone, strict=True)
    ]
    scores = scan(query.vectors, _weights(query), lots, in_numpy(query.vectors))
    return {records[place].page.number for place in np.argsort(-scores)[:K].tolist()}


def _pages(store: SqliteStore, query: Query, depth: int) -> set[int]:
    """Return the numbers of the best pages among the candidates."""
    with store.read() as snapshot:
        found = snapshot.candidates(query.vectors, _weights(query), PageFilter(), depth)
        scored = engine.score(found, snapshot.vectors(found.tolist()), query, _weights(query))
        top = found[np.argsort(-scored.page_scores)[:K]]
        return {snapshot.page(page).number for page in top.tolist()}


def _search(store: SqliteStore, query: Query, depth: int) -> object:
    with store.read() as snapshot:
        return engine.search(snapshot, query, k=K, depth=depth)


def _weights(query: Query) -> np.ndarray:
    return np.full(len(query.vectors), 1 / len(query.vectors), dtype=np.float32)


def _edge(folder: Path, records: list[PageRecord], dim: int) -> Callable[..., Any]:
    """Load the pages as float16 multivectors; return its search through the pooled ones."""
    import qdrant_edge as edge

    named = {
        name: edge.EdgeVectorParams(
            size=dim,
            distance=edge.Distance.Dot,
            multivector_config=edge.MultiVectorConfig(comparator=edge.MultiVectorComparator.MaxSim),
            datatype=edge.VectorStorageDatatype.Float16,
        )
        for name in ("patches", "pooled")
    }
    folder.mkdir()
    shard = edge.EdgeShard.create(str(folder), edge.EdgeConfig(vectors=named))
    for record in records:
        codes, scales = record.pooled
        vectors = {
            "patches": record.patches.vectors * record.patches.scales[:, None],
            "pooled": codes * scales[:, None],
        }
        point = edge.Point(id=record.page.number, vector=vectors, payload={})
        shard.update(edge.UpdateOperation.upsert_points([point]))

    def search(query: Query, depth: int, vectors: bool = False) -> Any:
        asked = query.vectors.tolist()
        exact = edge.SearchParams(exact=True)
        first = edge.Prefetch(
            limit=depth, query=edge.Query.Nearest(asked, using="pooled"), params=exact
        )
        request = edge.QueryRequest(
            limit=K,
            query=edge.Query.Nearest(asked, using="patches"),
            prefetches=[first],
            with_vector=["patches"] if vectors else False,
            params=exact,
        )
        return shard.query(request)

    return search
