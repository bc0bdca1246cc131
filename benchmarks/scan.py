"""Exact MaxSim over all pages: our kernels against a plain product, peers and the memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.measure import Result, alternate, milliseconds, skip
from snappy_core.scoring.kernel import fastest, in_numpy
from snappy_core.scoring.scan import Ragged, scan
from snappy_core.vectors import quantize

PATCHES, DIM, TOKENS = 1024, 128, 20
BLOCK = 4096  # patches of the plain product
ROUNDS = 5


def run(sizes: tuple[int, ...] = (1_000, 5_000)) -> Iterator[Result]:
    """Ask one question of 20 tokens over pages of 1,024 patches, one of which has the answer."""
    for pages in sizes:
        yield from _compare(pages)


def _compare(pages: int) -> Iterator[Result]:
    held, query, planted = synthetic(pages)
    weights = np.full(TOKENS, 1 / TOKENS, dtype=np.float32)
    exact = in_numpy(query)
    runs: dict[str, Callable[[], Any]] = {
        "numpy": lambda: scan(query, weights, [held], exact),
        "plain": lambda: _plain(query, weights, held),
        "reading": lambda: held.vectors.view(np.int32).max(),
    }
    if find_spec("torch"):
        import torch

        ours = fastest(query)
        ints = torch.from_numpy(held.vectors.view(np.int32))
        runs["torch"] = lambda: scan(query, weights, [held], ours)
        runs["reading"] = lambda: ints.max()
    if find_spec("maxsim_cpu"):
        runs["maxsim-cpu"] = _maxsim_cpu(query, held)
    else:
        skip("scan", "maxsim-cpu")
    with tempfile.TemporaryDirectory() as folder:
        if find_spec("qdrant_edge"):
            runs["Qdrant Edge"] = _qdrant_edge(folder, query, held)
        else:
            skip("scan", "qdrant-edge-py")
        for name, scored in (("numpy", runs["numpy"]), ("torch", runs.get("torch"))):
            if scored is not None and int(np.argmax(scored())) != planted:
                raise RuntimeError(f"{name} does not find the planted page")
        # One after the other, each warm: threads that spin after a call would slow the next one.
        taken = {name: alternate(call, rounds=ROUNDS)[0] for name, call in runs.items()}
    compared = partial(_result, pages, taken)
    yield compared("numpy", "plain", 1)
    if "torch" in taken:
        yield compared("torch", "numpy", 1.2)
        for peer, bound in (("maxsim-cpu", 3), ("Qdrant Edge", 7)):
            if peer in taken:
                yield compared("torch", peer, bound)
        share = taken["reading"] / taken["torch"]
        speed = held.vectors.nbytes / taken["reading"] / 1e9
        detail = f"{milliseconds(taken['torch'], taken['reading'])}: {speed:.0f} GB/s"
        name = f"{pages:,} pages, torch, share of the speed of reading them"
        yield Result(name, share, 0.1, True, detail)


def _result(pages: int, taken: dict[str, float], ours: str, theirs: str, bound: float) -> Result:
    gain = taken[theirs] / taken[ours]
    speed = f"{milliseconds(taken[ours], taken[theirs])}: {pages / taken[ours]:,.0f} pages/s"
    return Result(f"exact scan of {pages:,} pages, {ours} / {theirs}", gain, bound, True, speed)


def synthetic(pages: int, seed: int = 0) -> tuple[Ragged, np.ndarray, int]:
    """Return pages of random patches, a question, and the page where its answer is planted."""
    rng = np.random.default_rng(seed)
    vectors = np.empty((pages * PATCHES, DIM), dtype=np.int8)
    scales = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), PATCHES):
        block = slice(start, start + PATCHES)
        drawn = rng.standard_normal((PATCHES, DIM), dtype=np.float32)
        vectors[block], scales[block] = quantize(drawn)
    planted = pages * 2 // 3
    places = planted * PATCHES + rng.choice(PATCHES, TOKENS, replace=False)
    noise = 0.5 * rng.standard_normal((TOKENS, DIM), dtype=np.float32) / DIM**0.5
    query = vectors[places] * scales[places, None] + noise
    query /= np.linalg.norm(query, axis=1, keepdims=True)
    offsets = np.arange(pages + 1, dtype=np.int64) * PATCHES
    return Ragged(vectors, scales, offsets), query, planted


def _plain(query: np.ndarray, weights: np.ndarray, held: Ragged) -> np.ndarray:
    """The same in numpy as one would write it, by blocks of whole pages."""
    scores = []
    for start in range(0, len(held.vectors), BLOCK):
        block = slice(start, start + BLOCK)
        similarity = query @ held.vectors[block].astype(np.float32).T * held.scales[block]
        scores.append(weights @ similarity.reshape(len(query), -1, PATCHES).max(axis=2))
    return np.concatenate(scores)


def _floats(held: Ragged, page: int) -> np.ndarray:
    block = slice(page * PATCHES, (page + 1) * PATCHES)
    return held.vectors[block] * held.scales[block, None]


def _maxsim_cpu(query: np.ndarray, held: Ragged) -> Callable[[], Any]:
    import maxsim_cpu

    pages = np.empty((len(held.offsets) - 1, PATCHES, DIM), dtype=np.float32)
    for page in range(len(pages)):
        pages[page] = _floats(held, page)
    return lambda: maxsim_cpu.maxsim_scores(query, pages)


def _qdrant_edge(folder: str, query: np.ndarray, held: Ragged) -> Callable[[], Any]:
    """Load the pages as float16 multivectors, and search them without an index."""
    import qdrant_edge as edge

    patches = edge.EdgeVectorParams(
        size=DIM,
        distance=edge.Distance.Dot,
        multivector_config=edge.MultiVectorConfig(comparator=edge.MultiVectorComparator.MaxSim),
        datatype=edge.VectorStorageDatatype.Float16,
    )
    shard = edge.EdgeShard.create(folder, edge.EdgeConfig(vectors={"patches": patches}))
    for page in range(len(held.offsets) - 1):
        point = edge.Point(id=page, vector={"patches": _floats(held, page)}, payload={})
        shard.update(edge.UpdateOperation.upsert_points([point]))
    asked = edge.Query.Nearest(query.tolist(), using="patches")
    request = edge.QueryRequest(query=asked, limit=10, params=edge.SearchParams(exact=True))
    return lambda: shard.query(request)
