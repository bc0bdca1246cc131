"""Highlights of a hit that continues in another column or on another page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from snappy_core.boxes import line_rects
from snappy_core.search.hits import Highlight, Hit
from snappy_core.search.joining import join_texts
from snappy_core.search.spans import Span, spans_of
from snappy_core.types import Page

Find = Callable[[Hit], tuple[Highlight, ...]]


def highlight_parts(hit: Hit, find: Find, page_of: Callable[[Hit], Page]) -> Hit:
    """Add highlights to a hit, and to the parts before and after it.

    These parts are highlighted only where they answer better than the hit. A sentence that
    continues from one part to the next is highlighted in both, with its whole text.

    Args:
        find: returns the highlights of a region.
        page_of: returns the page of a region.
    """
    own = find(hit)
    if len(hit.parts) == 1:
        return replace(hit, highlights=own)
    best = max((highlight.score for highlight in own), default=-1.0)
    answers = [
        own if part is hit else tuple(each for each in find(part) if each.score > best)
        for part in hit.parts
    ]
    pages = [page_of(part) for part in hit.parts]
    spans = [spans_of(page, part.region) for page, part in zip(pages, hit.parts, strict=True)]
    for a, b in pairwise(range(len(answers))):
        if not (spans[a] and spans[b]):
            continue
        sides = ((a, spans[a][-1]), (b, spans[b][0]))
        scores = [h.score for i, span in sides for h in answers[i] if h.words == span.words]
        if scores:
            text = join_texts([span.text for _, span in sides])[0]
            for i, span in sides:
                rest = tuple(h for h in answers[i] if h.words != span.words)
                answers[i] = (_sentence_highlight(pages[i], span, text, max(scores)), *rest)
    parts = [replace(p, highlights=h) for p, h in zip(hit.parts, answers, strict=True)]
    position = len(hit.previous_parts)
    return replace(
        hit,
        highlights=answers[position],
        previous_parts=tuple(parts[:position]),
        next_parts=tuple(parts[position + 1 :]),
    )


def _sentence_highlight(page: Page, span: Span, text: str, score: float) -> Highlight:
    rects = line_rects(page.words.boxes[list(span.words)])
    return Highlight(span.kind, text, score, span.words, rects)
