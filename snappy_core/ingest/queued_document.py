"""A document on its way from source to store: which job comes next, and its pages in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any

from snappy_core.errors import FormatError
from snappy_core.formats import SuppliedPage
from snappy_core.ingest.jobs import Count, Encode, Job, Read
from snappy_core.parsing import ReadingOptions, Source, with_sections
from snappy_core.stores.base import PageRecord
from snappy_core.types import Page

PAGES_READ = 4
"""Read in one job: OCR takes seconds a page, and each worker should get its part of a document."""

PAGES_ENCODED = 8
"""Encoded together: windows of like length pad each other less."""


class Flow:
    """One document: counted, read, encoded, its pages handed out in order.

    Attributes:
        pages: number of its pages, once they are counted.
        held: pages that are on their way: begun, not yet handed out.
    """

    def __init__(
        self,
        source: Source,
        options: ReadingOptions,
        counted: Callable[[int], None],
        supplied: Mapping[int, SuppliedPage] | None = None,
    ) -> None:
        self.source = source
        self.pages: int | None = None
        self.held = 0
        self._options = options
        self._supplied = supplied or {}
        self._tell = counted
        self._counted: Future[int] | None = None
        self._begun = self._end = 0  # the last page begun, and the last one to be read
        self._reads: deque[Future[list[Page]]] = deque()
        self._read: deque[Page] = deque()
        labelled = {number for number, page in self._supplied.items() if page.regions}
        self._sectioned = with_sections(iter(self._read.popleft, None), labelled)
        self._encoded: deque[Future[list[PageRecord]]] = deque()

    def next_job(self, room: int) -> tuple[Job, Future[Any]] | None:
        """Return a job that can be done now, if any; `room` pages may be begun.

        Pages that have been read come first, so that they leave.
        """
        if self._counted is None:
            self._counted = Future()
            return Count(self.source), self._counted
        if self.pages is None and not self._take_count(self._counted):
            return None
        self._take_pages()
        all_read = self._begun == self._end and not self._reads
        if len(self._read) >= PAGES_ENCODED or (all_read and self._read):
            size = min(len(self._read), PAGES_ENCODED)
            batch = [next(self._sectioned) for _ in range(size)]
            self._encoded.append(Future())
            return Encode(self.source, batch, self._options.pool_block), self._encoded[-1]
        if self._begun < self._end and room > 0:
            numbers = range(self._begun + 1, min(self._begun + PAGES_READ, self._end) + 1)
            self._begun = numbers[-1]
            self.held += len(numbers)
            self._reads.append(Future())
            supplied = {n: self._supplied[n] for n in numbers if n in self._supplied}
            return Read(self.source, numbers, self._options, supplied), self._reads[-1]
        return None

    def records(self, advance: Callable[[], None]) -> Iterator[PageRecord]:
        """Yield the pages in order; `advance` is called while the next one is not ready.

        Raises what the first job that failed raised, in the order of the pages.
        """
        while self._encoded or not self._over:
            while not (self._encoded and self._encoded[0].done()):
                advance()
            done = self._encoded.popleft().result()
            self.held -= len(done)
            yield from done

    @property
    def _over(self) -> bool:
        """Whether all pages have gone to the encoder."""
        begun = self.pages is not None and self._begun == self._end
        return begun and not self._reads and not self._read

    def _take_count(self, counted: Future[int]) -> bool:
        if not counted.done():
            return False
        failed = counted.exception() is not None
        self.pages = self._end = 0 if failed else counted.result()
        self._tell(self.pages)
        if not failed and max(self._supplied, default=0) > self.pages:
            failed, counted = True, Future()
            last = max(self._supplied)
            cause = f"the regions are for page {last}, too, but it has {self.pages} pages"
            counted.set_exception(FormatError(f"{self.source.name}: {cause}"))
        if failed:
            self._fail(counted)
        return not failed

    def _take_pages(self) -> None:
        """Take what has been read, in order."""
        while self._reads and self._reads[0].done():
            read = self._reads.popleft()
            if read.exception() is None:
                self._read.extend(read.result())
            else:
                self._fail(read)

    def _fail(self, failed: Future[Any]) -> None:
        """Begin nothing more: the document ends with an error, after the pages before it."""
        self._encoded.append(failed)
        self._reads.clear()
        self._read.clear()
        self._end = self._begun
