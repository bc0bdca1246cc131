"""Finding a text on a page: word for word, or nearly so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from snappy_core.boxes import line_rects
from snappy_core.search.grounding.tokens import Token, fold, literal, matches
from snappy_core.types import Box, Page

MIN_LIKENESS = 70
"""Minimum similarity (0..100, by characters) between a text and a part of a page."""

MIN_SHARE = 0.8
"""Minimum share of a text's words that must be there, in order."""


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A text on a page.

    Attributes:
        page: the number of the page, from 1.
        words: the indices of its words on the page, from the first to the last.
        rects: the boxes of its lines, in page fractions.
        is_exact: whether it is there word for word.
    """

    page: int
    words: tuple[int, ...]
    rects: tuple[Box, ...]
    is_exact: bool = True


def find_text(pages: Sequence[Page], text: str) -> list[TextPlace]:
    """Return the places of a text on some pages.

    Numbers are compared by value; words regardless of case, ligatures and hyphens at line ends. If
    the text is nowhere word for word, the most similar place is returned, provided it has the same
    numbers and is similar enough.
    """
    quoted_tokens = literal(fold(text))
    if not quoted_tokens:
        return []
    lines = [_PageText.of(page) for page in pages]
    exact = [place for line in lines for place in _exact(line, quoted_tokens)]
    if exact:
        return exact
    return [
        place for _, place in sorted(_similar(lines, fold(text), quoted_tokens), key=_by_score)
    ][:1]


@dataclass(frozen=True, slots=True, eq=False)
class _PageText:
    """The words of a page as one text; `owners` has the word of each character."""

    page: Page
    text: str
    owners: Sequence[int]
    tokens: Sequence[Token]

    @classmethod
    def of(cls, page: Page) -> _PageText:
        words = page.words.texts
        parts: list[str] = []
        owners: list[int] = []
        for index, (word, following) in enumerate(zip(words, (*words[1:], ""), strict=False)):
            part = fold(word)
            divided = part.endswith("-") and len(part) > 1 and following[:1].islower()
            part = part[:-1] if divided else f"{part} "
            parts.append(part)
            owners += [index] * len(part)
        text = "".join(parts)
        return cls(page, text, owners, literal(text))

    def place(self, start: int, end: int, is_exact: bool) -> TextPlace:
        words = range(self.owners[start], self.owners[end - 1] + 1)
        rects = line_rects(self.page.words.boxes[list(words)])
        return TextPlace(self.page.number, tuple(words), rects, is_exact)


def _exact(line: _PageText, quoted_tokens: Sequence[Token]) -> Iterator[TextPlace]:
    tokens = line.tokens
    start = 0
    while start <= len(tokens) - len(quoted_tokens):
        window = tokens[start : start + len(quoted_tokens)]
        if all(map(matches, quoted_tokens, window)):
            yield line.place(window[0].start, window[-1].end, True)
            start += len(quoted_tokens)
        else:
            start += 1


def _similar(
    lines: Sequence[_PageText], text: str, quoted_tokens: Sequence[Token]
) -> Iterator[tuple[float, TextPlace]]:
    from rapidfuzz import fuzz
    from rapidfuzz.distance import LCSseq

    numbers = [token for token in quoted_tokens if token.kind == "number"]
    slack = len(text) // 5  # words left out of a quote make its place longer
    for line in lines:
        if len(line.text) < len(text):  # otherwise the page would be searched for in the text
            continue
        near = fuzz.partial_ratio_alignment(
            _lower(text), _lower(line.text), score_cutoff=MIN_LIKENESS
        )
        if near is None:
            continue
        start, end = near.dest_start - slack, near.dest_end + slack
        tokens = [token for token in line.tokens if token.start >= start and token.end <= end]
        codes = LCSseq.opcodes([t.key for t in quoted_tokens], [t.key for t in tokens])
        equal = [code for code in codes if code.tag == "equal"]
        share = sum(code.src_end - code.src_start for code in equal) / len(quoted_tokens)
        if share < MIN_SHARE:
            continue
        inside = tokens[equal[0].dest_start : equal[-1].dest_end]
        if all(any(matches(number, token) for token in inside) for number in numbers):
            yield share, line.place(inside[0].start, inside[-1].end, False)


def _lower(text: str) -> str:
    """Return a text in lower case, or unchanged if that would shift its characters."""
    return text.lower() if len(text.lower()) == len(text) else text


def _by_score(scored: tuple[float, TextPlace]) -> float:
    return -scored[0]
