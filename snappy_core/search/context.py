"""Assembling hits into the context of a prompt: reading order, token budget, citations."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from snappy_core.boxes import overlap_by_half
from snappy_core.cancellation import raise_if_ended
from snappy_core.search.budgeted_passages import BudgetedPassages, Passage, pages_of, source_name
from snappy_core.search.hits import Highlight, Hit
from snappy_core.search.quoting import escape_markers, one_line, passage_key, without_lead_in
from snappy_core.types import Box
from snappy_core.unspaced import PIECE

_PIECE = re.compile(r"(?P<word>[A-Z]?[a-z]+)|(?P<capitals>[A-Z]+)|(?P<number>\d+)|\S")
_TOKEN_LENGTHS = {"word": 8, "capitals": 4, "number": 3, None: 1}
"""Characters per token of English text, by kind of piece."""

_MIN_SHARED_WORDS = 0.5
"""Share of the smaller region's words from which two regions count as repetitions."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The region that a marker in the context refers to.

    Attributes:
        marker: such as "2.1", the first region of the second page.
        highlights: the parts of the region that answer, with their boxes.
        tokens: the number of tokens of its line, with the marker.
        elsewhere: regions with the same content elsewhere, under the same marker.
        parts: the regions in other columns or on other pages where the text starts and continues,
            under the same marker.
    """

    marker: str
    region_id: str
    source: str
    page_number: int
    page_label: str
    box: Box
    highlights: tuple[Highlight, ...] = ()
    tokens: int = 0
    elsewhere: tuple[Citation, ...] = ()
    parts: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """A text for a prompt, and the regions that its markers refer to.

    Attributes:
        tokens: the number of tokens of `text`.
        left_out: hits that repeat another region or do not fit the budget.
        left_over: the unused tokens of the budget; None without a budget.
    """

    text: str
    citations: tuple[Citation, ...]
    tokens: int
    left_out: tuple[Hit, ...]
    left_over: int | None = None


def estimate_tokens(text: str) -> int:
    """Estimate the number of tokens of an English text without a tokenizer.

    Words count one token for every 8 letters, rounded up; capitals one for every 4; numbers one for
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

    Hits are taken best first while they fit the budget. A hit is left out if it shares half of its
    words, or without words half of its area, with one already taken. Pages are ordered by their
    best hit, the regions of a page by reading order:

        [1] q3.pdf, page 4
        [1.1] Revenue rose ...
        [1.2] Operating profit ...

    A passage that is on several pages, such as a running header, is written once, below all of its
    places: "[2] q3.pdf, page 4; q4.pdf, page 5". The header of a table is also written once above
    its rows, and the lead-in of a list above its items. A passage that continues over a page break
    is below "[3] q3.pdf, pages 4-5".

    Document text cannot be mistaken for a marker: lines that begin like one get a backslash, and
    names and page labels are folded to one line.

    If not even the first hit fits, its text is cut after the last word that does.

    Args:
        hits: best first, as a search returns them.
        budget: the maximum number of tokens of the text; None for no limit.
        count: counts the tokens of a text, such as `lambda text: len(tokenizer.encode(text))`.
        widen: take the whole table instead of a row, and the whole list instead of an item, if it
            fits.

    Raises:
        ValueError: the budget is too small for one word and its citation.
    """
    budgeted = BudgetedPassages(budget, count, lambda passages: _write(passages, lambda line: 0)[0])
    on_page: defaultdict[tuple[str, int], list[Hit]] = defaultdict(list)
    left_out: list[Hit] = []
    for hit in hits:
        raise_if_ended()
        for candidate in [_widen(hit), hit] if widen else [hit]:
            pages = {(part.document_id, part.page_number) for part in candidate.parts}
            neighbors = (other for page in pages for other in on_page[page])
            if any(share_words(candidate, other) for other in neighbors):
                continue
            if budgeted.add(_passage_key(candidate), candidate):
                for page in pages:
                    on_page[page].append(candidate)
                break
        else:
            left_out.append(hit)
    if left_out and not budgeted.passages and budget is not None:
        return _cut(left_out, budget, count)
    text, citations = _write(budgeted.passages.values(), count)
    tokens = count(text)
    left_over = None if budget is None else budget - tokens
    return Context(text, citations, tokens, tuple(left_out), left_over)


def _widen(hit: Hit) -> Hit:
    """Return the hit widened to the parent of its region, if it has one."""
    if hit.parent is None or hit.parent_id is None:
        return hit
    return replace(hit, region=hit.parent, region_id=hit.parent_id, parent=None, rects=())


def share_words(hit: Hit, other: Hit) -> bool:
    """Return whether two hits share half of the smaller one's words, or of its area without words.

    For hits with several parts, any two parts may share them.
    """
    return any(_share_words(part, own) for part in hit.parts for own in other.parts)


def _share_words(hit: Hit, other: Hit) -> bool:
    if (hit.document_id, hit.page_number) != (other.document_id, other.page_number):
        return False
    words, other_words = set(hit.region.words), set(other.region.words)
    if words and other_words:
        smaller = min(len(words), len(other_words))
        return len(words & other_words) >= _MIN_SHARED_WORDS * smaller
    return overlap_by_half(hit.region.box, other.region.box)


def _passage_key(hit: Hit) -> str:
    region = hit.region
    return passage_key(hit.text, region.label, hit.page_label, hit.page_number) or hit.region_id


def _write(
    passages: Iterable[Passage], count: Callable[[str], int]
) -> tuple[str, tuple[Citation, ...]]:
    pages: dict[tuple[tuple[object, ...], ...], list[Passage]] = {}
    for passage in passages:
        places = tuple(dict.fromkeys(map(pages_of, passage)))
        pages.setdefault(places, []).append(passage)
    names = _short_names([hit for page in pages.values() for passage in page for hit in passage])
    blocks: list[str] = []
    citations: list[Citation] = []
    for page_index, page in enumerate(pages.values(), start=1):
        heads = (f"{names[hit.source]}, {one_line(hit.page_range)}" for hit in page[0])
        lines = [f"[{page_index}] {'; '.join(dict.fromkeys(heads))}"]
        page.sort(key=lambda passage: passage[0].region.order)
        for index, passage in enumerate(page, start=1):
            marker = f"{page_index}.{index}"
            before = page[index - 2][0] if index > 1 else None
            lines.append(f"[{marker}] {_quote(passage[0], before)}")
            citation, *elsewhere = (_cite(marker, hit, count(lines[-1])) for hit in passage)
            citations.append(replace(citation, elsewhere=tuple(elsewhere)))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks), tuple(citations)


def _quote(hit: Hit, before: Hit | None) -> str:
    """Return the text of a hit, without the lead-in that it shares with the hit before it."""
    text = escape_markers(hit.text)
    if before is None:
        return text
    parent = hit.region.parent
    siblings = parent is not None and parent == before.region.parent
    return without_lead_in(text, escape_markers(before.text), siblings=siblings)


def _cite(marker: str, hit: Hit, tokens: int) -> Citation:
    return Citation(
        marker,
        hit.region_id,
        hit.source,
        hit.page_number,
        hit.page_label,
        hit.region.box,
        hit.highlights,
        tokens,
        parts=tuple(_cite(marker, part, tokens) for part in hit.parts if part is not hit),
    )


def _short_names(hits: Sequence[Hit]) -> dict[str, str]:
    """Return the file name of each source, or the source itself if two file names are equal."""
    sources = dict.fromkeys(hit.source for hit in hits)
    names = [source_name(source) for source in sources]
    return {
        source: name if names.count(name) == 1 else one_line(source)
        for source, name in zip(sources, names, strict=True)
    }


def _cut(hits: Sequence[Hit], budget: int, count: Callable[[str], int]) -> Context:
    """Write as many words of the first hit as the budget allows, or letters without spaces."""
    text, (citation,) = _write([(hits[0],)], count)
    prefix = text.removesuffix(escape_markers(hits[0].text))
    piece_ends = [piece.end() for piece in PIECE.finditer(text, len(prefix))]

    def beginning(length: int) -> str:
        return text[: piece_ends[length - 1]] + " …"

    fitting, too_many = 0, len(piece_ends)
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
    tokens = count(text)
    citation = replace(citation, tokens=count(text[text.index("\n") + 1 :]))
    return Context(text, (citation,), tokens, tuple(hits[1:]), budget - tokens)
