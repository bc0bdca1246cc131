"""The cost of a question: the learned mixture and location references against plain MaxSim."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import REPORT, Result, alternate, cpu_seconds, slowdown
from benchmarks.synthetic import fill, word_record
from snappy_core import RegionIndex
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.search.page_scores import query_weights, score
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.stores.base import PageFilter, Store

QUESTION = "w17 w4711 revenue of the third quarter by segment"
PLACE = f"{QUESTION} on page 3"
BOUND = 1.2


def run(pages: int = 400) -> Iterator[Result]:
    """Ask the sample report, and a file of synthetic text pages."""
    encoder = MiniLMEncoder()
    report = MemoryStore()
    RegionIndex(report, encoder).add(REPORT, progress=False).raise_failed()
    yield from _ask(report, encoder, "the sample report", rounds=101)
    with tempfile.TemporaryDirectory() as folder:
        rng = np.random.default_rng(0)
        store = SqliteStore(Path(folder) / "pages.snappy")
        fill(store, (word_record(rng, number=n) for n in range(1, pages + 1)), 100, encoder.name)
        yield from _ask(store, encoder, f"{pages:,} pages", rounds=21)
        store.close()


def _ask(store: Store, encoder: MiniLMEncoder, name: str, rounds: int) -> Iterator[Result]:
    index = RegionIndex(store, encoder)
    plain, default, place, place_off = alternate(
        lambda: index.search(QUESTION, scoring="maxsim", location_references=False),
        lambda: index.search(QUESTION),
        lambda: index.search(PLACE),
        lambda: index.search(PLACE, location_references=False),
        rounds=rounds,
        clock=cpu_seconds,
    )
    yield slowdown(
        f"a question to {name}, as by default / by MaxSim alone", default, plain, BOUND,
        f"{_parts(store, encoder)}; "
    )  # fmt: skip
    yield slowdown("the same that names a page / if names are ignored", place, place_off, BOUND)


def _parts(store: Store, encoder: MiniLMEncoder) -> str:
    """Return the milliseconds that parts of a search take by default."""
    query = encoder.encode_query(QUESTION)
    with store.read() as snapshot:
        weights = query_weights(snapshot, query)
        page_ids = snapshot.candidates(query.vectors, weights, PageFilter())
        vectors = snapshot.vectors(page_ids.tolist())
        times = alternate(
            lambda: encoder.encode_query(QUESTION),
            lambda: snapshot.candidates(query.vectors, weights, PageFilter()),
            lambda: snapshot.vectors(page_ids.tolist()),
            lambda: score(vectors, query, weights),
            rounds=21,
            clock=cpu_seconds,
        )
    parts = zip(("encoding", "first stage", "reading", "scoring"), times, strict=True)
    return ", ".join(f"{part} {1000 * seconds:.2g}" for part, seconds in parts)
