"""The report on adding documents."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from snappy_core.errors import SnappyError
from snappy_core.terminal import plain

_MAX_CAUSES = 100  # distinct warnings about pages of one document
_MAX_RANGES = 20  # of pages in one warning
_MAX_WARNED = 5  # documents and causes in one Python warning


class IngestWarning(UserWarning):
    """Documents that could not be added, or pages without text, as in the `IngestReport`."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that was not added, and why."""

    source: str
    cause: str
    error: SnappyError


def page_warnings(name: str, causes: Sequence[tuple[int, str]]) -> list[str]:
    """Return a warning for each distinct cause in a document, with the pages it affects.

    >>> page_warnings("a.pdf", [(2, "has no text"), (3, "has no text"), (7, "has no text")])
    ['a.pdf, pages 2-3, 7: has no text']
    """
    pages_by_cause: dict[str, list[int]] = {}
    for number, cause in causes:
        pages_by_cause.setdefault(cause.removeprefix(f"page {number}: "), []).append(number)
    warnings = [
        f"{name}, page{'s' * (len(pages) > 1)} {_ranges(pages)}: {cause}"
        for cause, pages in islice(pages_by_cause.items(), _MAX_CAUSES)
    ]
    more = len(pages_by_cause) - len(warnings)
    return [*warnings, f"{name}: {more} more warnings"] if more else warnings


def _ranges(numbers: Sequence[int]) -> str:
    """Return ascending numbers as ranges, at most `_MAX_RANGES`."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    texts = [str(a) if a == b else f"{a}-{b}" for a, b in ranges[:_MAX_RANGES]]
    return ", ".join(texts) + (", ..." if len(ranges) > _MAX_RANGES else "")


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The outcome of adding documents. Documents are named by their document id.

    Attributes:
        added: documents that are new, have changed, or got other metadata.
        unchanged: documents that were in the index already.
        failed: documents that could not be read; an earlier version stays in the index.
        warnings: pages that were added without text or regions, or only partly, and why; one
            per cause in a document. Also sources that were lost with a damaged document.
        pages: number of pages read and written.
        seconds: wall time.
        duplicates: sources with the same bytes as another document, with the id of that document,
            whose sources they become.
        removed: documents that `RegionIndex.sync` has removed.
        skipped: files in the folders of a kind that is not read, except hidden ones.
    """

    added: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Failure, ...]
    warnings: tuple[str, ...]
    pages: int
    seconds: float
    duplicates: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    def raise_failed(self) -> None:
        """Raise the error of the first document that failed, if any did."""
        if self.failed:
            raise self.failed[0].error


def warn_of(report: IngestReport) -> None:
    """Warn of what is missing from the index, for users who do not look at the report."""
    failures = [f"{failure.source} was not added: {failure.cause}" for failure in report.failed]
    causes = [*failures, *report.warnings]
    if causes:
        more = f"; and {len(causes) - _MAX_WARNED} more" if len(causes) > _MAX_WARNED else ""
        text = plain("; ".join(causes[:_MAX_WARNED]) + more)
        warnings.warn(text, IngestWarning, _level_of_caller())


def _level_of_caller() -> int:
    """Return the `stacklevel`, seen from the caller, of the first frame outside this library."""
    level, frame = 0, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("snappy_"):
        level, frame = level + 1, frame.f_back
    return level + 1
