"""Search with several encoders at once: one index for each, of the same documents."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Unpack, cast

from snappy_core._async import async_twin
from snappy_core.cancellation import time_limit
from snappy_core.display.stored_pages import Resolver
from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.search.finishing import finish
from snappy_core.search.hit_pages import HitPage
from snappy_core.search.hits import Hit, Hits
from snappy_core.search.options import SEARCH_LATE, SearchOptions, check_options
from snappy_core.search.reranking import deepen, rerank

RANK_OFFSET = 60
"""The constant of reciprocal-rank fusion, as in its paper (Cormack et al., 2009)."""


class FusedSearch:
    """Searches indexes of the same documents, created by different encoders, and fuses their ranks.

    Regions are matched across indexes by id, so all indexes must use the same document ids and the
    same reading options. LangChain's `EnsembleRetriever` and LlamaIndex's
    `QueryFusionRetriever` do the same with one retriever per index. Snappy's retrievers accept a
    fused search instead of an index.

    Example:
        text = RegionIndex.open("reports.snappy")
        vision = RegionIndex.open("vision.snappy", open_encoder("vidore/colqwen2.5-v0.2"))
        for index in (text, vision):
            index.add("reports/")
        hits = FusedSearch([text, vision]).search("Which turbine failed?")

    Args:
        indexes: hits that several indexes find come from the first of them. The first index can
            explain all hits.

    Raises:
        ValueError: there is no index.
    """

    def __init__(self, indexes: Sequence[RegionIndex]) -> None:
        if not indexes:
            raise ValueError("give at least one index")
        self.indexes = tuple(indexes)

    def search(self, question: str, **options: Unpack[SearchOptions]) -> Hits:
        """Return the regions that answer a question best, by the sum of their reciprocal ranks.

        Each index is searched for four times the requested hits or tokens. The scores of the
        searches are reassigned in the fused order, as by a reranker; `Hit.rerank_score` is the sum.
        `Hits.answerable` is the value of the first index that has one.

        The options and their errors are those of `RegionIndex.search`.

        Raises:
            ValueError: also if a region has different texts in two indexes.
        """
        check_options(options)
        if options.get("pages") is not None:
            options["pages"] = list(options["pages"] or ())
        sums: dict[str, float] = defaultdict(float)
        hits: dict[str, Hit] = {}
        pages: dict[str, HitPage] = {}
        answerable = None

        def fused(question: str, hits: Sequence[Hit]) -> Sequence[float]:
            return [sums[_key(hit)] for hit in hits]

        with time_limit(options.pop("timeout", None), SEARCH_LATE):
            fusion = cast("SearchOptions", {**deepen(options), "reranker": fused})
            for index in self.indexes:
                index_hits, index_pages = index._find(question, fusion)
                answerable = index_hits.answerable if answerable is None else answerable
                pages = {**index_pages, **pages}
                for hit in index_hits:
                    _check_text(hit, hits)
                    hits.setdefault(_key(hit), hit)
                    sums[_key(hit)] += 1 / (RANK_OFFSET + hit.rank)
            fused_hits = Hits(question, tuple(hits.values()), answerable)
            will_rerank = options.get("reranker") is not None
            best = rerank(fused_hits, pages, fusion, cut=not will_rerank)
            return finish(self.indexes[0]._store, best, pages, options)

    asearch = async_twin(search)


def open_indexes(
    index: RegionIndex | FusedSearch | str | os.PathLike[str],
    encoder: Encoder | None = None,
    resolver: Resolver | None = None,
) -> tuple[RegionIndex, FusedSearch | None]:
    """Return the index to read, and the fused search to search with instead, if there is one.

    Args:
        index: an open index, the location of one, or a fused search, whose first index is read.
        encoder, resolver: with a location, as in `RegionIndex.open`.

    Raises:
        FileNotFoundError: there is no index at the location.
        ValueError: an encoder or resolver for an index that is already open.
    """
    if not isinstance(index, (RegionIndex, FusedSearch)):
        return RegionIndex.open(index, encoder, create=False, resolver=resolver), None
    if encoder is not None or resolver is not None:
        raise ValueError("an open index has its encoder and resolver; give them with a path only")
    return (index.indexes[0], index) if isinstance(index, FusedSearch) else (index, None)


def _key(hit: Hit) -> str:
    """Return the id of the first part of a text that continues over pages, whichever was found."""
    return hit.parts[0].region_id


def _check_text(hit: Hit, hits_by_key: Mapping[str, Hit]) -> None:
    first, other = hit.parts[0], hits_by_key.get(_key(hit), hit).parts[0]
    if other.region.text != first.region.text:
        raise ValueError(
            f"{first.region_id} reads {first.region.text[:40]!r} in one index and "
            f"{other.region.text[:40]!r} in another; add the documents anew with the same version "
            "and the same options"
        )
