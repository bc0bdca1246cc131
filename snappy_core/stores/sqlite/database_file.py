"""The index file in the file system: its identity, and how it can be opened."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from snappy_core.errors import StoreError

_SIDE_FILES = ("-wal", "-shm")  # SQLite's log and its index, next to the file


@dataclass(frozen=True, slots=True)
class FileState:
    """Distinguishes a file from one that replaced it, and from itself before a change."""

    device: int
    inode: int
    size: int
    modified: int  # nanoseconds
    has_log: bool

    def is_same_file(self, other: FileState) -> bool:
        return (self.device, self.inode) == (other.device, other.inode)


def read_state(path: Path) -> FileState:
    """Return the state of a file. Raises StoreError if it is gone."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise StoreError(
            f"{path}: is gone, deleted or moved while it was open; open it again where it is now"
        ) from error
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    log = Path(f"{path}-wal")
    return FileState(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, log.exists())


def is_read_only(path: Path) -> bool:
    """Return whether the file or its folder is read-only, so that SQLite cannot keep its log."""
    return path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def side_files(path: Path) -> dict[Path, tuple[int, int]]:
    """Return device and inode of the files that SQLite keeps next to an open index."""
    states = {}
    for suffix in _SIDE_FILES:
        side_file = Path(f"{path}{suffix}")
        with suppress(OSError):
            status = side_file.stat()
            states[side_file] = (status.st_dev, status.st_ino)
    return states


def uri(path: Path, create: bool = False, immutable: bool = False) -> str:
    """Return the URI by which SQLite opens a file; it is only created if `create` is true.

    A read-only file is immutable to SQLite unless there is a log next to it: then someone else is
    writing, or was when the file was copied.
    """
    read_only = immutable or is_read_only(path)
    query = "mode=ro" if read_only else "mode=rwc" if create else "mode=rw"
    if immutable or (read_only and not Path(f"{path}-wal").exists()):
        query += "&immutable=1"
    return f"{Path(os.path.abspath(path)).as_uri()}?{query}"


def create_empty(path: Path) -> None:
    """Create a file with the permissions of the umask; SQLite would never let a group write.

    SQLite gives the log next to it the same permissions.
    """
    with suppress(OSError):  # it exists, or SQLite will say why it cannot be created
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def stored_id(path: Path) -> str | None:
    """Return the id of the index in a file, ignoring its log; None if it has none."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(uri(path, immutable=True), uri=True)) as c,
    ):
        return read_id(c)
    return None


def read_id(connection: sqlite3.Connection) -> str | None:
    """Return the id of the index that a connection sees; None if it has none."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'id'").fetchone()
    return None if row is None else str(row[0])
