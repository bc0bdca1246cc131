"""One state of an index file, read in a transaction, and caches kept between searches."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.filters import Condition
from snappy_core.stores import codec
from snappy_core.stores.base import DocumentRecord, PageVectors
from snappy_core.stores.catalog import Catalog, PooledVectors, build_catalog
from snappy_core.stores.checks import DAMAGE, Unpacked, check_record, check_rows, unpack_page
from snappy_core.stores.first_stage import CatalogSnapshot
from snappy_core.stores.page_cache import RecentPages
from snappy_core.stores.sqlite import key_tables
from snappy_core.stores.sqlite.schema import read_encoder
from snappy_core.types import Page, Patches

_EMPTY = build_catalog([], [], [], [])
_STATE = """
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'pages'), 0),
(SELECT count(*) FROM pages)
"""


class CatalogCache:
    """Keeps the last catalog, and only reads pages that are new to it; `recent` keeps vectors.

    Page ids increase and are never reused. So a known page has not changed, and two states with
    the same number of pages and the same last id ever used have the same pages. Threads may share
    the cache: a catalog is replaced as a whole.

    The arrays of vectors have spare room at the end for new pages, so that adding a document does
    not copy all others. Catalogs returned earlier are views that do not include them.
    """

    def __init__(self) -> None:
        self.recent = RecentPages()
        self._latest = (0, 0), _EMPTY  # last id used and number of pages identify a state
        self._arrays = _GrowingArrays()
        self._lock = threading.Lock()

    def load(self, connection: sqlite3.Connection) -> Catalog:
        """Return the catalog of the state that the connection's transaction sees."""
        state = connection.execute(_STATE).fetchone()
        known_state, catalog = self._latest
        if known_state == state:
            return catalog
        with self._lock:
            updated = self._update(connection, *state)
            if updated is not None:
                self._latest = state, updated
                return updated
        return CatalogCache().load(connection)  # an older state; the cache keeps the newer one

    def reset_after_fork(self) -> None:
        """Replace the lock, which a thread of the parent process may hold."""
        self._lock = threading.Lock()

    def _update(self, connection: sqlite3.Connection, last_id: int, count: int) -> Catalog | None:
        """Return the catalog of a state; None if it has pages that were dropped from the cache."""
        (known_last_id, known_count), cached = self._latest
        is_first = (known_last_id, known_count) == (0, 0)
        is_older = last_id < known_last_id or (last_id == known_last_id and count > known_count)
        if is_older and not is_first:
            return None
        if not count:
            return _EMPTY
        query = (
            "SELECT pages.id, document_id, number FROM pages "
            "JOIN documents ON documents.id = pages.document WHERE pages.id > ? ORDER BY pages.id"
        )
        rows = check_rows(connection.execute(query, (known_last_id,)), int, str, int)
        if len(cached.page_ids) + len(rows) != count:
            page_ids = check_rows(connection.execute("SELECT id FROM pages"), int)
            cached = _select(cached, np.isin(cached.page_ids, np.array(page_ids, np.int64)))
        if len(cached.page_ids) + len(rows) != count:
            if is_first:
                raise StoreError("the index is damaged: it has pages of no document")
            return None
        query = "SELECT vectors FROM pooled WHERE page = ?"
        unpack = partial(codec.unpack_pooled, dim=_dim(connection))
        pooled = [_read_page(connection, page_id, unpack, query) for page_id, _, _ in rows]
        vectors, scales = self._arrays.append(cached, pooled)
        sizes = [len(page_scales) for _, page_scales in pooled]
        new_ids, document_ids, numbers = zip(*rows, strict=True) if rows else ((), (), ())
        return Catalog(
            page_ids=np.append(cached.page_ids, np.array(new_ids, np.int64)),
            document_ids=[*cached.document_ids, *document_ids],
            page_numbers=np.append(cached.page_numbers, np.array(numbers, np.int64)),
            offsets=np.append(
                cached.offsets, cached.offsets[-1] + np.cumsum(sizes, dtype=np.int64)
            ),
            vectors=vectors,
            scales=scales,
        )


