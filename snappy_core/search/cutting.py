"""Cutting regions to the sentences, rows or items that fit a budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from snappy_core.boxes import line_rects
from snappy_core.search.hits import Highlight, Hit
from snappy_core.search.spans import Span, spans_of
from snappy_core.types import Page

_DIVISIBLE = ("sentence", "row", "item")
"""Kinds of spans that can be read alone; a line of a figure cannot."""


def cut(
    hit: Hit, page: Page, highlights: Sequence[Highlight], budget: int, count: Callable[[str], int]
) -> Hit | None:
    """Return the part of a hit that fits a budget, in reading order.

    The part consists of whole spans: the best one, the others that answer, then those around them.
    Returns None if the best one does not fit or the region has no spans that can be read alone.

    Args:
        highlights: the parts of the hit that answer, best first.
        budget: the maximum number of tokens in the text.
        count: counts the tokens of a text.
    """
    spans = spans_of(page, hit.region)
    if len(spans) < 2 or not highlights or spans[0].kind not in _DIVISIBLE:
        return None
    span_indices: list[int] = []
    text = ""
    for index in _by_worth(spans, highlights):
        larger = sorted([*span_indices, index])
        longer = _joined(spans, larger)
        if count(longer) > budget:
            break
        span_indices, text = larger, longer
    if not span_indices:
        return None
    words = tuple(word for index in span_indices for word in spans[index].words)
    own = set(words)
    return replace(
        hit,
        region=replace(hit.region, text=text, words=words, cells=(), structure=None),
        whole=hit.region,
        previous_parts=(),
        next_parts=(),
        rects=line_rects(page.words.boxes[list(words)]),
        highlights=tuple(part for part in highlights if own.issuperset(part.words)),
    )


def _by_worth(spans: Sequence[Span], highlights: Sequence[Highlight]) -> list[int]:
    """Return the spans with highlighted words, then the others, nearest first."""
    answers = [
        index
        for part in highlights
        for index, span in enumerate(spans)
        if not set(span.words).isdisjoint(part.words)
    ] or [0]
    nearest = sorted(range(len(spans)), key=lambda index: abs(index - answers[0]))
    return list(dict.fromkeys([*answers, *nearest]))


def _joined(spans: Sequence[Span], span_indices: Sequence[int]) -> str:
    """Return the text of spans, with an ellipsis between sentences that are not adjacent."""
    if spans[0].kind != "sentence":
        return "\n".join(spans[index].text for index in span_indices)
    text = spans[span_indices[0]].text
    for before, index in pairwise(span_indices):
        text += f"{' ' if index == before + 1 else ' … '}{spans[index].text}"
    return text
