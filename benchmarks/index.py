"""Opening and searching an index of 10,000 pages against an empty one and one of 100 pages."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.measure import Result, alternate, slowdown
from benchmarks.synthetic import fill, word_record
from snappy_core import RegionIndex
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.stores import SqliteStore

QUESTION = "w17 w4711 revenue of the third quarter by segment"


def run(pages: int = 10_000) -> list[Result]:
    """Write the indexes, then open and search them."""
    encoder = MiniLMEncoder()
    with tempfile.TemporaryDirectory() as folder:
        empty, small, large = (Path(folder) / name for name in ("empty", "small", "large"))
        for path, count in ((empty, 0), (small, 100), (large, pages)):
            fill_index(path, count, encoder)

        def reopen(path: Path) -> None:
            RegionIndex.open(path, encoder).close()

        opened, opened_empty = alternate(lambda: reopen(large), lambda: reopen(empty), rounds=21)
        with RegionIndex.open(large, encoder) as big, RegionIndex.open(small, encoder) as little:
            searched, searched_small = alternate(
                lambda: big.search(QUESTION), lambda: little.search(QUESTION), rounds=21
            )

        def first_search(path: Path) -> None:
            with RegionIndex.open(path, encoder) as index:
                index.search(QUESTION)

        cold, cold_small = alternate(
            lambda: first_search(large), lambda: first_search(small), rounds=3
        )
    return [
        slowdown(f"opening {pages:,} pages / opening an empty index", opened, opened_empty, 10),
        slowdown(f"a search over {pages:,} pages / over 100", searched, searched_small, 20),
        slowdown("the same, the first after opening", cold, cold_small, 20),
    ]


def fill_index(path: Path, pages: int, encoder: MiniLMEncoder) -> None:
    rng = np.random.default_rng(0)
    store = SqliteStore(path)
    fill(store, (word_record(rng, number=n) for n in range(1, pages + 1)), 100, encoder.name)
    store.close()
