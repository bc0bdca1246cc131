"""Why a region was found: heat maps and explanations."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import PageUnavailableError
from snappy_core.scoring.maxsim import similarities
from snappy_core.scoring.membership import assign
from snappy_core.scoring.propagation import heat
from snappy_core.search.engine import query_weights
from snappy_core.search.hits import HeatMap, Hit, TokenMatch
from snappy_core.stores.base import DocumentRecord, Snapshot
from snappy_core.types import Box, Page, Patches, Query, Region


def heatmap(snapshot: Snapshot, query: Query, hit: Hit, token: int | str | None = None) -> HeatMap:
    """Return the relevance of each local patch of a hit's page; see `RegionIndex.heatmap`."""
    _, patches = stored(snapshot, hit)
    vectors, scales = patches.vectors[patches.local], patches.scales[patches.local]
    similarity = similarities(query.vectors, vectors, scales)
    values = (
        heat(similarity, query.content_mask) if token is None else similarity[_find(query, token)]
    )
    boxes = patches.boxes[patches.local]
    return HeatMap(query.text, hit.document_id, hit.page_number, values, boxes, patches.grid)


def explain(snapshot: Snapshot, query: Query, hit: Hit) -> tuple[TokenMatch, ...]:
    """Return what each token of the question found; see `RegionIndex.explain`."""
    page, patches = stored(snapshot, hit)
    weights = query_weights(snapshot, query)
    similarity = similarities(query.vectors, patches.vectors, patches.scales)
    # With the other regions: what a region holds counts for it. A hot area is not among them.
    regions = page.regions if hit.region in page.regions else (*page.regions, hit.region)
    members = assign(regions, patches)
    place = regions.index(hit.region)
    entries = slice(members.offsets[place], members.offsets[place + 1])
    own = members.patches[entries][members.own[entries]]
    everywhere = np.arange(len(patches))
    matches = []
    for token, weight, row in zip(query.tokens, weights.tolist(), similarity, strict=True):
        inside, outside = _best(row, own), _best(row, everywhere)
        matches.append(
            TokenMatch(
                token=token,
                weight=weight,
                similarity=float(row[inside]) if inside is not None else 0.0,
                match=_reads(page, patches, inside),
                box=_box(patches, inside),
                page_similarity=float(row[outside]) if outside is not None else -1.0,
                page_match=_reads(page, patches, outside),
                page_box=_box(patches, outside),
            )
        )
    return tuple(matches)


def stored(snapshot: Snapshot, hit: Hit) -> tuple[Page, Patches]:
    """Return the page of a hit and its patches.

    Raises:
        PageUnavailableError: the document is gone, or another one stands in its place.
    """
    page_id = snapshot.page_ids(hit.document_id).get(hit.page_number)
    if page_id is not None:
        page = snapshot.page(page_id)
        # A hot area is no region of the page: it comes with the question.
        if hit.region.label == "hot_area" or hit.region in page.regions:
            return page, snapshot.patches(page_id)
    raise PageUnavailableError(
        f"{hit.document_id}, page {hit.page_number}: no longer in the index as it was found; "
        "search again"
    )


def find(snapshot: Snapshot, region_id: str, text: str) -> tuple[DocumentRecord, Page, Region]:
    """Return the region with an id, its page and document, if it still reads as given.

    Raises:
        PageUnavailableError: it does not, or there is none.
    """
    document_id, _, place = region_id.rpartition("#p")
    match = re.fullmatch(r"(\d+)r(\d+)", place)
    document = snapshot.document(document_id)
    if match and document:
        page_id = snapshot.page_ids(document_id).get(int(match[1]))
        if page_id is not None:
            page = snapshot.page(page_id)
            number = int(match[2])
            if number < len(page.regions) and page.regions[number].text == text:
                return document, page, page.regions[number]
    raise PageUnavailableError(f"{region_id}: no longer in the index as it was found; search again")


def _find(query: Query, token: int | str) -> int:
    if isinstance(token, int) and -len(query.tokens) <= token < len(query.tokens):
        return token
    if isinstance(token, str) and token in query.tokens:
        return query.tokens.index(token)
    raise ValueError(f"token {token!r} is not in the question: {list(query.tokens)}")


def _best(row: NDArray[np.float32], among: NDArray[np.intp] | NDArray[np.int32]) -> int | None:
    return int(among[row[among].argmax()]) if len(among) else None


def _reads(page: Page, patches: Patches, patch: int | None) -> str:
    if patch is None or patches.grid is not None:
        return ""
    return page.words.texts[patch]


def _box(patches: Patches, patch: int | None) -> Box | None:
    if patch is None:
        return None
    x0, y0, x1, y1 = patches.boxes[patch].tolist()
    return x0, y0, x1, y1
