"""The passages that fit a context's budget, mostly without counting its whole text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import PurePath

from snappy_core.search.hits import Hit
from snappy_core.search.quoting import escape_markers, one_line

SLACK = 16
"""Extra tokens that a passage may need in a context: longer markers, line breaks."""

Passage = tuple[Hit, ...]
"""Hits with the same content on different pages, best first."""


class BudgetedPassages:
    """The passages of a context, and whether another one fits its budget.

    Counting the whole context for each passage would take quadratic time, so each passage is
    counted alone, and all of them together only if the sum is inconclusive.

    Args:
        budget: the maximum number of tokens of the context; None for no limit.
        count: counts the tokens of a text.
        write: writes a context.
    """

    def __init__(
        self,
        budget: int | None,
        count: Callable[[str], int],
        write: Callable[[Iterable[Passage]], str],
    ) -> None:
        self.passages: dict[str, Passage] = {}
        self._budget = budget
        self._count = count
        self._write = write
        self._tokens = 0  # of the context: exact, or an upper bound
        self._is_exact = True
        self._lead_ins: dict[tuple[object, ...], int] = {}  # tokens of the longest one, by pages
        self._sources: defaultdict[str, set[str]] = defaultdict(set)  # by name

    def add(self, key: str, hit: Hit) -> bool:
        """Add a hit if it fits, and return whether it does.

        Args:
            key: the key that it shares with hits of the same content.
        """
        passage = (*self.passages.get(key, ()), hit)
        if self._budget is not None and not self._fits(key, passage, self._budget):
            return False
        self.passages[key] = passage
        self._sources[source_name(hit.source)].add(hit.source)
        return True

    def _fits(self, key: str, passage: Passage, budget: int) -> bool:
        hit, sources = passage[-1], self._sources[source_name(passage[-1].source)]
        alone = self._count(self._write([(hit,)])) + SLACK
        fits = None
        # A passage on more pages lists one more place; an ambiguous file name is written in full.
        if len(passage) == 1 and len(sources | {hit.source}) == 1:
            fits = self._estimate(hit, alone, budget)
        if fits is None:
            tokens = self._count(self._write({**self.passages, key: passage}.values()))
            fits = tokens <= budget
            if fits:
                self._tokens, self._is_exact = tokens, True
        if fits and "\n" in escape_markers(hit.text):
            pages = pages_of(hit)
            self._lead_ins[pages] = max(alone, self._lead_ins.get(pages, 0))
        return fits

    def _estimate(self, hit: Hit, alone: int, budget: int) -> bool | None:
        """Return whether a hit that needs `alone` tokens by itself fits; None if uncertain."""
        # The passage below may need to repeat the lead-in that it shared with the one above.
        most = alone + self._lead_ins.get(pages_of(hit), 0)
        if not self._is_exact and self._tokens + most > budget:
            self._tokens = self._count(self._write(self.passages.values()))
            self._is_exact = True
        if self._tokens + most <= budget:
            self._tokens += most
            self._is_exact = False
            return True
        last = escape_markers(hit.text).rpartition("\n")[2]  # the rest may be a lead-in
        least = self._count(f"[1.1] {last}") - self._count("[1.1]")
        return False if self._tokens + least > budget else None


def pages_of(hit: Hit) -> tuple[object, ...]:
    """Return the document of a hit and the numbers of its pages."""
    return hit.document_id, *dict.fromkeys(part.page_number for part in hit.parts)


def source_name(source: str) -> str:
    """Return the name of a file in a context, unless another file has the same name."""
    return one_line(PurePath(source).name or source)