class _GrowingArrays:
    """The arrays behind the vectors and scales of a catalog, with spare room at their end."""

    def __init__(self) -> None:
        self._vectors = np.zeros((0, 0), np.int8)
        self._scales = np.zeros(0, np.float32)
        self._used = 0

    def append(self, catalog: Catalog, pooled: Sequence[PooledVectors]) -> PooledVectors:
        """Return the vectors and scales of a catalog, followed by those of new pages."""
        start = len(catalog.scales)
        stop = start + sum(len(scales) for _, scales in pooled)
        in_place = catalog.vectors.base is self._vectors and start == self._used
        if not in_place or stop > len(self._scales):
            dim = (pooled[0][0] if pooled else catalog.vectors).shape[1]
            capacity = stop + (stop // 4 if start else 0)  # the first load is often the last
            self._vectors = np.empty((capacity, dim), np.int8)
            self._scales = np.empty(capacity, np.float32)
            if start:
                self._vectors[:start] = catalog.vectors
                self._scales[:start] = catalog.scales
        if pooled:
            np.concatenate([vectors for vectors, _ in pooled], out=self._vectors[start:stop])
            np.concatenate([scales for _, scales in pooled], out=self._scales[start:stop])
        self._used = stop
        return self._vectors[:stop], self._scales[:stop]


def _select(catalog: Catalog, mask: NDArray[np.bool_]) -> Catalog:
    """Return the catalog of the pages where a mask (p,) is true."""
    sizes = np.diff(catalog.offsets)
    rows = np.repeat(mask, sizes)
    return Catalog(
        page_ids=catalog.page_ids[mask],
        document_ids=list(compress(catalog.document_ids, mask)),
        page_numbers=catalog.page_numbers[mask],
        offsets=np.concatenate([[0], np.cumsum(sizes[mask], dtype=np.int64)]),
        vectors=catalog.vectors[rows],
        scales=catalog.scales[rows],
    )


def _read_page(
    connection: sqlite3.Connection, page_id: int, unpack: Callable[..., Unpacked], query: str
) -> Unpacked:
    """Return the contents of the parts of the page that a query selects.

    Raises:
        StoreError: the page is damaged.
        KeyError: there is no such page.
    """
    owner = (
        "SELECT document_id, number FROM pages JOIN documents "
        "ON documents.id = pages.document WHERE pages.id = ?"
    )

    def parts() -> Iterator[Any]:
        row = connection.execute(query, (page_id,)).fetchone()
        if row is None:
            raise ValueError("a part of it is missing")
        yield from row

    def locate() -> tuple[str, int]:
        rows = connection.execute(owner, (page_id,)).fetchall()
        if not rows:
            raise KeyError(page_id)
        document_id, number = rows[0]
        return document_id, number

    return unpack_page(unpack, parts(), locate)


def _dim(connection: sqlite3.Connection) -> int | None:
    encoder = read_encoder(connection)
    return None if encoder is None else encoder[1]


class SqliteSnapshot(CatalogSnapshot):
    """The snapshot of a connection's transaction; see `Snapshot`."""

    def __init__(self, connection: sqlite3.Connection, catalogs: CatalogCache) -> None:
        self._connection = connection
        self._catalogs = catalogs
        self._catalog: Catalog | None = None  # which the cache may replace in the meantime

    def documents(self) -> list[DocumentRecord]:
        return self._select_documents()

    def document(self, document_id: str) -> DocumentRecord | None:
        try:
            documents = self._select_documents("WHERE document_id = ?", document_id)
        except UnicodeEncodeError:  # a lone surrogate, which no id has
            return None
        return documents[0] if documents else None

    def document_of(self, page_id: int) -> DocumentRecord:
        where = "WHERE id = (SELECT document FROM pages WHERE id = ?)"
        return self._select_documents(where, page_id)[0]

    def page_ids(self, document_id: str) -> dict[int, int]:
        query = (
            "SELECT number, pages.id FROM pages JOIN documents ON documents.id = pages.document "
            "WHERE document_id = ? ORDER BY number"
        )
        return dict(check_rows(self._connection.execute(query, (document_id,)), int, int))

    def page_count(self) -> int:
        query = "SELECT coalesce(sum(pages), 0) FROM documents"
        ((count,),) = check_rows(self._connection.execute(query), int)
        return int(count)

    def metadata_keys(self) -> frozenset[str]:
        return key_tables.metadata_keys(self._connection)

    def documents_where(self, condition: Condition) -> frozenset[str]:
        where, values = key_tables.condition_sql(condition, "documents.id")
        query = f"SELECT document_id FROM documents WHERE {where}"
        return frozenset(name for (name,) in self._connection.execute(query, values))

    def pages_where(self, condition: Condition) -> NDArray[np.int64]:
        where, values = key_tables.condition_sql(condition, "pages.document")
        query = f"SELECT id FROM pages WHERE {where} ORDER BY id"
        rows = check_rows(self._connection.execute(query, values), int)
        return np.array(rows, dtype=np.int64).reshape(-1)

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        query = "SELECT pages FROM terms WHERE term = ?"
        rows = {
            term: check_rows(self._connection.execute(query, (codec.encode_term(term),)), int)
            for term in terms
        }
        return {term: counts[0][0] for term, counts in rows.items() if counts}

    def catalog(self) -> Catalog:
        if self._catalog is None:
            self._catalog = self._catalogs.load(self._connection)
        return self._catalog

    def vectors(self, page_ids: Sequence[int]) -> list[PageVectors]:
        query = "SELECT arrays, vectors FROM scoring JOIN pooled USING (page) WHERE page = ?"
        unpack = partial(codec.unpack_scoring, dim=_dim(self._connection))
        recent = self._catalogs.recent
        return recent.vectors(page_ids, lambda page_id: self._unpack(page_id, unpack, query))

    def page(self, page_id: int) -> Page:
        return self._unpack(page_id, codec.unpack_content, "SELECT content FROM pages WHERE id = ?")

    def patches(self, page_id: int) -> Patches:
        query = (
            "SELECT iif(patch_boxes IS NULL, content, NULL), patch_boxes, arrays "
            "FROM pages JOIN scoring ON page = id WHERE id = ?"
        )
        return self._unpack(page_id, codec.unpack_patches, query)

    def _unpack(self, page_id: int, unpack: Callable[..., Unpacked], query: str) -> Unpacked:
        return _read_page(self._connection, page_id, unpack, query)

    def _select_documents(self, where: str = "", *values: str | int) -> list[DocumentRecord]:
        query = f"SELECT * FROM documents {where} ORDER BY document_id"
        return [_record(*row[1:]) for row in self._connection.execute(query, values)]


def _record(
    name: str,
    source: str,
    content_hash: str,
    fingerprint: str,
    pages: int,
    metadata: str,
    aliases: str = "[]",  # missing in older schemas
) -> DocumentRecord:
    try:
        keys, others = dict(json.loads(metadata)), tuple(json.loads(aliases))
        return check_record(
            DocumentRecord(name, source, content_hash, fingerprint, pages, keys, others)
        )
    except DAMAGE as error:
        raise StoreError(
            f"{name} is damaged in the index ({error}); delete it and add it again"
        ) from error
