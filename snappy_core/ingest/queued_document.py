"""A new document in the pipeline: counted, read and encoded by jobs, its pages kept in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from snappy_core.errors import FormatError, SnappyError, UnreadableDocumentError
from snappy_core.formats import SuppliedPage
from snappy_core.ingest.describe import (
    FIGURE_DPI,
    Describe,
    describe_figures,
    figures_of,
    with_warning,
)
from snappy_core.ingest.jobs import CannotWriteError, Count, Draw, Encode, Job, Read
from snappy_core.ingest.report import IngestReport
from snappy_core.parsing import ReadingOptions, Source, with_sections
from snappy_core.stores.base import PageRecord
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

READ_BATCH = 4  # pages per job: OCR takes seconds per page, and all workers should share a document
MAX_WHOLE = 128  # pages that one worker adds alone; all workers should share a longer document
ENCODE_BATCH = 8  # pages per job: windows of similar length need less padding


class QueuedDocument:
    """The jobs of one document and their results.

    Args:
        source: a source that jobs can open.
        submit: runs a job.
        on_count: called with the number of pages once it is known; 0 if they cannot be counted.
        supplied: regions that replace those found, by page number.
        describe: describes figures, in this process.
        add: makes a worker add the whole document, given its source and number of pages; None
            if no worker can.

    Attributes:
        pages: number of pages; None until they are counted.
        source: the source.
    """

    def __init__(
        self,
        source: Source,
        reading: ReadingOptions,
        submit: Callable[[Job], Future[Any]],
        on_count: Callable[[int], None],
        supplied: Mapping[int, SuppliedPage] | None = None,
        describe: Describe | None = None,
        add: Callable[[Source, int], Future[IngestReport]] | None = None,
    ) -> None:
        self.source = source
        self.pages: int | None = None
        self._reading = reading
        self._submit = submit
        self._on_count = on_count
        self._supplied = supplied or {}
        self._describe = describe
        self._add = add
        self._added: Future[IngestReport] | None = None
        self._count: Future[int] | None = None
        self._last_submitted = 0  # the last page whose reading was submitted
        self._last_wanted = 0  # the last page that will be read
        self._delivered = 0
        self._reads: deque[Future[list[Page]]] = deque()
        self._pages_read: deque[Page] = deque()
        labeled = {number for number, page in self._supplied.items() if page.regions}
        self._pages_with_sections = with_sections(iter(self._pages_read.popleft, None), labeled)
        self._batches: deque[Future[list[PageRecord]]] = deque()

    @property
    def pages_in_flight(self) -> int:
        """Number of pages submitted for reading that `next_batch` has not returned yet."""
        if self.pages is None:  # at least one, as far as is known
            return int(self._count is not None)
        if self._added is not None and self.is_whole:  # its pages stay with the worker
            return 0 if self._added.done() else min(self.pages, ENCODE_BATCH)
        return self._last_submitted - self._delivered

    @property
    def is_whole(self) -> bool:
        """Whether a worker adds the whole document, as far as is known."""
        is_refused = (
            self._added is not None
            and self._added.done()
            and isinstance(self._added.exception(), CannotWriteError)
        )
        return self._add is not None and not is_refused

    @property
    def is_finished(self) -> bool:
        """Whether `next_batch` has returned all pages."""
        return self._all_read and not self._pages_read and not self._batches

    @property
    def has_batch(self) -> bool:
        """Whether `next_batch` has pages, or the error in their place."""
        return bool(self._batches) and self._batches[0].done()

    def submit_jobs(self, room: int) -> bool:
        """Submit every job that is possible now; return whether there was one.

        Encoding comes first, since encoded pages can be written; then up to `room` pages, rounded
        up to whole jobs, are read.
        """
        if self._count is None:
            self._count = self._submit(Count(self.source, self._reading.reader))
            return True
        if self.pages is None and not self._collect_count(self._count):
            return False
        if self.is_whole:
            return self._submit_whole(room)
        self._collect_pages()
        submitted = False
        while len(self._pages_read) >= ENCODE_BATCH or (self._all_read and self._pages_read):
            size = min(len(self._pages_read), ENCODE_BATCH)
            batch = [self._with_descriptions(next(self._pages_with_sections)) for _ in range(size)]
            job = Encode(self.source, batch, self._reading.pool_block)
            self._batches.append(self._submit(job))
            submitted = True
        while self._last_submitted < self._last_wanted and room > 0:
            first = self._last_submitted + 1
            numbers = range(first, min(first + READ_BATCH, self._last_wanted + 1))
            supplied = {n: self._supplied[n] for n in numbers if n in self._supplied}
            self._last_submitted = numbers[-1]
            self._reads.append(self._submit(Read(self.source, numbers, self._reading, supplied)))
            room -= len(numbers)
            submitted = True
        return submitted

    def report(self) -> IngestReport | None:
        """Return the report of the worker that adds the whole document, None until it is done.

        Raises the error of the document or the store.
        """
        added = self._added if self.is_whole else None
        return added.result() if added is not None and added.done() else None

    def next_batch(self) -> list[PageRecord] | None:
        """Return the next pages in order, None if they are not encoded yet.

        Raises the error of the first job that failed, in the order of the pages.
        """
        if not self.has_batch:
            return None
        batch = self._batches.popleft().result()
        self._delivered += len(batch)
        return batch

    def _submit_whole(self, room: int) -> bool:
        if self._add is None or self._added is not None or room <= 0:
            return False
        self._added = self._add(self.source, self.pages or 0)
        return True

    def _with_descriptions(self, page: Page) -> Page:
        """Describe the figures of a page; a job draws them, since PDFium may crash on them."""
        if self._describe is None or not page.renderer or not (figures := figures_of(page)):
            return page
        boxes = tuple(page.regions[index].box for index in figures)
        try:
            job = Draw(self.source, page.number, boxes, FIGURE_DPI)
            images: list[Image] = self._submit(job).result()
        except SnappyError as error:
            return with_warning(page, f"its figures were not described: {error}")
        return describe_figures(page, figures, images, self._describe)

    @property
    def _all_read(self) -> bool:
        all_submitted = self.pages is not None and self._last_submitted == self._last_wanted
        return all_submitted and not self._reads

    def _collect_count(self, count: Future[int]) -> bool:
        """Collect the number of pages if it is known; return whether pages can be read now."""
        if not count.done():
            return False
        error = count.exception()
        self.pages = self._last_wanted = 0 if error else count.result()
        self._on_count(self.pages)
        if error is None and self.pages > self._reading.max_pages:
            error = UnreadableDocumentError(
                self.source.name,
                f"says that it has {self.pages:,} pages, and max_pages is "
                f"{self._reading.max_pages:,}",
            )
        last_supplied = max(self._supplied, default=0)
        if error is None and last_supplied > self.pages:
            cause = f"the regions are for page {last_supplied}, too, but it has {self.pages} pages"
            error = FormatError(f"{self.source.name}: {cause}")
        if error is not None or self.pages > MAX_WHOLE:
            self._add = None
        if error is not None:
            self._fail(error)
        return error is None

    def _collect_pages(self) -> None:
        """Collect the pages that have been read, in order."""
        while self._reads and self._reads[0].done():
            read = self._reads.popleft()
            if error := read.exception():
                self._fail(error)
            else:
                self._pages_read.extend(read.result())

    def _fail(self, error: BaseException) -> None:
        """Stop submitting; `next_batch` raises the error after the pages before it."""
        failed: Future[list[PageRecord]] = Future()
        failed.set_exception(error)
        self._batches.append(failed)
        self._reads.clear()
        self._pages_read.clear()
        self._last_wanted = self._last_submitted
