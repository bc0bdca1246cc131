"""python -m training.sufficiency BENCH... [--indexes DIR] [--to FILE]

Learns whether the searched pages answer (`snappy_core/data/sufficiency.json`). Each question is
asked of corpora that answer it and of some that do not: the same without the page, and others.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.base import Encoder
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.evaluation.metrics import auroc
from snappy_core.evaluation.report import format_table
from snappy_core.scoring.granularity import answering
from snappy_core.scoring.idf import page_terms, token_weights
from snappy_core.scoring.rules import MIXTURE
from snappy_core.search import page_scores
from snappy_core.search.sufficiency import SIGNALS, WEIGHTS, signals_of
from snappy_core.stores import SqliteStore
from snappy_core.stores.base import PageVectors
from snappy_core.types import Query
from training.ranking.examples import build_index
from training.ranking.questions import Collection, Question, load_collections

FEW = 3  # other sources in a small corpus
RIDGE = 1e-3
STEPS = 30
BINS = 10
COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

PAIRS = ("all pages", "few documents", "own document", "one page")
"""Corpora that answer, and the same without the page; for one page, another one in its place."""

OTHERS = ("other documents", "other collection")
"""Corpora that do not answer: without the documents of the source, or unrelated ones."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """The pages of a collection with the file, number, source and terms of each."""

    vectors: Sequence[PageVectors]
    keys: Sequence[tuple[str, int]]
    sources: Sequence[str]
    terms: Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A question asked of some pages: the signals (s,), and whether these pages answer."""

    folder: str
    source: str
    corpus: str
    answers: bool
    signals: Array


def read_corpus(collection: Collection, encoder: Encoder, indexes: Path) -> Corpus:
    """Read the pages of a collection, from an index that is kept in a folder for next time."""
    store = SqliteStore(build_index(collection, encoder, indexes), create=False)
    with store.read() as snapshot:
        catalog = snapshot.catalog()
        page_ids = catalog.page_ids.tolist()
        names = [Path(document).name for document in catalog.document_ids]
        source_of = {
            name: question.source for question in collection.questions for name, _ in question.pages
        }
        corpus = Corpus(
            snapshot.vectors(page_ids),
            list(zip(names, catalog.page_numbers.tolist(), strict=True)),
            [source_of.get(name, name) for name in names],
            [page_terms(snapshot.page(page_id).words.texts) for page_id in page_ids],
        )
    store.close()
    return corpus


def search_signals(corpus: Corpus, pages: Sequence[int], query: Query) -> Array | None:
    """Return the signals of a search in an index of only these pages; None without regions."""
    frequencies = Counter(term for page in pages for term in corpus.terms[page])
    weights = token_weights(query.terms, len(query.tokens), frequencies, len(pages))
    vectors = [corpus.vectors[page] for page in pages]
    scores = page_scores.score(vectors, query, weights, MIXTURE)
    mask = answering(scores.labels, scores.parents, scores.offsets)
    return signals_of(scores.regions[mask], scores.pages) if mask.any() else None


def make_examples(
    folder: str,
    question: Question,
    query: Query,
    corpus: Corpus,
    other: Corpus,
    rng: np.random.Generator,
) -> Iterator[Example]:
    """Yield a question asked of corpora that answer, and of some that do not."""
    every = range(len(corpus.keys))
    gold = {page for page in every if corpus.keys[page] in question.pages}
    own = [page for page in every if corpus.sources[page] == question.source]
    foreign = [page for page in every if corpus.sources[page] != question.source]
    if not gold or not foreign:
        return
    names = sorted({corpus.sources[page] for page in foreign})
    drawn = rng.choice(names, min(FEW, len(names)), replace=False).tolist()
    few = [page for page in every if corpus.sources[page] in (question.source, *drawn)]
    rest = [page for page in own if page not in gold] or foreign
    answering_pages: dict[str, list[int]] = {
        "all pages": list(every),
        "few documents": few,
        "own document": own if len(own) > len(gold) else [],
        "one page": sorted(gold)[:1],
    }
    cases: list[tuple[str, bool, Corpus, Sequence[int]]] = []
    for name, asked in answering_pages.items():
        others = [page for page in asked if page not in gold]
        cases.append((name, True, corpus, asked))
        cases.append((name, False, corpus, others or [int(rng.choice(rest))] if asked else []))
    cases.append(("other documents", False, corpus, foreign))
    cases.append(("other collection", False, other, range(len(other.keys))))
    for name, answers, searched, pages in cases:
        signals = search_signals(searched, pages, query) if pages else None
        if signals is not None:
            yield Example(folder, question.source, name, answers, signals)


def load_examples(folders: Sequence[Path], indexes: Path) -> list[Example]:
    """Return the examples of all folders."""
    loaded = [(folder.name, each) for folder in folders for each in load_collections(folder)]
    if len(loaded) < 2:
        raise SystemExit("needs two collections, one not to answer the other: name another folder")
    encoder, rng = MiniLMEncoder(), np.random.default_rng(0)
    corpora = [read_corpus(collection, encoder, indexes) for _, collection in loaded]
    examples: list[Example] = []
    for position, (folder, collection) in enumerate(loaded):
        elsewhere = [corpus for corpus in corpora if corpus is not corpora[position]]
        for number, question in enumerate(collection.questions):
            query = encoder.encode_query(question.text)
            other = elsewhere[number % len(elsewhere)]
            examples += make_examples(folder, question, query, corpora[position], other, rng)
        print(f"{collection.name}: {len(examples)} examples so far", flush=True)
    return examples


