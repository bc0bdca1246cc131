"""Connections to an index file: reused, renewed in forked processes, with our own errors."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from snappy_core.errors import IndexMismatchError, StoreError

WAIT_SECONDS = 600.0
"""How long to wait for a transaction of another process: one may add a long document."""

_LOG_PAGES = 4096  # pages of the log before they move to the file: 64 MB, many documents
_CACHE_KIB = 16384  # for each connection


class Connections:
    """A pool of connections to one file, for the threads of a process.

    The process may fork while no thread is in the middle of reading or writing.

    Attributes:
        write_lock: held while this process writes: SQLite has one writer at a time.

    Args:
        after_fork: called in a forked child.
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
            connection = self._take()
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
        with self.write_lock, self.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def close(self) -> None:
        """Close all connections, those in use when they are returned."""
        self._closed = True
        self.close_idle()

    def close_idle(self) -> None:
        """Close the connections that are not in use."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def reset_after_fork(self) -> None:
        """Replace what a thread of the parent process may have locked."""
        self.write_lock = threading.Lock()
        self._after_fork()

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._open()

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
