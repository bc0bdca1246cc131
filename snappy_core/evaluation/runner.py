"""Runs a bench with Snappy, the paper's rule on the same patches, and BM25."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.base import Encoder
from snappy_core.errors import MissingDependencyError, install_hint
from snappy_core.evaluation import bench
from snappy_core.evaluation.chunks import chunk_rankers
from snappy_core.evaluation.evidence import CorpusWords, WordRanker, measure_evidence
from snappy_core.evaluation.highlights import measure_highlights
from snappy_core.evaluation.metrics import intervals
from snappy_core.index import RegionIndex
from snappy_core.ingest.executor import Executor
from snappy_core.parsing.options import ReadingOptions
from snappy_core.scoring.granularity import answering, drop_nested
from snappy_core.scoring.idf import term
from snappy_core.scoring.ranking import ranking
from snappy_core.search import page_scores
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import Store, concatenate_regions, region_arrays
from snappy_core.unspaced import split_words


def run_bench(
    folder: str | os.PathLike[str],
    encoder: Encoder | None = None,
    *,
    reading: ReadingOptions = ReadingOptions(),
    executor: Executor | None = None,
) -> dict[str, Any]:
    """Ask the questions of a bench folder over all pages of its PDFs, in one index.

    The keyword arguments are those of `RegionIndex.add`.

    Returns:
        The measures of Snappy as JSON, and those of the other rankers by name, each also with
        `intervals` (bootstrap, 95%), `by_type` and `by_granularity`; `evidence` by ranker,
        including plain chunking, as returned by `measure_evidence`; `highlights` as returned by
        `measure_highlights`; and the seconds to read and encode all pages, and to answer a question
        (mean).

    Raises:
        FileNotFoundError: there is no `queries.jsonl`, or one of its PDFs is missing.
        ValueError, UnreadableDocumentError: `queries.jsonl` or a PDF cannot be read.
    """
    questions = bench.load_questions(folder)
    files = sorted((Path(folder) / "pdfs").glob("*.pdf"))
    if missing := {question.document for question in questions} - {file.name for file in files}:
        raise FileNotFoundError(f"{Path(folder) / 'pdfs' / min(missing)}: no such file")
    store = MemoryStore()
    with RegionIndex(store, encoder) as index:
        started = time.perf_counter()
        index.add(files, reading=reading, executor=executor).raise_failed()
        seconds_adding = time.perf_counter() - started
        started = time.perf_counter()
        for question in questions:
            index.search(question.text)
        seconds_asking = (time.perf_counter() - started) / len(questions)
        corpus = _corpus(store)
        compared = {
            "snappy": _snappy(store, index.encoder),
            "paper": _snappy(store, index.encoder, "iou_weighted"),
            "bm25": _bm25(corpus),
        }
        summaries = {
            name: _summarize(questions, [bench.measure(q, corpus, rank(q.text)) for q in questions])
            for name, rank in compared.items()
        }
        words = CorpusWords.of(corpus)
        rankers = {
            "Snappy, budget": _hit_words(index, corpus, words, by_budget=True),
            "Snappy, k": _hit_words(index, corpus, words, by_budget=False),
        }
        rankers |= chunk_rankers(words, _word_vectors(store), index.encoder)
        evidence = {
            name: measure_evidence(questions, corpus, words, rank) for name, rank in rankers.items()
        }
        highlights = measure_highlights(store, index.encoder, questions, corpus)
    return {
        "documents": len(files),
        "pages": len(corpus.pages),
        "questions": len(questions),
        **summaries.pop("snappy"),
        **summaries,
        "evidence": evidence,
        "highlights": highlights,
        "seconds_adding": round(seconds_adding, 2),
        "seconds_asking": round(seconds_asking, 4),
    }


def _summarize(
    questions: Sequence[bench.Question], rows: Sequence[Mapping[str, float]]
) -> dict[str, object]:
    def by(groups: Sequence[str]) -> dict[str, dict[str, float]]:
        return {
            name: _means([row for row, group in zip(rows, groups, strict=True) if group == name])
            for name in sorted(set(groups))
        }

    return {
        **_means(rows),
        "intervals": intervals(rows, digits=3),
        "by_type": by([question.type for question in questions]),
        "by_granularity": by([question.granularity for question in questions]),
    }


def _means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([row[name] for row in rows])), 4) for name in bench.MEASURES}


def _corpus(store: MemoryStore) -> bench.Corpus:
    with store.read() as snapshot:
        catalog = snapshot.catalog()
        pages = [snapshot.page(page_id) for page_id in catalog.page_ids.tolist()]
    names = [Path(document).name for document in catalog.document_ids]
    return bench.Corpus(
        keys=list(zip(names, catalog.page_numbers.tolist(), strict=True)),
        pages=pages,
        offsets=np.cumsum([0, *(len(page.regions) for page in pages)], dtype=np.int64),
    )


def _snappy(store: Store, encoder: Encoder, scoring: str | None = None) -> bench.Ranker:
    """Return a ranker that scores all pages of a store as a search does."""
    with store.read() as snapshot:
        pages = snapshot.vectors(snapshot.catalog().page_ids.tolist())
    regions = concatenate_regions([(page.labels, page.parents) for page in pages])
    mask = answering(*regions, np.cumsum([0, *(len(page.labels) for page in pages)]))

    def rank(question: str) -> bench.Ranking:
        query = encoder.encode_query(question)
        with store.read() as snapshot:
            weights = page_scores.query_weights(snapshot, query)
        scored = page_scores.score(pages, query, weights, scoring)
        order = ranking(scored.overall)
        order = order[mask[order]]
        overall = np.where(mask, scored.overall, -np.inf)
        overall[order[~drop_nested(order, scored.parents)]] = -np.inf
        within = np.where(mask, scored.within_page, -np.inf)
        return bench.Ranking(scored.pages, within, overall)

    return rank


def _hit_words(
    index: RegionIndex, corpus: bench.Corpus, words: CorpusWords, *, by_budget: bool
) -> WordRanker:
    """Return a ranker of the words of hits.

    The search gets a budget of as many tokens as that number of words has on average, or enough
    hits to provide that number of words.
    """
    pages = {key: page for page, key in enumerate(corpus.keys)}
    tokens_per_word = float(words.tokens.mean())

    def rank(question: str, count: int) -> Iterator[NDArray[np.int64]]:
        if by_budget:
            hits = index.search(question, budget=max(round(count * tokens_per_word), 1))
        else:
            hits = index.search(question, k=count)
        for hit in hits:
            page = pages[Path(hit.document_id).name, hit.page_number]
            yield np.array(hit.region.words, dtype=np.int64) + words.offsets[page]

    return rank


def _word_vectors(store: Store) -> NDArray[np.float32] | None:
    """Return the vectors of all words (n, d), None if the patches of a page are not words."""
    with store.read() as snapshot:
        pages = [snapshot.patches(page_id) for page_id in snapshot.catalog().page_ids.tolist()]
    if any(patches.grid is not None for patches in pages):
        return None
    return np.concatenate([patches.vectors * patches.scales[:, None] for patches in pages])


def _bm25(corpus: bench.Corpus) -> bench.Ranker:
    """Return a ranker of regions, and of pages by all their words, by BM25 (the library bm25s).

    It uses the same terms from which the index computes word weights.
    """
    try:
        from bm25s import BM25
    except ImportError as error:
        raise MissingDependencyError(
            f"the evaluation needs BM25: {install_hint('eval')}"
        ) from error

    def terms(text: str) -> list[str]:
        return [term_of for word in split_words(text) if (term_of := term(word)) is not None]

    regions, pages = BM25(), BM25()
    texts = [terms(region.text) for page in corpus.pages for region in page.regions]
    regions.index(texts, show_progress=False)
    pages.index([terms(" ".join(page.words.texts)) for page in corpus.pages], show_progress=False)
    arrays = concatenate_regions([region_arrays(page.regions) for page in corpus.pages])
    mask = answering(*arrays, corpus.offsets)

    def rank(question: str) -> bench.Ranking:
        query = terms(question)
        scores = np.where(mask, np.asarray(regions.get_scores(query), dtype=np.float32), -np.inf)
        return bench.Ranking(np.asarray(pages.get_scores(query), dtype=np.float32), scores, scores)

    return rank
