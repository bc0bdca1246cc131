"""The catalog of a SQLite index, kept in memory between searches and brought up to date."""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from snappy_core.stores.base import Catalog


class CatalogCache:
    """Holds the last catalog; a change costs reading the pages that are new.

    Page ids rise and are never used twice. So a page that is known has not changed, and as many
    pages with the same last id are the same pages. Threads may share it: a catalog is replaced
    whole, and whichever stays is brought up to date by the next one to look.
    """

    def __init__(self) -> None:
        self._catalog: Catalog | None = None

    def load(self, connection: sqlite3.Connection) -> Catalog:
        """Return the catalog of the state that the connection's transaction sees."""
        known = self._catalog
        query = "SELECT (SELECT count(*) FROM pages), (SELECT max(id) FROM pages)"
        count, last = connection.execute(query).fetchone()
        if known is None or (len(known.pages), _last(known)) != (count, last):
            known = self._catalog = _read(connection, known)
        return known


def _last(catalog: Catalog) -> int | None:
    return int(catalog.pages[-1]) if len(catalog.pages) else None


def _read(connection: sqlite3.Connection, known: Catalog | None) -> Catalog:
    """Return the catalog, with the pooled vectors of known pages taken over."""
    rows = connection.execute(
        "SELECT pages.id, document_id, number FROM pages "
        "JOIN documents ON documents.id = pages.document ORDER BY pages.id"
    ).fetchall()
    places = {page: place for place, page in enumerate(known.pages.tolist())} if known else {}
    codes: list[NDArray[np.int8]] = []
    scales: list[NDArray[np.float32]] = []
    for page, _, _ in rows:
        if known is not None and page in places:
            held = slice(*known.offsets[places[page] : places[page] + 2].tolist())
            codes.append(known.vectors[held])
            scales.append(known.scales[held])
        else:
            query = (
                "SELECT pooled.scales, pooled.vectors, dim "
                "FROM pooled JOIN patches USING (page) WHERE page = ?"
            )
            scaling, vectors, dim = connection.execute(query, (page,)).fetchone()
            codes.append(np.frombuffer(vectors, np.int8).reshape(-1, dim))
            scales.append(np.frombuffer(scaling, np.float32))
    return Catalog(
        pages=np.array([page for page, _, _ in rows], dtype=np.int64),
        documents=[document for _, document, _ in rows],
        numbers=np.array([number for _, _, number in rows], dtype=np.int64),
        offsets=np.cumsum([0, *map(len, scales)], dtype=np.int64),
        vectors=np.concatenate(codes) if codes else np.zeros((0, 0), np.int8),
        scales=np.concatenate(scales) if scales else np.zeros(0, np.float32),
    )
