"""An index file: its tables, and connections that are reused and renewed in forked processes."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores.base import check_schema

WAIT_SECONDS = 600.0
"""How long to wait for a transaction of another process: one may add a long document."""

SCHEMA_VERSION = 5
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
    number INTEGER NOT NULL, content BLOB NOT NULL, patch_boxes BLOB);
CREATE INDEX pages_of_documents ON pages (document, number);
CREATE TABLE scoring (
    page INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE, arrays BLOB NOT NULL);
CREATE TABLE pooled (
    page INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE, vectors BLOB NOT NULL);
CREATE TABLE terms (term TEXT PRIMARY KEY, pages INTEGER NOT NULL) WITHOUT ROWID;
"""  # the columns of bytes are explained in `codec.PackedPage`

_FILE_PAGE = 16384  # bytes; vectors of a page take nine such pages instead of 35 of SQLite's 4096

_LOG_PAGES = 4096  # pages of the log before they move to the file: 64 MB, many documents
_CACHE_KIB = 16384  # for each connection


class Connections:
    """A pool of connections to one file, for the threads of a process.

    `write_lock` is held while this process writes: SQLite has one writer at a time. `after_fork`
    is called in a forked child.
    """

    def __init__(self, path: Path, after_fork: Callable[[], None]) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._after_fork = after_fork
        self.write_lock = threading.Lock()
        _POOLS.add(self)

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """Open a connection for this thread alone.

        Raises:
            IndexMismatchError: the file is not a database.
            StoreError: SQLite raised an error.
        """
        connection = None
        try:
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._open()
            yield connection
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error):
                raise IndexMismatchError(f"{self._path}: is not a Snappy index") from error
            raise StoreError(f"{self._path}: {error}") from error
        finally:
            if connection is not None:
                self._idle.append(connection)
            if self._closed:  # since this connection was opened
                self.close_idle()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Open a write transaction: committed at the end, rolled back on an error."""
        with self.write_lock, self.connect() as connection, _transaction(connection):
            yield connection

    def close(self) -> None:
        """Close all connections, those in use when they are returned."""
        self._closed = True
        self.close_idle()

    def close_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def reset_after_fork(self) -> None:
        """Replace what a thread of the parent process may have locked."""
        self.write_lock = threading.Lock()
        self._after_fork()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
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


# SQLite's connections must not outlive a fork: the child would believe that it holds the locks
# of its parent. So idle ones are closed before, and each process opens its own after.
_POOLS: weakref.WeakSet[Connections] = weakref.WeakSet()


def _before_fork() -> None:
    for connections in list(_POOLS):
        connections.close_idle()


def _after_fork() -> None:
    for connections in list(_POOLS):
        connections.reset_after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


def prepare(connection: sqlite3.Connection, location: str, create: bool) -> None:
    """Create the tables in a new file; in an existing one, only check the header.

    Raises:
        IndexMismatchError: the file is not an index, or one of another schema.
    """
    if create and _is_empty(connection):
        connection.execute(f"PRAGMA page_size = {_FILE_PAGE}")
        _use_wal(connection)
        with _transaction(connection):
            if _is_empty(connection):  # no other process created them meanwhile
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if _is_empty(connection):
        raise IndexMismatchError(f"{location}: is empty, not a Snappy index")
    if application != APPLICATION_ID:
        raise IndexMismatchError(f"{location}: is a SQLite file, but not a Snappy index")
    check_schema(location, version, SCHEMA_VERSION, "into a new file")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(tables == 0)


def _use_wal(connection: sqlite3.Connection) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:  # here SQLite does not apply its own timeout
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
