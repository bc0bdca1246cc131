"""Examples to learn from: the signals of all regions for a question, and which of them answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import as_boxes, contains_center, iou
from snappy_core.encoders.base import Encoder
from snappy_core.evaluation.metrics import word_f1
from snappy_core.index import RegionIndex
from snappy_core.scoring.granularity import answering
from snappy_core.scoring.mixture import KIND_SIGNALS, PAGE_SIGNALS, REGION_SIGNALS
from snappy_core.scoring.rules import MIXTURE
from snappy_core.search import page_scores
from snappy_core.search.context import estimate_tokens
from snappy_core.stores import SqliteStore
from snappy_core.types import Page
from training.ranking.questions import Collection, Question

SIGNALS = (*REGION_SIGNALS, *PAGE_SIGNALS, *KIND_SIGNALS)
HIT = 0.5  # minimum word F1, or IoU, at which a region answers, as in the bench


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A question with r regions that may answer it, on p pages.

    Attributes:
        folder: the set of the question.
        signals: (r, signals) in the order of `SIGNALS`.
        answers: (r,) which regions answer.
        page_of_region: (r,) index of the page of each region.
        gold_pages: (p,) which pages hold evidence.
        parents: (r,) index of the region that contains each one, -1 for none.
        evidence: (r,) share of the words of the answer that each region has.
        tokens: (r,) length of each region.
        tokens_per_word: mean over the words of the collection.
    """

    folder: str
    source: str
    signals: NDArray[np.float32]
    answers: NDArray[np.bool_]
    page_of_region: NDArray[np.int64]
    gold_pages: NDArray[np.bool_]
    parents: NDArray[np.int64]
    evidence: NDArray[np.float32]
    tokens: NDArray[np.int64]
    tokens_per_word: float


def build_index(collection: Collection, encoder: Encoder, indexes: Path) -> Path:
    """Return the index of a collection in a folder; it is built if it does not exist."""
    location = indexes / f"{collection.name}.snappy"
    with RegionIndex.open(location, encoder=encoder) as index:
        index.add(collection.files).raise_failed()
    return location


def make_examples(
    folder: str, collection: Collection, encoder: Encoder, indexes: Path
) -> Iterator[Example]:
    """Yield an example for each question, from an index that is kept in a folder for next time."""
    store = SqliteStore(build_index(collection, encoder, indexes), create=False)
    with store.read() as snapshot:
        catalog = snapshot.catalog()
        vectors = snapshot.vectors(catalog.page_ids.tolist())
        pages = [snapshot.page(page_id) for page_id in catalog.page_ids.tolist()]
        names = [Path(document).name for document in catalog.document_ids]
        keys = list(zip(names, catalog.page_numbers.tolist(), strict=True))
        tokens = [estimate_tokens(region.text) for page in pages for region in page.regions]
        words = [estimate_tokens(word) for page in pages for word in page.words.texts]
        for question in collection.questions:
            query = encoder.encode_query(question.text)
            weights = page_scores.query_weights(snapshot, query)
            scores = page_scores.score(vectors, query, weights, MIXTURE)
            candidates = np.flatnonzero(answering(scores.labels, scores.parents, scores.offsets))
            position = np.full(len(scores.labels) + 1, -1, dtype=np.int64)  # the last stays -1
            position[candidates] = np.arange(len(candidates))
            answers = [_answers(question, key, page) for key, page in zip(keys, pages, strict=True)]
            gold_words = [_gold_words(question, *page) for page in zip(keys, pages, strict=True)]
            evidence = list(map(_shared_words, gold_words, pages))
            shares = np.concatenate(evidence)[candidates] / max(sum(map(len, gold_words)), 1)
            yield Example(
                folder=folder,
                source=question.source,
                signals=np.stack([scores.signals[name][candidates] for name in SIGNALS], axis=1),
                answers=np.concatenate(answers)[candidates],
                page_of_region=np.searchsorted(scores.offsets, candidates, side="right") - 1,
                gold_pages=np.array([key in question.pages for key in keys], dtype=bool),
                parents=position[scores.parents[candidates]],
                evidence=shares.astype(np.float32),
                tokens=np.array(tokens)[candidates],
                tokens_per_word=float(np.mean(words)),
            )
    store.close()


def _gold_words(question: Question, key: tuple[str, int], page: Page) -> list[int]:
    """Return the words of a page in the boxes of an answer."""
    boxes = question.boxes.get(key)
    if boxes is None:
        return []
    return np.flatnonzero(contains_center(boxes, page.words.boxes).any(axis=0)).tolist()


def _shared_words(gold_words: Sequence[int], page: Page) -> NDArray[np.int64]:
    """Return how many of these words each region of a page has, (r,)."""
    gold = frozenset(gold_words)
    return np.array([len(gold.intersection(region.words)) for region in page.regions], np.int64)


def _answers(question: Question, key: tuple[str, int], page: Page) -> NDArray[np.bool_]:
    """Return which regions of a page answer, as `snappy eval bench` counts them."""
    boxes = question.boxes.get(key)
    if boxes is None:
        return np.zeros(len(page.regions), dtype=bool)
    gold_words = _gold_words(question, key, page) if question.by_words else []
    if gold_words:
        scores = [word_f1(region.words, gold_words) for region in page.regions]
        return np.array(scores, dtype=np.float32) >= HIT
    overlaps = iou(as_boxes([region.box for region in page.regions]), boxes)
    return np.asarray(overlaps.max(axis=1, initial=0) >= HIT)
