"""Connections to an index file, reused by threads and renewed in forked processes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from snappy_core.errors import IndexMismatchError, SnappyError, StoreError
from snappy_core.stores.sqlite import database_file, forking, locks
from snappy_core.stores.sqlite.schema import check_log, prepare

_LOG_PAGES = 4096  # pages of the log before they move to the file: 64 MB, many documents
_CACHE_KIB = 16384  # per connection


class Connections:
    """A pool of connections to one file, for the threads of a process.

    If the file is replaced by another one, idle connections are closed and new ones are opened to
    the new file.

    `write_lock` is held while this process writes: SQLite allows one writer at a time.

    Args:
        create: create the file if it is missing when the first connection is opened.
        older: accept an older schema that can be read.
        after_fork: called in a forked child.
        on_replace: called with a connection to the new file.
    """

    def __init__(
        self,
        path: Path,
        create: bool,
        older: bool,
        after_fork: Callable[[], None],
        on_replace: Callable[[sqlite3.Connection], None],
    ) -> None:
        self._path = path
        self._create = create
        self._older = older
        self._idle: list[sqlite3.Connection] = []
        self._lent: dict[sqlite3.Connection, database_file.FileState] = {}
        self._state: database_file.FileState | None = (
            None  # of the file that the idle connections are to
        )
        self._id: str | None = None
        self._side_files: dict[Path, tuple[int, int]] = {}
        self._threads: dict[sqlite3.Connection, int] = {}  # that each lent connection is lent to
        self._closed = False
        self._is_shared = False
        self._after_fork = after_fork
        self._on_replace = on_replace
        self._lock = threading.RLock()
        self.write_lock = threading.RLock()  # knows whether this thread has it; see `writable`
        forking.POOLS.add(self)

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """Open a connection for this thread alone.

        Raises:
            IndexMismatchError: the file is not a database, or is now another kind of index.
            StoreError: the store is closed, its file is gone, or SQLite raised an error.
        """
        connection = None
        try:
            connection = self._take()
            yield connection
        except sqlite3.Error as error:
            if "not a database" in str(error):
                raise IndexMismatchError(f"{self._path}: is not a Snappy index") from error
            raise StoreError(f"{self._path}: {locks.cause_of(error)}") from error
        finally:
            if connection is not None:
                self._give_back(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Open a write transaction: committed at the end, rolled back on an error.

        Raises:
            StoreError: also if the file is read-only, another process writes for too long, or
                the file was moved or replaced in the meantime.
        """
        with self.writable() as connection:
            lent = self._lent[connection]
            locks.use_log(connection)
            with locks.transaction(connection, str(self._path)):
                # With the id in every transaction, a log shows its index; see `check_log`.
                connection.execute("INSERT OR REPLACE INTO meta VALUES ('id', ?)", (self._id,))
                yield connection
            if not database_file.read_state(self._path).is_same_file(lent):
                raise StoreError(f"{self._path}: was replaced while it was written; write again")

    @contextmanager
    def writable(self) -> Iterator[sqlite3.Connection]:
        """Open a connection for writing, the only one in this process."""
        if database_file.is_read_only(self._path):
            raise StoreError(
                f"{self._path}: cannot be written: the file or its folder is read-only "
                "(searching works)"
            )
        try:
            if not self.write_lock.acquire(timeout=locks.WAIT_SECONDS):
                raise StoreError(locks.busy_message(str(self._path)))
            with self.connect() as connection:
                yield connection
        finally:
            with suppress(RuntimeError):  # Ctrl-C may arrive just after it was acquired, or before
                self.write_lock.release()

    def is_current(self, connection: sqlite3.Connection) -> bool:
        """Return whether a connection in use is to the file that is in place now."""
        with self._lock:
            return self._state is not None and self._lent[connection].is_same_file(self._state)

    def close(self) -> None:
        """Close all connections, those in use once they are returned; later calls raise."""
        self._closed = True
        self.close_idle()

    def close_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def pause(self) -> bool:
        """Stop lending until `resume`, unless another thread has a connection; return whether."""
        self._lock.acquire()
        if set(self._threads.values()) <= {threading.get_ident()}:
            return True
        self._lock.release()
        return False

    def resume(self) -> None:
        self._lock.release()

    def reset_after_fork(self) -> None:
        """Replace the locks that a thread of the parent process may hold."""
        self._is_shared = bool(self._lent)
        self.write_lock = threading.RLock()  # knows whether this thread has it; see `writable`
        self._lock = threading.RLock()
        self._after_fork()

    def _take(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreError(f"{self._path}: the index is closed; open it again")
        if self._is_shared:
            raise StoreError(
                f"{self._path}: this process was forked while the index was being used; fork when "
                "it is not, or start processes with 'spawn'"
            )
        with self._lock:
            connection = None
            while connection is None:
                if self._state is not None:
                    self._renew_if_replaced(self._state)
                connection = self._idle.pop() if self._idle else self._open_current()
            assert self._state is not None
            self._lent[connection] = self._state
            self._threads[connection] = threading.get_ident()
            return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:  # Ctrl-C arrived just after it began
            with suppress(sqlite3.Error):
                connection.rollback()
        with self._lock:
            del self._threads[connection]
            lent = self._lent.pop(connection)
            if self._state is not None and lent.is_same_file(self._state):
                self._idle.append(connection)
                with suppress(StoreError):
                    if database_file.read_state(self._path).is_same_file(lent):
                        self._side_files = database_file.side_files(self._path)
            else:
                with suppress(sqlite3.Error):  # the file may have been moved, without its log
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                connection.close()
            if self._closed:  # since this connection was opened
                self.close_idle()

    def prepare(self, connection: sqlite3.Connection, create: bool) -> None:
        """Create the tables in a new file; in an existing one, check the header and the log."""
        prepare(connection, str(self._path), create=create, older=self._older)
        self._id = check_log(connection, self._path)

    def _renew_if_replaced(self, previous: database_file.FileState) -> None:
        state = database_file.read_state(self._path)
        if state == previous:
            return
        is_held = self._is_held(previous)
        if not (is_held and state.is_same_file(previous)):
            if is_held:  # else another process may have a log with the inode of the old one
                self._drop_old_log()
            self.close_idle()
            connection = self._open()
            try:
                self.prepare(connection, create=False)
                self._on_replace(connection)
            except BaseException as error:
                connection.close()
                if isinstance(error, SnappyError) and self._is_replaced(state):
                    return self._renew_if_replaced(previous)  # just now, which confused the check
                raise
            if self._is_replaced(state):
                connection.close()
                return self._renew_if_replaced(previous)
            self._idle.append(connection)
        elif self._id is not None and database_file.stored_id(self._path) not in (self._id, None):
            if self._is_replaced(state):
                return self._renew_if_replaced(previous)  # just now, by the file of that id
            raise StoreError(
                f"{self._path}: another index was copied over it while it was open, and its log "
                f"({self._path.name}-wal) no longer fits; close it everywhere, remove the log, "
                "copy again. Moving a file into its place (mv) is safe"
            )
        elif database_file.is_read_only(self._path):  # opened as immutable
            self.close_idle()
        self._state = state

    def _is_replaced(self, state: database_file.FileState) -> bool:
        return not database_file.read_state(self._path).is_same_file(state)

    def _is_held(self, state: database_file.FileState) -> bool:
        """Return whether a connection is open; if not, another file may get the inode."""
        return bool(self._idle) or any(lent.is_same_file(state) for lent in self._lent.values())

    def _drop_old_log(self) -> None:
        """Remove the log of the replaced file, which SQLite would apply to the new one.

        Its contents are first moved to the old file, which may have been moved elsewhere.
        """
        with suppress(IndexError, sqlite3.Error):
            self._idle[-1].execute("PRAGMA wal_checkpoint(PASSIVE)")
        current = database_file.side_files(self._path)
        for side_file, inode in self._side_files.items():
            if current.get(side_file) == inode:
                side_file.unlink(missing_ok=True)
        self._side_files = {}

    def _open_current(self) -> sqlite3.Connection | None:
        """Open a connection; return None if the file was replaced in the meantime."""
        connection = self._open()
        try:
            state = database_file.read_state(self._path)
            self._state = self._state or state
            if state.is_same_file(self._state):
                return connection
        except BaseException:  # closed also by a signal: an open connection keeps the log
            connection.close()
            raise
        connection.close()  # it may be to either file
        return None

    def _open(self) -> sqlite3.Connection:
        create = self._create and self._state is None
        if create:
            database_file.create_empty(self._path)
        connection = sqlite3.connect(
            database_file.uri(self._path, create),
            uri=True,
            timeout=locks.READ_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        except BaseException:
            connection.close()
            raise
        return connection
