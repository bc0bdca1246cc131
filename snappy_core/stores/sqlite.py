"""The embedded store: one SQLite file that many processes read while one writes."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

from snappy_core.errors import IndexMismatch
from snappy_core.scoring.terms import page_terms
from snappy_core.stores import rows
from snappy_core.stores.base import Catalog, DocumentRecord, PageRecord, PageVectors
from snappy_core.stores.catalog import CatalogCache
from snappy_core.types import Page, Patches, Scalar

SCHEMA_VERSION = 1
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
    unit TEXT NOT NULL, texts TEXT NOT NULL, boxes BLOB NOT NULL, confidences BLOB);
CREATE INDEX pages_of_documents ON pages (document, number);
CREATE TABLE regions (
    page INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE, place INTEGER NOT NULL,
    label TEXT NOT NULL, x0 REAL, y0 REAL, x1 REAL, y1 REAL, text TEXT NOT NULL,
    words BLOB NOT NULL, reading_order INTEGER NOT NULL, parent INTEGER, section TEXT NOT NULL,
    PRIMARY KEY (page, place)) WITHOUT ROWID;
CREATE TABLE patches (
    page INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    dim INTEGER NOT NULL, rows INTEGER, columns INTEGER, boxes BLOB, local BLOB,
    scales BLOB NOT NULL, offsets BLOB NOT NULL, members BLOB NOT NULL, iou BLOB NOT NULL,
    share BLOB NOT NULL, own BLOB NOT NULL, labels BLOB NOT NULL, vectors BLOB NOT NULL);
CREATE TABLE pooled (
    page INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE,
    scales BLOB NOT NULL, vectors BLOB NOT NULL);
CREATE TABLE terms (term TEXT PRIMARY KEY, pages INTEGER NOT NULL) WITHOUT ROWID;
"""

_HELD_PAGES = 256  # a document with more pages is written while it is still being read
_WAIT_SECONDS = 600.0  # for another process that writes


class SqliteStore:
    """Keeps an index in one file (and `-wal`, `-shm` beside it while it is open).

    Every write is one transaction that is on disk when it returns (WAL, synchronous=FULL).

    Args:
        path: the file; made when missing and `create` is true.

    Raises:
        FileNotFoundError: there is no such file and `create` is false, or no such folder.
        IndexMismatch: the file is something else, or an index of another schema.
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = True) -> None:
        self._path = Path(path)
        if not self._path.parent.is_dir():
            raise FileNotFoundError(f"{self._path.parent}: no such folder for the index")
        if not create and not self._path.is_file():
            raise FileNotFoundError(f"{self._path}: no such index; make it with `snappy index`")
        self._lock = threading.Lock()  # one writer of this process at a time
        self._free: list[sqlite3.Connection] = []
        self._owner = os.getpid()
        self._catalogs = CatalogCache()
        try:
            with self._connection() as connection:
                self._prepare(connection)
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error):
                raise IndexMismatch(f"{self._path}: is not a Snappy index") from error
            raise

    @property
    def location(self) -> str:
        return str(self._path)

    def check(self, encoder: str, dim: int) -> None:
        given = json.dumps([encoder, dim])
        with self._connection() as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('encoder', ?)", (given,))
            query = "SELECT value FROM meta WHERE key = 'encoder'"
            (found,) = connection.execute(query).fetchone()
        if found != given:
            name, size = json.loads(found)
            raise IndexMismatch(
                f"{self._path}: made by the encoder {name} ({size} dimensions), not {encoder} "
                f"({dim}); open it with that encoder, or index into a new file"
            )

    @contextmanager
    def read(self) -> Iterator[_SqliteSnapshot]:
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield _SqliteSnapshot(connection, self._catalogs)
            finally:
                connection.execute("ROLLBACK")

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

    def close(self) -> None:
        with self._lock:
            while self._free:
                self._free.pop().close()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            if tables == 0:
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        (kind,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if kind != APPLICATION_ID:
            raise IndexMismatch(f"{self._path}: is a SQLite file, but not a Snappy index")
        if version != SCHEMA_VERSION:
            raise IndexMismatch(
                f"{self._path}: has the schema {version}, this version of Snappy reads "
                f"{SCHEMA_VERSION}; index the documents again into a new file"
            )

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that nobody else uses."""
        if self._owner != os.getpid():  # a fork: connections and locks belong to the parent
            self._free, self._owner, self._lock = [], os.getpid(), threading.Lock()
        try:
            connection = self._free.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        finally:
            self._free.append(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection


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

    def page_ids(self, document_id: str) -> list[int]:
        query = (
            "SELECT pages.id FROM pages JOIN documents ON documents.id = pages.document "
            "WHERE document_id = ? ORDER BY number"
        )
        return [page for (page,) in self._connection.execute(query, (document_id,))]

    def page_count(self) -> int:
        query = "SELECT coalesce(sum(pages), 0) FROM documents"
        return int(self._connection.execute(query).fetchone()[0])

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        query = "SELECT pages FROM terms WHERE term = ?"
        found = {term: self._connection.execute(query, (term,)).fetchone() for term in terms}
        return {term: row[0] for term, row in found.items() if row is not None}

    def catalog(self) -> Catalog:
        return self._catalogs.load(self._connection)

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
