"""The catalog of a SQLite index, kept in memory between searches and brought up to date."""

from __future__ import annotations

import sqlite3
import threading

import numpy as np
from numpy.typing import NDArray

from snappy_core.stores.base import Catalog


class CatalogCache:
    """Holds the last catalog; a change costs reading the pages that are new.

    Page ids are never used twice, so a page that is known has not changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._catalog: Catalog | None = None

    def load(self, connection: sqlite3.Connection) -> Catalog:
        """Return the catalog of the state that the connection's transaction sees."""
        rows = connection.execute(
            "SELECT pages.id, document_id, number FROM pages "
            "JOIN documents ON documents.id = pages.document ORDER BY pages.id"
        ).fetchall()
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        with self._lock:
            known = self._catalog
        if known is not None and np.array_equal(known.pages, ids):
            return known
        codes, scales = _pooled(connection, ids, known)
        catalog = Catalog(
            pages=ids,
            documents=[row[1] for row in rows],
            numbers=np.array([row[2] for row in rows], dtype=np.int64),
            offsets=np.cumsum([0, *map(len, scales)], dtype=np.int64),
            vectors=np.concatenate(codes) if codes else np.zeros((0, 0), np.int8),
            scales=np.concatenate(scales) if scales else np.zeros(0, np.float32),
        )
        with self._lock:
            self._catalog = catalog
        return catalog


def _pooled(
    connection: sqlite3.Connection, ids: NDArray[np.int64], known: Catalog | None
) -> tuple[list[NDArray[np.int8]], list[NDArray[np.float32]]]:
    """Return the pooled vectors of each page, from the known catalog or from the file."""
    place = {int(page): i for i, page in enumerate(known.pages)} if known is not None else {}
    codes, scales = [], []
    for page in ids.tolist():
        if known is not None and page in place:
            held = slice(*known.offsets[place[page] : place[page] + 2].tolist())
            codes.append(known.vectors[held])
            scales.append(known.scales[held])
        else:
            query = "SELECT scales, vectors FROM pooled WHERE page = ?"
            row = connection.execute(query, (page,)).fetchone()
            scales.append(np.frombuffer(row[0], dtype=np.float32))
            flat = np.frombuffer(row[1], dtype=np.int8)
            codes.append(flat.reshape(len(scales[-1]), -1) if len(flat) else flat)
    dim = max((c.shape[1] for c in codes if c.ndim == 2 and len(c)), default=0)
    return [c if len(c) else np.zeros((0, dim), np.int8) for c in codes], scales
