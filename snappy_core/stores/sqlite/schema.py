"""The tables of an index file, made in a new one and checked in any other."""

from __future__ import annotations

import sqlite3
import time

from snappy_core.errors import IndexMismatchError
from snappy_core.stores.compatibility import check_schema

SCHEMA_VERSION = 4
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


def prepare(connection: sqlite3.Connection, location: str, create: bool, wait: float) -> None:
    """Create the tables in a new file; in an existing one, only check the header.

    Args:
        wait: seconds to wait for a process that is creating the same file.

    Raises:
        IndexMismatchError: the file is not an index, or one of another schema.
    """
    if create and _is_empty(connection):
        connection.execute(f"PRAGMA page_size = {_FILE_PAGE}")
        _use_wal(connection, wait)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _is_empty(connection):  # no other process created them meanwhile
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if _is_empty(connection):
        raise IndexMismatchError(f"{location}: is empty, not a Snappy index")
    if application != APPLICATION_ID:
        raise IndexMismatchError(f"{location}: is a SQLite file, but not a Snappy index")
    check_schema(location, version, SCHEMA_VERSION, "into a new file")


def _is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(tables == 0)


def _use_wal(connection: sqlite3.Connection, wait: float) -> None:
    """Choose write-ahead logging, which the file remembers."""
    deadline = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:  # here SQLite does not apply its own timeout
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
