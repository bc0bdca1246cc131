"""Filters over 10,000 documents: how long it takes to find those that match."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Result, milliseconds
from snappy_core.filters import Filter, parse
from snappy_core.stores import MemoryStore, SqliteStore, Store
from snappy_core.stores.base import DocumentRecord
from snappy_core.types import Metadata

DOCUMENTS = 10_000
LIMIT = 0.02  # seconds

FILTERS: dict[str, Filter] = {
    "equal": {"team": "team 3"},
    "access groups": {"groups": {"$any": ["group 1", "group 17"]}},
    "dates": {"signed": {"$gte": "2024-03-01", "$lt": "2024-09-01"}},
    "nested": {
        "$or": [{"team": ["team 1", "team 2"]}, {"year": {"$gt": 2020}}],
        "$not": {"draft": True},
    },
    "file names": {"file_name": {"$glob": "*7.pdf"}},
}


def run(documents: int = DOCUMENTS) -> Iterator[Result]:
    """Find documents in SQLite, by its indexes, and in memory, as Lance and Qdrant do."""
    with tempfile.TemporaryDirectory() as folder:
        stores: dict[str, Store] = {
            "SQLite": SqliteStore(Path(folder, "documents.snappy")),
            "records in memory": MemoryStore(),
        }
        for name, store in stores.items():
            for number in range(documents):
                source = f"/reports/{number}.pdf"
                record = DocumentRecord(source, source, "1", "1", metadata=_metadata(number))
                store.write(record, [])
            for kind, filter in FILTERS.items():
                matches = _find(store, filter)
                seconds = statistics.median(_cpu_seconds(store, filter) for _ in range(7))
                detail = f"{milliseconds(seconds)}, {len(matches)} match"
                title = f"filter of {documents} documents, {name}, {kind}: share of 20 ms"
                yield Result(title, seconds / LIMIT, 1, False, detail)


def _cpu_seconds(store: Store, filter: Filter) -> float:
    """Return the CPU time of this process alone: a filter waits for nothing."""
    started = time.process_time()
    _find(store, filter)
    return time.process_time() - started


def _find(store: Store, filter: Filter) -> frozenset[str]:
    with store.read() as snapshot:
        return snapshot.documents_where(parse(filter))


def _metadata(number: int) -> Metadata:
    return {
        "team": f"team {number % 10}",
        "year": 2000 + number % 26,
        "draft": number % 3 == 0,
        "signed": f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "groups": [f"group {number % 7}", f"group {number % 31}"],
    }
