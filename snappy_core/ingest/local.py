"""Adding documents in this process: plan, read, encode, write, one document after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from snappy_core import reading
from snappy_core.encoders.base import Encoder
from snappy_core.errors import SnappyError, StoreError, UnreadableDocument
from snappy_core.ingest.plan import fingerprint, is_new, known_metadata, relabel
from snappy_core.ingest.progress import IngestProgress
from snappy_core.ingest.report import Failure, IngestReport
from snappy_core.reading import Source
from snappy_core.scoring.membership import assign
from snappy_core.scoring.pooling import pool
from snappy_core.stores.base import DocumentRecord, PageRecord, Store
from snappy_core.types import Page, Patches, Scalar

_PAGES_AT_ONCE = 8  # encoded together: windows of like length pad each other less


def ingest(
    store: Store,
    encoder: Encoder,
    documents: Sequence[tuple[str, Source]],
    metadata: Mapping[str, Scalar] | None,
    progress: bool | None = None,
) -> IngestReport:
    """Add documents, given as (document id, source); see `RegionIndex.add`."""
    started = time.perf_counter()
    added: list[str] = []
    unchanged: list[str] = []
    failed: list[Failure] = []
    warnings: list[str] = []
    pages = 0
    with IngestProgress(len(documents), progress) as bar:
        for document_id, source in documents:
            try:
                document = DocumentRecord(
                    document_id,
                    source.name,
                    source.content_hash(),
                    fingerprint(encoder),
                    metadata=known_metadata(store, document_id) if metadata is None else metadata,
                )
                if is_new(store, document):
                    before, noticed = bar.pages, list[str]()
                    records = _records(source, encoder)
                    store.write(document, _watched(records, source, bar, noticed))
                    added.append(document_id)
                    warnings += noticed
                    pages += bar.pages - before
                elif relabel(store, document):
                    added.append(document_id)
                else:
                    unchanged.append(document_id)
                bar.document()
            except StoreError:
                raise  # a full disk is no fault of the document
            except SnappyError as error:
                cause = error.cause if isinstance(error, UnreadableDocument) else str(error)
                failed.append(Failure(source.name, cause, error))
                bar.document(f"{source.name}: {cause}")
    return IngestReport(
        added=tuple(added),
        unchanged=tuple(unchanged),
        failed=tuple(failed),
        warnings=tuple(warnings),
        pages=pages,
        seconds=time.perf_counter() - started,
    )


def prepare(page: Page, patches: Patches) -> PageRecord:
    """Return all that is stored of a page: what does not depend on the question, once.

    Raises:
        ValueError: the patches are of words but not one for each word of the page.
    """
    if patches.grid is None and len(patches) != len(page.words):
        raise ValueError(
            f"page {page.number}: {len(patches)} patches without a grid for {len(page.words)} words"
        )
    members = assign(page.regions, patches)
    return PageRecord(replace(page, renderer=None), patches, members, pool(patches, page.regions))


def _records(source: Source, encoder: Encoder) -> Iterator[PageRecord]:
    pages = _read(source)
    while batch := list(islice(pages, _PAGES_AT_ONCE)):
        for page, patches in zip(batch, encoder.encode_pages(batch), strict=True):
            yield prepare(page, patches)


def _read(source: Source) -> Iterator[Page]:
    """Read a document; what no parser foresaw in a hostile file is an error of that file."""
    try:
        yield from reading.read(source)
    except SnappyError:
        raise
    except Exception as error:
        cause = f"cannot be read ({type(error).__name__}: {error})"
        raise UnreadableDocument(source.name, cause) from error


def _watched(
    records: Iterator[PageRecord], source: Source, bar: IngestProgress, warnings: list[str]
) -> Iterator[PageRecord]:
    for record in records:
        bar.page()
        page = record.page
        if page.warning or not page.regions:
            warnings.append(f"{source.name}, page {page.number}: {page.warning or 'has no text'}")
        yield record
