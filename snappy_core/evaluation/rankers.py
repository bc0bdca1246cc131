"""The rankers compared on a bench: Snappy, the paper's rule on the same patches, and BM25."""

from __future__ import annotations

import numpy as np

from snappy_core.encoders.base import Encoder
from snappy_core.errors import MissingDependencyError
from snappy_core.evaluation.bench import Corpus, Ranker, Ranking
from snappy_core.scoring.granularity import drop_nested, rankable
from snappy_core.scoring.idf import term
from snappy_core.scoring.ranking import ranking
from snappy_core.search import engine
from snappy_core.stores.base import Store, concatenate_regions, region_arrays


def snappy(store: Store, encoder: Encoder, scoring: str = "maxsim") -> Ranker:
    """Return a ranker that scores all pages of a store as a search does."""
    with store.read() as snapshot:
        pages = snapshot.vectors(snapshot.catalog().page_ids.tolist())
    mask = rankable(*concatenate_regions([(page.labels, page.parents) for page in pages]))

    def rank(question: str) -> Ranking:
        query = encoder.encode_query(question)
        with store.read() as snapshot:
            weights = engine.query_weights(snapshot, query)
        scored = engine.score(pages, query, weights, scoring)
        order = ranking(scored.overall)
        order = order[mask[order]]
        overall = np.where(mask, scored.overall, -np.inf)
        overall[order[~drop_nested(order, scored.parents)]] = -np.inf
        within = np.where(mask, scored.within_page, -np.inf)
        return Ranking(scored.pages, within, overall)

    return rank


def bm25(corpus: Corpus) -> Ranker:
    """Return a ranker of regions, and of pages by all their words, by BM25 (the library bm25s).

    Its terms are those from which the index takes the weights of words.

    Raises:
        MissingDependencyError: bm25s is not installed.
    """
    try:
        from bm25s import BM25
    except ImportError as error:
        raise MissingDependencyError(
            "the evaluation needs BM25: pip install 'snappy-retriever[eval]'"
        ) from error

    def terms(text: str) -> list[str]:
        return [term_of for word in text.split() if (term_of := term(word)) is not None]

    regions, pages = BM25(), BM25()
    texts = [terms(region.text) for page in corpus.pages for region in page.regions]
    regions.index(texts, show_progress=False)
    pages.index([terms(" ".join(page.words.texts)) for page in corpus.pages], show_progress=False)
    mask = rankable(*concatenate_regions([region_arrays(page.regions) for page in corpus.pages]))

    def rank(question: str) -> Ranking:
        query = terms(question)
        scores = np.where(mask, np.asarray(regions.get_scores(query), dtype=np.float32), -np.inf)
        return Ranking(np.asarray(pages.get_scores(query), dtype=np.float32), scores, scores)

    return rank
