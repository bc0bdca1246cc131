"""The tables of an index file, and the check that a file is an index."""

from __future__ import annotations

import json
import sqlite3
import uuid
from pathlib import Path

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores.compatibility import check_schema
from snappy_core.stores.sqlite import database_file
from snappy_core.stores.sqlite.locks import transaction, wait_for_lock

SCHEMA_VERSION = 6
OLDEST_VERSION = 4  # that can be read
APPLICATION_ID = 0x534E5059  # "SNPY", in the header of the file

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
    content_hash TEXT NOT NULL, fingerprint TEXT NOT NULL, pages INTEGER NOT NULL,
    metadata TEXT NOT NULL, aliases TEXT NOT NULL);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, content BLOB NOT NULL, patch_boxes BLOB);
CREATE INDEX pages_of_documents ON pages (document, number);
CREATE TABLE scoring (
    page INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE, arrays BLOB NOT NULL);
CREATE TABLE pooled (
    page INTEGER PRIMARY KEY REFERENCES pages (id) ON DELETE CASCADE, vectors BLOB NOT NULL);
CREATE TABLE document_keys (
    key TEXT NOT NULL, kind TEXT NOT NULL, value NOT NULL,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (key, kind, value, document)) WITHOUT ROWID;
CREATE INDEX keys_of_documents ON document_keys (document);
CREATE TABLE page_keys (
    key TEXT NOT NULL, kind TEXT NOT NULL, value NOT NULL,
    page INTEGER NOT NULL REFERENCES pages (id) ON DELETE CASCADE,
    PRIMARY KEY (key, kind, value, page)) WITHOUT ROWID;
CREATE INDEX keys_of_pages ON page_keys (page);
CREATE TABLE terms (term TEXT PRIMARY KEY, pages INTEGER NOT NULL) WITHOUT ROWID;
"""  # see `codec.PackedPage` for the columns of bytes, `filters.facets` for those of keys

_FOREIGN = """
SELECT type, name FROM sqlite_schema WHERE type NOT IN ('table', 'index')
UNION ALL SELECT 'virtual table', name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0
UNION ALL SELECT 'generated column', format('%s.%s', tables.name, columns.name)
FROM sqlite_schema AS tables, pragma_table_xinfo(tables.name) AS columns
WHERE tables.type = 'table' AND tables.rootpage > 0 AND columns.hidden > 0
"""  # kind and name of objects that no Snappy index has

_FILE_PAGE = 16384  # bytes; a page's vectors take nine of these instead of 35 of SQLite's 4096


def prepare(
    connection: sqlite3.Connection, location: str, *, create: bool, older: bool = False
) -> None:
    """Create the tables in a new file; in an existing one, only check the header.

    Args:
        older: accept an older schema that can be read.

    Raises:
        IndexMismatchError: the file is not an index, or one of another schema.
    """
    if create and _is_empty(connection):
        connection.execute(f"PRAGMA page_size = {_FILE_PAGE}")
        wait_for_lock(connection, "PRAGMA journal_mode = WAL", location)
        with transaction(connection, location):
            if _is_empty(connection):  # no other process has created them in the meantime
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES ('id', ?)", (uuid.uuid4().hex,))
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if _is_empty(connection):
        raise IndexMismatchError(f"{location}: is empty, not a Snappy index")
    if application != APPLICATION_ID:
        raise IndexMismatchError(f"{location}: is a SQLite file, but not a Snappy index")
    target = "into a new file"
    check_schema(location, version, SCHEMA_VERSION, OLDEST_VERSION, target, older=older)
    for kind, name in connection.execute(_FOREIGN):  # it would run on reads or writes
        raise IndexMismatchError(f"{location}: has a {kind} ({name}), which no Snappy index has")


def read_encoder(connection: sqlite3.Connection) -> tuple[str, int] | None:
    """Return the name and dimension of the encoder of an index; None if it has none yet."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'encoder'").fetchone()
    if row is None:
        return None
    try:
        name, dim = json.loads(row[0])
        return str(name), int(dim)
    except (ValueError, TypeError, RecursionError) as error:
        raise StoreError(
            "the index is damaged: it does not say by which encoder it was made"
        ) from error


def check_log(connection: sqlite3.Connection, path: Path) -> str:
    """Return the id of an index; a new one for an older file, which has none.

    Raises:
        StoreError: the log next to the file belongs to another index.
    """
    seen, stored = database_file.read_id(connection), database_file.stored_id(path)
    if seen is not None and stored not in (seen, None):
        raise StoreError(
            f"{path}: {path.name}-wal beside it is the log of another index, which was here "
            "before; close that in all processes, and remove the log"
        )
    return seen or uuid.uuid4().hex


def _is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(tables == 0)
