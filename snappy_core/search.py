"""From a question to hits: candidate pages, exact scores of their regions, selection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import line_boxes
from snappy_core.filters import Filter, PageReference, find_pages, resolve
from snappy_core.scoring.maxsim import page_scores, segment_max, similarities
from snappy_core.scoring.membership import Membership, concatenate
from snappy_core.scoring.relevance import SCORINGS, Scoring, region_scores
from snappy_core.scoring.selection import cap_per_group, combine, ranking
from snappy_core.scoring.terms import token_weights
from snappy_core.stores.base import Catalog, PageVectors, Snapshot
from snappy_core.types import Hit, Hits, Query, Region

CANDIDATES = 200
"""Pages scored exactly. An index with no more pages than this is searched without a first stage."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """All regions of the candidate pages with their scores.

    Attributes:
        pages: (p,) ids of the candidate pages.
        page_scores, page_maxsims: (p,).
        region_pages: (r,) place of each region's page in `pages`.
        region_places: (r,) index of the region on its page.
        region_scores, scores: (r,) the region's own score, and what it is ranked by.
    """

    pages: NDArray[np.int64]
    page_scores: NDArray[np.float32]
    page_maxsims: NDArray[np.float32]
    region_pages: NDArray[np.int64]
    region_places: NDArray[np.int64]
    region_scores: NDArray[np.float32]
    scores: NDArray[np.float32]


def check_options(
    k: int, score_threshold: float | None, per_page: int | None, scoring: str
) -> None:
    """Raise ValueError for an option out of range, naming what is allowed."""
    for name, value in (("k", k), ("per_page", per_page)):
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1
        ):
            raise ValueError(f"{name} must be an integer of at least 1, not {value!r}")
    if score_threshold is not None and not -1 <= score_threshold <= 1:
        raise ValueError(f"score_threshold must be between -1 and 1, not {score_threshold!r}")
    if scoring not in SCORINGS:
        raise ValueError(f"scoring must be one of {', '.join(SCORINGS)}, not {scoring!r}")


def search(
    snapshot: Snapshot,
    query: Query,
    *,
    k: int = 5,
    filter: Filter | None = None,
    score_threshold: float | None = None,
    per_page: int | None = None,
    scoring: Scoring = "maxsim",
    pages: Iterable[PageReference] | None = None,
) -> Hits:
    """Return the best regions for a question; see `RegionIndex.search`."""
    check_options(k, score_threshold, per_page, scoring)
    chosen = resolve(filter, snapshot.documents() if filter else ())
    catalog = snapshot.catalog()
    weights = query_weights(snapshot, query)
    allowed = chosen.page_mask(catalog)
    if pages is not None:
        allowed &= np.isin(catalog.pages, find_pages(snapshot, pages))
    best = candidates(catalog, np.flatnonzero(allowed), query, weights)
    vectors = snapshot.vectors(best.tolist())
    scored = score(best, vectors, query, weights, scoring)
    eligible = chosen.region_mask(vectors)
    if score_threshold is not None:
        eligible &= scored.scores >= score_threshold
    order = np.flatnonzero(eligible)
    order = order[ranking(scored.scores[order])]
    if per_page is not None:
        order = order[cap_per_group(scored.region_pages[order], per_page)]
    return Hits(query.text, _hits(snapshot, query, scored, order[:k]))


def query_weights(snapshot: Snapshot, query: Query) -> NDArray[np.float32]:
    """Return the weight of each token of a question in this state of the index, sum 1."""
    terms = {term for term in query.terms or () if term is not None}
    return token_weights(
        query.terms, len(query.tokens), snapshot.frequencies(terms), snapshot.page_count()
    )


def candidates(
    catalog: Catalog,
    allowed: NDArray[np.intp],
    query: Query,
    weights: NDArray[np.float32],
    most: int = CANDIDATES,
) -> NDArray[np.int64]:
    """Return the ids of the pages to score exactly, at most `most`, by their pooled vectors.

    `allowed` are places in the catalog. When they are few, all are taken as they are.
    """
    if len(allowed) > most:
        similarity = similarities(query.vectors[weights > 0], catalog.vectors, catalog.scales)
        best = segment_max(similarity, catalog.offsets, empty=-1.0)
        rough = (weights[weights > 0] @ best)[allowed]
        allowed = np.sort(allowed[np.argpartition(-rough, most)[:most]])
    return catalog.pages[allowed]


def score(
    pages: NDArray[np.int64],
    vectors: Sequence[PageVectors],
    query: Query,
    weights: NDArray[np.float32],
    scoring: Scoring = "maxsim",
) -> Scored:
    """Score all regions of pages (p,) by their patches, given in the same order."""
    counts = [len(page.vectors) for page in vectors]
    similarity = np.empty((len(query.vectors), sum(counts)), dtype=np.float32)
    offsets = np.cumsum([0, *counts], dtype=np.int64)
    for page, start, stop in zip(vectors, offsets, offsets[1:], strict=False):
        similarity[:, start:stop] = similarities(query.vectors, page.vectors, page.scales)
    of_pages, raw = page_scores(similarity, offsets, weights)
    members: Membership = concatenate([page.members for page in vectors], counts)
    of_regions = region_scores(similarity, weights, query.speaks, members, scoring)
    sizes = [len(page.labels) for page in vectors]
    region_pages = np.repeat(np.arange(len(vectors)), sizes)
    return Scored(
        pages=pages,
        page_scores=of_pages,
        page_maxsims=raw,
        region_pages=region_pages,
        region_places=np.concatenate([np.arange(n) for n in sizes] or [np.arange(0)]),
        region_scores=of_regions,
        scores=combine(of_regions, of_pages[region_pages]),
    )


def _hits(
    snapshot: Snapshot, query: Query, scored: Scored, order: NDArray[np.intp]
) -> tuple[Hit, ...]:
    owners = {}  # page id -> page, document and neighbours of its regions, each read once
    hits = []
    for rank, which in enumerate(order.tolist(), start=1):
        place = int(scored.region_pages[which])
        page_id = int(scored.pages[place])
        if page_id not in owners:
            page, document = snapshot.page(page_id), snapshot.document_of(page_id)
            owners[page_id] = page, document, _neighbours(page.regions)
        page, document, neighbours = owners[page_id]
        stem = f"{document.document_id}#p{page.number}r"
        number = int(scored.region_places[which])
        region = page.regions[number]
        before, after = neighbours[number]
        words = list(region.words)
        confidences = page.words.confidences
        hits.append(
            Hit(
                region=region,
                region_id=f"{stem}{number}",
                document_id=document.document_id,
                source=document.source,
                page_number=page.number,
                page_label=page.label,
                page_width=page.width,
                page_height=page.height,
                page_unit=page.unit,
                score=float(scored.scores[which]),
                region_score=float(scored.region_scores[which]),
                page_score=float(scored.page_scores[place]),
                page_maxsim=float(scored.page_maxsims[place]),
                rank=rank,
                ocr_confidence=(
                    -1.0 if confidences is None or not words else float(confidences[words].mean())
                ),
                rects=tuple(
                    (x0, y0, x1, y1)
                    for x0, y0, x1, y1 in line_boxes(page.words.boxes[words]).tolist()
                ),
                user_space=page.user_space,
                metadata=dict(document.metadata),
                query=query.text,
                previous_id=None if before is None else f"{stem}{before}",
                next_id=None if after is None else f"{stem}{after}",
            )
        )
    return tuple(hits)


def _neighbours(regions: Sequence[Region]) -> dict[int, tuple[int | None, int | None]]:
    """Return for each place in `regions` the places read just before and after it."""
    order = sorted(range(len(regions)), key=lambda place: regions[place].order)
    befores, afters = [None, *order[:-1]], [*order[1:], None]
    return {
        place: (before, after) for before, place, after in zip(befores, order, afters, strict=True)
    }
