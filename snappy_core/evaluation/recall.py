"""Recall of the first stage: searches with few candidate pages against the exact search."""

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np

from snappy_core.encoders.base import Encoder
from snappy_core.evaluation.jsonl import parse_lines
from snappy_core.search import engine
from snappy_core.search.hits import Hits
from snappy_core.stores.base import Snapshot, Store
from snappy_core.stores.first_stage import default_candidates
from snappy_core.types import Query
from snappy_core.unspaced import PIECE, first_words

CANDIDATES = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
QUESTION_WORDS = 8  # words of a region that form a question, about as many as people type
QUESTIONS = 50  # made from regions: enough for a recall with two digits


def load_questions(path: str | os.PathLike[str]) -> list[str]:
    """Read questions: one per line, or the `question` of each row of a `.jsonl` file.

    A ValueError says that there are none, or which row is invalid.
    """
    data = Path(path).read_bytes()
    if Path(path).suffix == ".jsonl":
        return parse_lines(path, data, lambda row: str(row["question"]).strip())
    questions = [line.strip() for line in data.decode("utf-8").splitlines() if line.strip()]
    if not questions:
        raise ValueError(f"{path}: no questions")
    return questions


def make_questions(snapshot: Snapshot, count: int = QUESTIONS) -> list[str]:
    """Return some consecutive words of regions as questions, one for each of `count` random pages.

    They are closer to their region than real questions: they measure how many candidates a search
    of this index needs, not how well it answers.
    """
    rng = np.random.default_rng(0)
    questions: list[str] = []
    for page_id in rng.permutation(snapshot.catalog().page_ids).tolist():
        regions = snapshot.page(page_id).regions
        texts = [region.text for region in regions if region.text.strip()]
        if texts:
            text = texts[int(rng.integers(len(texts)))]
            starts = [piece.start() for piece in PIECE.finditer(text)]
            start = starts[int(rng.integers(max(len(starts) - QUESTION_WORDS, 0) + 1))]
            questions.append(first_words(text[start:], QUESTION_WORDS))
        if len(questions) == count:
            break
    if not questions:
        raise ValueError("no region of the index has text to make questions of; name a file")
    return questions


def run_recall(
    store: Store,
    encoder: Encoder,
    questions: Sequence[str] | None = None,
    *,
    k: int = 10,
    candidates: Iterable[int] = CANDIDATES,
) -> dict[str, Any]:
    """Search an index for the `k` best regions among different numbers of candidate pages, and all.

    Numbers of candidates above the size of the index are left out; the default is added. The exact
    search keeps the patches of all pages in memory.

    Args:
        questions: by default `make_questions` of the index.

    Returns:
        The recall as JSON. `depths` has for each number of candidates the share (0..1) of the
        exact search's regions, and of their pages, that are also found (mean over the questions),
        and the seconds of a search without encoding its question (median). The last entry uses all
        pages and is exact. `default` is the default number of candidates; `made` is true if the
        questions were made from the index's own regions.

    Raises:
        ValueError: the index is empty, or `k` or a number of candidates is less than 1.
    """
    with store.read() as snapshot:
        page_count = snapshot.page_count()
        if not page_count:
            raise ValueError(f"{store.location}: the index is empty")
        texts = list(make_questions(snapshot) if questions is None else questions)
        queries = [encoder.encode_query(text) for text in texts]
        default = min(default_candidates(page_count), page_count)
        counts = sorted({n for n in (*candidates, default, page_count) if n <= page_count})
        searches = [
            _search(snapshot, queries, k, None if count == default < page_count else count)
            for count in reversed(counts)
        ]
    exact, _ = searches[0]
    depths = [
        {"candidates": count, **_shares(hits, exact), "seconds": seconds}
        for count, (hits, seconds) in zip(reversed(counts), searches, strict=True)
    ]
    return {
        "pages": page_count,
        "questions": len(texts),
        "k": k,
        "default": default,
        "made": questions is None,
        "depths": depths[::-1],
    }


def _search(
    snapshot: Snapshot, queries: Sequence[Query], k: int, candidates: int | None
) -> tuple[list[Hits], float]:
    """Return the hits of each query and the median seconds of a search."""
    results, times = [], []
    for query in queries:
        started = time.perf_counter()
        hits, _ = engine.search(snapshot, query, k=k, candidates=candidates)
        results.append(hits)
        times.append(time.perf_counter() - started)
    return results, median(times)


def _shares(results: Sequence[Hits], exact: Sequence[Hits]) -> dict[str, float]:
    """Return the mean share of the exact regions, and of their pages, in the results.

    Questions without exact hits do not count; without any other questions, the shares are 1.
    """
    regions, pages = [], []
    for hits, exact_hits in zip(results, exact, strict=True):
        if exact_hits:
            exact_regions, exact_pages = _regions_and_pages(exact_hits)
            hit_regions, hit_pages = _regions_and_pages(hits)
            regions.append(len(exact_regions & hit_regions) / len(exact_regions))
            pages.append(len(exact_pages & hit_pages) / len(exact_pages))
    return {"regions": fmean(regions or [1.0]), "pages": fmean(pages or [1.0])}


def _regions_and_pages(hits: Hits) -> tuple[set[str], set[tuple[str, int]]]:
    return {hit.region_id for hit in hits}, {(hit.document_id, hit.page_number) for hit in hits}
