"""The embedded store: one SQLite file that many processes can read while one writes."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.scoring.idf import page_terms
from snappy_core.stores import codec
from snappy_core.stores.base import DocumentRecord, PageRecord
from snappy_core.stores.checks import DAMAGE
from snappy_core.stores.codec import PackedPage
from snappy_core.stores.compatibility import check_encoder
from snappy_core.stores.sqlite import kept_files, key_tables
from snappy_core.stores.sqlite.connections import Connections
from snappy_core.stores.sqlite.locks import no_wait, wait_for_lock
from snappy_core.stores.sqlite.schema import read_encoder
from snappy_core.stores.sqlite.snapshot import CatalogCache, SqliteSnapshot
from snappy_core.stores.sqlite.spool import PageSpool
from snappy_core.types import Metadata


class SqliteStore:
    """Keeps an index in one file (with `-wal` and `-shm` next to it while it is open).

    Every write is one transaction that is on disk when the call returns (WAL, synchronous=FULL). A
    forked process opens its own connections; the fork waits a few seconds for threads that read or
    write. If another file is moved into place, it is detected and read from then on. A read-only
    file or folder can still be read. Pickles and copies open the file again.

    Args:
        path: the file; created if missing and `create` is true.
        older: also open a file of an older schema for reading; see `open_to_copy`.

    Raises:
        FileNotFoundError: the file is missing and `create` is false, or its folder is missing.
        IndexMismatchError: the path is something else, or an index of another schema.
        StoreError: it cannot be opened; later also read or written (disk full, damaged).
    """

    def __init__(
        self, path: str | os.PathLike[str], *, create: bool = True, older: bool = False
    ) -> None:
        self._path = Path(path)
        _check_place(self._path, create)
        self._catalogs = CatalogCache()
        self._bound: tuple[str, int] | None = None
        absolute = Path(os.path.abspath(path))  # the working directory may change
        self._open_again = partial(type(self), absolute, create=False, older=older)
        self._connections = Connections(
            absolute, create, older, lambda: self._catalogs.reset_after_fork(), self._on_replace
        )
        try:
            with self._connections.connect() as connection:
                self._connections.prepare(connection, create)
                self._bound = read_encoder(connection)
        except BaseException:
            self.close()
            raise

    @property
    def location(self) -> str:
        return str(self._path)

    def encoder(self) -> tuple[str, int] | None:
        with self._connections.connect() as connection:
            return read_encoder(connection)

    def bind_encoder(self, encoder: str, dim: int) -> None:
        with self._connections.connect() as connection:
            bound = read_encoder(connection)
        if bound is None:  # write only then, so as not to wait for other writers
            value = json.dumps([encoder, dim])
            with self._connections.write() as connection:
                connection.execute("INSERT OR IGNORE INTO meta VALUES ('encoder', ?)", (value,))
                bound = read_encoder(connection)
        assert bound is not None
        self._bound = bound
        check_encoder(self.location, bound, (encoder, dim), "into a new file")

    @contextmanager
    def read(self) -> Iterator[SqliteSnapshot]:
        with self._connections.connect() as connection:
            catalogs = self._catalogs
            if not self._connections.is_current(connection):
                catalogs = CatalogCache()  # the file has been replaced
            connection.execute("BEGIN")
            try:
                # The first query, not BEGIN, determines the state that the transaction sees.
                connection.execute("SELECT count(*) FROM meta").fetchone()
                yield SqliteSnapshot(connection, catalogs)
            finally:
                connection.rollback()

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        with closing(PageSpool(self.location)) as spool:
            for page in pages:  # read and encoded now, while others can still write
                spool.append(codec.pack_page(page))
            with self._connections.write() as connection:
                replaced = _delete_document(connection, document.document_id)
                row_id = _insert_document(connection, document, spool.count)
                for packed in spool:
                    _insert_page(connection, row_id, packed)
                connection.executemany(
                    "INSERT INTO terms VALUES (?, ?) "
                    "ON CONFLICT (term) DO UPDATE SET pages = pages + excluded.pages",
                    sorted(spool.terms.items()),
                )
                if replaced is not None:
                    kept_files.drop_unused(connection, replaced)

    def set_metadata(self, document_id: str, metadata: Metadata) -> None:
        with self._connections.write() as connection:
            connection.execute(
                "UPDATE documents SET metadata = ? WHERE document_id = ?",
                (json.dumps(dict(metadata)), document_id),
            )
            self._index_keys(connection, document_id)

    def set_sources(self, document_id: str, sources: Sequence[str]) -> None:
        source, *aliases = sources
        with self._connections.write() as connection:
            connection.execute(
                "UPDATE documents SET source = ?, aliases = ? WHERE document_id = ?",
                (source, json.dumps(aliases), document_id),
            )
            self._index_keys(connection, document_id)

    def _index_keys(self, connection: sqlite3.Connection, document_id: str) -> None:
        query = "SELECT id FROM documents WHERE document_id = ?"
        for (row_id,) in connection.execute(query, (document_id,)).fetchall():
            record = SqliteSnapshot(connection, self._catalogs).document(document_id)
            assert record is not None
            key_tables.replace_document(connection, row_id, record)

    def delete(self, document_id: str) -> bool:
        with self._connections.write() as connection:
            deleted = _delete_document(connection, document_id)
            if deleted is not None:
                kept_files.drop_unused(connection, deleted)
            return deleted is not None

    def keep_files(self, content_hash: str, files: Mapping[str, bytes]) -> None:
        with self._connections.write() as connection:
            kept_files.keep(connection, content_hash, files)

    def kept_files(self, content_hash: str) -> frozenset[str]:
        with self._connections.connect() as connection:
            return kept_files.names(connection, content_hash)

    def kept_file(self, content_hash: str, name: str) -> bytes | None:
        with self._connections.connect() as connection:
            return kept_files.read(connection, content_hash, name)

    def compact(self) -> None:
        """Return the space of deleted and replaced documents to the disk.

        Readers are not interrupted; writers wait. Without this call, new documents reuse the
        space. While it runs, it takes twice the disk space of the index: next to it, and in the
        folder for temporary files, set by the environment variable SQLITE_TMPDIR.

        Raises:
            StoreError: the disk is full, or another process has been writing for a minute.
        """
        with self._connections.writable() as connection:
            wait_for_lock(connection, "VACUUM", self.location)
            with no_wait(connection):  # for readers, which may need the log
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._connections.close()
        self._catalogs.recent.forget()

    def __reduce__(self) -> tuple[Callable[[], SqliteStore], tuple[()]]:
        return self._open_again, ()

    def _on_replace(self, connection: sqlite3.Connection) -> None:
        """Forget the replaced file; the new one must have the same encoder."""
        self._catalogs.recent.forget()
        self._catalogs = CatalogCache()
        bound = read_encoder(connection)
        if self._bound is not None and bound is not None:
            check_encoder(self.location, bound, self._bound, "into a new file")


def _check_place(path: Path, create: bool) -> None:
    """Raise if there is no index and none can be created, or if something else is there."""
    try:
        if not path.parent.is_dir():
            raise FileNotFoundError(f"{path.parent}: no such folder for the index")
        if path.is_dir():
            raise IndexMismatchError(f"{path}: is a folder; an index is one file")
        if path.exists() and not path.is_file():
            raise IndexMismatchError(f"{path}: is a pipe, device or socket, not an index")
        if not create and not path.is_file():
            raise FileNotFoundError(f"{path}: no such index; make it with `snappy index`")
    except FileNotFoundError:
        raise
    except OSError as error:  # its folder is not accessible, or the name is too long
        raise StoreError(f"{path}: {error.strerror}") from error


def _insert_document(connection: sqlite3.Connection, document: DocumentRecord, pages: int) -> int:
    """Insert a document without its pages, and return the id of its row."""
    cursor = connection.execute(
        "INSERT INTO documents (document_id, source, content_hash, fingerprint, pages, metadata, "
        "aliases) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            document.document_id,
            document.source,
            document.content_hash,
            document.fingerprint,
            pages,
            json.dumps(dict(document.metadata)),
            json.dumps(document.aliases),
        ),
    )
    assert cursor.lastrowid is not None
    key_tables.replace_document(connection, cursor.lastrowid, document)
    return cursor.lastrowid


def _insert_page(connection: sqlite3.Connection, document: int, page: PackedPage) -> None:
    page_id = connection.execute(
        "INSERT INTO pages (document, number, content, patch_boxes) VALUES (?, ?, ?, ?)",
        (document, page.number, page.content, page.patch_boxes),
    ).lastrowid
    assert page_id is not None
    key_tables.insert_page(connection, page_id, page)
    connection.execute("INSERT INTO scoring VALUES (?, ?)", (page_id, page.scoring))
    connection.execute("INSERT INTO pooled VALUES (?, ?)", (page_id, page.pooled))


def _delete_document(connection: sqlite3.Connection, document_id: str) -> str | None:
    """Delete a document with its pages and terms; return its content hash, None if missing."""
    query = "SELECT id, content_hash FROM documents WHERE document_id = ?"
    try:
        document_row = connection.execute(query, (document_id,)).fetchone()
    except UnicodeEncodeError:  # half a surrogate pair, which no id has
        return None
    if document_row is None:
        return None
    row, content_hash = document_row[:1], str(document_row[1])
    query = "SELECT content FROM pages WHERE document = ?"
    counts, is_damaged = _count_terms(connection.execute(query, row))
    connection.execute("DELETE FROM documents WHERE id = ?", row)
    if is_damaged:  # it is unknown which terms were on that page
        counts, _ = _count_terms(connection.execute("SELECT content FROM pages"))
        connection.execute("DELETE FROM terms")
        connection.executemany("INSERT INTO terms VALUES (?, ?)", sorted(counts.items()))
        return content_hash
    connection.executemany(
        "UPDATE terms SET pages = pages - ? WHERE term = ?",
        [(pages, term) for term, pages in counts.items()],
    )
    connection.execute("DELETE FROM terms WHERE pages <= 0")
    return content_hash


def _count_terms(contents: Iterable[tuple[bytes]]) -> tuple[Counter[str], bool]:
    """Return the number of pages with each term, and whether damaged pages were left out."""
    counts: Counter[str] = Counter()
    is_damaged = False
    for (content,) in contents:
        try:
            texts = codec.unpack_content(content).words.texts
        except DAMAGE:
            is_damaged = True
        else:
            counts.update(map(codec.encode_term, page_terms(texts)))
    return counts, is_damaged
