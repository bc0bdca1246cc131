"""The progress of adding documents: a bar on a terminal, and lines in the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from snappy_core.progress import progress_bar
from snappy_core.terminal import plain

if TYPE_CHECKING:
    from rich.progress import Progress

ShowProgress = bool | Callable[["IngestProgress"], None] | None
"""Whether to draw progress, or a function to call with it; None draws it in a terminal."""

LOG_SECONDS = 10.0
"""Seconds between lines in the log."""

_log = logging.getLogger(__name__)


@contextmanager
def ingest_progress(documents: int, show: ShowProgress = None) -> Iterator[IngestProgress]:
    """Provide the progress of adding a number of documents, drawn on standard error.

    Args:
        show: whether to draw it; None draws it if standard error is a terminal. A function is
            called instead, after each page and document.
    """
    is_drawn, on_change = (False, show) if callable(show) else (show, None)
    bar = progress_bar(
        "{task.fields[done]}/{task.fields[documents]}",
        "{task.completed} pages, {task.fields[speed]:.1f}/s",
        "[red]{task.fields[failed]}",
        show=is_drawn,
    )
    with bar:
        yield IngestProgress(bar, documents, on_change)


class IngestProgress:
    """Counts documents and pages, and shows the counts, the failures and the time left.

    The time left is an estimate: documents that are not opened yet are assumed to have the mean
    number of pages of those that are.

    Attributes:
        documents: number of documents.
        done, failed: number of documents that are done (failures included), and that failed.
        pages: number of pages that have been written or are being written.
    """

    def __init__(
        self,
        bar: Progress,
        documents: int,
        on_change: Callable[[IngestProgress], None] | None = None,
    ) -> None:
        self._bar = bar
        self._on_change = on_change
        self._task = bar.add_task(
            "indexing", total=None, documents=documents, done=0, speed=0.0, failed=""
        )
        self.documents = documents
        self.pages = self.done = self.failed = 0
        self._counted = self._counted_pages = 0
        self._pages_left = 0  # in documents whose pages are counted
        self._last_logged = time.monotonic()

    @property
    def expected_pages(self) -> float | None:
        """The estimated number of pages of all documents; None before one has been counted."""
        if not self._counted:
            return None
        mean = self._counted_pages / self._counted
        return self.pages + self._pages_left + mean * (self.documents - self._counted)

    def count_document(self, pages: int) -> None:
        """Register the number of pages of a document: 0 if it is not read."""
        self._counted += 1
        self._counted_pages += pages
        self._pages_left += pages
        self._bar.update(self._task, total=self.expected_pages)

    def finish_page(self) -> None:
        self.pages += 1
        self._pages_left -= 1
        elapsed = self._bar.tasks[0].elapsed or 0.0
        speed = self.pages / elapsed if elapsed > 0 else 0.0
        self._bar.update(self._task, completed=self.pages, speed=speed)
        self._log(speed)
        self._tell()

    def finish_document(self, failure: str = "", missing_pages: int = 0) -> None:
        """Count a document as done.

        Args:
            failure: why it could not be added.
            missing_pages: how many of its counted pages did not arrive.
        """
        from rich.markup import escape

        self.done += 1
        self._pages_left -= missing_pages
        if failure:
            self.failed += 1
            self._bar.update(self._task, failed=f"{self.failed} failed")
            if not self._bar.disable:
                self._bar.console.print(
                    f"[red]failed[/red] {escape(plain(failure))}", soft_wrap=True
                )
        self._bar.update(self._task, done=self.done, total=self.expected_pages)
        self._tell()

    def _log(self, speed: float) -> None:
        """Log the progress, unless it was logged a moment ago."""
        now = time.monotonic()
        if now - self._last_logged < LOG_SECONDS:
            return
        self._last_logged = now
        expected = self.expected_pages
        of_pages = "" if expected is None else f" of about {max(expected, self.pages):.0f}"
        _log.info(
            "%d of %d documents, %d%s pages, %.1f/s%s",
            self.done, self.documents, self.pages, of_pages, speed,
            f", {self.failed} failed" if self.failed else "",
        )  # fmt: skip

    def _tell(self) -> None:
        if self._on_change is not None:
            self._on_change(self)
