"""What is compared on the bench: Snappy, the paper's rule on the same patches, and BM25."""

from __future__ import annotations

import numpy as np

from snappy_core.encoders.base import Encoder
from snappy_core.errors import MissingDependencyError
from snappy_core.evaluation.bench import Corpus, Ranker, Ranking
from snappy_core.scoring.granularity import drop_nested, rankable
from snappy_core.scoring.idf import term
from snappy_core.scoring.propagation import Scoring
from snappy_core.scoring.ranking import ranking
from snappy_core.search import engine
from snappy_core.stores.base import Store, concatenate_regions, region_arrays


def snappy(store: Store, encoder: Encoder, scoring: Scoring = "maxsim") -> Ranker:
    """Rank as the index does, over all its pages, by one of the scoring rules."""
    with store.read() as snapshot:
        pages = snapshot.catalog().page_ids
        vectors = snapshot.vectors(pages.tolist())

    eligible = rankable(*concatenate_regions([(page.labels, page.parents) for page in vectors]))

    def rank(question: str) -> Ranking:
        query = encoder.encode_query(question)
        with store.read() as snapshot:
            weights = engine.query_weights(snapshot, query)
        scored = engine.score(pages, vectors, query, weights, scoring)
        order = ranking(scored.scores)
        order = order[eligible[order]]
        overall = np.where(eligible, scored.scores, -np.inf)
        overall[order[~drop_nested(order, scored.parents)]] = -np.inf
        within = np.where(eligible, scored.within, -np.inf)
        return Ranking(scored.page_scores, within, overall)

    return rank


def bm25(corpus: Corpus) -> Ranker:
    """Rank the regions, and the pages by all their words, with BM25 (the library bm25s).

    Words are counted under the same terms as in the index.

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
        return [found for word in text.split() if (found := term(word)) is not None]

    regions, pages = BM25(), BM25()
    texts = [terms(region.text) for page in corpus.pages for region in page.regions]
    regions.index(texts, show_progress=False)
    pages.index([terms(" ".join(page.words.texts)) for page in corpus.pages], show_progress=False)

    passing = rankable(*concatenate_regions([region_arrays(page.regions) for page in corpus.pages]))

    def rank(question: str) -> Ranking:
        asked = terms(question)
        of_regions = np.asarray(regions.get_scores(asked), dtype=np.float32)
        of_regions = np.where(passing, of_regions, -np.inf)
        return Ranking(
            np.asarray(pages.get_scores(asked), dtype=np.float32), of_regions, of_regions
        )

    return rank
