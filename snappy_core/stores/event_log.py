"""The event log of stores that only append: which documents exist, replayed from events.

Every write appends an event; nothing is overwritten, so that writers do not conflict. The kinds
of events and what their body contains:

    encoder   name, dim                the first one counts
    put       document                 its pages are those of the same write; the last one counts
    set       document_id, metadata    applies to the document as it is then
    drop      document_id
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from snappy_core.stores.base import DocumentRecord

WriteId = TypeVar("WriteId", int, str)


@dataclass(frozen=True, slots=True)
class Event(Generic[WriteId]):
    """One event.

    Attributes:
        at: orders events: microseconds since 1970, or the id of a row.
        write: id of the write; that of a `put` is also on its pages.
    """

    at: int
    write: WriteId
    kind: str
    body: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def order(self) -> tuple[int, WriteId]:
        return self.at, self.write


def put_body(document: DocumentRecord, pages: int) -> dict[str, Any]:
    """Return the body of the `put` event of a document with this number of pages."""
    record = replace(document, pages=pages, metadata=dict(document.metadata))
    return {"document": asdict(record)}


@dataclass(frozen=True, slots=True)
class Entry(Generic[WriteId]):
    """A document that exists, and the events that put it and that set its metadata."""

    record: DocumentRecord
    put: Event[WriteId]
    set: Event[WriteId] | None = None

    @property
    def write(self) -> WriteId:
        return self.put.write


@dataclass(frozen=True, slots=True)
class Superseded(Generic[WriteId]):
    """An event that no longer counts, and the time `at` of the one that superseded it."""

    event: Event[WriteId]
    at: int


@dataclass(frozen=True)
class EventLog(Generic[WriteId]):
    """The state after some events.

    Attributes:
        last: `at` of the last event.
        entries: the documents by id.
        encoder: the event that bound the index to an encoder.
        superseded: in the order of their time.
    """

    last: int = 0
    entries: Mapping[str, Entry[WriteId]] = field(default_factory=dict)
    encoder_event: Event[WriteId] | None = None
    superseded: tuple[Superseded[WriteId], ...] = ()

    @property
    def encoder(self) -> tuple[str, int] | None:
        """Name and dimension of the encoder; None if the index has none yet."""
        event = self.encoder_event
        return None if event is None else (event.body["name"], event.body["dim"])

    @cached_property
    def page_count(self) -> int:
        return sum(entry.record.pages for entry in self.entries.values())

    def documents(self) -> list[DocumentRecord]:
        """Return all documents, ordered by id."""
        return [self.entries[name].record for name in sorted(self.entries)]

    def document(self, document_id: str) -> DocumentRecord | None:
        """Return one document, or None."""
        entry = self.entries.get(document_id)
        return None if entry is None else entry.record

    def replay(self, events: Iterable[Event[WriteId]]) -> EventLog[WriteId]:
        """Return the state after more events, which come in order and after all of this one's."""
        entries, encoder, last = dict(self.entries), self.encoder_event, self.last
        superseded = list(self.superseded)
        for event in events:
            last = max(last, event.at)
            if event.kind == "encoder" and encoder is None:
                encoder = event
                continue
            if event.kind == "put":
                record = DocumentRecord(**event.body["document"])
                entry = entries.get(record.document_id)
                obsolete = [] if entry is None else [entry.put, entry.set]
                entries[record.document_id] = Entry(record, event)
            elif event.kind == "drop":
                entry = entries.pop(event.body["document_id"], None)
                obsolete = [event] if entry is None else [entry.put, entry.set, event]
            elif event.kind == "set" and event.body["document_id"] in entries:
                entry = entries[event.body["document_id"]]
                obsolete = [entry.set]
                record = replace(entry.record, metadata=event.body["metadata"])
                entries[record.document_id] = replace(entry, record=record, set=event)
            else:  # another encoder, or metadata of a document that does not exist
                obsolete = [event]
            superseded += [Superseded(old, event.at) for old in obsolete if old is not None]
        return EventLog(last, entries, encoder, tuple(superseded))
