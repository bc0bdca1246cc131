"""Why a region was found: heat maps, and the match of each token of the question."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.idf import term
from snappy_core.scoring.maxsim import similarities
from snappy_core.scoring.membership import assign
from snappy_core.scoring.propagation import heat
from snappy_core.scoring.ranking import REGION_SHARE
from snappy_core.search.hits import Explanation, HeatMap, Hit, TokenMatch
from snappy_core.search.locations.references import raised, without_places
from snappy_core.search.page_scores import query_weights, score
from snappy_core.search.reading import find_page
from snappy_core.stores.base import Snapshot
from snappy_core.types import Box, Page, Patches, Query


def heatmap(snapshot: Snapshot, query: Query, hit: Hit, token: int | str | None = None) -> HeatMap:
    """Return the heat of each local patch of a hit's page; see `RegionIndex.heatmap`."""
    page, patches = find_page(snapshot, hit)
    vectors, scales = patches.vectors[patches.local], patches.scales[patches.local]
    similarity = similarities(query.vectors, vectors, scales)
    if token is None:
        values = heat(similarity, query.content_mask)
        if any(query.terms or ()) and patches.grid is None and len(page.words) == len(values):
            # "the" is similar to every word of a question, and answers none.
            stop_words = np.array([term(text) is None for text in page.words.texts], dtype=bool)
            values = np.where(stop_words, values.min(initial=0), values).astype(np.float32)
    else:
        values = similarity[_token_index(query, token)]
    boxes = patches.boxes[patches.local]
    return HeatMap(query.text, hit.document_id, hit.page_number, values, boxes, patches.grid)


def _token_index(query: Query, token: int | str) -> int:
    if isinstance(token, int) and -len(query.tokens) <= token < len(query.tokens):
        return token
    if isinstance(token, str) and token in query.tokens:
        return query.tokens.index(token)
    raise ValueError(f"token {token!r} is not in the question: {list(query.tokens)}")


def explain(snapshot: Snapshot, query: Query, hit: Hit, scoring: str | None = None) -> Explanation:
    """Return the best match of each token and the share of each signal; see `RegionIndex`."""
    page, patches = find_page(snapshot, hit)
    weights = query_weights(snapshot, query)
    region = hit.whole or hit.region
    if region in page.regions:
        page_ids = snapshot.page_ids(hit.document_id)
        scores = score(snapshot.vectors([page_ids[page.number]]), query, weights, scoring)
        index = page.regions.index(region)
        shares = {
            name: scores.weights[name] * float(values[index])
            for name, values in scores.signals.items()
        }
    else:
        page_share = (1 - REGION_SHARE) * hit.page_score
        shares = {"region": REGION_SHARE * hit.region_score, "page": page_share}
    if hit.rerank_score is not None:
        shares["reranker"] = without_places(hit.score, hit.locations) - sum(shares.values())
    shares["location"] = raised(sum(shares.values()), hit.locations) - sum(shares.values())
    shares = {name: share for name, share in shares.items() if share}
    similarity = similarities(query.vectors, patches.vectors, patches.scales)
    # All regions, because a region also owns the patches of its children; and the hot area, if any.
    regions = page.regions if region in page.regions else (*page.regions, region)
    membership = assign(regions, patches)
    index = regions.index(region)
    entries = slice(membership.offsets[index], membership.offsets[index + 1])
    own_patches = membership.patches[entries][membership.own[entries]]
    all_patches = np.arange(len(patches))
    matches = []
    for token, weight, row in zip(query.tokens, weights.tolist(), similarity, strict=True):
        in_region, on_page = _best(row, own_patches), _best(row, all_patches)
        matches.append(
            TokenMatch(
                token=token,
                weight=weight,
                similarity=0.0 if in_region is None else float(row[in_region]),
                match=_word(page, patches, in_region),
                box=_box(patches, in_region),
                page_similarity=-1.0 if on_page is None else float(row[on_page]),
                page_match=_word(page, patches, on_page),
                page_box=_box(patches, on_page),
            )
        )
    return Explanation(tuple(matches), shares, hit.locations, hit.rerank_score)


def _best(row: NDArray[np.float32], patches: NDArray[np.intp] | NDArray[np.int32]) -> int | None:
    return int(patches[row[patches].argmax()]) if len(patches) else None


def _word(page: Page, patches: Patches, patch: int | None) -> str:
    return "" if patch is None or patches.grid is not None else page.words.texts[patch]


def _box(patches: Patches, patch: int | None) -> Box | None:
    if patch is None:
        return None
    x0, y0, x1, y1 = patches.boxes[patch].tolist()
    return x0, y0, x1, y1
