"""The distributed store: an index on a Qdrant server or cluster, which ranks the pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from snappy_core.errors import StoreError
from snappy_core.forks import fork_safe_lock
from snappy_core.stores.base import DocumentRecord, PageRecord
from snappy_core.stores.compatibility import check_encoder
from snappy_core.stores.event_log import Entry, Event, OpenStates
from snappy_core.stores.log_store import EventLogStore
from snappy_core.stores.qdrant.kept_files import FileCollection
from snappy_core.stores.qdrant.log import QdrantLog, put_event_body
from snappy_core.stores.qdrant.log_collection import LogCollection, LogReader, new_write
from snappy_core.stores.qdrant.page_collection import PageCollection, PooledCache
from snappy_core.stores.qdrant.points import batches, page_points
from snappy_core.stores.qdrant.server import Server
from snappy_core.stores.qdrant.snapshot import QdrantSnapshot

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import PointStruct, QuantizationConfig

ABANDONED = timedelta(days=1)
"""The time after which a write that has not ended is considered killed."""

_KEEP = timedelta(hours=1)  # how long superseded pages are kept for readers elsewhere
_CLEAN_INTERVAL = 16  # writes after which to clean up
_MICROSECOND = timedelta(microseconds=1)


class QdrantStore(EventLogStore):
    """Keeps an index in two collections of a Qdrant server, and kept files in a third.

    Any number of threads, processes and machines may read and write at once: a document exists
    once its event is written, which comes last, and a reader keeps the state it opened. The server
    ranks the pages; only the best are read. Replaced and deleted data is removed an hour later by
    other writes, or by `compact`.

    Args:
        location: `qdrant://host:6333/name`; `qdrants://` with TLS.
        create: create the collections if there are none.
        older: also open an index of an older schema for reading; see `open_to_copy`.
        api_key: by default the value of QDRANT_API_KEY.
        shard_number, replication_factor, write_consistency_factor: of new collections.
        quantization: of their vectors, from `qdrant_client.models`.
        timeout: seconds that a request may take, and within which some failures are retried.
        client: used instead of a new client for the location.

    Raises:
        MissingDependencyError: qdrant-client is not installed.
        ValueError: the location is malformed.
        FileNotFoundError: there is no index and `create` is false.
        IndexMismatchError: the name is taken by another collection or an index of another schema.
        StoreError: the server cannot be reached, or refuses a request.
    """

    def __init__(
        self,
        location: str,
        *,
        create: bool = True,
        older: bool = False,
        api_key: str | None = None,
        shard_number: int | None = None,
        replication_factor: int | None = None,
        write_consistency_factor: int | None = None,
        quantization: QuantizationConfig | None = None,
        timeout: int = 30,
        client: QdrantClient | None = None,
    ) -> None:
        replication: dict[str, Any] = {
            "replication_factor": replication_factor,
            "write_consistency_factor": write_consistency_factor,
        }
        options = {"shard_number": shard_number, "quantization_config": quantization}
        self._open_again = partial(
            type(self),
            location,
            create=False,
            older=older,
            api_key=api_key,
            shard_number=shard_number,
            quantization=quantization,
            timeout=timeout,
            **replication,
        )
        self._has_own_client = client is not None
        self._server = Server(location, api_key, timeout, client)
        self._log = LogCollection(self._server, replication)
        self._pages = PageCollection(self._server, {**replication, **options})
        self._files = FileCollection(self._server, replication)
        try:
            self._log.open(self._pages, create=create, older=older)
        except BaseException:
            self.close()
            raise
        self._lock = fork_safe_lock()
        self._reader = LogReader(self._log)
        self._cache = PooledCache()
        self._snapshot = QdrantSnapshot(QdrantLog(), self._pages, self._cache)
        self._open_states = OpenStates()  # by their last event
        self._writes = 0

    @property
    def location(self) -> str:
        return self._server.location

    def encoder(self) -> tuple[str, int] | None:
        return self._reader.latest().events.encoder

    def bind_encoder(self, encoder: str, dim: int) -> None:
        bound = self.encoder()
        if bound is None:
            self._append_event("encoder", {"name": encoder, "dim": dim})
            bound = self.encoder()  # if several processes do this, the first one counts
        assert bound is not None
        check_encoder(self.location, bound, (encoder, dim), "under another name")

    @contextmanager
    def read(self) -> Iterator[QdrantSnapshot]:
        log = self._reader.latest()
        snapshot = self._snapshot
        if snapshot.log is not log:
            snapshot = self._snapshot = QdrantSnapshot(log, self._pages, self._cache)
        with self._open_states.reading(log.last):
            yield snapshot

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        name, write, numbers = document.document_id, new_write(), []
        begun: Event[str] | None = None

        def points() -> Iterator[tuple[PointStruct, int]]:
            nonlocal begun
            for index, page in enumerate(pages):
                if begun is None:
                    self._reader.latest()  # this write begins after everything that exists now
                    self._pages.ensure(page.patches.vectors.shape[1])
                    begun = self._reader.new_event("begin", {}, write)
                    self._log.begin(begun)
                numbers.append(page.page.number)
                yield from page_points(self._pages.name, name, write, begun.at, index, page)

        try:
            for batch in batches(points(), self.location):
                self._pages.upsert(batch)
            longest = ABANDONED.total_seconds() / 2
            if begun is not None and time.time() - begun.at / 1e6 > longest:
                raise StoreError(  # a clean-up may soon remove its pages
                    f"{self.location}: {name} took more than {longest / 3600:.0f} hours; "
                    "split the document"
                )
            replaced = self._entries().get(name)
        except BaseException:
            if begun is not None:
                with suppress(StoreError):  # otherwise a clean-up removes them
                    self._pages.remove([write], tries=1)
                    self._log.remove([begun], tries=1)
            raise
        # If this fails, it is unknown whether the server has the event: the pages must stay.
        put = self._reader.new_event("put", put_event_body(document, numbers), write)
        self._log.append(put)
        with suppress(StoreError):  # the document is written; a clean-up will finish
            if begun is not None:
                self._log.remove([begun])
            self._set_until(replaced, put)
            if replaced is not None:
                self._drop_unused_files([replaced.record.content_hash])
            self._writes += 1
            if self._writes % _CLEAN_INTERVAL == 0:
                self._clean(_KEEP)

    def delete(self, document_id: str) -> bool:
        with self._lock:
            entry = self._entries().get(document_id)
            if entry is None:
                return False
            drop = self._reader.new_event("drop", {"document_id": document_id})
            self._log.append(drop)
            with suppress(StoreError):  # the document is deleted; a clean-up will finish
                self._set_until(entry, drop)
                self._drop_unused_files([entry.record.content_hash])
            return True

    def _drop_unused_files(self, content_hashes: Iterable[str]) -> None:
        self._files.drop(set(content_hashes) - self._used_hashes())

    def compact(self, keep: timedelta = _KEEP) -> None:
        """Remove replaced and deleted data, and what killed writers left more than a day ago.

        Readers are not interrupted: what existed within the time `keep` is kept for readers
        elsewhere, and so is what this process reads. Writing many documents also cleans up from
        time to time.

        Raises:
            StoreError: as in every method.
        """
        self._reader.invalidate()
        self._clean(keep)
        # Hashes first: files are only kept for documents that are visible.
        self._drop_unused_files(self._files.content_hashes())

    def close(self) -> None:
        self._server.close()

    def __reduce__(self) -> tuple[Callable[[], QdrantStore], tuple[()]]:
        if self._has_own_client:
            raise TypeError(f"{self.location}: a store with a client of yours is not pickled")
        return self._open_again, ()

    def _entries(self) -> Mapping[str, Entry[str]]:
        return self._reader.latest().events.entries

    def _append_event(self, kind: str, body: Mapping[str, Any]) -> None:
        self._log.append(self._reader.new_event(kind, body))

    def _set_until(self, entry: Entry[str] | None, event: Event[str]) -> None:
        """Store on the pages of a document that an event superseded them."""
        if entry is not None and entry.record.pages:
            self._pages.set_until(entry.write, event.at)

    def _clean(self, keep: timedelta) -> None:
        log = self._reader.latest()
        now = time.time_ns() // 1000
        before = min([now - keep // _MICROSECOND, *self._open_states.all()])
        superseded = [event for event, at in log.events.superseded if at <= before]
        killed = [event for event in log.unfinished if event.at <= now - ABANDONED // _MICROSECOND]
        if superseded or killed:
            puts = [event for event in superseded if event.kind == "put"]
            writes = [event.write for event in puts if event.body["document"]["pages"]]
            self._pages.remove(writes + [event.write for event in killed])
            # A `drop` is removed last: without it, the document would exist again.
            drops = [event for event in superseded if event.kind == "drop"]
            self._log.remove([event for event in superseded if event.kind != "drop"] + killed)
            self._log.remove(drops)
            self._log.touch()
