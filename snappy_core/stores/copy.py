"""Copies an index from one store to another, document by document, and checks the copy."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from snappy_core.cancellation import raise_if_ended
from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.filters import is_same_row
from snappy_core.progress import progress_bar
from snappy_core.stores import codec
from snappy_core.stores.base import DocumentRecord, PageRecord, ReadableStore, Snapshot, Store
from snappy_core.stores.catalog import PooledVectors
from snappy_core.stores.kept_files import copy_files


@dataclass(frozen=True, slots=True)
class CopyReport:
    """The result of copying an index.

    Attributes:
        copied: ids of the documents that were written, then read back and found equal.
        unchanged: ids of the documents that the target had already.
        pages: number of pages written.
        seconds: wall time.
    """

    copied: tuple[str, ...]
    unchanged: tuple[str, ...]
    pages: int
    seconds: float


def copy(source: ReadableStore, target: Store, *, progress: bool | None = None) -> CopyReport:
    """Copy all documents of an index into another, which may contain others.

    One state of the source is copied, regardless of writes in the meantime. Documents that the
    target has with the same content, fingerprint, pages and pooled vectors are skipped, so that
    an interrupted copy can be resumed; others with the same id are replaced. Every document is
    read back page by page and compared, and at the end all are compared again. Memory use is
    that of a few pages and the pooled vectors.

    Files that the source keeps are copied, too, if the target can keep files.

    Args:
        source: if opened by `open_to_copy`, it may have an older schema, which is upgraded.
        progress: draw a progress bar; by default when standard error is a terminal.

    Raises:
        IndexMismatchError: the target was made by another encoder.
        TimeLimitError: the time of `cancellation.time_limit` is up; finished documents stay.
        StoreError: the data read back differs from the data written; or raised by the stores.
    """
    started = time.monotonic()
    _bind_encoder(source, target)
    copied: list[str] = []
    unchanged: list[str] = []
    pages = 0
    with source.read() as snapshot:
        documents = snapshot.documents()
        pooled = _pooled_vectors(snapshot)
        existing, existing_pooled = _contents(target)
        with progress_bar("{task.completed}/{task.total} pages", show=progress) as bar:
            task = bar.add_task("copying", total=sum(record.pages for record in documents))
            for record in documents:
                name = record.document_id
                document = existing.get(name)
                if _is_same(record, document, pooled, existing_pooled):
                    unchanged.append(name)
                    if document and not is_same_row(document.metadata, record.metadata):
                        target.set_metadata(name, record.metadata)
                    bar.advance(task, record.pages)
                else:
                    _copy_document(snapshot, target, record, lambda: bar.advance(task))
                    copied.append(name)
                    pages += record.pages
                copy_files(source, target, record.content_hash)
    existing, existing_pooled = _contents(target)
    for record in documents:
        if not _is_same(record, existing.get(record.document_id), pooled, existing_pooled):
            raise StoreError(
                f"{target.location}: {record.document_id} is not there as it was copied; is "
                "another process writing to it? copy again"
            )
    return CopyReport(tuple(copied), tuple(unchanged), pages, time.monotonic() - started)


_PooledByPage = dict[int, PooledVectors]  # by page number


def _bind_encoder(source: ReadableStore, target: Store) -> None:
    encoder, bound = source.encoder(), target.encoder()
    if encoder is None:
        return
    if bound is not None and bound != encoder:
        raise IndexMismatchError(
            f"{target.location}: made by the encoder {bound[0]} ({bound[1]} dimensions), but "
            f"{source.location} by {encoder[0]} ({encoder[1]}); copy it to a new place"
        )
    target.bind_encoder(*encoder)


def _pooled_vectors(snapshot: Snapshot) -> dict[str, _PooledByPage]:
    catalog = snapshot.catalog()
    pooled: dict[str, _PooledByPage] = {record.document_id: {} for record in snapshot.documents()}
    numbers = catalog.page_numbers.tolist()
    for index, (name, number) in enumerate(zip(catalog.document_ids, numbers, strict=True)):
        pooled[name][number] = catalog.pooled(index)
    return pooled


def _contents(store: ReadableStore) -> tuple[dict[str, DocumentRecord], dict[str, _PooledByPage]]:
    """Return the documents of a store and their pooled vectors, both by document id."""
    with store.read() as snapshot:
        records = {record.document_id: record for record in snapshot.documents()}
        return records, _pooled_vectors(snapshot)


def _is_same(
    record: DocumentRecord,
    other: DocumentRecord | None,
    pooled: Mapping[str, _PooledByPage],
    other_pooled: Mapping[str, _PooledByPage],
) -> bool:
    """Return whether two documents are equal except for their metadata."""
    name = record.document_id
    return (
        other is not None
        and replace(other, metadata={}) == replace(record, metadata={})
        and _packed(pooled[name]) == _packed(other_pooled[name])
    )


def _packed(pooled: _PooledByPage) -> dict[int, bytes]:
    return {number: codec.pack_pooled(vectors) for number, vectors in pooled.items()}


def _copy_document(
    snapshot: Snapshot,
    target: Store,
    record: DocumentRecord,
    advance: Callable[[], object],
) -> None:
    name = record.document_id
    written: list[bytes] = []  # checksums

    def pages() -> Iterator[PageRecord]:
        for page in read_pages(snapshot, name):
            raise_if_ended()
            written.append(_checksum(page))
            yield page
            advance()

    target.write(record, pages())
    with target.read() as after:
        if after.document(name) != record:
            raise StoreError(
                f"{target.location}: {name} is not there as it was written; is another process "
                "writing to it? copy again"
            )
        read = [_checksum(page) for page in read_pages(after, name)]
    if read != written:
        wrong = [n for n, (a, b) in enumerate(zip(written, read, strict=False), start=1) if a != b]
        where = f"page {wrong[0]}" if wrong else f"{len(read)} pages, not {len(written)}"
        raise StoreError(
            f"{target.location}: {name} does not read as it was written ({where}); copy again, "
            "and check the disk if that does not help"
        )


def read_pages(snapshot: Snapshot, document_id: str) -> Iterator[PageRecord]:
    """Yield the pages of a document as they were written, in order.

    Raises:
        StoreError: they are damaged.
    """
    for number, page_id in snapshot.page_ids(document_id).items():
        patches = snapshot.patches(page_id)
        (vectors,) = snapshot.vectors([page_id])
        page = snapshot.page(page_id)
        if page.number != number:
            raise StoreError(
                f"page {number} of {document_id} is stored as page {page.number}; "
                "delete the document and add it again"
            )
        yield PageRecord(page, patches, vectors.membership, vectors.pooled)


def _checksum(record: PageRecord) -> bytes:
    """Return a checksum of a page without its pooled vectors."""
    page = codec.pack_page(record)
    checksum = hashlib.blake2b()
    for part in (page.content, page.patch_boxes or b"", page.scoring):
        checksum.update(len(part).to_bytes(8) + part)
    return checksum.digest()
