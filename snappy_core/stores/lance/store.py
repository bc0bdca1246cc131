"""The store for object storage and many machines: a Lance table in a folder or at `s3://`."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.stores import codec
from snappy_core.stores.base import (
    Catalog,
    DocumentRecord,
    PageFilter,
    PageRecord,
    PageVectors,
    check_encoder,
)
from snappy_core.stores.first_stage import select_candidates
from snappy_core.stores.lance.cache import LanceCache
from snappy_core.stores.lance.event_log import ABANDONED, Log, Pages, new_write, put
from snappy_core.stores.lance.table import LanceTable, Version
from snappy_core.types import Page, Patches, Scalar

_HELD_PAGES = 256  # a document with more pages, or more bytes, is written in several pieces
_HELD_BYTES = 32_000_000
_LOOK_EVERY = 16  # writes, then see whether merging pays


class LanceStore:
    """Keeps an index as one Lance table, in a folder or on object storage.

    Any number of threads, processes and machines may read and write at once, with no lock: a
    write is one commit of new rows, and a reader keeps the version it has opened. What is
    replaced or deleted is removed by `compact`. LanceDB leaves it to the operating system when a
    file reaches the disk; after a power cut the last documents may be missing.

    Args:
        location: a folder, made when missing and `create` is true, or `s3://bucket/prefix`.
        storage_options: for S3, in the place of AWS_ACCESS_KEY_ID and the other variables:
            `aws_access_key_id`, `aws_secret_access_key`, `aws_region`, `aws_endpoint`, and
            `allow_http` ("true") for a server without TLS.

    Raises:
        MissingDependencyError: lancedb is not installed.
        FileNotFoundError: there is no index and `create` is false, or no such folder.
        IndexMismatchError: something else is there, or an index of another schema.
        StoreError: it cannot be reached, opened, read or written.
    """

    def __init__(
        self,
        location: str | os.PathLike[str],
        *,
        create: bool = True,
        storage_options: Mapping[str, str] | None = None,
    ) -> None:
        self._table = LanceTable(
            os.fspath(location), create=create, storage_options=storage_options
        )
        self._lock = threading.Lock()  # for what looks first and then writes
        self._merging = threading.Lock()
        self._opening = threading.Lock()
        self._open: Counter[int] = Counter()  # versions being read, and by how many
        self._writes = 0
        self._cache = LanceCache()
        self._snapshot: _LanceSnapshot | None = None

    @property
    def location(self) -> str:
        return self._table.location

    def encoder(self) -> tuple[str, int] | None:
        found = self._latest().log.encoder
        return None if found is None else found[:2]

    def bind_encoder(self, encoder: str, dim: int) -> None:
        found = self.encoder()
        if found is None:
            self._append([codec.event_row(new_write(), {"encoder": [encoder, dim]})])
            found = self.encoder()  # of several that say one, the first counts
        assert found is not None
        check_encoder(self.location, found, (encoder, dim), "into a new place")

    @contextmanager
    def read(self) -> Iterator[_LanceSnapshot]:
        snapshot = self._latest()
        version = snapshot.version.number
        with self._opening:  # no clean-up takes a version that was the latest just now
            self._open[version] += 1
        try:
            yield snapshot
        finally:
            with self._opening:
                self._open[version] -= 1
                self._open += Counter()  # without zeros

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        write, started = new_write(), time.monotonic()
        held, size, total, begun = [], 0, 0, False
        try:
            for page in pages:
                held.append(codec.page_row(write, page))
                size += codec.size(held[-1])
                total += 1
                if len(held) == _HELD_PAGES or size > _HELD_BYTES:
                    begun = True
                    self._append(held)
                    held, size = [], 0
            if time.monotonic() - started > ABANDONED / 2:  # a clean-up may take them for dead
                raise StoreError(
                    f"{self.location}: {document.document_id} took more than "
                    f"{ABANDONED / 7200:.0f} hours; split the document"
                )
            held.append(codec.event_row(write, put(document, total)))
            self._append(held)
        except BaseException:
            if begun:
                with suppress(StoreError):
                    self._table.delete([write])
            raise
        self._merge_if_it_pays()

    def set_metadata(self, document_id: str, metadata: Mapping[str, Scalar]) -> None:
        with self._lock:
            if document_id in self._latest().log.entries:
                event = {"set": document_id, "metadata": dict(metadata)}
                self._append([codec.event_row(new_write(), event)])

    def delete(self, document_id: str) -> bool:
        with self._lock:
            known = document_id in self._latest().log.entries
            if known:
                self._append([codec.event_row(new_write(), {"drop": document_id})])
            return known

    def compact(self, keep: timedelta = timedelta(hours=1)) -> None:
        """Merge small files, and remove what was replaced or deleted.

        Whoever reads goes on: states that this process reads stay, and so do those that were
        the latest within the time `keep`, for readers elsewhere. Writing many documents merges
        files by itself now and then.

        Raises:
            StoreError: another process is doing the same; also as every method.
        """
        with self._merging:
            self._table.delete(self._latest().log.dead())
            self._table.merge()
            with self._opening:
                read = list(self._open)
            self._table.clean(keep, read)

    def close(self) -> None:
        self._snapshot = None
        self._cache = LanceCache()

    def _latest(self) -> _LanceSnapshot:
        version, known = self._table.latest(), self._snapshot
        if known is None or known.version.number < version.number:
            log = (Log() if known is None else known.log).extend(version)
            known = self._snapshot = _LanceSnapshot(self.location, version, log, self._cache)
        return known

    def _append(self, held: list[dict[str, object]]) -> None:
        self._table.append(held)
        self._writes += 1

    def _merge_if_it_pays(self) -> None:
        if self._writes >= _LOOK_EVERY:
            self._writes = 0
            with suppress(StoreError):  # another process does it, or it comes with a later write
                if self._table.crowded() and not self._merging.locked():
                    self.compact()


class _LanceSnapshot:
    """One version of the table; it never changes, and threads may share it."""

    def __init__(self, location: str, version: Version, log: Log, cache: LanceCache) -> None:
        self.version = version
        self.log = log
        self._location = location
        self._cache = cache
        self._held: Pages | None = None
        self._recent: tuple[list[int], Any] = ([], None)

    def _pages(self) -> Pages:
        if self._held is None:
            self._held = self.log.pages(self._location)
        return self._held

    def documents(self) -> list[DocumentRecord]:
        return [self.log.entries[name].record for name in sorted(self.log.entries)]

    def document(self, document_id: str) -> DocumentRecord | None:
        entry = self.log.entries.get(document_id)
        return None if entry is None else entry.record

    def document_of(self, page: int) -> DocumentRecord:
        pages = self._pages()
        place = int(np.searchsorted(pages.ids, page))
        if place == len(pages.ids) or pages.ids[place] != page:
            raise KeyError(page)
        return self.log.entries[pages.documents[place]].record

    def page_ids(self, document_id: str) -> dict[int, int]:
        entry = self.log.entries.get(document_id)
        if entry is None:
            return {}
        held = np.flatnonzero(self.log.writes == entry.write)
        held = held[np.argsort(self.log.numbers[held], kind="stable")]
        return dict(zip(self.log.numbers[held].tolist(), self.log.ids[held].tolist(), strict=True))

    def page_count(self) -> int:
        return sum(entry.record.pages for entry in self.log.entries.values())

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        wanted = {codec.encode_term(term): term for term in terms}
        if not wanted:
            return {}
        counts = self._cache.frequencies(self.version, self._pages().ids)
        return {term: counts[code] for code, term in wanted.items() if counts[code]}

    def catalog(self) -> Catalog:
        return self._cache.catalog(self.version, self._pages())

    def candidates(
        self,
        query: NDArray[np.float32],
        weights: NDArray[np.float32],
        page_filter: PageFilter,
        count: int | None = None,
    ) -> NDArray[np.int64]:
        return select_candidates(self.catalog(), query, weights, page_filter, count)

    def vectors(self, pages: Sequence[int]) -> list[PageVectors]:
        if not pages:
            return []
        found = self._take(pages, ["scoring"])
        return [codec.read_vectors(blob.as_buffer()) for blob in found["scoring"]]

    def page(self, page: int) -> Page:
        return codec.read_page(self._take([page], ["page"])["page"][0].as_buffer())

    def patches(self, page: int) -> Patches:
        columns = ["page", "places", "scoring"]
        found = self._take([page], columns)
        self._recent = [page], found
        return codec.read_patches(*(found[name][0].as_buffer() for name in columns))

    def _take(self, pages: Sequence[int], columns: list[str]) -> Any:
        """Read pages. Whoever asks for the patches of one often asks for all else of it, too."""
        recent, found = self._recent
        if list(pages) == recent:
            return found
        return self.version.take(np.array(pages, dtype=np.int64), columns)
