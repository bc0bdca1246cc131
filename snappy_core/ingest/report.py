"""The report on adding documents."""

from __future__ import annotations

from dataclasses import dataclass

from snappy_core.errors import SnappyError


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that was not added, and why."""

    source: str
    cause: str
    error: SnappyError


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The outcome of adding documents. Documents are named by their document id.

    Attributes:
        added: documents that are new, have changed, or got other metadata.
        unchanged: documents that were in the index already.
        failed: documents that could not be read; an earlier version stays in the index.
        warnings: pages that were added without text or regions, or only in part, and why.
        pages: number of pages read and written.
        seconds: wall time.
    """

    added: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Failure, ...]
    warnings: tuple[str, ...]
    pages: int
    seconds: float

    def raise_failed(self) -> None:
        """Raise the error of the first document that failed, if any did."""
        if self.failed:
            raise self.failed[0].error
