"""Exact MaxSim over all pages: Snappy's kernels against a plain product, peers, memory speed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.measure import NotRun, Result, absent, alternate, milliseconds, speedup
from snappy_core.scoring.kernel import fastest_kernel, numpy_kernel
from snappy_core.scoring.scan import Ragged, scan
from snappy_core.vectors import quantize

PATCHES, DIM, TOKENS = 1024, 128, 20
BLOCK = 4096  # patches per step of the plain product
ROUNDS = 5
NUMPY_BOUNDS = {5_000: 1.5}  # times as fast as the plain product, by pages; 1 for others


def run(sizes: tuple[int, ...] = (1_000, 5_000)) -> Iterator[Result | NotRun]:
    """Score pages of 1,024 patches for a query of 20 tokens that one of them answers."""
    for pages in sizes:
        yield from _compare(pages)


def _compare(pages: int) -> Iterator[Result | NotRun]:
    corpus, query, planted = synthetic(pages)
    weights = np.full(TOKENS, 1 / TOKENS, dtype=np.float32)
    exact = numpy_kernel(query)
    runs: dict[str, Callable[[], Any]] = {
        "numpy": lambda: scan(query, weights, [corpus], exact),
        "plain": lambda: _plain(query, weights, corpus),
        "reading": lambda: corpus.vectors.view(np.int32).max(),
    }
    if not (without_torch := _why_not_torch()):
        import torch

        ours = fastest_kernel(query)
        ints = torch.from_numpy(corpus.vectors.view(np.int32))
        runs["torch"] = lambda: scan(query, weights, [corpus], ours)
        runs["reading"] = lambda: ints.max()
    if not (without_maxsim := absent("maxsim-cpu")):
        runs["maxsim-cpu"] = _maxsim_cpu(query, corpus)
    with tempfile.TemporaryDirectory() as folder:
        if not (without_edge := absent("qdrant-edge-py", "qdrant_edge")):
            runs["Qdrant Edge"] = _qdrant_edge(folder, query, corpus)
        for name, scan_all in (("numpy", runs["numpy"]), ("torch", runs.get("torch"))):
            if scan_all is not None and int(np.argmax(scan_all())) != planted:
                raise RuntimeError(f"{name} does not rank the planted page first")
        # Not in turns: threads spinning after a call would slow down the next function.
        times = {name: alternate(call, rounds=ROUNDS)[0] for name, call in runs.items()}
    compared = partial(_result, pages, times)
    yield compared("numpy", "plain", NUMPY_BOUNDS.get(pages, 1))
    fastest = "torch" if "torch" in times else "numpy"
    for peer, why, bounds in (
        ("maxsim-cpu", without_maxsim, {"torch": 3, "numpy": 1}),
        ("Qdrant Edge", without_edge, {"torch": 7, "numpy": 2}),
    ):
        if why:
            yield NotRun(_name(pages, fastest, peer), why)
        else:
            yield compared(fastest, peer, bounds[fastest], peer)
    if "torch" in times:
        yield compared("torch", "numpy", 1.2)
        share = times["reading"] / times["torch"]
        speed = corpus.vectors.nbytes / times["reading"] / 1e9
        detail = f"{milliseconds(times['torch'], times['reading'])}: {speed:.0f} GB/s"
        name = f"{pages:,} pages, torch, share of the speed of reading them"
        yield Result(name, share, 0.5, True, detail)
    else:
        yield NotRun(_name(pages, "torch", "numpy"), without_torch)


def _why_not_torch() -> str:
    """Return why searches do not use torch here, or ""."""
    if not find_spec("torch"):
        return "torch is not installed"
    from snappy_core.scoring.torch_kernel import device

    return "" if device() else "numpy multiplies where there is no AVX-512 and no CUDA"


def _result(
    pages: int, times: dict[str, float], ours: str, other: str, bound: float, peer: str = ""
) -> Result:
    speed = f"{pages / times[ours]:,.0f} pages/s: "
    return speedup(_name(pages, ours, other), times[ours], times[other], bound, speed, peer)


def _name(pages: int, ours: str, other: str) -> str:
    return f"exact scan of {pages:,} pages, {ours} / {other}"


def synthetic(pages: int, seed: int = 0) -> tuple[Ragged, np.ndarray, int]:
    """Return pages of random patches, a query, and the index of the page that answers it."""
    rng = np.random.default_rng(seed)
    vectors = np.empty((pages * PATCHES, DIM), dtype=np.int8)
    scales = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), PATCHES):
        block = slice(start, start + PATCHES)
        floats = rng.standard_normal((PATCHES, DIM), dtype=np.float32)
        vectors[block], scales[block] = quantize(floats)
    planted = pages * 2 // 3
    indices = planted * PATCHES + rng.choice(PATCHES, TOKENS, replace=False)
    noise = 0.5 * rng.standard_normal((TOKENS, DIM), dtype=np.float32) / DIM**0.5
    query = vectors[indices] * scales[indices, None] + noise
    query /= np.linalg.norm(query, axis=1, keepdims=True)
    offsets = np.arange(pages + 1, dtype=np.int64) * PATCHES
    return Ragged(vectors, scales, offsets), query, planted


def _plain(query: np.ndarray, weights: np.ndarray, corpus: Ragged) -> np.ndarray:
    """Return the same scores using plain numpy, in blocks of whole pages."""
    scores = []
    for start in range(0, len(corpus.vectors), BLOCK):
        block = slice(start, start + BLOCK)
        similarity = query @ corpus.vectors[block].astype(np.float32).T * corpus.scales[block]
        scores.append(weights @ similarity.reshape(len(query), -1, PATCHES).max(axis=2))
    return np.concatenate(scores)


def _floats(corpus: Ragged, page: int) -> Any:
    block = slice(page * PATCHES, (page + 1) * PATCHES)
    return corpus.vectors[block] * corpus.scales[block, None]


def _maxsim_cpu(query: np.ndarray, corpus: Ragged) -> Callable[[], Any]:
    import maxsim_cpu

    pages = np.empty((len(corpus.offsets) - 1, PATCHES, DIM), dtype=np.float32)
    for page in range(len(pages)):
        pages[page] = _floats(corpus, page)
    return lambda: maxsim_cpu.maxsim_scores(query, pages)


def _qdrant_edge(folder: str, query: np.ndarray, corpus: Ragged) -> Callable[[], Any]:
    """Load the pages as float16 multivectors; return a function that searches them exactly."""
    import qdrant_edge as edge

    patches = edge.EdgeVectorParams(
        size=DIM,
        distance=edge.Distance.Dot,
        multivector_config=edge.MultiVectorConfig(comparator=edge.MultiVectorComparator.MaxSim),
        datatype=edge.VectorStorageDatatype.Float16,
    )
    shard = edge.EdgeShard.create(folder, edge.EdgeConfig(vectors={"patches": patches}))
    for page in range(len(corpus.offsets) - 1):
        point = edge.Point(id=page, vector={"patches": _floats(corpus, page)}, payload={})
        shard.update(edge.UpdateOperation.upsert_points([point]))
    nearest = edge.Query.Nearest(query.tolist(), using="patches")
    request = edge.QueryRequest(query=nearest, limit=10, params=edge.SearchParams(exact=True))
    return lambda: shard.query(request)
