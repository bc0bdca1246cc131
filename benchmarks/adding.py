"""Adding precomputed pages against raw appends to LanceDB; the stages of adding real PDFs."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.measure import REPORT, NotRun, Result, absent, alternate, real_pdfs
from benchmarks.synthetic import Clustered, fill
from snappy_core import ReadingOptions, RegionIndex
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.ingest import jobs
from snappy_core.parsing.pdf import reader as pdf
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.stores.base import PageRecord

PAGES = 1_000


def run() -> Iterator[Result | NotRun]:
    """Add the same pages of 1,024 patches as documents of 20 and of 100; then real PDFs."""
    pages = Clustered()
    records = [pages.record(number) for number in range(1, PAGES + 1)]
    for per_document in (20, 100):
        yield from _against_lance(records, per_document)
    yield _profile()


def _against_lance(records: list[PageRecord], per_document: int) -> Iterator[Result | NotRun]:
    """Add whole pages to SQLite and only their vectors to LanceDB, as float16 and as bytes.

    SQLite syncs to disk after each document, LanceDB does not: a third peer adds the sync.
    """
    compared = f"adding documents of {per_document} pages, SQLite / LanceDB"
    if why := absent("lancedb"):
        yield NotRun(compared, why)
        return
    documents = [
        records[start : start + per_document] for start in range(0, len(records), per_document)
    ]
    floats = [_rows(document, _as_floats) for document in documents]
    peers: dict[str, tuple[list[Any], bool, float]] = {
        "float16 vectors": (floats, False, 0.5),
        "float16 vectors, on disk": (floats, True, 0.5),
        "bytes": ([_rows(document, _as_bytes) for document in documents], False, 0.3),
    }
    ours, *peer_seconds = alternate(
        partial(_in_new_folder, lambda folder: _sqlite(folder, records, per_document)),
        *(
            partial(_in_new_folder, partial(_lance, rows, sync=sync))
            for rows, sync, _ in peers.values()
        ),
        rounds=5,
    )
    for (peer, (_, _, bound)), seconds in zip(peers.items(), peer_seconds, strict=True):
        detail = f"{PAGES / ours:,.0f} and {PAGES / seconds:,.0f} pages/s"
        yield Result(f"{compared}, {peer}", seconds / ours, bound, True, detail, "LanceDB")


def _in_new_folder(write: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))


def _sqlite(folder: Path, records: list[PageRecord], per_document: int) -> None:
    store = SqliteStore(folder / "pages.snappy")
    fill(store, records, per_document)
    store.close()


def _lance(documents: list[Any], folder: Path, *, sync: bool) -> None:
    """Append the rows of each document in one call."""
    import lancedb

    database = lancedb.connect(str(folder))
    table = database.create_table("pages", schema=documents[0].schema)
    synced: set[Path] = set()
    for rows in documents:
        table.add(rows)
        if sync:
            synced |= _sync(folder, synced)


def _rows(pages: list[PageRecord], column: Callable[[list[PageRecord]], Any]) -> Any:
    import pyarrow as pa

    ids = [str(page.page.number) for page in pages]
    return pa.table({"id": ids, "vectors": column(pages)})


def _sync(folder: Path, synced: set[Path]) -> set[Path]:
    """Sync new files of a folder to disk and return them."""
    new = {path for path in folder.rglob("*") if path.is_file()} - synced
    for path in new:
        with path.open("rb") as file:
            os.fsync(file)
    return new


def _as_floats(pages: list[PageRecord]) -> Any:
    import pyarrow as pa

    floats = [(p.patches.vectors * p.patches.scales[:, None]).astype(np.float16) for p in pages]
    flat = np.concatenate(floats)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(flat.ravel()), flat.shape[1])
    return pa.ListArray.from_arrays(np.cumsum([0, *map(len, floats)], dtype=np.int32), vectors)


def _as_bytes(pages: list[PageRecord]) -> Any:
    import pyarrow as pa

    return pa.array([p.patches.vectors.tobytes() for p in pages], pa.large_binary())


def _profile() -> Result:
    """Add real PDFs in one process and time each stage."""
    spent = dict.fromkeys(("reading", "layout", "encoding", "pooling"), 0.0)
    encoder = MiniLMEncoder()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        index = stack.enter_context(RegionIndex.open(Path(folder, "pages.snappy"), encoder))
        reading = ReadingOptions(ocr="never")
        RegionIndex(MemoryStore(), encoder).add_document(
            REPORT, reading=reading
        )  # loads the models
        stack.enter_context(_timed(pdf, "read_content", spent, "reading"))
        stack.enter_context(_timed(pdf, "build_page", spent, "layout"))
        stack.enter_context(_timed(MiniLMEncoder, "encode_pages", spent, "encoding"))
        stack.enter_context(_timed(jobs, "prepare", spent, "pooling"))
        started = time.perf_counter()
        pages = index.add(real_pdfs(), reading=reading, progress=False).pages
        total = time.perf_counter() - started
    other = total - sum(spent.values())
    parts = ", ".join(f"{part} {seconds / total:.1%}" for part, seconds in spent.items())
    detail = f"{pages} pages, {total / pages * 1000:.0f} ms each: {parts}"
    return Result(
        "adding real PDFs: share of writing and bookkeeping", other / total, 0.1, False, detail
    )


@contextmanager
def _timed(owner: Any, name: str, spent: dict[str, float], part: str) -> Iterator[None]:
    """Add the seconds spent in a function to `spent[part]`."""
    function = getattr(owner, name)

    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[part] += time.perf_counter() - started

    with patch.object(owner, name, timed):
        yield
