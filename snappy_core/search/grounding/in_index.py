"""Grounding in an index, which has exact boxes of words and finds passages for each claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from snappy_core.errors import PageUnavailableError
from snappy_core.search.grounding.grounding import TextEncoder, ground_in
from snappy_core.search.grounding.passages import (
    GroundingSource,
    Passage,
    passages_of_region,
    passages_of_text,
    sources_of_hit,
)
from snappy_core.search.grounding.report import Grounding
from snappy_core.search.hits import Hit, Hits
from snappy_core.search.reading import find_region
from snappy_core.stores.base import Snapshot

CLAIM_HITS = 8
"""Number of regions found for each claim."""


def ground_in_index(
    snapshot: Snapshot,
    answer: str,
    sources: Iterable[Hit | GroundingSource] | None,
    encoder: TextEncoder,
    search: Callable[[str, int], Hits],
) -> Grounding:
    """Return which claims of an answer the sources, or anything in the index, support.

    Args:
        sources: None to search the index for each claim.
        search: returns the best hits for a text, given their number.
    """
    passages_by_source: dict[tuple[str, str], list[Passage]] = {}

    def passages(source: Hit | GroundingSource) -> list[Passage]:
        parts = sources_of_hit(source) if isinstance(source, Hit) else [source]
        for part in parts:
            key = part.region_id, part.text
            if key not in passages_by_source:
                passages_by_source[key] = _passages(snapshot, part)
        return [
            passage for part in parts for passage in passages_by_source[part.region_id, part.text]
        ]

    if sources is None:
        return ground_in(
            answer,
            lambda claim: [p for hit in search(claim, CLAIM_HITS) for p in passages(hit)],
            encoder,
        )
    fixed = [passage for source in sources for passage in passages(source)]
    return ground_in(answer, lambda _: fixed, encoder)


def _passages(snapshot: Snapshot, source: GroundingSource) -> list[Passage]:
    try:
        page, region = find_region(snapshot, source.region_id, source.text)
    except PageUnavailableError:  # a hot area, a text from elsewhere, or one that has changed since
        return passages_of_text(source)
    return passages_of_region(source, page, region) or passages_of_text(source)
