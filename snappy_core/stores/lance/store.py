"""The store for object storage and many machines: a Lance table in a folder or at `s3://`."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any

from snappy_core.errors import StoreError
from snappy_core.stores import codec
from snappy_core.stores.base import DocumentRecord, PageRecord
from snappy_core.stores.checks import DAMAGE
from snappy_core.stores.compatibility import check_encoder
from snappy_core.stores.event_log import Entry, OpenStates, put_body
from snappy_core.stores.lance.kept_files import LanceFiles
from snappy_core.stores.lance.pooled import LancePooled
from snappy_core.stores.lance.rows import ABANDONED, TableLog, event_row, new_write, page_row
from snappy_core.stores.lance.snapshot import LanceCache, LanceSnapshot
from snappy_core.stores.lance.table import LanceTable
from snappy_core.stores.log_store import EventLogStore

_BATCH_PAGES = 256  # a document with more pages, or more bytes, is written in several commits
_BATCH_BYTES = 32_000_000
_MERGE_INTERVAL = 16  # writes after which to check whether merging files pays off


class LanceStore(EventLogStore):
    """Keeps an index as one Lance table, in a folder or on object storage.

    Any number of threads, processes and machines may read and write at once, without locks: a
    write is one commit of new rows, and a reader keeps the version it opened. `compact` removes
    replaced and deleted data. LanceDB leaves it to the operating system when a file reaches the
    disk; after a power failure, the last documents may be missing.

    Args:
        location: a folder (also as `lance:FOLDER`), created if missing and `create` is true, or
            `s3://bucket/prefix`.
        storage_options: for S3, instead of AWS_ACCESS_KEY_ID and the other variables:
            `aws_access_key_id`, `aws_secret_access_key`, `aws_region`, `aws_endpoint`, and
            `allow_http` ("true") for a server without TLS.
        timeout: seconds within which S3 must answer a request, retries included.

    Raises:
        MissingDependencyError: lancedb is not installed.
        ValueError: the location has no bucket.
        FileNotFoundError: there is no index and `create` is false, or its folder is missing.
        IndexMismatchError: the location is something else, or an index of another schema.
        StoreError: it cannot be reached, opened, read or written.
    """

    _files: LanceFiles

    def __init__(
        self,
        location: str | os.PathLike[str],
        *,
        create: bool = True,
        older: bool = False,
        storage_options: Mapping[str, str] | None = None,
        timeout: float = 30.0,
    ) -> None:
        path = os.fspath(location).removeprefix("lance:")
        self._open_again = partial(
            type(self),
            path if "://" in path else f"lance:{os.path.abspath(path)}",
            create=False,
            older=older,
            storage_options=storage_options,
            timeout=timeout,
        )
        self._table = LanceTable(
            path, create=create, older=older, storage_options=storage_options, timeout=timeout
        )
        self._files = LanceFiles(self._table)
        self._pooled = LancePooled(self._table)
        self._lock = threading.Lock()
        self._compacting = threading.Lock()
        self._open_versions = OpenStates()
        self._writes = 0
        self.merges = True
        self._cache = LanceCache()
        self._snapshot: LanceSnapshot | None = None

    @property
    def location(self) -> str:
        return self._table.location

    def encoder(self) -> tuple[str, int] | None:
        return self._latest().log.events.encoder

    def identity(self) -> int | None:
        event = self._latest().log.events.encoder_event
        return None if event is None else event.write

    def bind_encoder(self, encoder: str, dim: int) -> None:
        bound = self.encoder()
        if bound is None:
            self._append_event("encoder", {"name": encoder, "dim": dim})
            bound = self.encoder()  # if several processes do this, the first one counts
        assert bound is not None
        check_encoder(self.location, bound, (encoder, dim), "into a new place")

    @contextmanager
    def read(self) -> Iterator[LanceSnapshot]:
        snapshot = self._latest()
        version = snapshot.version.number
        with self._open_versions.reading(version):
            yield snapshot

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        write, started = new_write(), time.monotonic()
        batch: list[dict[str, Any]] = []
        size, total, is_partly_written = 0, 0, False
        latest = self._snapshot  # not refreshed: `compact` drops what this misses
        replaced = latest and latest.log.events.entries.get(document.document_id)
        try:
            for page in pages:
                batch.append(page_row(write, codec.pack_page(page)))
                size += sum(len(value) for value in batch[-1].values() if isinstance(value, bytes))
                total += 1
                if len(batch) == _BATCH_PAGES or size > _BATCH_BYTES:
                    is_partly_written = True
                    self._append(*batch)
                    batch, size = [], 0
            if time.monotonic() - started > ABANDONED / 2:  # `compact` may soon remove its pages
                raise StoreError(
                    f"{self.location}: {document.document_id} took more than "
                    f"{ABANDONED / 7200:.0f} hours; split the document"
                )
            self._append(*batch, event_row(write, "put", put_body(document, total)))
        except BaseException:
            if is_partly_written:
                with suppress(StoreError):
                    self._table.delete([write])
            raise
        if replaced:
            self._drop_unused_files([replaced.record.content_hash])
        self._merge_if_fragmented()

    def delete(self, document_id: str) -> bool:
        with self._lock:
            entry = self._entries().get(document_id)
            if entry is None:
                return False
            self._append_event("drop", {"document_id": document_id})
        self._drop_unused_files([entry.record.content_hash])
        return True

    def _drop_unused_files(self, content_hashes: Iterable[str]) -> None:
        with suppress(StoreError):  # the document is written or deleted; `compact` will finish
            self._files.drop(set(content_hashes) - self._used_hashes())

    def compact(self, keep: timedelta = timedelta(hours=1)) -> None:
        """Merge small files, remove replaced and deleted data, and index pooled vectors.

        Readers are not interrupted: versions that this process reads are kept, and so are those
        that were the latest within the time `keep`, for readers elsewhere. Writing many documents
        also merges files from time to time. With more than `pooled.MOST_EXACT` pages, the first
        stage of a search then uses an index of the pooled vectors on disk. It is rebuilt when a
        tenth of the pages has changed; until then, new pages are compared one by one.

        Raises:
            StoreError: another process is compacting the same index; or as in every method.
        """
        with self._compacting:
            self._clean(keep)
            with self.read() as snapshot:
                if self._pooled.update(snapshot.all_page_ids, snapshot.load_catalog):
                    self._append_event("pooled", {})  # tells readers to look for it
                self._pooled.drop_old(snapshot.page_count(), keep)

    def _clean(self, keep: timedelta = timedelta(hours=1)) -> None:
        self._table.delete(self._latest().log.garbage())
        self._table.merge()
        self._table.remove_versions(keep, self._open_versions.all())
        # Hashes first: files are only kept for documents that are visible.
        self._files.drop(self._files.content_hashes() - self._used_hashes())
        self._files.compact(keep)

    def close(self) -> None:
        self._snapshot = None
        self._cache = LanceCache()
        self._pooled = LancePooled(self._table)

    def __reduce__(self) -> tuple[Callable[[], LanceStore], tuple[()]]:
        return self._open_again, ()

    def _latest(self) -> LanceSnapshot:
        version, snapshot = self._table.latest(), self._snapshot
        if snapshot is None or snapshot.version.number < version.number:
            try:
                log = (TableLog() if snapshot is None else snapshot.log).update(version)
            except DAMAGE as error:
                raise StoreError(f"{self.location}: its log is damaged ({error})") from error
            snapshot = self._snapshot = LanceSnapshot(
                self.location, version, log, self._cache, self._pooled
            )
        return snapshot

    def _entries(self) -> Mapping[str, Entry[int]]:
        return self._latest().log.events.entries

    def _append_event(self, kind: str, body: Mapping[str, Any]) -> None:
        self._append(event_row(new_write(), kind, body))

    def _append(self, *rows: dict[str, Any]) -> None:
        self._table.append(list(rows))
        self._writes += 1

    def _merge_if_fragmented(self) -> None:
        if self.merges and self._writes >= _MERGE_INTERVAL:
            self._writes = 0
            with suppress(StoreError):  # another process does it, or a later write
                if self._table.is_fragmented() and not self._compacting.locked():
                    with self._compacting:
                        self._clean()
