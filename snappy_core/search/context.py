"""From hits to the context of a prompt: reading order, a token budget, numbered citations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np

from snappy_core.boxes import overlap_by_half
from snappy_core.scoring.ranking import within_budget
from snappy_core.search.hits import Hit
from snappy_core.types import Box

_PIECE = re.compile(r"(?P<word>[A-Z]?[a-z]+)|(?P<capitals>[A-Z]+)|(?P<number>\d+)|\S")
_LETTERS = {"word": 8, "capitals": 4, "number": 3, None: 1}  # that a token of English holds


@dataclass(frozen=True, slots=True)
class Citation:
    """What a number in the context stands for.

    Attributes:
        marker: "2.1", the first region quoted from the second page.
    """

    marker: str
    region_id: str
    source: str
    page_number: int
    page_label: str
    box: Box


@dataclass(frozen=True, slots=True)
class Context:
    """The text for a prompt and what its numbers stand for.

    Attributes:
        tokens: what the counter says of `text`.
        left_out: hits that repeat a region already quoted or do not fit the budget.
    """

    text: str
    citations: tuple[Citation, ...]
    tokens: int
    left_out: tuple[Hit, ...]


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text without a tokenizer.

    A word counts one for every 8 letters begun, capitals one for 4, a number one for every 3
    digits, any other sign, and any letter outside of a-z, one each. A fair guess for English;
    for other languages, or to the letter, give a counter of your own.

    >>> estimate_tokens("Revenue rose 12.5% in 2025.")
    10
    """
    return sum(-(-len(piece[0]) // _LETTERS[piece.lastgroup]) for piece in _PIECE.finditer(text))


def within_token_budget(
    hits: Iterable[Hit], budget: int | None, *, count: Callable[[str], int] = estimate_tokens
) -> tuple[Hit, ...]:
    """Return the hits whose texts fit a budget together, taken best first.

    One that no longer fits is passed over; those after it may still fit. The first is always
    returned, even when it alone is longer: a question with an answer never comes back empty.
    `assemble` cuts it instead, and counts its citations as well.

    Args:
        budget: the most tokens the texts may have; None for no limit.
        count: counts the tokens of a text.

    Raises:
        ValueError: a budget below 1.
    """
    hits = tuple(hits)
    if budget is None:
        return hits
    if budget < 1:
        raise ValueError(f"a token budget must be at least 1, not {budget!r}")
    costs = np.array([count(hit.region.text) for hit in hits], dtype=np.int64)
    kept = within_budget(costs, budget)
    if len(kept) and not kept[0]:
        return hits[:1]
    return tuple(hit for hit, keep in zip(hits, kept.tolist(), strict=True) if keep)


def assemble(
    hits: Iterable[Hit],
    budget: int | None = None,
    *,
    count: Callable[[str], int] = estimate_tokens,
    widen: bool = False,
) -> Context:
    """Write hits out as context for a prompt.

    Hits are taken best first while they fit; one that is nested in, or overlaps by half with, a
    region already taken is left out. Pages come in the order of their best hit, the regions of a
    page in reading order:

        [1] q3.pdf, page 4
        [1.1] Revenue rose ...
        [1.2] Operating profit ...

    When not even the first hit fits, its text is cut at a word to fit.

    Args:
        hits: as a search returned them.
        budget: the most tokens the text may have; None for no limit.
        count: counts the tokens of a text, for example the length of what a tokenizer encodes.
        widen: write the whole table in the place of a row, the whole list in the place of an
            item, where it fits.

    Raises:
        ValueError: a budget too small for a single word with its citation.
    """
    taken: list[Hit] = []
    left_out: list[Hit] = []

    def fits(hit: Hit) -> bool:
        return budget is None or count(_write([*taken, hit])[0]) <= budget

    for hit in hits:
        wide = _widened(hit) if widen else hit
        chosen = wide if fits(wide) else hit
        if fits(chosen) and not any(_repeats(chosen, other) for other in taken):
            taken.append(chosen)
        else:
            left_out.append(hit)
    if left_out and not taken and budget is not None:
        return _cut(left_out, budget, count)
    text, citations = _write(taken)
    return Context(text, citations, count(text), tuple(left_out))


def _widened(hit: Hit) -> Hit:
    """Return a hit on the region that holds it, if there is one."""
    if hit.parent is None or hit.parent_id is None:
        return hit
    return replace(hit, region=hit.parent, region_id=hit.parent_id, parent=None, rects=())


def _repeats(hit: Hit, other: Hit) -> bool:
    """Say whether two regions share half of the words, or else of the area, of the smaller."""
    if (hit.document_id, hit.page_number) != (other.document_id, other.page_number):
        return False
    mine, theirs = set(hit.region.words), set(other.region.words)
    if mine and theirs:
        return 2 * len(mine & theirs) >= min(len(mine), len(theirs))
    return overlap_by_half(hit.region.box, other.region.box)


def _write(hits: Sequence[Hit]) -> tuple[str, tuple[Citation, ...]]:
    pages: dict[tuple[str, int], list[Hit]] = {}
    for hit in hits:
        pages.setdefault((hit.document_id, hit.page_number), []).append(hit)
    names = _names(hits)
    blocks, citations = [], []
    for page, of_page in enumerate(pages.values(), start=1):
        first = of_page[0]
        lines = [f"[{page}] {names[first.source]}, page {first.page_label}"]
        for place, hit in enumerate(sorted(of_page, key=lambda h: h.region.order), start=1):
            marker = f"{page}.{place}"
            lines.append(f"[{marker}] {hit.region.text}")
            citations.append(
                Citation(
                    marker,
                    hit.region_id,
                    hit.source,
                    hit.page_number,
                    hit.page_label,
                    hit.region.box,
                )
            )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks), tuple(citations)


def _names(hits: Sequence[Hit]) -> dict[str, str]:
    """Return for each source its file name, or all of it where two files have the same name."""
    sources = dict.fromkeys(hit.source for hit in hits)
    short = [PurePath(source).name or source for source in sources]
    return {
        source: name if short.count(name) == 1 else source
        for source, name in zip(sources, short, strict=True)
    }


def _cut(hits: Sequence[Hit], budget: int, count: Callable[[str], int]) -> Context:
    """Write the beginning of the best hit, as many words as the budget allows."""
    head, citations = _write(hits[:1])
    words = hits[0].region.text.split()
    frame = head[: len(head) - len(hits[0].region.text)]
    low, high = 0, len(words)  # `low` words fit, `high` do not
    while high - low > 1:
        middle = (low + high) // 2
        if count(frame + " ".join(words[:middle]) + " …") <= budget:
            low = middle
        else:
            high = middle
    if low == 0:
        raise ValueError(
            f"a budget of {budget} tokens holds no word of the best hit; its citation alone "
            f"takes {count(frame)}"
        )
    text = frame + " ".join(words[:low]) + " …"
    return Context(text, citations, count(text), tuple(hits[1:]))
