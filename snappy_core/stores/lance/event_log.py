"""The log of a Lance index: what its rows, in the order of their commits, say is true.

Rows are only ever appended. A document is there from the commit that holds its `put` event, the
last of its rows, so that it comes whole or not at all; of two puts of one document the later
counts. Nothing is overwritten, and writers never get into each other's way. Events are:

    {"encoder": [name, dim]}                   the first one counts
    {"put": {a document}}                      its pages are the rows of the same write
    {"set": document id, "metadata": {...}}    on the document as it is then
    {"drop": document id}
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.stores.base import DocumentRecord
from snappy_core.stores.lance.table import Version

ABANDONED = 86_400.0
"""Seconds after which pages of a write that never ended are those of one that was killed."""


def _none() -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


def new_write() -> int:
    """Return an id for a write: seconds since 1970 and 31 random bits."""
    return int(time.time()) << 31 | secrets.randbits(31)


def put(document: DocumentRecord, pages: int) -> dict[str, Any]:
    """Return the event that a document is there."""
    record = replace(document, pages=pages, metadata=dict(document.metadata))
    return {"put": asdict(record)}


@dataclass(frozen=True, slots=True)
class Entry:
    """A document and the write that its pages are of; `amended` is that of its metadata."""

    record: DocumentRecord
    write: int
    amended: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """All pages of all documents, ordered by id.

    Attributes:
        ids, numbers: (p,).
        documents: p document ids.
    """

    ids: NDArray[np.int64]
    numbers: NDArray[np.int64]
    documents: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """What the first `rows` rows of the table say.

    Attributes:
        last: id of the last of these rows.
        entries: by document id.
        encoder: name and dimensions, and the write that said it.
        events: all writes that ended, in their order.
        ids, writes, numbers: (n,) of the rows that are pages, of whatever write.
    """

    rows: int = 0
    last: int = -1
    entries: Mapping[str, Entry] = field(default_factory=dict)
    encoder: tuple[str, int, int] | None = None
    events: tuple[int, ...] = ()
    ids: NDArray[np.int64] = field(default_factory=_none)
    writes: NDArray[np.int64] = field(default_factory=_none)
    numbers: NDArray[np.int64] = field(default_factory=_none)

    def extend(self, version: Version) -> Log:
        """Return the log of a later state. What has been read is not read again.

        That holds as long as the rows are where they were; after a clean-up all are read.
        """
        if self.rows:
            found = version.scan(["write", "event", "number"], first=self.rows - 1)
            if len(found) and found["_rowid"][0].as_py() == self.last:
                return self._with(found.slice(1))
        return Log()._with(version.scan(["write", "event", "number"]))

    def _with(self, found: Any) -> Log:
        if not len(found):
            return self
        ids, writes = (found[name].to_numpy().astype(np.int64) for name in ("_rowid", "write"))
        numbers = found["number"].fill_null(-1).to_numpy().astype(np.int64)
        pages = numbers >= 0
        entries, encoder = dict(self.entries), self.encoder
        events = list(self.events)
        said = found["event"].drop_null().to_pylist()
        order = np.flatnonzero(~found["event"].is_null().to_numpy())
        for place in np.argsort(ids[order]):
            write, event = int(writes[order[place]]), json.loads(said[place])
            events.append(write)
            if "encoder" in event:
                encoder = encoder or (*event["encoder"], write)
            else:
                _apply(entries, write, event)
        return Log(
            self.rows + len(found),
            int(ids[-1]),
            entries,
            encoder,
            tuple(events),
            np.concatenate([self.ids, ids[pages]]),
            np.concatenate([self.writes, writes[pages]]),
            np.concatenate([self.numbers, numbers[pages]]),
        )

    def pages(self, location: str) -> Pages:
        """Return the pages of the documents that are there.

        Raises:
            StoreError: pages of a document are missing.
        """
        owners = {entry.write: name for name, entry in self.entries.items()}
        held = np.flatnonzero(np.isin(self.writes, np.array(list(owners), dtype=np.int64)))
        held = held[np.argsort(self.ids[held])]
        writes, counts = np.unique(self.writes[held], return_counts=True)
        counted = dict(zip(writes.tolist(), counts.tolist(), strict=True))
        for name, entry in self.entries.items():
            if counted.get(entry.write, 0) != entry.record.pages:
                raise StoreError(
                    f"{location}: is damaged: {entry.record.pages} pages of {name} were written, "
                    f"{counted.get(entry.write, 0)} are there; delete that document and add it"
                )
        documents = [owners[write] for write in self.writes[held].tolist()]
        return Pages(self.ids[held], self.numbers[held], documents)

    def dead(self) -> list[int]:
        """Return the writes that nothing needs any more, in their order.

        When those that come first are removed first, the log says the same at each moment.
        """
        live = {entry.write for entry in self.entries.values()}
        live |= {entry.amended for entry in self.entries.values() if entry.amended is not None}
        if self.encoder is not None:
            live.add(self.encoder[2])
        ended = set(self.events)
        before = (int(time.time() - ABANDONED)) << 31
        unended = [w for w in np.unique(self.writes).tolist() if w not in ended and w < before]
        return [write for write in dict.fromkeys(self.events) if write not in live] + unended


def _apply(entries: dict[str, Entry], write: int, event: dict[str, Any]) -> None:
    if "put" in event:
        record = DocumentRecord(**event["put"])
        entries[record.document_id] = Entry(record, write)
    elif "drop" in event:
        entries.pop(event["drop"], None)
    elif event["set"] in entries:
        entry = entries[event["set"]]
        record = replace(entry.record, metadata=event["metadata"])
        entries[event["set"]] = replace(entry, record=record, amended=write)
