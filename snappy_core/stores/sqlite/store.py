"""The embedded store: one SQLite file that many processes read while one writes."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.scoring.idf import page_terms
from snappy_core.stores.base import (
    Catalog,
    DocumentRecord,
    PageFilter,
    PageRecord,
    PageVectors,
    check_encoder,
)
from snappy_core.stores.catalog import CatalogCache
from snappy_core.stores.first_stage import select_candidates
from snappy_core.stores.sqlite import rows
from snappy_core.types import Page, Patches, Scalar

SCHEMA_VERSION = 3
APPLICATION_ID = 0x534E5059  # "SNPY", in the header of the file

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
    content_hash TEXT NOT NULL, fingerprint TEXT NOT NULL, pages INTEGER NOT NULL,
    metadata TEXT NOT NULL);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, label TEXT NOT NULL, width REAL NOT NULL, height REAL NOT NULL,
    unit TEXT NOT NULL, texts TEXT NOT NULL, boxes BLOB NOT NULL, confidences BLOB,
    user_space TEXT);
CREATE INDEX pages_of_documents ON pages (document, number);
CREATE TABLE regions (
    page INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE, place INTEGER NOT NULL,
    label TEXT NOT NULL, x0 REAL, y0 REAL, x1 REAL, y1 REAL, text TEXT NOT NULL,
    words BLOB NOT NULL, reading_order INTEGER NOT NULL, parent INTEGER, section TEXT NOT NULL,
    context BLOB NOT NULL,
    PRIMARY KEY (page, place)) WITHOUT ROWID;
CREATE TABLE patches (
    page INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    dim INTEGER NOT NULL, rows INTEGER, columns INTEGER, boxes BLOB, local BLOB,
    scales BLOB NOT NULL, offsets BLOB NOT NULL, members BLOB NOT NULL, iou BLOB NOT NULL,
    share BLOB NOT NULL, own BLOB NOT NULL, labels BLOB NOT NULL,
    parents BLOB NOT NULL, vectors BLOB NOT NULL);
CREATE TABLE pooled (
    page INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    scales BLOB NOT NULL, vectors BLOB NOT NULL);
CREATE TABLE terms (term TEXT PRIMARY KEY, pages INTEGER NOT NULL) WITHOUT ROWID;
"""

_FILE_PAGE = 16384  # bytes; vectors of a page take nine such pages instead of 35 of SQLite's 4096
_LOG_PAGES = 4096  # of them in the log before they move to the file: 64 MB, many documents
_CACHE_KIB = 16384  # for each connection
_HELD_PAGES = 256  # a document with more pages is written while it is still being read
_WAIT_SECONDS = 600.0  # for another process that writes


