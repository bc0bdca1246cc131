"""Which words are encoded together: the words of a region, in windows the model can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snappy_core.types import Page


@dataclass(frozen=True, slots=True)
class Window:
    """Words of one page that are encoded together, by their index on the page."""

    page: int
    words: tuple[int, ...]
    pieces: int


def windows(pages: Sequence[Page], pieces: Sequence[Sequence[int]], limit: int) -> list[Window]:
    """Cut the top regions of each page into windows of at most `limit` word pieces.

    Args:
        pieces: for each page the number of word pieces of each word.
        limit: word pieces that fit into a window; a longer word stands alone and is cut.

    Words outside of all regions make a window of their own, so that every word has a vector.
    """
    made: list[Window] = []
    for number, page in enumerate(pages):
        groups = [region.words for region in page.regions if region.parent is None]
        inside = {word for group in groups for word in group}
        outside = tuple(word for word in range(len(page.words)) if word not in inside)
        for group in (*groups, outside):
            made += _split(number, group, pieces[number], limit)
    return made


def _split(page: int, words: Sequence[int], pieces: Sequence[int], limit: int) -> list[Window]:
    made: list[Window] = []
    held: list[int] = []
    size = 0
    for word in words:
        if held and size + pieces[word] > limit:
            made.append(Window(page, tuple(held), size))
            held, size = [], 0
        held.append(word)
        size += pieces[word]
    if held:
        made.append(Window(page, tuple(held), min(size, limit)))
    return made
