"""A search: candidate pages, exact scores of their regions, a ranking, hits."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from snappy_core.cancellation import raise_if_ended
from snappy_core.filters import Filter
from snappy_core.scoring.granularity import answering, drop_nested, rankable
from snappy_core.scoring.ranking import ranking
from snappy_core.scoring.rules import MIXTURE, default_rule
from snappy_core.search.budget import POOL, best_for_budget, fill_budget
from snappy_core.search.continuation import page_contexts, with_parts
from snappy_core.search.filters import resolve
from snappy_core.search.hit_pages import HitPage, HitPages, PageReader
from snappy_core.search.hits import Hit, Hits
from snappy_core.search.hot_area_hits import find_hot_areas, merge
from snappy_core.search.locations.landmarks import LandmarkCache
from snappy_core.search.locations.prior import LocationPrior, locate
from snappy_core.search.locations.references import find_references
from snappy_core.search.options import DEFAULT_K
from snappy_core.search.page_context import make_hit
from snappy_core.search.page_references import PageReference
from snappy_core.search.page_scores import Scores, query_weights, score
from snappy_core.search.sufficiency import answerable
from snappy_core.stores.base import Snapshot
from snappy_core.types import Query

PAGE_BATCH = 256
"""Number of pages whose patches are in memory at once: about 35 MB with a vision encoder."""

HIT_SCORES = ("score", "region_score", "page_score")
RANKED = np.dtype(
    [("page_id", np.int64), ("index", np.int64), *((name, np.float32) for name in HIT_SCORES)]
)
"""A ranked region: its page, its index there, and the scores of its hit."""


def search(
    snapshot: Snapshot,
    query: Query,
    *,
    k: int | None = None,
    budget: int | None = None,
    filter: Filter | None = None,
    score_threshold: float | None = None,
    per_page: int | None = None,
    scoring: str | None = None,
    pages: Iterable[PageReference] | None = None,
    candidates: int | None = None,
    location_references: bool = True,
    landmarks: LandmarkCache | None = None,
    encoder: str = "",
    cut: bool = True,
) -> tuple[Hits, HitPages]:
    """Return the best regions for a query, not yet highlighted, and their pages.

    Args:
        landmarks: a cache of what earlier searches read to find the places that questions name.
        encoder: the name of the query's encoder; without it `Hits.answerable` is unknown.
        cut: whether a region may be cut to fill a budget; false if it will be filled again.

    The other arguments are those of `SearchOptions`, already checked.
    """
    selection = resolve(filter, snapshot, pages)
    page_filter = selection.pages
    reader = PageReader(snapshot)
    contexts = page_contexts(snapshot, reader.context)
    weights = query_weights(snapshot, query)
    page_ids = snapshot.candidates(query.vectors, weights, page_filter, candidates)

    scored = _score_all(reader, page_ids, query, weights, scoring)
    prior = LocationPrior()
    references = find_references(query.text) if location_references else ()
    if references and scored:
        page_scores = np.concatenate([scores.pages for _, scores in scored])
        landmarks = LandmarkCache() if landmarks is None else landmarks
        prior = locate(snapshot, references, page_ids, page_scores, page_filter, landmarks)
        new_ids = prior.new_pages(page_ids)
        scored += _score_all(reader, new_ids, query, weights, scoring)
        page_ids = np.concatenate([page_ids, new_ids])

    batches = [
        rank(
            batch,
            replace(scores, overall=prior.raise_scores(scores.overall, batch, scores.offsets)),
            selection.labels,
            allowed=selection.mask(batch, scores.labels, reader.context),
            named=prior.named_labels(),
            nested=budget is not None,
        )
        for batch, scores in scored
    ]
    ranked = np.concatenate([np.empty(0, RANKED), *batches])
    ranked = ranked[ranking(ranked["score"])]
    page_scores = np.concatenate([np.empty(0), *(scores.pages for _, scores in scored)])
    probability = None
    if (scoring or default_rule(query)) == MIXTURE:
        probability = answerable(ranked["region_score"], page_scores, encoder)
    threshold = -math.inf if score_threshold is None else score_threshold
    ranked = ranked[ranked["score"] >= threshold]
    page_limit = math.inf if per_page is None else per_page
    if budget is not None:  # only some of the hits fill it
        page_limit *= POOL
    # A picture without words is useless to a reader of text, unless a filter asks for it.
    needs_text = query.terms is not None and selection.labels is None

    def ranked_hits() -> Iterator[Hit]:
        seen: set[tuple[object, ...]] = set()
        of_page = Counter[int]()
        for row in ranked:
            raise_if_ended()
            page_id, index, *values = row.tolist()
            if of_page[page_id] >= page_limit:
                continue
            context = reader.context(page_id)
            if needs_text and not context.page.regions[index].text.strip():
                continue
            hit = make_hit(
                context,
                context.page.regions[index],
                index,
                query=query.text,
                rank=len(seen) + 1,
                locations=prior.matches(page_id, index),
                page_maxsim=0.0,  # computed below, only for the hits
                **dict(zip(HIT_SCORES, values, strict=True)),
            )
            hit = with_parts(hit, context, index, contexts)
            # The same bytes may be in the index twice, under different names or metadata; and a
            # text that continues over a page break is one answer.
            first = hit.parts[0]
            local_id = first.region_id.removeprefix(first.document_id)
            identity = (
                context.document.content_hash,
                local_id,
                first.region.box,
                first.region.text,
            )
            if identity not in seen:
                seen.add(identity)
                of_page[page_id] += 1
                yield hit

    if budget is None:
        hits = list(islice(ranked_hits(), min(k or DEFAULT_K, sys.maxsize)))
    else:
        hits = best_for_budget(ranked_hits(), budget)
    if query.terms is None and selection.has_areas:
        best = ranking(prior.raise_pages(page_scores, page_ids))[: k or DEFAULT_K]
        areas = find_hot_areas(
            reader,
            query,
            page_ids[best],
            page_scores[best],
            prior,
            selection.allows_area,
        )
        limit = (k or DEFAULT_K, per_page) if budget is None else (None, None)
        hits = merge([*hits, *(hit for hit in areas if hit.score >= threshold)], *limit)
    if budget is not None:

        def cut_hit(hit: Hit, tokens_left: int, count: Callable[[str], int]) -> Hit | None:
            hit_page = reader.hit_pages([hit], query, weights)[hit.region_id]
            return hit_page.cut(hit, tokens_left, count)

        hits = fill_budget(hits, budget, k, per_page, cut=cut_hit if cut else None)
    if hits and hits[0].locations:
        probability = None  # "page 14" asks for a place; the weights are for questions of content
    hit_pages = reader.hit_pages(hits, query, weights)
    maxsim = cache(HitPage.maxsim)
    scored_hits = [replace(hit, page_maxsim=maxsim(hit_pages[hit.region_id])) for hit in hits]
    return Hits(query.text, tuple(scored_hits), probability), hit_pages


def _score_all(
    reader: PageReader,
    page_ids: NDArray[np.int64],
    query: Query,
    weights: NDArray[np.float32],
    scoring: str | None,
) -> list[tuple[NDArray[np.int64], Scores]]:
    """Return batches of page ids (p,) with the scores of their pages."""
    batches = [
        page_ids[start : start + PAGE_BATCH] for start in range(0, len(page_ids), PAGE_BATCH)
    ]
    scored = []
    for batch in batches:
        raise_if_ended()
        scored.append((batch, score(reader.vectors(batch.tolist()), query, weights, scoring)))
    return scored


def rank(
    page_ids: NDArray[np.int64],
    scores: Scores,
    labels: frozenset[int] | None = None,
    *,
    allowed: NDArray[np.bool_] | None = None,
    named: frozenset[int] = frozenset(),
    nested: bool = False,
) -> NDArray[np.void]:
    """Return the regions of scored pages that a search may return, best first, as `RANKED` rows.

    Args:
        page_ids: (p,) the ids of the scored pages.
        labels: the labels that a filter asks for, as indices into `LABELS`.
        allowed: (r,) the regions that match the rest of a filter.
        named: labels of running heads and listings that a question asks for.
        nested: whether to return regions together with what contains them.
    """
    if labels is None:
        mask = answering(scores.labels, scores.parents, scores.offsets)
        mask |= np.isin(scores.labels, list(named))
    else:
        mask = rankable(scores.labels, scores.parents, labels)
    if allowed is not None:
        mask &= allowed
    order = np.flatnonzero(mask)
    order = order[ranking(scores.overall[order])]
    if not nested:
        order = order[drop_nested(order, scores.parents)]
    page = np.searchsorted(scores.offsets, order, side="right") - 1
    ranked = np.empty(len(order), RANKED)
    ranked["page_id"] = page_ids[page]
    ranked["index"] = order - scores.offsets[page]
    ranked["score"] = scores.overall[order]
    ranked["region_score"] = scores.regions[order]
    ranked["page_score"] = scores.pages[page]
    return ranked
