"""Region scores of stored pages of a vision encoder against the bare similarity product."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.measure import Result, alternate, slowdown
from benchmarks.synthetic import grid_record
from snappy_core.search import page_scores
from snappy_core.stores import SqliteStore
from snappy_core.stores.base import DocumentRecord
from snappy_core.types import Query

RULES = ("maxsim", "iou_weighted")


def run(pages: int = 100, tokens: int = 20) -> list[Result]:
    """Score the regions of candidate pages of 1,024 patches and 15 regions each."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "index")
        records = (grid_record(rng, number) for number in range(1, pages + 1))
        store.write(DocumentRecord("pages", "pages", "0" * 64, "synthetic"), records)
        with store.read() as snapshot:
            stored = snapshot.vectors(snapshot.catalog().page_ids.tolist())
        store.close()
    vectors = rng.standard_normal((tokens, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query = Query("?", vectors, tuple(map(str, range(tokens))), np.ones(tokens, dtype=bool))
    weights = np.full(tokens, 1 / tokens, dtype=np.float32)

    def product() -> list[np.ndarray]:
        return [vectors @ page.vectors.astype(np.float32).T * page.scales for page in stored]

    results = []
    for rule in RULES:
        score = partial(page_scores.score, stored, query, weights, rule)
        ours, floor = alternate(score, product, rounds=21)
        name = f"region scores of {pages} stored grid pages ({rule}) / their int8 product"
        results.append(slowdown(name, ours, floor, 3))
    return results
