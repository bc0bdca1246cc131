"""The table of kept files, which is created with the first file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from snappy_core.stores.kept_files import parts_of

_TABLE = """
CREATE TABLE IF NOT EXISTS files (
    content_hash TEXT NOT NULL, name TEXT NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,
    UNIQUE (content_hash, name, part))
"""
_PART = 64_000_000  # bytes; SQLite's limit for one value is 1e9


def keep(connection: sqlite3.Connection, content_hash: str, files: Mapping[str, bytes]) -> None:
    """Insert or replace files in the open transaction."""
    if not _is_used(connection, content_hash):
        return
    connection.execute(_TABLE)
    for name, data in files.items():
        connection.execute(
            "DELETE FROM files WHERE content_hash = ? AND name = ?", (content_hash, name)
        )
        connection.executemany(
            "INSERT INTO files VALUES (?, ?, ?, ?)",
            [
                (content_hash, name, number, part)
                for number, part in enumerate(parts_of(data, _PART))
            ],
        )


def names(connection: sqlite3.Connection, content_hash: str) -> frozenset[str]:
    if not _exists(connection):
        return frozenset()
    query = "SELECT name FROM files WHERE content_hash = ? AND part = 0"
    return frozenset(name for (name,) in connection.execute(query, (content_hash,)))


def read(connection: sqlite3.Connection, content_hash: str, name: str) -> bytes | None:
    if not _exists(connection):
        return None
    query = "SELECT data FROM files WHERE content_hash = ? AND name = ? ORDER BY part"
    parts = [part for (part,) in connection.execute(query, (content_hash, name))]
    return b"".join(parts) if parts else None


def drop_unused(connection: sqlite3.Connection, content_hash: str) -> None:
    """Delete the files of a content hash that no document has."""
    if _exists(connection) and not _is_used(connection, content_hash):
        connection.execute("DELETE FROM files WHERE content_hash = ?", (content_hash,))


def _exists(connection: sqlite3.Connection) -> bool:
    query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'files'"
    return connection.execute(query).fetchone() is not None


def _is_used(connection: sqlite3.Connection, content_hash: str) -> bool:
    query = "SELECT 1 FROM documents WHERE content_hash = ? LIMIT 1"
    return connection.execute(query, (content_hash,)).fetchone() is not None
