"""Hits widened to the table, section or page that contains them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from snappy_core.errors import PageUnavailableError
from snappy_core.search.context import estimate_tokens, share_words
from snappy_core.search.hits import Hit
from snappy_core.search.options import Widen
from snappy_core.search.reading import read_region, read_section_of
from snappy_core.stores.base import Snapshot

_CARRIED = (
    "score",
    "region_score",
    "page_score",
    "page_maxsim",
    "rank",
    "query",
    "locations",
    "rerank_score",
)
"""The attributes that a widened hit takes from the best hit in it."""


def widen_hits(
    snapshot: Snapshot,
    hits: Sequence[Hit],
    widen: Widen,
    budget: int | None = None,
    *,
    count: Callable[[str], int] = estimate_tokens,
) -> list[Hit]:
    """Return the tables, sections or pages that contain hits, each once, best first.

    Each has the scores of its best hit and the highlights of all. A hit that is not in a table or
    section, or in one that does not fit the budget, is returned unchanged. A text that continues
    over a page break is on all of its pages; with a budget, only on the page of its region.

    Args:
        budget: the maximum number of tokens of all texts.
        count: counts the tokens of a text.
    """
    entries = list(hits)
    for hit in hits:
        if all(hit is not entry for entry in entries):
            continue  # earlier results contain it
        if widen == "page":
            wholes, inside = _pages(snapshot, hit, entries, budget)
        else:
            whole = _enclosing(snapshot, hit, widen)
            wholes = [] if whole is None else [whole]
            inside = [entry for entry in entries if any(share_words(entry, w) for w in wholes)]
        if not wholes:
            continue
        carried = [_carry(w, [entry for entry in entries if share_words(entry, w)]) for w in wholes]
        widened: list[Hit] = []
        for entry in entries:
            if entry is inside[0]:
                widened += carried
            elif all(entry is not other for other in inside):
                widened.append(entry)
        if budget is None or sum(count(entry.text) for entry in widened) <= budget:
            entries = widened
    return [replace(hit, rank=rank) for rank, hit in enumerate(entries, start=1)]


def _pages(
    snapshot: Snapshot, hit: Hit, entries: Sequence[Hit], budget: int | None
) -> tuple[list[Hit], list[Hit]]:
    """Return the pages of a hit that are not yet among entries, and the entries they replace."""
    ids = {entry.region_id for entry in entries}
    page_ids = _page_ids(hit, budget)
    try:
        wholes = [read_region(snapshot, page_id) for page_id in page_ids if page_id not in ids]
    except PageUnavailableError:
        return [], []
    ids.update(page_ids)
    narrow = [entry for entry in entries if entry.region_id not in _page_ids(entry, budget)]
    return wholes, [entry for entry in narrow if ids.issuperset(_page_ids(entry, budget))]


def _page_ids(hit: Hit, budget: int | None) -> list[str]:
    """Return the ids of the pages that represent a hit, the page of its region first."""
    numbers = dict.fromkeys([hit.page_number, *(part.page_number for part in hit.parts)])
    page_ids = [f"{hit.document_id}#p{number}" for number in numbers]
    return page_ids if budget is None else page_ids[:1]


def _enclosing(snapshot: Snapshot, hit: Hit, widen: Widen) -> Hit | None:
    """Return what contains a hit; None if nothing of the kind does, or if it has changed since."""
    try:
        if widen == "section":
            return read_section_of(snapshot, hit.region_id)
        table, part = None, hit
        while part.parent_id is not None:
            part = read_region(snapshot, part.parent_id)
            table = part if part.region.label == "table" else table
        return table
    except PageUnavailableError:
        return None


def _carry(whole: Hit, inside: Sequence[Hit]) -> Hit:
    """Return a widened hit with the scores of the first hit in it and the highlights of all."""
    marked = [part for hit in inside for part in hit.parts]

    def with_highlights(part: Hit) -> Hit:
        own = [h for m in marked if m.page_number == part.page_number for h in m.highlights]
        return replace(part, highlights=tuple(dict.fromkeys(own)))

    return replace(
        with_highlights(whole),
        previous_parts=tuple(map(with_highlights, whole.previous_parts)),
        next_parts=tuple(map(with_highlights, whole.next_parts)),
        **{name: getattr(inside[0], name) for name in _CARRIED},
    )
