"""Transactions, waiting for other processes that write, and the meaning of SQLite's errors."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from snappy_core.errors import StoreError
from snappy_core.terminal import plain

WAIT_SECONDS = 60.0
"""How many seconds to wait for a transaction of another process, which writes one document."""

_SAY_SECONDS = 2.0  # of waiting before it is logged
_POLL_SECONDS = 0.02
READ_SECONDS = 5.0  # SQLite's own wait: readers only wait while a log is recovered

_log = logging.getLogger(__name__)


@contextmanager
def transaction(connection: sqlite3.Connection, location: str) -> Iterator[None]:
    try:
        wait_for_lock(connection, "BEGIN IMMEDIATE", location)
        yield
        connection.commit()
    except BaseException:
        with suppress(sqlite3.Error):  # closed since, if an interrupt left this to the collector
            connection.rollback()
        raise


def use_log(connection: sqlite3.Connection) -> None:
    """Switch a file to write-ahead logging, if it is not, so that others can read during writes.

    This fails silently while others read it; the next writer tries again.
    """
    with suppress(sqlite3.OperationalError), no_wait(connection):
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def no_wait(connection: sqlite3.Connection) -> Iterator[None]:
    """Make SQLite itself not wait for the locks of others."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(READ_SECONDS * 1000)}")


def wait_for_lock(connection: sqlite3.Connection, statement: str, location: str) -> None:
    """Execute a statement once no other process has the lock it needs.

    The wait is in Python, where Ctrl-C can interrupt it.

    Raises:
        StoreError: others have had the lock for `WAIT_SECONDS`.
    """
    started, is_said = time.monotonic(), False
    with no_wait(connection):
        while True:
            try:
                connection.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (
                    sqlite3.SQLITE_BUSY,
                    sqlite3.SQLITE_LOCKED,
                ):
                    raise
                waited = time.monotonic() - started
                if waited > WAIT_SECONDS:
                    raise StoreError(busy_message(location)) from error
            if waited > _SAY_SECONDS and not is_said:
                is_said = True
                _log.warning("%s: waiting for another process that writes to it", plain(location))
            time.sleep(_POLL_SECONDS)


def busy_message(location: str) -> str:
    return f"{location}: others have been writing to it for {WAIT_SECONDS:g} seconds; try again"


def cause_of(error: sqlite3.Error) -> str:
    """Return SQLite's message, or its meaning where that is not obvious."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return _CAUSES.get(code, str(error))


_CAUSES = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CORRUPT: "is damaged; copy it from a backup, or index the documents again",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; a log of another process (-wal) may be unfinished, "
    "which only a user who can write to its folder can read: permissions, or a read-only folder",
    sqlite3.SQLITE_READONLY: "cannot be written: the file, its folder or its disk is read-only",
    sqlite3.SQLITE_IOERR: "reading or writing the disk failed; check the disk",
}