class SqliteStore:
    """Keeps an index in one file (and `-wal`, `-shm` beside it while it is open).

    Every write is one transaction that is on disk when it returns (WAL, synchronous=FULL). The
    process may fork while no thread is in the middle of reading or writing.

    Args:
        path: the file; made when missing and `create` is true.

    Raises:
        FileNotFoundError: there is no such file and `create` is false, or no such folder.
        IndexMismatchError: the path is something else, or an index of another schema.
        StoreError: it cannot be opened; later also read or written (disk full, damaged).
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = True) -> None:
        self._path = Path(path)
        if not self._path.parent.is_dir():
            raise FileNotFoundError(f"{self._path.parent}: no such folder for the index")
        if self._path.is_dir():
            raise IndexMismatchError(f"{self._path}: is a folder; an index is one file")
        if not create and not self._path.is_file():
            raise FileNotFoundError(f"{self._path}: no such index; make it with `snappy index`")
        self._lock = threading.Lock()  # one writer of this process at a time
        self._free: list[sqlite3.Connection] = []
        self._closed = False
        self._catalogs = CatalogCache()
        _STORES.add(self)
        try:
            with self._connection() as connection:
                self._prepare(connection, create)
        except BaseException:
            self.close()
            raise

    @property
    def location(self) -> str:
        return str(self._path)

    def encoder(self) -> tuple[str, int] | None:
        with self._connection() as connection:
            return _encoder(connection)

    def bind_encoder(self, encoder: str, dim: int) -> None:
        with self._connection() as connection:
            found = _encoder(connection)
            if found is None:  # only then write: a writer elsewhere would keep us waiting
                given = json.dumps([encoder, dim])
                connection.execute("INSERT OR IGNORE INTO meta VALUES ('encoder', ?)", (given,))
                found = _encoder(connection)
        assert found is not None
        check_encoder(self.location, found, (encoder, dim), "into a new file")

    @contextmanager
    def read(self) -> Iterator[_SqliteSnapshot]:
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                # The first look, not BEGIN, fixes the state that the transaction sees.
                connection.execute("SELECT count(*) FROM meta").fetchone()
                yield _SqliteSnapshot(connection, self._catalogs)
            finally:
                connection.rollback()

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        pages = iter(pages)
        held = list(islice(pages, _HELD_PAGES))  # read first, then lock
        with self._write() as connection:
            _remove(connection, document.document_id)
            owner = rows.insert_document(connection, document)
            counts: Counter[str] = Counter()
            total = 0
            for page in chain(held, pages):
                rows.insert_page(connection, owner, page)
                counts.update(page_terms(page.page.words.texts))
                total += 1
            connection.execute("UPDATE documents SET pages = ? WHERE id = ?", (total, owner))
            connection.executemany(
                "INSERT INTO terms VALUES (?, ?) "
                "ON CONFLICT (term) DO UPDATE SET pages = pages + excluded.pages",
                sorted(counts.items()),
            )

    def set_metadata(self, document_id: str, metadata: Mapping[str, Scalar]) -> None:
        with self._write() as connection:
            connection.execute(
                "UPDATE documents SET metadata = ? WHERE document_id = ?",
                (json.dumps(dict(metadata)), document_id),
            )

    def delete(self, document_id: str) -> bool:
        with self._write() as connection:
            return _remove(connection, document_id)

    def compact(self) -> None:
        """Give back to the disk what deleted and replaced documents took.

        Whoever reads goes on; whoever writes waits. Without it the room is used by documents to
        come. Meanwhile it takes as much disk as the index twice, beside it and in the folder for
        temporary files, which the environment variable SQLITE_TMPDIR names.

        Raises:
            StoreError: the disk is full, or another process has been writing for ten minutes.
        """
        with self._lock, self._connection() as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # waits for no reader

    def close(self) -> None:
        self._closed = True
        self._rest()

    def _rest(self) -> None:
        """Close the connections that are not lent."""
        with suppress(IndexError):
            while True:
                self._free.pop().close()

    def _prepare(self, connection: sqlite3.Connection, create: bool) -> None:
        """Make the tables in a new file; of a file that is there, only look at the header."""
        if create and _is_empty(connection):
            connection.execute(f"PRAGMA page_size = {_FILE_PAGE}")
            _use_wal(connection)
            with self._transaction(connection):
                if _is_empty(connection):  # nobody was faster
                    for statement in _SCHEMA.split(";\n"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        (kind,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if _is_empty(connection):
            raise IndexMismatchError(f"{self._path}: is empty, not a Snappy index")
        if kind != APPLICATION_ID:
            raise IndexMismatchError(f"{self._path}: is a SQLite file, but not a Snappy index")
        if version != SCHEMA_VERSION:
            raise IndexMismatchError(
                f"{self._path}: has the schema {version}, this version of Snappy reads "
                f"{SCHEMA_VERSION}; index the documents again into a new file"
            )

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection() as connection, self._transaction(connection):
            yield connection

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection) -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that nobody else uses; SQLite's errors come out as ours."""
        connection = None
        try:
            connection = self._take()
            yield connection
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error):
                raise IndexMismatchError(f"{self._path}: is not a Snappy index") from error
            raise StoreError(f"{self._path}: {error}") from error
        finally:
            if connection is not None:
                self._free.append(connection)
            if self._closed:  # while it was lent
                self._rest()

    def _take(self) -> sqlite3.Connection:
        try:
            return self._free.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _encoder(connection: sqlite3.Connection) -> tuple[str, int] | None:
    found = connection.execute("SELECT value FROM meta WHERE key = 'encoder'").fetchone()
    return None if found is None else tuple(json.loads(found[0]))


