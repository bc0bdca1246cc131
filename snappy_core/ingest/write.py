"""Adds documents to a store: plans, reads and encodes them, writes them one by one, reports."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace

from snappy_core.cancellation import raise_if_ended
from snappy_core.encoders.base import Encoder
from snappy_core.errors import (
    FormatError,
    SnappyError,
    StoreError,
    TimeLimitError,
    UnreadableDocumentError,
)
from snappy_core.formats import SuppliedPage
from snappy_core.ingest.describe import Describe
from snappy_core.ingest.executor import Executor, InlineExecutor, Pool, WritingPool
from snappy_core.ingest.jobs import Add
from snappy_core.ingest.keep import Keep, Keeper
from snappy_core.ingest.pipeline import AddWhole, Pipeline
from snappy_core.ingest.plan import (
    PlannedDocument,
    fingerprint,
    plan,
    stored_document,
    update_metadata,
)
from snappy_core.ingest.progress import IngestProgress, ShowProgress, ingest_progress
from snappy_core.ingest.queued_document import QueuedDocument
from snappy_core.ingest.report import Failure, IngestReport, page_warnings
from snappy_core.ingest.sources import (
    add_source,
    drop_sources,
    hand_over,
    other_sources,
    update_sources,
)
from snappy_core.metadata import check_metadata
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.stores.base import DocumentRecord, PageRecord, Store
from snappy_core.stores.shared import SharedStore
from snappy_core.terminal import plain
from snappy_core.types import Metadata, NewMetadata

_log = logging.getLogger(__name__)


def ingest(
    store: Store,
    encoder: Encoder,
    documents: Sequence[tuple[str, Source]],
    *,
    metadata: NewMetadata | None = None,
    reading: ReadingOptions = ReadingOptions(),
    executor: Executor | None = None,
    supplied: Mapping[int, SuppliedPage] | None = None,
    describe: Describe | None = None,
    progress: ShowProgress = None,
    keep: Keep | None = None,
    share: bool = False,
    gone: Collection[str] = (),
) -> IngestReport:
    """Add documents, given as (document id, source); see `RegionIndex.add`.

    Args:
        supplied: the regions of the only document, by page number.
        keep: as in `RegionIndex.add`.
        share, gone: as in `plan`.
    """
    started = time.perf_counter()
    if metadata is not None:
        metadata = check_metadata(metadata)
    with (
        (executor or InlineExecutor()).start(encoder) as pool,
        ingest_progress(len(documents), progress) as bar,
    ):
        ingest_fingerprint = fingerprint(encoder, reading, supplied, describe)
        planned = plan(
            store,
            documents,
            ingest_fingerprint,
            metadata,
            reader=reading.reader,
            share=share,
            gone=gone,
        )
        # Figures are described in this process; a single document is shared among all workers.
        is_inline_only = describe is not None or supplied is not None
        add = None if is_inline_only else _add_whole(store, pool, metadata, reading, keep)
        pipeline = Pipeline(planned, pool, reading, bar.count_document, supplied, describe, add)
        keeper = None if keep is None else Keeper(store, keep, pool)
        report = write_documents(store, pipeline, metadata, bar, keeper, share)
    return replace(report, seconds=time.perf_counter() - started)


def write_documents(
    store: Store,
    pipeline: Pipeline,
    metadata: Metadata | None,
    bar: IngestProgress,
    keeper: Keeper | None = None,
    share: bool = False,
) -> IngestReport:
    """Write the documents of a pipeline, one after another, and report on them.

    Args:
        share: a source belongs to one document only; see `plan`.
    """
    added: list[str] = []
    unchanged: list[str] = []
    failed: list[Failure] = []
    duplicates: dict[str, str] = {}
    warnings: list[str] = []
    owners: dict[str, str] = {}  # ids of documents by source
    pages = 0
    for planned, document in pipeline:
        raise_if_ended()
        name, document_id = planned.source.name, planned.record.document_id
        pages_before = bar.pages
        try:
            if planned.error is not None:
                raise planned.error
            if planned.same_as is not None:
                warnings += _write_duplicate(store, planned, planned.same_as)
                warnings += _keep(store, keeper, planned, planned.same_as)
                duplicates[name] = planned.same_as
            elif document is None:
                is_changed = _write_changes(store, planned, metadata)
                (added if is_changed else unchanged).append(document_id)
                warnings += _keep(store, keeper, planned, document_id)
            else:
                report = pipeline.report(document)
                if report is None:
                    records = pipeline.records(document)
                    document_warnings = _write_pages(store, planned, metadata, records, bar)
                else:  # a worker has written it and kept its files
                    document_warnings = _count_pages(report, bar)
                added.append(document_id)
                pages += bar.pages - pages_before
                _log.info("%s: added, %d pages", plain(name), bar.pages - pages_before)
                warnings += _logged(document_warnings)
                if report is None:
                    warnings += _keep(store, keeper, planned, document_id, document)
            owners[name] = planned.same_as or document_id
            bar.finish_document()
        except (StoreError, FormatError, TimeLimitError):
            raise  # a full disk, wrong regions and a time limit are not the document's fault
        except SnappyError as error:
            cause = error.cause if isinstance(error, UnreadableDocumentError) else str(error)
            failed.append(Failure(name, cause, error))
            _log.warning("%s: not added: %s", plain(name), plain(cause))
            expected = 0 if document is None else document.pages or 0
            bar.finish_document(
                f"{name}: {cause}", missing_pages=expected - (bar.pages - pages_before)
            )
    if share:
        drop_sources(store, owners)
    return IngestReport(
        tuple(added), tuple(unchanged), tuple(failed), tuple(warnings), pages, 0.0, duplicates
    )


def _write_duplicate(store: Store, planned: PlannedDocument, owner_id: str) -> Sequence[str]:
    """Add the source of a document to the document with the same bytes; return warnings.

    Raises:
        UnreadableDocumentError: the document with the same bytes was not added.
    """
    if not add_source(store, owner_id, planned.record):
        raise UnreadableDocumentError(
            planned.source.name, f"has the bytes of {owner_id}, which was not added"
        )
    if not planned.is_there:
        return []
    warnings = _logged(hand_over(store, planned.record.document_id))
    store.delete(planned.record.document_id)  # it had different bytes
    return warnings


def _write_changes(store: Store, planned: PlannedDocument, metadata: Metadata | None) -> bool:
    """Write the sources and metadata of a stored document; return whether the metadata changed."""
    record = _completed(planned, metadata, store)
    update_sources(store, record)
    return update_metadata(store, record)


def _write_pages(
    store: Store,
    planned: PlannedDocument,
    metadata: Metadata | None,
    records: Iterator[PageRecord],
    bar: IngestProgress,
) -> Sequence[str]:
    """Write a document with its pages, and count the pages; return warnings."""
    causes: list[tuple[int, str]] = []
    lost: list[str] = []
    record = _completed(planned, metadata, store)
    records = _watch(records, bar, causes)
    if planned.is_shared:
        records = _hand_over_at_end(records, store, record, lost)
    store.write(record, records)
    return [*lost, *page_warnings(planned.source.name, causes)]


def _count_pages(report: IngestReport, bar: IngestProgress) -> Sequence[str]:
    """Count the pages that a worker has written; return its warnings."""
    for _ in range(report.pages):
        bar.finish_page()
    return report.warnings


def _add_whole(
    store: Store,
    pool: Pool,
    metadata: Metadata | None,
    reading: ReadingOptions,
    keep: Keep | None,
) -> AddWhole | None:
    """Return a function that makes a worker add a document; None if workers cannot write."""
    if not (isinstance(pool, WritingPool) and isinstance(store, SharedStore)):
        return None
    if store.identity() is None:
        return None
    pool.share(store)

    def add(planned: PlannedDocument, source: Source, pages: int) -> Future[IngestReport]:
        # A new document has no metadata to look up.
        new_metadata = {} if metadata is None and not planned.is_there else metadata
        record = _completed(planned, new_metadata, store)
        return pool.submit(Add(source, record, planned.is_there, pages, reading, keep))

    return add


def _completed(planned: PlannedDocument, metadata: Metadata | None, store: Store) -> DocumentRecord:
    """Return the record of a document with metadata; None keeps what the store has.

    If its bytes are the same as before, it keeps its other sources.
    """
    record, stored = planned.record, None
    if planned.is_there or metadata is None:
        stored = stored_document(store, record.document_id)
    if metadata is None:
        metadata = stored.metadata if stored else {}
    if stored is not None and stored.content_hash == record.content_hash:
        record = replace(record, aliases=other_sources(stored, record.source))
    return replace(record, metadata=metadata)


def _hand_over_at_end(
    pages: Iterator[PageRecord],
    store: Store,
    record: DocumentRecord,
    warnings: list[str],
) -> Iterator[PageRecord]:
    """Yield the pages of a document, then hand its earlier version over to its other sources."""
    yield from pages
    stored = stored_document(store, record.document_id)
    if stored is not None and stored.content_hash != record.content_hash:
        warnings += hand_over(store, record.document_id)


def _keep(
    store: Store,
    keeper: Keeper | None,
    planned: PlannedDocument,
    document_id: str,
    queued: QueuedDocument | None = None,
) -> Sequence[str]:
    """Keep the source or pictures of a written document; return warnings."""
    stored = stored_document(store, document_id) if keeper else None
    if keeper is None or stored is None:
        return []
    return _logged(keeper.keep(planned.source, stored, queued.source if queued else None))


def _logged(warnings: Sequence[str]) -> Sequence[str]:
    for warning in warnings:
        _log.warning("%s", plain(warning))
    return warnings


def _watch(
    records: Iterator[PageRecord], bar: IngestProgress, causes: list[tuple[int, str]]
) -> Iterator[PageRecord]:
    """Pass pages on; count them, and collect why some cannot be found, by page number."""
    for record in records:
        raise_if_ended()  # before the document is written
        bar.finish_page()
        page = record.page
        if page.warning or not page.regions:
            cause = page.warning or ("has no regions" if len(page.words) else "has no text")
            causes.append((page.number, cause))
        yield record
