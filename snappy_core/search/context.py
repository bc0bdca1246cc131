"""Assembling hits into the context of a prompt: reading order, token budget, citations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from snappy_core.boxes import overlap_by_half
from snappy_core.search.hits import Highlight, Hit
from snappy_core.types import Box

_PIECE = re.compile(r"(?P<word>[A-Z]?[a-z]+)|(?P<capitals>[A-Z]+)|(?P<number>\d+)|\S")
_TOKEN_LENGTHS = {"word": 8, "capitals": 4, "number": 3, None: 1}
"""Characters of a token of English text, by kind of piece."""

_MIN_SHARED_WORDS = 0.5
"""Share of the smaller region's words from which two regions count as repeating each other."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The region that a marker in the context refers to.

    Attributes:
        marker: such as "2.1", the first region of the second page.
        highlights: the parts of the region that answer, with their boxes.
    """

    marker: str
    region_id: str
    source: str
    page_number: int
    page_label: str
    box: Box
    highlights: tuple[Highlight, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """A text for a prompt, and the regions that its markers refer to.

    Attributes:
        tokens: the number of tokens of `text`.
        left_out: hits that repeat another region or do not fit the budget.
    """

    text: str
    citations: tuple[Citation, ...]
    tokens: int
    left_out: tuple[Hit, ...]


def estimate_tokens(text: str) -> int:
    """Estimate the number of tokens of an English text without a tokenizer.

    Words count one token for every 8 letters begun, capitals one for every 4, numbers one for
    every 3 digits; all other characters count one each. For other languages or exact counts, use
    a tokenizer.

    >>> estimate_tokens("Revenue rose 12.5% in 2025.")
    10
    """
    return sum(
        -(-len(piece[0]) // _TOKEN_LENGTHS[piece.lastgroup]) for piece in _PIECE.finditer(text)
    )


def assemble(
    hits: Iterable[Hit],
    budget: int | None = None,
    *,
    count: Callable[[str], int] = estimate_tokens,
    widen: bool = False,
) -> Context:
    """Assemble hits into the context of a prompt.

    Hits are taken best first while they fit the budget. A hit is left out when it shares half of
    its words, or else of its area, with one already taken. Pages are ordered by their best hit,
    the regions of a page by reading order:

        [1] q3.pdf, page 4
        [1.1] Revenue rose ...
        [1.2] Operating profit ...

    When not even the first hit fits, its text is cut after the last word that does.

    Args:
        hits: best first, as a search returns them.
        budget: the most tokens of the text; None for no limit.
        count: counts the tokens of a text, such as `lambda text: len(tokenizer.encode(text))`.
        widen: take the whole table instead of a row, the whole list instead of an item, where
            that fits.

    Raises:
        ValueError: the budget is too small for one word and its citation.
    """
    selected: list[Hit] = []
    left_out: list[Hit] = []

    def fits(hit: Hit) -> bool:
        return budget is None or count(_write([*selected, hit])[0]) <= budget

    for hit in hits:
        candidate = _widen(hit) if widen else hit
        if not fits(candidate):
            candidate = hit
        if fits(candidate) and not any(share_words(candidate, other) for other in selected):
            selected.append(candidate)
        else:
            left_out.append(hit)
    if left_out and not selected and budget is not None:
        return _cut(left_out, budget, count)
    text, citations = _write(selected)
    return Context(text, citations, count(text), tuple(left_out))


def _widen(hit: Hit) -> Hit:
    """Return a hit on the parent of its region, if it has one."""
    if hit.parent is None or hit.parent_id is None:
        return hit
    return replace(hit, region=hit.parent, region_id=hit.parent_id, parent=None, rects=())


def share_words(hit: Hit, other: Hit) -> bool:
    """Return whether two hits share half the smaller one's words, or area if without words."""
    if (hit.document_id, hit.page_number) != (other.document_id, other.page_number):
        return False
    words, other_words = set(hit.region.words), set(other.region.words)
    if words and other_words:
        smaller = min(len(words), len(other_words))
        return len(words & other_words) >= _MIN_SHARED_WORDS * smaller
    return overlap_by_half(hit.region.box, other.region.box)


def _write(hits: Sequence[Hit]) -> tuple[str, tuple[Citation, ...]]:
    pages: dict[tuple[str, int], list[Hit]] = {}
    for hit in hits:
        pages.setdefault((hit.document_id, hit.page_number), []).append(hit)
    names = _short_names(hits)
    blocks, citations = [], []
    for page_index, page_hits in enumerate(pages.values(), start=1):
        first = page_hits[0]
        lines = [f"[{page_index}] {names[first.source]}, page {first.page_label}"]
        for index, hit in enumerate(sorted(page_hits, key=lambda h: h.region.order), start=1):
            marker = f"{page_index}.{index}"
            lines.append(f"[{marker}] {hit.region.text}")
            citations.append(
                Citation(
                    marker,
                    hit.region_id,
                    hit.source,
                    hit.page_number,
                    hit.page_label,
                    hit.region.box,
                    hit.highlights,
                )
            )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks), tuple(citations)


def _short_names(hits: Sequence[Hit]) -> dict[str, str]:
    """Return the file name of each source, or the source itself where two file names are equal."""
    sources = dict.fromkeys(hit.source for hit in hits)
    names = [PurePath(source).name or source for source in sources]
    return {
        source: name if names.count(name) == 1 else source
        for source, name in zip(sources, names, strict=True)
    }


def _cut(hits: Sequence[Hit], budget: int, count: Callable[[str], int]) -> Context:
    """Write as many words of the first hit as the budget allows."""
    text, citations = _write(hits[:1])
    words = hits[0].region.text.split()
    prefix = text[: len(text) - len(hits[0].region.text)]

    def beginning(length: int) -> str:
        return prefix + " ".join(words[:length]) + " …"

    fitting, too_many = 0, len(words)
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        if count(beginning(middle)) <= budget:
            fitting = middle
        else:
            too_many = middle
    if fitting == 0:
        raise ValueError(
            f"a budget of {budget} tokens holds no word of the best hit; its citation alone "
            f"takes {count(prefix)}"
        )
    text = beginning(fitting)
    return Context(text, citations, count(text), tuple(hits[1:]))