def _is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(tables == 0)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Choose write-ahead logging, which the file remembers."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:  # SQLite does not wait here as elsewhere
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


# SQLite's connections must not outlive a fork: the child would believe that it holds the locks
# of its parent. So the ones at rest are closed before, and each side opens its own after.
_STORES: weakref.WeakSet[SqliteStore] = weakref.WeakSet()


def _before_fork() -> None:
    for store in list(_STORES):
        store._rest()


def _after_fork() -> None:
    for store in list(_STORES):
        store._lock = threading.Lock()  # another thread of the parent may have held it
        store._catalogs.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


class _SqliteSnapshot:
    """One state of the file, held by an open read transaction."""

    def __init__(self, connection: sqlite3.Connection, catalogs: CatalogCache) -> None:
        self._connection = connection
        self._catalogs = catalogs

    def documents(self) -> list[DocumentRecord]:
        return rows.select_documents(self._connection)

    def document(self, document_id: str) -> DocumentRecord | None:
        found = rows.select_documents(self._connection, "WHERE document_id = ?", document_id)
        return found[0] if found else None

    def document_of(self, page: int) -> DocumentRecord:
        where = "WHERE id = (SELECT document FROM pages WHERE id = ?)"
        return rows.select_documents(self._connection, where, page)[0]

    def page_ids(self, document_id: str) -> dict[int, int]:
        query = (
            "SELECT number, pages.id FROM pages JOIN documents ON documents.id = pages.document "
            "WHERE document_id = ? ORDER BY number"
        )
        return dict(self._connection.execute(query, (document_id,)).fetchall())

    def page_count(self) -> int:
        query = "SELECT coalesce(sum(pages), 0) FROM documents"
        return int(self._connection.execute(query).fetchone()[0])

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        query = "SELECT pages FROM terms WHERE term = ?"
        found = {term: self._connection.execute(query, (term,)).fetchone() for term in terms}
        return {term: row[0] for term, row in found.items() if row is not None}

    def catalog(self) -> Catalog:
        return self._catalogs.load(self._connection)

    def candidates(
        self,
        query: NDArray[np.float32],
        weights: NDArray[np.float32],
        page_filter: PageFilter,
        count: int | None = None,
    ) -> NDArray[np.int64]:
        return select_candidates(self.catalog(), query, weights, page_filter, count)

    def vectors(self, pages: Sequence[int]) -> list[PageVectors]:
        return [rows.select_vectors(self._connection, page) for page in pages]

    def page(self, page: int) -> Page:
        return rows.select_page(self._connection, page)

    def patches(self, page: int) -> Patches:
        return rows.select_patches(self._connection, page)


def _remove(connection: sqlite3.Connection, document_id: str) -> bool:
    query = "SELECT id FROM documents WHERE document_id = ?"
    found = connection.execute(query, (document_id,)).fetchone()
    if found is None:
        return False
    counts: Counter[str] = Counter()
    for (texts,) in connection.execute("SELECT texts FROM pages WHERE document = ?", found):
        counts.update(page_terms(json.loads(texts)))
    connection.executemany(
        "UPDATE terms SET pages = pages - ? WHERE term = ?",
        [(pages, term) for term, pages in counts.items()],
    )
    connection.execute("DELETE FROM terms WHERE pages <= 0")
    connection.execute("DELETE FROM documents WHERE id = ?", found)
    return True
