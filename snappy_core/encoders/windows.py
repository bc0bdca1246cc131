"""Which words are encoded together: the words of a region, in windows the model can hold.

The heading above a region goes before its words, as context: it lends them what the region is
about, and gets no vectors there. On the development bench that took page recall at 5 from .92 to
.96.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from snappy_core.types import Page, Region

CONTEXT_WORDS = 8
"""Words of the heading that go before a region; more of them changed nothing on the bench."""

LONG_TABLE = 150
"""Words of a table whose rows are encoded each by itself: cut anywhere, page recall at 1 fell from
.88 to .86 on the bench."""

Count = Callable[[Sequence[str]], Sequence[int]]
"""Gives the number of word pieces of each word."""


@dataclass(frozen=True, slots=True)
class Window:
    """Words of one page that are encoded together, by their index on the page.

    Attributes:
        context: words of the heading that stand before them.
        pieces: word pieces of both.
    """

    page: int
    words: tuple[int, ...]
    context: tuple[str, ...]
    pieces: int


def windows(pages: Sequence[Page], count: Count, limit: int) -> list[Window]:
    """Cut the top regions of each page into windows of at most `limit` word pieces.

    A word of more pieces than fit stands alone, and a heading that would fill half of the window
    is left out. Words outside of all regions make a window of their own, so that every word has
    a vector.
    """
    made: list[Window] = []
    for number, page in enumerate(pages):
        pieces = count(page.words.texts)
        groups = [
            (words, _context(region))
            for place, region in enumerate(page.regions)
            if region.parent is None
            for words in _parts(page, place)
        ]
        inside = {word for words, _ in groups for word in words}
        outside = tuple(word for word in range(len(page.words)) if word not in inside)
        for words, context in (*groups, (outside, ())):
            used = sum(count(context))
            if used > limit // 2:
                context, used = (), 0
            for part, size in _split(words, pieces, limit - used):
                made.append(Window(number, part, context, used + size))
    return made


def _parts(page: Page, place: int) -> Iterator[tuple[int, ...]]:
    """Yield the words of a region that are encoded together: a long table comes row by row."""
    region = page.regions[place]
    if region.label != "table" or len(region.words) <= LONG_TABLE:
        yield region.words
        return
    left = dict.fromkeys(region.words)
    for row in page.regions:
        if row.label == "table_row" and row.words and row.words[0] in left:
            yield row.words
            for word in row.words:
                left.pop(word, None)
    yield tuple(left)


def _context(region: Region) -> tuple[str, ...]:
    if region.label in ("title", "heading", "header", "footer"):
        return ()
    return tuple(region.section.split(" > ")[-1].split()[:CONTEXT_WORDS])


def _split(
    words: Sequence[int], pieces: Sequence[int], limit: int
) -> Iterator[tuple[tuple[int, ...], int]]:
    held: list[int] = []
    size = 0
    for word in words:
        if held and size + pieces[word] > limit:
            yield tuple(held), size
            held, size = [], 0
        held.append(word)
        size += pieces[word]
    if held:
        yield tuple(held), size
