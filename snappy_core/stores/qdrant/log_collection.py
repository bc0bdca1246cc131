"""The collection `NAME.log` of an index: a point for each event, and one for the head.

The head has the schema version, and a token that changes with every event.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.forks import fork_safe_lock
from snappy_core.stores.checks import DAMAGE
from snappy_core.stores.compatibility import check_schema
from snappy_core.stores.event_log import Event, EventLog
from snappy_core.stores.qdrant import filters
from snappy_core.stores.qdrant.collection import Collection, batches_of, range_index
from snappy_core.stores.qdrant.log import PageNumbering, QdrantLog
from snappy_core.stores.qdrant.points import event_id
from snappy_core.stores.qdrant.server import TRIES, Server

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import PointStruct

SCHEMA_VERSION = 4
OLDEST_VERSION = 2  # that can be read

_LATE = timedelta(minutes=1)  # how long after later events an event may arrive


class LogCollection(Collection):
    """The events of an index.

    In addition to those of `event_log`, there are events of the kind `begin`: the pages of a write
    are being sent. They are removed when the write ends.
    """

    def __init__(self, server: Server, options: Mapping[str, Any]) -> None:
        super().__init__(server, f"{server.name}.log")
        self._options = options
        self.index_name = server.name
        self.head_id = event_id(server.name, "head", "")

    def open(self, pages: Collection, *, create: bool, older: bool = False) -> None:
        """Check that the index exists with the right schema, or create its log.

        Args:
            older: accept an older schema that can be read.

        Raises:
            FileNotFoundError: there is no index and `create` is false.
            IndexMismatchError: the collections are something else, or of another schema.
        """
        if not self.exists():
            if pages.exists():
                raise IndexMismatchError(
                    f"{self.location}: is a collection, but not a Snappy index"
                )
            if not create:
                raise FileNotFoundError(
                    f"{self.location}: no such index; make it with `snappy index`"
                )
            self._create_log()
        head = self._head()
        if head is None and create and self.count_events() == 0:  # its creator was killed
            self._create_log()
            head = self._head()
        if head is None or "snappy" not in head:
            raise IndexMismatchError(
                f"{self.location}: there is a collection {self.name}, but it is not a Snappy index"
            )
        place, version = "under another name", head["snappy"]
        check_schema(self.location, version, SCHEMA_VERSION, OLDEST_VERSION, place, older=older)

    def token(self) -> str:
        head = self._head()
        if head is None:
            raise StoreError(f"{self.location}: is damaged: {self.name} has lost its head")
        return str(head["token"])

    def touch(self, *points: PointStruct) -> None:
        """Write points and then a new token, so that all readers read the log again."""
        from qdrant_client.models import PointsList, PointStruct, UpsertOperation

        def send(client: QdrantClient) -> Any:
            # Each try has its own token, so that none appears twice, even if a try arrives late.
            payload = {"kind": "head", "snappy": SCHEMA_VERSION, "token": secrets.token_hex(8)}
            head = PointStruct(id=self.head_id, vector={}, payload=payload)
            # In this order: whoever sees the token sees the points.
            operations = [
                UpsertOperation(upsert=PointsList(points=[point])) for point in (*points, head)
            ]
            return client.batch_update_points(self.name, operations, wait=True)

        self._server.ask(send)

    def begin(self, event: Event[str]) -> None:
        """Add an event without changing the token: its write is not visible to readers."""
        self.upsert([self._point(event)])

    def append(self, event: Event[str]) -> None:
        self.touch(self._point(event))

    def remove(self, events: Sequence[Event[str]], tries: int = TRIES) -> None:
        from qdrant_client.models import PointIdsList

        for ids in batches_of([self._event_id(event) for event in events], filters.BATCH):
            self.delete(PointIdsList(points=[*ids]), tries)

    def events(self, after: int) -> list[Event[str]]:
        """Return the events after a time, and all events of the kind `begin`."""
        from qdrant_client.models import Filter

        conditions: list[Any] = [filters.after("at", after), filters.is_any("kind", ["begin"])]
        payloads = self.scroll(Filter(should=conditions), ["at", "write", "kind", "body"])
        return [event_of(payload) for payload in payloads]

    def count_events(self) -> int:
        """Return the number of events other than `begin`."""
        from qdrant_client.models import Filter

        return self.count(Filter(must_not=[filters.is_any("kind", ["begin", "head"])]))

    def _head(self) -> dict[str, Any] | None:
        return self.retrieve([self.head_id], True).get(self.head_id)

    def _create_log(self) -> None:
        self.create(vectors_config={}, shard_number=1, **self._options)
        self.ensure_indexes(at=range_index(), kind="keyword")
        self.touch()

    def _point(self, event: Event[str]) -> PointStruct:
        from qdrant_client.models import PointStruct

        return PointStruct(id=self._event_id(event), vector={}, payload=event_payload(event))

    def _event_id(self, event: Event[str]) -> str:
        return event_id(self.index_name, event.kind, event.write)


def event_payload(event: Event[str]) -> dict[str, Any]:
    """Return an event as a payload; its body is ASCII, since not all strings are valid UTF-8."""
    return {**asdict(event), "body": json.dumps(event.body)}


def event_of(payload: Mapping[str, Any]) -> Event[str]:
    """Return the event in a payload."""
    return Event(**{**payload, "body": json.loads(payload["body"])})


class LogReader:
    """Reads the log, and makes events later than all that it has read."""

    def __init__(self, collection: LogCollection) -> None:
        self._collection = collection
        self._lock = fork_safe_lock()
        self._events: dict[str, Event[str]] = {}  # by write
        self._last = 0  # the time of the latest of them
        self._numbering = PageNumbering()
        self._token: str | None = None
        self._log = QdrantLog()
        self._clock = fork_safe_lock()
        self._now = 0

    def latest(self) -> QdrantLog:
        """Return the current state; the same object while nothing has changed."""
        token = self._collection.token()
        with self._lock:
            if token != self._token:
                try:
                    self._log = self._read()
                except DAMAGE as error:
                    location = self._collection.location
                    raise StoreError(f"{location}: its log is damaged ({error})") from error
                self._token = token
            return self._log

    def invalidate(self) -> None:
        """Make the next call read the log again, including writes that have begun but not ended."""
        self._token = None

    def new_event(self, kind: str, body: Mapping[str, Any], write: str | None = None) -> Event[str]:
        """Return an event later than all known ones, even if clocks differ."""
        with self._clock:
            self._now = max(time.time_ns() // 1000, self._now + 1, self._log.last + 1)
            return Event(self._now, write or new_write(), kind, body)

    def _read(self) -> QdrantLog:
        log = self._log.events
        for after in (self._last - _LATE // timedelta(microseconds=1), 0):
            events = self._collection.events(after)
            new = [event for event in events if event.kind != "begin"]
            if after == 0:  # all events
                self._events, log = {}, EventLog[str]()
                break
            new = [event for event in new if event.write not in self._events]
            if self._collection.count_events() == len(self._events) + len(new):
                break
        new.sort(key=lambda event: event.order)
        if new and self._events and new[0].at <= self._last:  # one is earlier than a known event
            new = sorted([*self._events.values(), *new], key=lambda event: event.order)
            log = EventLog[str]()
        self._events |= {event.write: event for event in new}
        self._last = max([self._last, *(event.at for event in new[-1:])])
        log = log.replay(new)
        unfinished = tuple(
            event for event in events if event.kind == "begin" and event.write not in self._events
        )
        return QdrantLog(log, self._numbering.assign(log.entries.values()), unfinished)


def new_write() -> str:
    """Return an id for a write."""
    return secrets.token_hex(8)
