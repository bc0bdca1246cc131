"""The log of a Qdrant index: the documents of one state, and the ids of their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.stores.base import DocumentRecord
from snappy_core.stores.event_log import Entry, Event, EventLog, put_body

MAX_EXCLUDED = 1000
"""The latest superseded writes whose pages a filter excludes by name."""


def put_event_body(document: DocumentRecord, numbers: Sequence[int]) -> dict[str, Any]:
    """Return the body of a `put` event; page numbers are left out if they are 1, 2, 3..."""
    is_counting = list(numbers) == list(range(1, len(numbers) + 1))
    body = put_body(document, len(numbers))
    return {**body, "numbers": None if is_counting else list(numbers)}


def page_numbers(entry: Entry[str]) -> Sequence[int]:
    """Return the page numbers of a document in the order in which its pages were written."""
    return entry.put.body["numbers"] or range(1, entry.record.pages + 1)


class PageNumbering:
    """Assigns page ids in this process: new writes get higher ids than all known ones."""

    def __init__(self) -> None:
        self._first_ids: dict[str, int] = {}
        self._next = 1

    def assign(self, entries: Iterable[Entry[str]]) -> dict[str, int]:
        """Return the first page id of each write; those of its other pages follow."""
        first_ids = {}
        for entry in sorted(entries, key=lambda entry: entry.put.order):
            if entry.write not in self._first_ids:
                self._first_ids[entry.write] = self._next
                self._next += entry.record.pages
            first_ids[entry.write] = self._first_ids[entry.write]
        return first_ids


@dataclass(frozen=True, eq=False)
class QdrantLog:
    """One state of an index."""

    events: EventLog[str] = field(default_factory=EventLog[str])
    first_ids: Mapping[str, int] = field(default_factory=dict)  # page ids by write; others follow
    unfinished: tuple[Event[str], ...] = ()  # the `begin` events of writes that have not ended

    @cached_property
    def last(self) -> int:
        """The time of the last event."""
        return max([self.events.last, *(event.at for event in self.unfinished)])

    @cached_property
    def excluded_writes(self) -> list[str]:
        """The writes whose pages a filter must exclude by name.

        These have not ended, or were superseded recently: the pages of earlier ones record until
        when they were valid.
        """
        puts = [event.write for event, _ in self.events.superseded if event.kind == "put"]
        return [event.write for event in self.unfinished] + puts[-MAX_EXCLUDED:]

    @cached_property
    def entries(self) -> list[Entry[str]]:
        """The documents that have pages, ordered by page id."""
        entries = [entry for entry in self.events.entries.values() if entry.record.pages]
        return sorted(entries, key=lambda entry: self.first_ids[entry.write])

    @cached_property
    def _entry_starts(self) -> NDArray[np.int64]:
        return np.array([self.first_ids[entry.write] for entry in self.entries], dtype=np.int64)

    def page_ids(self, entry: Entry[str]) -> range:
        """Return the page ids of a document in the order in which its pages were written."""
        first = self.first_ids[entry.write]
        return range(first, first + entry.record.pages)

    def locate(self, page_id: int) -> tuple[Entry[str], int]:
        """Return the document of a page, and the index of the page in it.

        Raises:
            KeyError: there is no such page.
        """
        index = int(np.searchsorted(self._entry_starts, page_id, side="right")) - 1
        if index < 0 or page_id not in self.page_ids(self.entries[index]):
            raise KeyError(page_id)
        return self.entries[index], page_id - int(self._entry_starts[index])
