"""What came of adding documents."""

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
    """What came of adding documents, each under its document id.

    Attributes:
        added: documents that are new, changed or got other metadata.
        unchanged: documents that stood in the index as they are.
        failed: documents that could not be read; what stood in the index of them still does.
        warnings: pages that came in without words, and why.
        pages: pages read and written.
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
