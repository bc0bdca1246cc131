"""The event log of stores that only append: which documents exist, replayed from events.

Every write appends an event; nothing is overwritten, so writers do not conflict. The kinds of
events and the contents of their bodies:

    encoder   name, dim                the first one counts
    put       document                 its pages are those of the same write; the last one counts
    set       document_id, metadata,   applies to the document as of that time
              source, aliases
    drop      document_id
    pooled                             there is a new index of the pooled vectors, outside the log
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from snappy_core.forks import fork_safe_lock
from snappy_core.stores.base import DocumentRecord
from snappy_core.stores.checks import check_record
from snappy_core.stores.record_filters import RecordFilters

WriteId = TypeVar("WriteId", int, str)


@dataclass(frozen=True, slots=True)
class Event(Generic[WriteId]):
    """One event."""

    at: int  # orders events: microseconds since 1970, or the id of a row
    write: WriteId  # id of the write; pages have the id of their `put`
    kind: str
    body: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def order(self) -> tuple[int, WriteId]:
        return self.at, self.write


def put_body(document: DocumentRecord, pages: int) -> dict[str, Any]:
    """Return the body of the `put` event of a document with this number of pages."""
    body = asdict(replace(document, pages=pages, metadata=dict(document.metadata)))
    return {"document": {**body, "aliases": list(document.aliases)}}  # in the form JSON returns


def set_body(document: DocumentRecord) -> dict[str, Any]:
    """Return the body of the `set` event that sets the metadata and sources of a document."""
    return {
        "document_id": document.document_id,
        "metadata": dict(document.metadata),
        "source": document.source,
        "aliases": list(document.aliases),
    }


def _record(values: Mapping[str, Any]) -> DocumentRecord:
    return check_record(DocumentRecord(**{**values, "aliases": tuple(values.get("aliases", ()))}))


@dataclass(frozen=True, slots=True)
class Entry(Generic[WriteId]):
    """An existing document, and the events that put it and that set its metadata."""

    record: DocumentRecord
    put: Event[WriteId]
    set: Event[WriteId] | None = None

    @property
    def write(self) -> WriteId:
        return self.put.write


@dataclass(frozen=True)
class EventLog(Generic[WriteId]):
    """The state after a number of events."""

    last: int = 0  # `at` of the last event
    entries: Mapping[str, Entry[WriteId]] = field(default_factory=dict)  # by document id
    encoder_event: Event[WriteId] | None = None  # the one that bound the index to an encoder
    superseded: tuple[tuple[Event[WriteId], int], ...] = ()
    """Events that no longer count, each with `at` of the event that superseded it, by that time."""

    @property
    def encoder(self) -> tuple[str, int] | None:
        """Name and dimension of the encoder; None if the index has none yet."""
        event = self.encoder_event
        return None if event is None else (event.body["name"], event.body["dim"])

    @cached_property
    def page_count(self) -> int:
        return sum(entry.record.pages for entry in self.entries.values())

    def replay(self, events: Iterable[Event[WriteId]]) -> EventLog[WriteId]:
        """Return the state after more events, in order and later than those of this state."""
        entries, encoder, last = dict(self.entries), self.encoder_event, self.last
        superseded = list(self.superseded)
        for event in events:
            last = max(last, event.at)
            if event.kind == "encoder" and encoder is None:
                if type(event.body["name"]) is not str or type(event.body["dim"]) is not int:
                    raise TypeError("it does not say by which encoder the index was made")
                encoder = event
                continue
            if event.kind == "put":
                record = _record(event.body["document"])
                entry = entries.get(record.document_id)
                obsolete = [] if entry is None else [entry.put, entry.set]
                entries[record.document_id] = Entry(record, event)
            elif event.kind == "drop":
                entry = entries.pop(event.body["document_id"], None)
                obsolete = [event] if entry is None else [entry.put, entry.set, event]
            elif event.kind == "set" and event.body["document_id"] in entries:
                entry = entries[event.body["document_id"]]
                obsolete = [entry.set]
                record = _record({**asdict(entry.record), **event.body})
                entries[record.document_id] = replace(entry, record=record, set=event)
            else:  # another encoder, metadata of a document that does not exist, or `pooled`
                obsolete = [event]
            superseded += [(old, event.at) for old in obsolete if old is not None]
        return EventLog(last, entries, encoder, tuple(superseded))


class LogSnapshot(RecordFilters, Generic[WriteId]):
    """The base of snapshots whose documents are in an event log."""

    def __init__(self, events: EventLog[WriteId]) -> None:
        self.events: EventLog[WriteId] = events

    def documents(self) -> list[DocumentRecord]:
        return [self.events.entries[name].record for name in sorted(self.events.entries)]

    def document(self, document_id: str) -> DocumentRecord | None:
        entry = self.events.entries.get(document_id)
        return None if entry is None else entry.record

    def page_count(self) -> int:
        return self.events.page_count

    @property
    def _dim(self) -> int | None:
        """The dimension of the vectors; None before there are any."""
        return None if self.events.encoder is None else self.events.encoder[1]


class OpenStates:
    """Counts the readers of each state in this process: a clean-up keeps what they read."""

    def __init__(self) -> None:
        self._lock = fork_safe_lock()
        self._readers: Counter[int] = Counter()

    @contextmanager
    def reading(self, state: int) -> Iterator[None]:
        with self._lock:
            self._readers[state] += 1
        try:
            yield
        finally:
            with self._lock:
                self._readers[state] -= 1
                self._readers += Counter()  # drops zeros

    def all(self) -> list[int]:
        with self._lock:
            return list(self._readers)
