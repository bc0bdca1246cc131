"""The pages of hits as read by a search, for examining the hits afterwards.

Only the returned hits are examined, not those that a reranker leaves out, and no page is read
twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from snappy_core.cancellation import raise_if_ended
from snappy_core.scoring.maxsim import similarities
from snappy_core.search.cutting import cut
from snappy_core.search.highlights import find_highlights
from snappy_core.search.hits import Highlight, Hit, Hits
from snappy_core.search.page_context import PageContext, read_page_context
from snappy_core.search.part_highlights import highlight_parts
from snappy_core.stores.base import PageVectors, Snapshot
from snappy_core.types import Page, Patches, Query


@dataclass(frozen=True, slots=True, eq=False)
class HitPage:
    """The page of a hit, and the question that found it.

    Attributes:
        weights: (m,) token weights, sum 1.
    """

    page: Page
    patches: Patches
    query: Query
    weights: NDArray[np.float32]

    def maxsim(self) -> float:
        """Return the MaxSim of the page as defined by ColBERT, without weights."""
        patches = self.patches
        similarity = similarities(self.query.vectors, patches.vectors, patches.scales)
        return float(similarity.max(axis=1, initial=-1).sum())

    def highlights(self, hit: Hit) -> tuple[Highlight, ...]:
        """Return the parts of a region that answer, best first."""
        return find_highlights(self.page, self.patches, hit.region, self.query, self.weights)

    def cut(self, hit: Hit, budget: int, count: Callable[[str], int]) -> Hit | None:
        """Return the part of a hit that fits a budget of tokens, or None; see `cutting.cut`."""
        return cut(hit, self.page, self.highlights(hit), budget, count)


HitPages = Mapping[str, HitPage]
"""The page of each hit, and of its parts, by region id."""


class PageReader:
    """Reads pages for one search: each part of a page once, except vectors of earlier batches."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._contexts: dict[int, PageContext] = {}
        self._vectors: dict[int, PageVectors] = {}
        self.patches = cache(snapshot.patches)

    def context(self, page_id: int) -> PageContext:
        """Return a page with its document."""
        if page_id not in self._contexts:
            self._contexts[page_id] = read_page_context(self._snapshot, page_id)
        return self._contexts[page_id]

    def vectors(self, page_ids: Sequence[int]) -> list[PageVectors]:
        """Return what scoring needs of a batch of pages; the last batch is kept."""
        vectors = self._snapshot.vectors(page_ids)
        self._vectors = dict(zip(page_ids, vectors, strict=True))
        return vectors

    def hit_pages(
        self, hits: Iterable[Hit], query: Query, weights: NDArray[np.float32]
    ) -> HitPages:
        """Return the pages of hits; their contexts must have been read."""
        ids = {
            (context.document.document_id, context.page.number): page_id
            for page_id, context in self._contexts.items()
        }
        parts = [part for hit in hits for part in hit.parts]
        ids_of_hits = {part.region_id: ids[part.document_id, part.page_number] for part in parts}
        page_ids = list(dict.fromkeys(ids_of_hits.values()))
        if query.terms is not None:  # patches are words
            missing = [page_id for page_id in page_ids if page_id not in self._vectors]
            if missing:
                vectors_before = self._vectors  # the next call replaces them
                page_vectors = zip(missing, self.vectors(missing), strict=True)
                self._vectors = vectors_before | dict(page_vectors)
        pages = {}
        for page_id in page_ids:
            raise_if_ended()
            page = self.context(page_id).page
            patches = (
                self.patches(page_id)
                if query.terms is None
                else _word_patches(page, self._vectors[page_id])
            )
            pages[page_id] = HitPage(page, patches, query, weights)
        return {region_id: pages[page_id] for region_id, page_id in ids_of_hits.items()}


def _word_patches(page: Page, vectors: PageVectors) -> Patches:
    everywhere = np.ones(len(vectors.vectors), dtype=bool)
    return Patches(vectors.vectors, vectors.scales, page.words.boxes, everywhere)


def highlighted(hits: Hits, pages: HitPages) -> Hits:
    """Return hits with the parts that answer."""

    def highlight(hit: Hit) -> Hit:
        raise_if_ended()
        if hit.whole is not None:  # they were already found to cut it
            return hit
        return highlight_parts(
            hit,
            lambda part: pages[part.region_id].highlights(part),
            lambda part: pages[part.region_id].page,
        )

    return replace(hits, hits=tuple(map(highlight, hits)))
