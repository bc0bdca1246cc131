"""The catalog of a SQLite index, kept in memory between searches and brought up to date."""

from __future__ import annotations

import sqlite3
import threading

import numpy as np
from numpy.typing import NDArray

from snappy_core.stores.base import Catalog

_NOTHING = Catalog(
    page_ids=np.zeros(0, np.int64),
    document_ids=(),
    page_numbers=np.zeros(0, np.int64),
    offsets=np.zeros(1, np.int64),
    vectors=np.zeros((0, 0), np.int8),
    scales=np.zeros(0, np.float32),
)


class CatalogCache:
    """Holds the last catalog; a change costs reading the pages that are new.

    Page ids rise and are never used twice. So a page that is known has not changed, and as many
    pages with the same last id are the same pages. Threads may share it: a catalog is replaced
    whole, and whichever stays is brought up to date by the next one to look.

    The vectors have room behind them, where those of new pages go: a document that is added does
    not copy all others. Catalogs handed out before see no more than they did.
    """

    def __init__(self) -> None:
        self._catalog = _NOTHING
        self._room = _Room()
        self._lock = threading.Lock()

    def load(self, connection: sqlite3.Connection) -> Catalog:
        """Return the catalog of the state that the connection's transaction sees."""
        query = "SELECT (SELECT count(*) FROM pages), (SELECT coalesce(max(id), 0) FROM pages)"
        state = connection.execute(query).fetchone()
        known = self._catalog
        if (len(known.page_ids), _last(known)) == state:
            return known
        with self._lock:
            found = self._update(connection, *state)
            if found is not None:
                self._catalog = found
                return found
        return CatalogCache().load(connection)  # of a state before the one known, which stays

    def after_fork(self) -> None:
        """Forget who held the lock: a thread that this process does not have."""
        self._lock = threading.Lock()

    def _update(self, connection: sqlite3.Connection, count: int, last: int) -> Catalog | None:
        """Return the catalog of a state, None if pages of it are no longer known."""
        known = self._catalog
        if _last(known) > last:
            return None
        query = (
            "SELECT pages.id, document_id, number FROM pages "
            "JOIN documents ON documents.id = pages.document WHERE pages.id > ? ORDER BY pages.id"
        )
        new = connection.execute(query, (_last(known),)).fetchall()
        if len(known.page_ids) + len(new) != count:
            there = connection.execute("SELECT id FROM pages").fetchall()
            known = _take(known, np.isin(known.page_ids, np.array(there, np.int64)))
        if len(known.page_ids) + len(new) != count:
            return None
        query = (
            "SELECT pooled.vectors, pooled.scales, dim "
            "FROM pooled JOIN patches USING (page) WHERE page = ?"
        )
        codes, scales = [], []
        for page, _, _ in new:
            vectors, scaling, dim = connection.execute(query, (page,)).fetchone()
            codes.append(np.frombuffer(vectors, np.int8).reshape(-1, dim))
            scales.append(np.frombuffer(scaling, np.float32))
        vectors, scaled = self._room.append(known, codes, scales)
        ends = np.cumsum([len(each) for each in scales], dtype=np.int64)
        return Catalog(
            page_ids=np.concatenate([known.page_ids, np.array([row[0] for row in new], np.int64)]),
            document_ids=[*known.document_ids, *(row[1] for row in new)],
            page_numbers=np.concatenate(
                [known.page_numbers, np.array([row[2] for row in new], np.int64)]
            ),
            offsets=np.concatenate([known.offsets, known.offsets[-1] + ends]),
            vectors=vectors,
            scales=scaled,
        )


class _Room:
    """Memory for the vectors of a catalog and of pages to come."""

    def __init__(self) -> None:
        self._vectors = np.zeros((0, 0), np.int8)
        self._scales = np.zeros(0, np.float32)
        self._used = 0

    def append(
        self, known: Catalog, codes: list[NDArray[np.int8]], scales: list[NDArray[np.float32]]
    ) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """Return the vectors of a catalog with others behind them."""
        start = len(known.scales)
        stop = start + sum(map(len, scales))
        ours = known.vectors.base is self._vectors and start == self._used
        if not ours or stop > len(self._scales):
            dim = codes[0].shape[1] if codes else known.vectors.shape[1]
            size = stop + (stop // 4 if start else 0)  # what is there first is often all
            self._vectors = np.empty((size, dim), np.int8)
            self._scales = np.empty(size, np.float32)
            if start:
                self._vectors[:start] = known.vectors
                self._scales[:start] = known.scales
        if codes:
            np.concatenate(codes, out=self._vectors[start:stop])
            np.concatenate(scales, out=self._scales[start:stop])
        self._used = stop
        return self._vectors[:stop], self._scales[:stop]


def _last(catalog: Catalog) -> int:
    return int(catalog.page_ids[-1]) if len(catalog.page_ids) else 0


def _take(catalog: Catalog, keep: NDArray[np.bool_]) -> Catalog:
    """Return a catalog of some of its pages."""
    sizes = np.diff(catalog.offsets)
    rows = np.repeat(keep, sizes)
    return Catalog(
        page_ids=catalog.page_ids[keep],
        document_ids=[name for name, kept in zip(catalog.document_ids, keep, strict=True) if kept],
        page_numbers=catalog.page_numbers[keep],
        offsets=np.concatenate([[0], np.cumsum(sizes[keep], dtype=np.int64)]),
        vectors=catalog.vectors[rows],
        scales=catalog.scales[rows],
    )
