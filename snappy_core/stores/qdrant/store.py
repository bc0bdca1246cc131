"""The distributed store: an index on a Qdrant server or cluster, which ranks the pages."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from snappy_core.errors import StoreError
from snappy_core.stores.base import DocumentRecord, PageRecord, check_encoder
from snappy_core.stores.qdrant.collections import Collections, Options
from snappy_core.stores.qdrant.event_log import Entry, Event, Log, Numbering, new_write, put
from snappy_core.stores.qdrant.points import batches, page_points
from snappy_core.stores.qdrant.server import Server
from snappy_core.stores.qdrant.snapshot import PooledCache, QdrantSnapshot
from snappy_core.types import Scalar

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import PointStruct, QuantizationConfig

ABANDONED = timedelta(days=1)
"""The time after which a write that has not ended is one that was killed."""

_KEEP = timedelta(hours=1)  # what was replaced is kept so long, for readers elsewhere
_CLEAN_EVERY = 16  # writes
_LATE = timedelta(minutes=1)  # that an event may come behind later ones


class QdrantStore:
    """Keeps an index in two collections of a Qdrant server.

    Any number of threads, processes and machines may read and write at once: a document is
    there with the event that says so, the last of what is written of it, and a reader keeps the
    state that it opened. The server finds the pages; only the best are read. What is replaced or
    deleted is removed an hour later by other writes, or by `compact`.

    Args:
        location: `qdrant://host:6333/name`; with `qdrants://` over TLS.
        create: make the collections when there are none.
        api_key: in the place of QDRANT_API_KEY.
        shard_number, replication_factor, write_consistency_factor: of new collections.
        quantization: of their vectors, as the client has it (`qdrant_client.models`).
        timeout: seconds that a request may take; it is sent again some times.
        client: in the place of one that is made for the location.

    Raises:
        MissingDependencyError: qdrant-client is not installed.
        ValueError: the location is of another form.
        FileNotFoundError: there is no index and `create` is false.
        IndexMismatchError: another collection has the name, or an index of another schema.
        StoreError: the server cannot be reached, or refuses.
    """

    def __init__(
        self,
        location: str,
        *,
        create: bool = True,
        api_key: str | None = None,
        shard_number: int | None = None,
        replication_factor: int | None = None,
        write_consistency_factor: int | None = None,
        quantization: QuantizationConfig | None = None,
        timeout: int = 60,
        client: QdrantClient | None = None,
    ) -> None:
        options = Options(shard_number, replication_factor, write_consistency_factor, quantization)
        server = Server(location, api_key, timeout, client)
        try:
            self._collections = Collections(server, options, create=create)
        except BaseException:
            server.close()
            raise
        self._lock = threading.Lock()  # for what looks first and then writes
        self._syncing = threading.Lock()
        self._known: dict[str, Event] = {}
        self._heard = 0  # when the last of them was
        self._numbering = Numbering()
        self._cache = PooledCache()
        self._token: str | None = None
        self._snapshot = QdrantSnapshot(Log(), self._collections, self._cache)
        self._opening = threading.Lock()
        self._open: Counter[int] = Counter()  # states being read, and by how many
        self._clock = threading.Lock()
        self._now = 0
        self._writes = 0

    @property
    def location(self) -> str:
        return self._collections.location

    def encoder(self) -> tuple[str, int] | None:
        return self._latest().log.encoder

    def bind_encoder(self, encoder: str, dim: int) -> None:
        found = self.encoder()
        if found is None:
            self._collections.say(self._event("encoder", {"name": encoder, "dim": dim}))
            found = self.encoder()  # of several that say one, the first counts
        assert found is not None
        check_encoder(self.location, found, (encoder, dim), "under another name")

    @contextmanager
    def read(self) -> Iterator[QdrantSnapshot]:
        snapshot = self._latest()
        with self._opening:  # no clean-up takes what is read here
            self._open[snapshot.log.last] += 1
        try:
            yield snapshot
        finally:
            with self._opening:
                self._open[snapshot.log.last] -= 1
                self._open += Counter()  # without zeros

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        write, numbers = new_write(), []
        begun: Event | None = None

        def points() -> Iterator[tuple[PointStruct, int]]:
            nonlocal begun
            for place, page in enumerate(pages):
                if begun is None:
                    self._latest()  # what is there now began before
                    self._collections.ensure_pages(page.patches.vectors.shape[1])
                    begun = self._event("begin", {}, write)
                    self._collections.begin(begun)
                numbers.append(page.page.number)
                name = document.document_id
                yield from page_points(self._collections.name, name, write, begun.at, place, page)

        try:
            for batch in batches(points(), self.location):
                self._collections.add(batch)
            longest = ABANDONED.total_seconds() / 2
            if begun is not None and time.time() - begun.at / 1e6 > longest:
                raise StoreError(  # a clean-up may take its pages for dead
                    f"{self.location}: {document.document_id} took more than "
                    f"{longest / 3600:.0f} hours; split the document"
                )
            replaced = self._latest().log.entries.get(document.document_id)
        except BaseException:
            if begun is not None:
                with suppress(StoreError):  # otherwise a clean-up does it
                    self._collections.remove([write], tries=1)
                    self._collections.forget([begun], tries=1)
            raise
        # When this fails, nobody knows whether it was heard: then the pages must stay.
        said = self._event("put", put(document, numbers), write)
        self._collections.say(said)
        with suppress(StoreError):  # the document is written, and a clean-up does the rest
            if begun is not None:
                self._collections.forget([begun])
            self._retire(replaced, said)
            self._writes += 1
            if self._writes % _CLEAN_EVERY == 0:
                self._clean(_KEEP)

    def set_metadata(self, document_id: str, metadata: Mapping[str, Scalar]) -> None:
        with self._lock:
            if document_id in self._latest().log.entries:
                body = {"document_id": document_id, "metadata": dict(metadata)}
                self._collections.say(self._event("set", body))

    def delete(self, document_id: str) -> bool:
        with self._lock:
            known = self._latest().log.entries.get(document_id)
            if known is not None:
                said = self._event("drop", {"document_id": document_id})
                self._collections.say(said)
                with suppress(StoreError):
                    self._retire(known, said)
            return known is not None

    def compact(self, keep: timedelta = _KEEP) -> None:
        """Remove what was replaced or deleted, and what killed writers left a day ago.

        Whoever reads goes on: what was there within the time `keep` stays, for readers
        elsewhere, and so does what this process reads. Writing many documents does it by itself.

        Raises:
            StoreError: as every method.
        """
        self._token = None  # that a write began changes no token
        self._clean(keep)

    def close(self) -> None:
        self._collections.close()

    def _event(self, kind: str, body: Mapping[str, Any], write: str | None = None) -> Event:
        with self._clock:  # an event comes after all that its writer knows, whatever the clocks say
            self._now = max(time.time_ns() // 1000, self._now + 1, self._snapshot.log.last + 1)
            return Event(self._now, write or new_write(), kind, body)

    def _retire(self, entry: Entry | None, said: Event) -> None:
        """Let the pages of what an event replaced say so."""
        if entry is not None and entry.record.pages:
            self._collections.retire(entry.write, said.at)

    def _clean(self, keep: timedelta) -> None:
        log = self._latest().log
        before = time.time_ns() // 1000 - keep // timedelta(microseconds=1)
        killed = time.time_ns() // 1000 - ABANDONED // timedelta(microseconds=1)
        with self._opening:
            before = min([before, *self._open])
        dead = [dead.event for dead in log.dead if dead.at <= before]
        left = [event for event in log.begun if event.at <= killed]
        if dead or left:
            self._collections.remove(_with_pages(dead) + [event.write for event in left])
            # A `drop` goes last: without it, what it removed would be there again.
            self._collections.forget([event for event in dead if event.kind != "drop"] + left)
            self._collections.forget([event for event in dead if event.kind == "drop"])
            self._collections.touch()

    def _latest(self) -> QdrantSnapshot:
        token = self._collections.token()
        with self._syncing:
            if token != self._token:
                log = self._sync()
                self._snapshot = QdrantSnapshot(log, self._collections, self._cache)
                self._token = token
            return self._snapshot

    def _sync(self) -> Log:
        """Return the log as it is now. What has been read is not read again, unless it must."""
        log = self._snapshot.log
        for after in (self._heard - _LATE // timedelta(microseconds=1), 0):
            found = self._collections.events(after)
            said = [event for event in found if event.kind != "begin"]
            if after == 0:  # all there is
                self._known, log = {}, Log()
                break
            said = [event for event in said if event.write not in self._known]
            if self._collections.count_events() == len(self._known) + len(said):
                break
        said.sort(key=lambda event: event.order)
        if said and self._known and said[0].at <= self._heard:  # it comes before what is known
            said = sorted([*self._known.values(), *said], key=lambda event: event.order)
            log = Log()
        self._known |= {event.write: event for event in said}
        self._heard = max([self._heard, *(event.at for event in said[-1:])])
        log = log.extend(said, self._numbering)
        going = [event for event in found if event.kind == "begin"]
        going = [event for event in going if event.write not in self._known]
        last = max([log.last, *(event.at for event in going)])
        return replace(log, begun=tuple(going), last=last)


def _with_pages(events: Iterable[Event]) -> list[str]:
    """Return the writes of documents that have pages."""
    puts = (event for event in events if event.kind == "put")
    return [event.write for event in puts if event.body["document"]["pages"]]
