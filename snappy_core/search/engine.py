"""From a question to hits: candidate pages, exact scores of their regions, selection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import as_boxes, coverage, enclose
from snappy_core.scoring.granularity import drop_nested, penalize_size
from snappy_core.scoring.hot_areas import hot_areas
from snappy_core.scoring.idf import token_weights
from snappy_core.scoring.kernel import in_numpy
from snappy_core.scoring.maxsim import page_scores, similarities
from snappy_core.scoring.membership import Membership, assign, concatenate
from snappy_core.scoring.propagation import SCORINGS, Scoring, heat, propagate, region_scores
from snappy_core.scoring.query_cues import label_boost
from snappy_core.scoring.ranking import cap_per_group, combine, ranking
from snappy_core.search.filters import Filter, PageReference, find_pages, resolve
from snappy_core.search.hits import Hit, Hits
from snappy_core.search.page_context import PageContext, make_hit, read_page_context
from snappy_core.stores.base import PageFilter, PageVectors, Snapshot, concatenate_regions
from snappy_core.types import Query, Region

_TOGETHER = 256  # pages whose patches are in memory at once, however many are scored


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """All regions of the candidate pages with their scores.

    Attributes:
        pages: (p,) ids of the candidate pages.
        page_scores, page_maxsims: (p,).
        region_pages: (r,) place of each region's page in `pages`.
        region_places: (r,) index of the region on its page.
        parents: (r,) the region that holds each, -1 for none.
        region_scores: (r,) the region's own score.
        within, scores: (r,) what it is ranked by on its page, and over all pages.
    """

    pages: NDArray[np.int64]
    page_scores: NDArray[np.float32]
    page_maxsims: NDArray[np.float32]
    region_pages: NDArray[np.int64]
    region_places: NDArray[np.int64]
    parents: NDArray[np.int64]
    region_scores: NDArray[np.float32]
    within: NDArray[np.float32]
    scores: NDArray[np.float32]


def check_options(
    k: int,
    score_threshold: float | None,
    per_page: int | None,
    scoring: str | None,
    depth: int | None = None,
) -> None:
    """Raise ValueError for an option out of range, naming what is allowed."""
    for name, value in (("k", k), ("per_page", per_page), ("candidates", depth)):
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1
        ):
            raise ValueError(f"{name} must be an integer of at least 1, not {value!r}")
    if score_threshold is not None and not -1 <= score_threshold <= 1:
        raise ValueError(f"score_threshold must be between -1 and 1, not {score_threshold!r}")
    if scoring is not None and scoring not in SCORINGS:
        raise ValueError(f"scoring must be one of {', '.join(SCORINGS)}, not {scoring!r}")


def search(
    snapshot: Snapshot,
    query: Query,
    *,
    k: int = 5,
    filter: Filter | None = None,
    score_threshold: float | None = None,
    per_page: int | None = None,
    scoring: Scoring | None = None,
    pages: Iterable[PageReference] | None = None,
    depth: int | None = None,
) -> Hits:
    """Return the best regions for a question; see `RegionIndex.search`.

    `depth` is its `candidates`.
    """
    check_options(k, score_threshold, per_page, scoring, depth)
    chosen = resolve(filter, snapshot.documents() if filter else ())
    weights = query_weights(snapshot, query)
    named = None if pages is None else frozenset(find_pages(snapshot, pages).tolist())
    allowed = PageFilter(chosen.documents, chosen.pages, named)
    best = snapshot.candidates(query.vectors, weights, allowed, depth)
    lots, masks = [], []
    for start in range(0, max(len(best), 1), _TOGETHER):
        lot = best[start : start + _TOGETHER]
        vectors = snapshot.vectors(lot.tolist())
        lots.append(score(lot, vectors, query, weights, scoring or default_scoring(query)))
        masks.append(chosen.region_mask(vectors))
        del vectors  # before the next are read
    scored, eligible = join(lots), np.concatenate(masks)
    if score_threshold is not None:
        eligible &= scored.scores >= score_threshold
    order = np.flatnonzero(eligible)
    order = order[ranking(scored.scores[order])]
    order = order[drop_nested(order, scored.parents)]
    if per_page is not None:
        order = order[cap_per_group(scored.region_pages[order], per_page)]
    owners: dict[int, PageContext] = {}
    hits = _hits(snapshot, query, scored, order[:k], owners)
    if query.terms is None and chosen.allows("hot_area"):
        least = -np.inf if score_threshold is None else score_threshold
        hot = [hit for hit in _hot(snapshot, query, scored, k, owners) if hit.score >= least]
        hits = _merge([*hits, *hot], k, per_page)
    return Hits(query.text, tuple(hits))


def default_scoring(query: Query) -> Scoring:
    """Return "maxsim" for a question of a text encoder, "iou_weighted" for others.

    Only a text encoder gives terms. For words "maxsim" found more on every bench; on patches of
    a vision encoder it is not measured yet, so they have the rule of the paper.
    """
    return "iou_weighted" if query.terms is None else "maxsim"


def query_weights(snapshot: Snapshot, query: Query) -> NDArray[np.float32]:
    """Return the weight of each token of a question in this state of the index, sum 1."""
    terms = {term for term in query.terms or () if term is not None}
    return token_weights(
        query.terms, len(query.tokens), snapshot.frequencies(terms), snapshot.page_count()
    )


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
    places = pairwise(offsets.tolist())
    in_numpy(query.vectors).fill(
        (page.vectors, page.scales, similarity[:, start:stop])
        for page, (start, stop) in zip(vectors, places, strict=True)
    )
    of_pages, raw = page_scores(similarity, offsets, weights)
    members: Membership = concatenate([page.membership for page in vectors], counts)
    of_regions = region_scores(similarity, weights, query.content_mask, members, scoring)
    sizes = [len(page.labels) for page in vectors]
    region_pages = np.repeat(np.arange(len(vectors)), sizes)
    labels, parents = concatenate_regions([(page.labels, page.parents) for page in vectors])
    within = of_regions
    if scoring == "maxsim":
        within = penalize_size(of_regions, members, labels) + label_boost(query.text, labels)
    return Scored(
        pages=pages,
        page_scores=of_pages,
        page_maxsims=raw,
        region_pages=region_pages,
        region_places=np.concatenate([np.arange(n) for n in sizes] or [np.arange(0)]),
        parents=parents,
        region_scores=of_regions,
        within=within,
        scores=combine(within, of_pages[region_pages]),
    )


def join(lots: Sequence[Scored]) -> Scored:
    """Return the regions of pages that were scored in several lots, at least one."""
    if len(lots) == 1:
        return lots[0]
    pages = np.cumsum([0, *(len(lot.pages) for lot in lots)])[:-1]
    regions = np.cumsum([0, *(len(lot.parents) for lot in lots)])[:-1]
    joined = {
        field.name: np.concatenate([getattr(lot, field.name) for lot in lots])
        for field in fields(Scored)
    }
    joined["region_pages"] += np.repeat(pages, [len(lot.parents) for lot in lots])
    held = joined["parents"] >= 0
    joined["parents"][held] += np.repeat(regions, [len(lot.parents) for lot in lots])[held]
    return Scored(**joined)


def _hits(
    snapshot: Snapshot,
    query: Query,
    scored: Scored,
    order: NDArray[np.intp],
    owners: dict[int, PageContext],
) -> list[Hit]:
    """Return the hits of ranked regions; each page is read once, into `owners`."""
    hits = []
    for rank, which in enumerate(order.tolist(), start=1):
        place, number = int(scored.region_pages[which]), int(scored.region_places[which])
        owner = _owner(snapshot, int(scored.pages[place]), owners)
        hits.append(
            make_hit(
                owner,
                owner.page.regions[number],
                number,
                query=query.text,
                score=float(scored.scores[which]),
                region_score=float(scored.region_scores[which]),
                page_score=float(scored.page_scores[place]),
                page_maxsim=float(scored.page_maxsims[place]),
                rank=rank,
            )
        )
    return hits


def _owner(snapshot: Snapshot, page: int, owners: dict[int, PageContext]) -> PageContext:
    if page not in owners:
        owners[page] = read_page_context(snapshot, page)
    return owners[page]


def _hot(
    snapshot: Snapshot, query: Query, scored: Scored, k: int, owners: dict[int, PageContext]
) -> Iterator[Hit]:
    """Yield the hot areas of the best `k` pages that no region covers, as regions without words.

    They are scored by the paper's rule, whatever the other regions are.
    """
    for place in ranking(scored.page_scores)[:k].tolist():
        page = int(scored.pages[place])
        patches = snapshot.patches(page)
        if patches.grid is None:
            continue
        local = np.flatnonzero(patches.local)
        similarity = similarities(query.vectors, patches.vectors, patches.scales)
        warmth = heat(similarity, query.content_mask)
        owner = _owner(snapshot, page, owners)
        boxes = as_boxes([region.box for region in owner.page.regions])
        covered = np.asarray((coverage(boxes, patches.boxes[local]) >= 0.1).any(axis=0))
        for area in hot_areas(warmth[local], covered, patches.grid):
            box = enclose(patches.boxes[local][area])
            region = Region(box, "(area without text)", (), "hot_area", len(owner.page.regions))
            own = float(propagate(warmth, assign([region], patches))[0])
            of_page = scored.page_scores[place : place + 1]
            yield make_hit(
                owner,
                region,
                None,
                query=query.text,
                score=float(combine(np.array([own], np.float32), of_page)[0]),
                region_score=own,
                page_score=float(of_page[0]),
                page_maxsim=float(scored.page_maxsims[place]),
                rank=0,
                region_id=f"{owner.stem}h{int(area[0])}-{int(area[-1])}",
            )


def _merge(hits: list[Hit], k: int, per_page: int | None) -> list[Hit]:
    """Rank hits anew; at most `k`, and `per_page` from one page."""
    hits = sorted(hits, key=lambda hit: -hit.score)
    if per_page is not None:
        names = [(hit.document_id, hit.page_number) for hit in hits]
        groups = np.array([names.index(name) for name in names], dtype=np.int64)
        kept = cap_per_group(groups, per_page)
        hits = [hit for hit, keep in zip(hits, kept.tolist(), strict=True) if keep]
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits[:k], start=1)]
