"""The pipeline: yields documents in order while the next ones are being read and encoded."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from functools import partial
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from snappy_core.cancellation import raise_if_ended
from snappy_core.errors import UnreadableDocumentError
from snappy_core.formats import SuppliedPage
from snappy_core.ingest.describe import Describe
from snappy_core.ingest.executor import Pool
from snappy_core.ingest.jobs import Job
from snappy_core.ingest.plan import PlannedDocument
from snappy_core.ingest.queued_document import QueuedDocument
from snappy_core.ingest.report import IngestReport
from snappy_core.parsing import ReadingOptions, Source
from snappy_core.stores.base import PageRecord

T = TypeVar("T")

AddWhole: TypeAlias = Callable[[PlannedDocument, Source, int], Future[IngestReport]]
"""Makes a worker add a whole document, given its staged source and its number of pages."""

_LONGEST_WAIT = 1.0  # seconds per wait for a job: on Windows, Ctrl-C does not interrupt a wait


class Pipeline:
    """Yields planned documents in order, each new one with its counted, read and encoded pages.

    The pages in flight are bounded: those of the first document by the capacity of the pool, so
    that it always progresses, and those of all documents together by twice that.

    Args:
        planned: the documents; they are consumed as there is room for them.
        on_count: called once for each document, in any order, with its number of pages: 0 for
            one that is not read.
        supplied: regions of the only document, by page number.
        describe: describes figures.
        add: makes a worker add a whole document; None if no worker can.
    """

    def __init__(
        self,
        planned: Iterator[PlannedDocument],
        pool: Pool,
        reading: ReadingOptions,
        on_count: Callable[[int], None],
        supplied: Mapping[int, SuppliedPage] | None = None,
        describe: Describe | None = None,
        add: AddWhole | None = None,
    ) -> None:
        self._planned = planned
        self._pool = pool
        self._reading = reading
        self._on_count = on_count
        self._supplied = supplied
        self._describe = describe
        self._add = add
        self._queue: deque[tuple[PlannedDocument, QueuedDocument | None]] = deque()
        self._job_done = threading.Event()

    def __iter__(self) -> Iterator[tuple[PlannedDocument, QueuedDocument | None]]:
        """Yield documents in order, with None in place of the pages of one that is not read.

        The `report` of a document, or its `records` if there is none, must be read before the
        next document is requested.
        """
        while self._queue or self._enqueue():
            yield self._queue[0]
            _, document = self._queue.popleft()
            if document is not None:
                self._pool.unstage(document.source)

    def report(self, document: QueuedDocument) -> IngestReport | None:
        """Return the report on the document that the pipeline yielded last, if a worker adds it.

        None if its pages come as `records` instead. Raises the error of the document or the
        store.
        """
        while document.is_whole:
            if (report := document.report()) is not None:
                return report
            raise_if_ended()
            self._advance(document)
        return None

    def records(self, document: QueuedDocument) -> Iterator[PageRecord]:
        """Yield the pages of the document that the pipeline yielded last, in order.

        Raises the error of the first job that failed, in the order of the pages.
        """
        limit = self._reading.max_seconds
        deadline = time.monotonic() + limit
        while not document.is_finished:
            while (batch := document.next_batch()) is None:
                raise_if_ended()
                if time.monotonic() > deadline:
                    cause = f"takes longer than {limit:g} seconds (max_seconds)"
                    raise UnreadableDocumentError(document.source.name, cause)
                self._advance(document)
            yield from batch

    def _advance(self, first: QueuedDocument) -> None:
        """Submit jobs of the first document; if it has none, submit others and wait for a job."""
        self._job_done.clear()
        if first.submit_jobs(self._pool.capacity - first.pages_in_flight) or first.has_batch:
            return
        documents = [document for _, document in self._queue if document is not None]
        room = self._pool.capacity - sum(document.pages_in_flight for document in documents)
        for document in islice(documents, 1, None):
            room -= _submit_jobs(document, room)
        while room > 0 and len(self._queue) < self._pool.capacity and self._enqueue():
            _, enqueued = self._queue[-1]
            if enqueued is not None:
                room -= _submit_jobs(enqueued, room)
        self._job_done.wait(_LONGEST_WAIT)

    def _enqueue(self) -> bool:
        """Take the next document, if there is one."""
        planned = next(self._planned, None)
        if planned is None:
            return False
        document = None
        if planned.is_new:
            source = self._pool.stage(planned.source)
            # This process may be writing a copy's inherited version; a worker would race with it.
            is_whole = self._add is not None and not planned.is_shared
            document = QueuedDocument(
                source,
                self._reading,
                self._submit,
                self._on_count,
                self._supplied,
                self._describe,
                partial(self._submit_whole, planned) if is_whole else None,
            )
        else:
            self._on_count(0)
        self._queue.append((planned, document))
        return True

    def _submit(self, job: Job) -> Future[Any]:
        return self._watched(self._pool.submit(job))

    def _submit_whole(
        self, planned: PlannedDocument, source: Source, pages: int
    ) -> Future[IngestReport]:
        assert self._add is not None
        return self._watched(self._add(planned, source, pages))

    def _watched(self, future: Future[T]) -> Future[T]:
        future.add_done_callback(lambda _: self._job_done.set())
        return future


def _submit_jobs(document: QueuedDocument, room: int) -> int:
    """Submit the jobs of a document that are possible now; return how many pages they add."""
    before = document.pages_in_flight
    document.submit_jobs(room)
    return document.pages_in_flight - before
