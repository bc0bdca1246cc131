"""The progress bar of long work."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class IngestProgress:
    """Shows documents done, pages a second and what failed, on standard error.

    Args:
        show: draw the bar and name what failed; None does when standard error is a terminal.
    """

    def __init__(self, documents: int, show: bool | None = None) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pages]} pages, {task.fields[speed]:.1f}/s"),
            TextColumn("[red]{task.fields[failed]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not (sys.stderr.isatty() if show is None else show),
        )
        self._task = self._progress.add_task(
            "indexing", total=documents, pages=0, speed=0.0, failed=""
        )
        self.pages = self._failed = 0

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

    def page(self) -> None:
        """Count a page."""
        self.pages += 1
        elapsed = self._progress.tasks[0].elapsed or 0.0
        speed = self.pages / elapsed if elapsed > 0 else 0.0
        self._progress.update(self._task, pages=self.pages, speed=speed)

    def document(self, failure: str = "") -> None:
        """Count a document; `failure` says why it could not be added."""
        if failure:
            self._failed += 1
            self._progress.update(self._task, failed=f"{self._failed} failed")
            if not self._progress.disable:
                self._progress.console.print(f"[red]failed[/red] {escape(failure)}", soft_wrap=True)
        self._progress.advance(self._task)
