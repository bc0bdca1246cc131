"""The log of a Qdrant index: events that say, in their order, which documents are there.

Events are only added, each a point of its own, so that writers do not get into each other's way
and whatever is sent twice or late changes nothing. A document is there from the `put` that comes
after its pages; of two puts of one document the later counts. Kinds and what they hold:

    encoder   name, dim          the first one counts
    begin                        pages of this write are being sent; taken away at its end
    put       document, numbers  the pages of this write are the document, in the order given
    set       document_id, metadata
    drop      document_id
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from snappy_core.stores.base import DocumentRecord

LISTED = 1000
"""Writes, the last that were replaced, whose pages are left out by name (see `Log.hidden`)."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        at: microseconds since 1970, later than all that its writer knew.
        write: an id of its own; that of a `put` and its `begin` is on their pages.
    """

    at: int
    write: str
    kind: str
    body: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def order(self) -> tuple[int, str]:
        return self.at, self.write

    def payload(self) -> dict[str, Any]:
        # As text in ASCII: documents have strings that are not JSON everywhere.
        return {
            "at": self.at,
            "write": self.write,
            "kind": self.kind,
            "body": json.dumps(self.body),
        }


def read_event(payload: Mapping[str, Any]) -> Event:
    return Event(payload["at"], payload["write"], payload["kind"], json.loads(payload["body"]))


def new_write() -> str:
    return secrets.token_hex(8)


def put(document: DocumentRecord, numbers: Sequence[int]) -> dict[str, Any]:
    """Return what a `put` holds; the numbers only when they are not 1, 2, 3..."""
    record = replace(document, pages=len(numbers), metadata=dict(document.metadata))
    counted = list(numbers) == list(range(1, len(numbers) + 1))
    return {"document": asdict(record), "numbers": None if counted else list(numbers)}


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that is there.

    Attributes:
        said, amended: the events that put it and that set its metadata.
        numbers: of its pages.
        first: id of its first page; those of the others follow it.
    """

    record: DocumentRecord
    said: Event
    numbers: Sequence[int]
    first: int
    amended: Event | None = None

    @property
    def write(self) -> str:
        return self.said.write


@dataclass(frozen=True, slots=True)
class Dead:
    """An event that no longer counts, `at` the time of the one that took its place."""

    event: Event
    at: int


class Numbering:
    """Gives pages their ids: a write that is new has higher ones than all that were known."""

    def __init__(self) -> None:
        self._firsts: dict[str, int] = {}
        self._next = 1

    def first(self, write: str, pages: int) -> int:
        if write not in self._firsts:
            self._firsts[write] = self._next
            self._next += pages
        return self._firsts[write]


@dataclass(frozen=True, eq=False)
class Log:
    """What events say is there.

    Attributes:
        last: when the last of them was.
        entries: by document id.
        dead: in the order in which they died.
        begun: writes that have not ended.
    """

    last: int = 0
    entries: Mapping[str, Entry] = field(default_factory=dict)
    encoder: tuple[str, int] | None = None
    dead: tuple[Dead, ...] = ()
    begun: tuple[Event, ...] = ()

    def extend(self, events: Iterable[Event], numbering: Numbering) -> Log:
        """Return the log with events that come after all of its own, in their order."""
        entries, encoder, dead = dict(self.entries), self.encoder, list(self.dead)
        last = self.last
        for event in events:
            last = max(last, event.at)
            if event.kind == "encoder":
                encoder = encoder or (event.body["name"], event.body["dim"])
            elif event.kind == "put":
                entry = _entry(event, numbering)
                dead += _end(entries.get(entry.record.document_id), event)
                entries[entry.record.document_id] = entry
            elif event.kind == "drop":
                dead += _end(entries.pop(event.body["document_id"], None), event)
                dead.append(Dead(event, event.at))
            elif event.body["document_id"] in entries:  # a set
                entry = entries[event.body["document_id"]]
                if entry.amended is not None:
                    dead.append(Dead(entry.amended, event.at))
                record = replace(entry.record, metadata=event.body["metadata"])
                amended = replace(entry, record=record, amended=event)
                entries[record.document_id] = amended
            else:
                dead.append(Dead(event, event.at))
        return Log(last, entries, encoder, tuple(dead))

    @cached_property
    def page_count(self) -> int:
        return sum(entry.record.pages for entry in self.entries.values())

    @cached_property
    def hidden(self) -> list[str]:
        """The writes whose pages are to be left out by name.

        Those that have not ended, and the last of those that were replaced or deleted: of the
        others, the pages say themselves until when they were there.
        """
        ended = [dead.event.write for dead in self.dead if dead.event.kind == "put"]
        return [event.write for event in self.begun] + ended[-LISTED:]

    @cached_property
    def by_first(self) -> list[Entry]:
        """The documents that have pages, in the order of their page ids."""
        held = [entry for entry in self.entries.values() if entry.record.pages]
        return sorted(held, key=lambda entry: entry.first)

    @cached_property
    def by_write(self) -> dict[str, Entry]:
        return {entry.write: entry for entry in self.entries.values()}

    @cached_property
    def _firsts(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array([entry.first for entry in self.by_first], dtype=np.int64)

    def locate(self, page: int) -> tuple[Entry, int]:
        """Return the document of a page, and its place there.

        Raises:
            KeyError: there is no such page.
        """
        which = int(np.searchsorted(self._firsts, page, side="right")) - 1
        if which < 0 or page - self.by_first[which].first >= self.by_first[which].record.pages:
            raise KeyError(page)
        return self.by_first[which], page - self.by_first[which].first


def _entry(event: Event, numbering: Numbering) -> Entry:
    record = DocumentRecord(**event.body["document"])
    numbers = event.body["numbers"] or range(1, record.pages + 1)
    return Entry(record, event, numbers, numbering.first(event.write, record.pages))


def _end(entry: Entry | None, event: Event) -> list[Dead]:
    ended = [] if entry is None else [entry.said, entry.amended]
    return [Dead(said, event.at) for said in ended if said is not None]
