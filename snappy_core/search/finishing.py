"""The last steps of a search after its hits are found: reranker, highlights, widening, judge."""

from __future__ import annotations

from dataclasses import replace

from snappy_core.cancellation import raise_if_ended
from snappy_core.search.hit_pages import HitPages, highlighted
from snappy_core.search.hits import Hits
from snappy_core.search.judging import judged, withhold
from snappy_core.search.options import SearchOptions
from snappy_core.search.reranking import rerank
from snappy_core.search.widening import widen_hits
from snappy_core.stores.base import Store


def finish(store: Store, hits: Hits, pages: HitPages, options: SearchOptions) -> Hits:
    """Return the hits of a search as its options ask for them.

    No snapshot is open while the reranker and the judge run.

    Args:
        hits, pages: the results of a search with the options of `deepen`.
        options: the options of the search.
    """
    judge, least, widen = options.get("judge"), options.get("min_answerable"), options.get("widen")
    if judge is None:
        hits = withhold(hits, least)
    hits = highlighted(rerank(hits, pages, options), pages)
    raise_if_ended()
    if widen is not None:
        with store.read() as snapshot:
            wholes = widen_hits(snapshot, hits, widen, options.get("budget"))
        hits = replace(hits, hits=tuple(wholes))
        raise_if_ended()
    return hits if judge is None else withhold(judged(hits, judge), least)