def weigh(examples: Sequence[Example]) -> Array:
    """Return weights of the examples, with mean 1; answered ones get half of the total."""
    answers = np.array([example.answers for example in examples])
    share = float(answers.mean())
    return np.asarray(np.where(answers, 0.5 / share, 0.5 / (1 - share)))


def fit(examples: Sequence[Example]) -> Array:
    """Return the weights of a logistic regression, followed by its bias (signals + 1,)."""
    features = _features(examples)
    answers = np.array([example.answers for example in examples])
    sizes = weigh(examples)
    penalty = RIDGE * np.diag([1.0] * len(SIGNALS) + [0.0])
    weights = np.zeros(features.shape[1])
    for _ in range(STEPS):
        chances = _logistic(features @ weights)
        gradient = features.T @ (sizes * (chances - answers)) + penalty @ weights
        spread = sizes * np.maximum(chances * (1 - chances), 1e-6)
        weights -= np.linalg.solve((features.T * spread) @ features + penalty, gradient)
    return weights


def leave_one_out(examples: Sequence[Example]) -> Array:
    """Return the probability of each example with weights learned from other sources, (n,)."""
    sources = np.array([example.source for example in examples])
    chances = np.empty(len(examples))
    for source in np.unique(sources):
        held_out = sources == source
        others = [e for e, out in zip(examples, held_out, strict=True) if not out]
        features = _features([e for e, out in zip(examples, held_out, strict=True) if out])
        chances[held_out] = _logistic(features @ fit(others))
    return chances


def calibration_error(chances: Array, answers: NDArray[np.bool_], sizes: Array) -> float:
    """Return the mean gap between probability and share answered, in bins of equal width."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=sizes * (chances - answers))
    return float(np.abs(gaps).sum() / sizes.sum())


def risk_coverage(
    chances: Array, answers: NDArray[np.bool_], sizes: Array
) -> Iterator[tuple[float, float, float]]:
    """Yield the coverage, its minimum probability, and the share of it that is not answered."""
    order = np.argsort(-chances, kind="stable")
    covered = np.cumsum(sizes[order]) / sizes.sum()
    wrong = np.cumsum((sizes * ~answers)[order]) / np.cumsum(sizes[order])
    for coverage in COVERAGES:
        last = min(int(np.searchsorted(covered, coverage)), len(order) - 1)
        yield coverage, float(chances[order[last]]), float(wrong[last])


def report(examples: Sequence[Example], chances: Array) -> str:
    """Return AUROC by corpus and folder, calibration, and the risk-coverage curve as tables."""
    answers = np.array([example.answers for example in examples])
    sizes, corpora = weigh(examples), np.array([example.corpus for example in examples])
    folders = np.array([example.folder for example in examples])
    paired = np.isin(corpora, PAIRS)
    masks = {f"page taken away: {name}": corpora == name for name in PAIRS}
    masks["page taken away"] = paired
    for name in OTHERS:
        masks[name] = (corpora == name) | (paired & answers)
    tests: list[Callable[[NDArray[np.bool_]], str]] = [
        lambda mask: f"{auroc(chances[mask], answers[mask]):.3f}",
        lambda mask: f"{calibration_error(chances[mask], answers[mask], sizes[mask]):.3f}",
    ]
    groups = {"all": np.ones(len(examples), bool)}
    groups |= {name: folders == name for name in dict.fromkeys(folders.tolist())}
    lines = [
        [name, *(tests[0](mask & group) for group in groups.values())]
        for name, mask in masks.items()
    ]
    lines.append(["calibration error", *map(tests[1], groups.values())])
    curve = [[f"{value:.2f}" for value in row] for row in risk_coverage(chances, answers, sizes)]
    return (
        format_table(["AUROC", *groups], lines)
        + "\n\n"
        + format_table(["coverage", "from probability", "risk"], curve)
    )


def _features(examples: Sequence[Example]) -> Array:
    return np.array([[*example.signals, 1.0] for example in examples])


def _logistic(logits: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-logits)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.sufficiency", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="benches, at least two collections")
    parser.add_argument("--indexes", type=Path, default="out", help="folder that keeps the indexes")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="the file of weights")
    arguments = parser.parse_args()
    arguments.indexes.mkdir(parents=True, exist_ok=True)
    examples = load_examples(arguments.folders, arguments.indexes)
    print("learned, each source by weights from the others:")
    print(report(examples, leave_one_out(examples)), flush=True)
    *weights, bias = (round(value, 3) for value in fit(examples).tolist())
    learned = {
        "encoder": MiniLMEncoder().name,
        "weights": dict(zip(SIGNALS, weights, strict=True)),
        "bias": bias,
    }
    arguments.to.write_text(json.dumps(learned, indent=2) + "\n", encoding="utf-8")
    print(f"{arguments.to}: {learned}")


if __name__ == "__main__":
    main()
