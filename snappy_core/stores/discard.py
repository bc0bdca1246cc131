"""Indexes as files and folders: lists those in a folder, and removes an empty one."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from snappy_core.stores import open_store
from snappy_core.stores.sqlite import database_file
from snappy_core.stores.sqlite.schema import APPLICATION_ID

_HEADER = b"SQLite format 3\x00"
_ID_AT = 68  # of the application id in the header of a SQLite file


def indexes_in(folder: str | os.PathLike[str]) -> list[str]:
    """Return the names of the index files and Lance folders in a folder, in alphabetical order."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if _is_index(entry))


def discard_empty(location: str) -> bool:
    """Remove an index file or Lance folder without documents; return whether it was removed.

    A file that another process has open is kept: that process may be about to write.
    """
    path = Path(location)
    if path.is_file():
        return _discard_file(path)
    if not path.is_dir():
        return False
    with closing(open_store(location, create=False)) as store, store.read() as snapshot:
        is_empty = not snapshot.documents()
    if is_empty:
        shutil.rmtree(path)
    return is_empty


def _discard_file(path: Path) -> bool:
    with closing(sqlite3.connect(database_file.uri(path), uri=True, timeout=0)) as connection:
        try:
            if _has_documents(connection):
                return False
            # Only the last connection to a file can remove its log.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            if _has_documents(connection):  # just written; the next writer makes a log again
                return False
        except sqlite3.Error:  # it is in use, or not an index
            return False
        path.unlink()
    return True


def _has_documents(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM documents)").fetchone()[0])


def _is_index(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return False
    if entry.is_dir():
        return entry.name.endswith(".lance")
    with suppress(OSError):
        if entry.is_file() and entry.stat().st_size:
            with open(entry, "rb") as file:
                header = file.read(_ID_AT + 4)
            return header.startswith(_HEADER) and header[_ID_AT:] == APPLICATION_ID.to_bytes(4)
    return False
