"""The rows of a Lance index: pages and events, written and read back as a log.

A document exists once its `put` event, the last of its rows, is committed, so that it appears as
a whole or not at all.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.stores.codec import PackedPage
from snappy_core.stores.event_log import Entry, Event, EventLog
from snappy_core.stores.lance.table import Version

ABANDONED = 86_400.0
"""Seconds after which a write that has not ended is considered killed."""


def new_write() -> int:
    """Return an id for a write: seconds since 1970, followed by 31 random bits."""
    return int(time.time()) << 31 | secrets.randbits(31)


def event_row(write: int, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"write": write, "event": json.dumps({"kind": kind, "body": body})}


def page_row(write: int, page: PackedPage) -> dict[str, Any]:
    return {**asdict(page), "write": write, "terms": sorted(page.terms)}


_NO_ROWS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """All pages of all documents, ordered by id: ids (p,), numbers (p,) and p document ids."""

    ids: NDArray[np.int64]
    numbers: NDArray[np.int64]
    documents: list[str]

    def locate(self, page_id: int) -> tuple[str, int]:
        """Return the document id and number of a page; KeyError if there is no such page."""
        index = int(np.searchsorted(self.ids, page_id))
        if index == len(self.ids) or self.ids[index] != page_id:
            raise KeyError(page_id)
        return self.documents[index], int(self.numbers[index])

    def select(self, mask: NDArray[np.bool_]) -> Pages:
        """Return the pages where a mask (p,) is true."""
        documents = [self.documents[index] for index in np.flatnonzero(mask).tolist()]
        return Pages(self.ids[mask], self.numbers[mask], documents)


@dataclass(frozen=True, slots=True, eq=False)
class TableLog:
    """The log in the first rows of the table; `ids`, `writes` and `numbers` (n,) are for pages."""

    rows: int = 0  # number of rows read
    last_id: int = -1  # id of the last of them
    events: EventLog[int] = field(default_factory=EventLog[int])  # the state after their events
    ended: frozenset[int] = frozenset()  # the writes that have an event
    ids: NDArray[np.int64] = field(default_factory=lambda: _NO_ROWS)
    writes: NDArray[np.int64] = field(default_factory=lambda: _NO_ROWS)
    numbers: NDArray[np.int64] = field(default_factory=lambda: _NO_ROWS)

    def update(self, version: Version) -> TableLog:
        """Return the log of a later version, reading only new rows where possible.

        If a clean-up has moved the rows, all are read again.
        """
        columns = ["write", "event", "number"]
        if self.rows:
            table = version.scan(columns, offset=self.rows - 1)
            if len(table) and table["_rowid"][0].as_py() == self.last_id:
                return self._extend(table.slice(1))
        return TableLog()._extend(version.scan(columns))

    def _extend(self, table: Any) -> TableLog:
        if not len(table):
            return self
        ids, writes = (table[name].to_numpy().astype(np.int64) for name in ("_rowid", "write"))
        numbers = table["number"].fill_null(-1).to_numpy().astype(np.int64)
        pages = numbers >= 0
        is_event = ~table["event"].is_null().to_numpy()
        events = sorted(
            (
                Event(row_id, write, **json.loads(text))
                for row_id, write, text in zip(
                    ids[is_event].tolist(),
                    writes[is_event].tolist(),
                    table["event"].drop_null().to_pylist(),
                    strict=True,
                )
            ),
            key=lambda event: event.order,
        )
        return TableLog(
            self.rows + len(table),
            int(ids[-1]),
            self.events.replay(events),
            self.ended.union(event.write for event in events),
            np.concatenate([self.ids, ids[pages]]),
            np.concatenate([self.writes, writes[pages]]),
            np.concatenate([self.numbers, numbers[pages]]),
        )

    def page_ids(self, entry: Entry[int]) -> dict[int, int]:
        """Return the page ids of a document by page number, ascending."""
        indices = np.flatnonzero(self.writes == entry.write)
        indices = indices[np.argsort(self.numbers[indices], kind="stable")]
        return dict(zip(self.numbers[indices].tolist(), self.ids[indices].tolist(), strict=True))

    def pages(self, location: str) -> Pages:
        """Return the pages of the documents that exist.

        Raises:
            StoreError: pages of a document are missing.
        """
        owners = {entry.write: name for name, entry in self.events.entries.items()}
        indices = np.flatnonzero(np.isin(self.writes, np.array(list(owners), dtype=np.int64)))
        indices = indices[np.argsort(self.ids[indices])]
        writes, counts = np.unique(self.writes[indices], return_counts=True)
        page_counts = dict(zip(writes.tolist(), counts.tolist(), strict=True))
        for name, entry in self.events.entries.items():
            count = page_counts.get(entry.write, 0)
            if count != entry.record.pages:
                raise StoreError(
                    f"{location}: is damaged: {entry.record.pages} pages of {name} were written, "
                    f"{count} are there; delete that document and add it"
                )
        documents = [owners[write] for write in self.writes[indices].tolist()]
        return Pages(self.ids[indices], self.numbers[indices], documents)

    def garbage(self) -> list[int]:
        """Return the writes whose rows are no longer needed.

        They are in the order of their events, so that if rows are removed in this order, the log
        has the same meaning at every moment.
        """
        superseded = sorted((old for old, _ in self.events.superseded), key=lambda e: e.order)
        before = int(time.time() - ABANDONED) << 31
        killed = [w for w in np.unique(self.writes).tolist() if w not in self.ended and w < before]
        return [event.write for event in superseded] + killed
