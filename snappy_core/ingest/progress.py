"""The progress bar of long work."""

from __future__ import annotations

from types import TracebackType

from rich.markup import escape

from snappy_core.progress import progress_bar


class IngestProgress:
    """Shows documents and pages done, what failed and the time left, on standard error.

    The time left is an estimate: documents that are not yet opened are taken to have as many
    pages as those that are.

    Args:
        show: draw the bar and name what failed; None does when standard error is a terminal.
    """

    def __init__(self, documents: int, show: bool | None = None) -> None:
        self._progress = progress_bar(
            "{task.fields[done]}/{task.fields[documents]}",
            "{task.completed} pages, {task.fields[speed]:.1f}/s",
            "[red]{task.fields[failed]}",
            show=show,
        )
        self._task = self._progress.add_task(
            "indexing", total=None, documents=documents, done=0, speed=0.0, failed=""
        )
        self.pages = self._done = self._failed = 0
        self._documents = documents
        self._counted = self._counted_pages = 0
        self._left = 0  # pages of counted documents that are still to come

    def __enter__(self) -> IngestProgress:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    @property
    def expected(self) -> float | None:
        """Pages of all documents, as far as one can tell; None before one has been counted."""
        if not self._counted:
            return None
        mean = self._counted_pages / self._counted
        return self.pages + self._left + mean * (self._documents - self._counted)

    def counted(self, pages: int) -> None:
        """Take note of the pages that a document will have: 0 if it is not to be read."""
        self._counted += 1
        self._counted_pages += pages
        self._left += pages
        self._progress.update(self._task, total=self.expected)

    def page(self) -> None:
        """Count a page."""
        self.pages += 1
        self._left -= 1
        elapsed = self._progress.tasks[0].elapsed or 0.0
        speed = self.pages / elapsed if elapsed > 0 else 0.0
        self._progress.update(self._task, completed=self.pages, speed=speed)

    def document(self, failure: str = "", missing: int = 0) -> None:
        """Count a document; `failure` says why it could not be added.

        Args:
            missing: pages that it was counted with and that will not come.
        """
        self._done += 1
        self._left -= missing
        if failure:
            self._failed += 1
            self._progress.update(self._task, failed=f"{self._failed} failed")
            if not self._progress.disable:
                self._progress.console.print(f"[red]failed[/red] {escape(failure)}", soft_wrap=True)
        self._progress.update(self._task, done=self._done, total=self.expected)
