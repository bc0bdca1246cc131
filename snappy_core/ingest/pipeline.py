"""Adding documents: plan, read, encode, write, in this process or with workers of its own."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from snappy_core.encoders.base import Encoder
from snappy_core.errors import FormatError, SnappyError, StoreError, UnreadableDocumentError
from snappy_core.formats import SuppliedPage
from snappy_core.ingest.executor import Crew, Here
from snappy_core.ingest.plan import fingerprint, is_new, known_metadata, relabel
from snappy_core.ingest.progress import IngestProgress
from snappy_core.ingest.queued_document import Flow
from snappy_core.ingest.report import Failure, IngestReport
from snappy_core.parsing import ReadingOptions, Source
from snappy_core.stores.base import DocumentRecord, PageRecord, Store
from snappy_core.types import Scalar


def ingest(
    store: Store,
    encoder: Encoder,
    documents: Sequence[tuple[str, Source]],
    metadata: Mapping[str, Scalar] | None,
    progress: bool | None = None,
    options: ReadingOptions | None = None,
    crew: Crew | None = None,
    supplied: Mapping[int, SuppliedPage] | None = None,
) -> IngestReport:
    """Add documents, given as (document id, source); see `RegionIndex.add`.

    The crew is let go at the end; by default it is this process. `supplied` holds the regions
    of a single document, by the number of their page.
    """
    started = time.perf_counter()
    bar = IngestProgress(len(documents), progress)
    with crew or Here(encoder) as crew, bar:
        line = _Line(store, encoder, documents, options or ReadingOptions(), crew, bar, supplied)
        return take_in(store, line, metadata, bar, started)


class Arriving(Protocol):
    """A document whose pages arrive in order, `pages` once they are counted."""

    pages: int | None

    def records(self, advance: Callable[[], None]) -> Iterator[PageRecord]: ...


Pages = TypeVar("Pages", bound=Arriving)


@dataclass(frozen=True, slots=True)
class Item(Generic[Pages]):
    """A document whose turn comes: new (it flows), known (it does not), or not to be read."""

    source: Source
    record: DocumentRecord
    flow: Pages | None = None
    error: SnappyError | None = None


class Line(Protocol):
    """Gives documents in order; `advance` is called while a page is not ready."""

    def __iter__(self) -> Iterator[Item[Any]]: ...

    def advance(self) -> None: ...


def take_in(
    store: Store,
    line: Line,
    metadata: Mapping[str, Scalar] | None,
    bar: IngestProgress,
    started: float,
) -> IngestReport:
    """Write what comes, one document after the other, and report on it."""
    added: list[str] = []
    unchanged: list[str] = []
    failed: list[Failure] = []
    warnings: list[str] = []
    pages = 0
    for item in line:
        name, before, noticed = item.source.name, bar.pages, list[str]()
        try:
            if item.error is not None:
                raise item.error
            document = replace(
                item.record,
                metadata=known_metadata(store, item.record.document_id)
                if metadata is None
                else metadata,
            )
            if item.flow is not None:
                records = item.flow.records(line.advance)
                store.write(document, _watched(records, name, bar, noticed))
                added.append(document.document_id)
                warnings += noticed
                pages += bar.pages - before
            elif relabel(store, document):
                added.append(document.document_id)
            else:
                unchanged.append(document.document_id)
            bar.document()
        except (StoreError, FormatError):
            raise  # a full disk is no fault of the document, nor are others' regions
        except SnappyError as error:
            cause = error.cause if isinstance(error, UnreadableDocumentError) else str(error)
            failed.append(Failure(name, cause, error))
            expected = item.flow.pages if item.flow else None
            bar.document(f"{name}: {cause}", missing=(expected or 0) - (bar.pages - before))
    return IngestReport(
        added=tuple(added),
        unchanged=tuple(unchanged),
        failed=tuple(failed),
        warnings=tuple(warnings),
        pages=pages,
        seconds=time.perf_counter() - started,
    )


class _Line:
    """Yields documents in order, while those behind are already read and encoded."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        documents: Sequence[tuple[str, Source]],
        options: ReadingOptions,
        crew: Crew,
        bar: IngestProgress,
        supplied: Mapping[int, SuppliedPage] | None,
    ) -> None:
        self._store = store
        self._fingerprint = fingerprint(encoder, options, supplied)
        self._supplied = supplied
        self._options = options
        self._crew = crew
        self._bar = bar
        self._coming = iter(documents)
        self._items: deque[Item[Flow]] = deque()

    def __iter__(self) -> Iterator[Item[Flow]]:
        while self._items or self._look_ahead():
            yield self._items[0]
            flow = self._items.popleft().flow
            if flow is not None:
                self._crew.take_back(flow.source)

    def advance(self) -> None:
        """Give a job to all who are free, and wait until one is done."""
        while self._crew.free and self._give():
            pass
        self._crew.wait()

    def _give(self) -> bool:
        """Give out one job, of the first document that has one."""
        held = sum(item.flow.held for item in self._items if item.flow)
        place = 0
        while place < len(self._items) or (place < self._crew.room and self._look_ahead()):
            flow = self._items[place].flow
            if flow is not None:
                # The first document always goes on, whatever the others hold.
                room = self._crew.room - (held if place else flow.held)
                if (task := flow.next_job(room)) is not None:
                    self._crew.give(*task)
                    return True
            place += 1
        return False

    def _look_ahead(self) -> bool:
        """Take in the next document, if there is one."""
        for document_id, source in self._coming:
            self._items.append(self._plan(document_id, source))
            return True
        return False

    def _plan(self, document_id: str, source: Source) -> Item[Flow]:
        record = DocumentRecord(document_id, source.name, "", self._fingerprint)
        try:
            record = replace(record, content_hash=source.content_hash())
        except SnappyError as error:
            self._bar.counted(0)
            return Item(source, record, error=error)
        if not is_new(self._store, record):
            self._bar.counted(0)
            return Item(source, record)
        lent = self._crew.lend(source)
        flow = Flow(lent, self._options, self._bar.counted, self._supplied)
        return Item(source, record, flow)


def _watched(
    records: Iterator[PageRecord], name: str, bar: IngestProgress, warnings: list[str]
) -> Iterator[PageRecord]:
    for record in records:
        bar.page()
        page = record.page
        if page.warning or not page.regions:
            cause = page.warning or ("has no regions" if len(page.words) else "has no text")
            warnings.append(f"{name}, page {page.number}: {cause}")
        yield record
