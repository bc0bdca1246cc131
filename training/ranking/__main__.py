"""python -m training.ranking FOLDER... [--indexes DIR] [--to FILE]"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.evaluation.evidence import BUDGETS
from snappy_core.evaluation.report import format_table
from snappy_core.scoring.granularity import drop_nested
from snappy_core.scoring.mixture import WEIGHTS, Price, load_price, load_weights
from training.ranking.examples import SIGNALS, Example, make_examples
from training.ranking.fit import PAGE, fit
from training.ranking.length import evidence_by_price, fit_price
from training.ranking.questions import load_collections

FOLDS = 5
MEASURES = ("page@1", "hit@1", "hit@5", *(f"evidence@{words}" for words in BUDGETS))

Row = tuple[str, tuple[float, ...]]
"""A folder, and the `MEASURES` of one of its questions."""


def measure(
    example: Example, weights: Mapping[str, float], evidence: Sequence[float]
) -> tuple[float, ...]:
    """Return the `MEASURES` of a question: gold pages found first, an answer among the first."""
    vector = np.array([weights[name] for name in SIGNALS])
    order = np.argsort(-(example.signals @ vector), kind="stable")
    order = order[drop_nested(order, example.parents)]
    page_scores = np.full(len(example.gold_pages), -np.inf)
    page_scores[example.page_of_region] = example.signals[:, PAGE] @ vector[PAGE]
    page = example.gold_pages[page_scores.argmax()] / max(example.gold_pages.sum(), 1)
    hits = example.answers[order[:5]]
    return float(page), float(hits[:1].any()), float(hits.any()), *evidence


def learn(examples: Sequence[Example]) -> tuple[dict[str, float], Price]:
    """Return the weights of the signals, and the price of length given these."""
    weights = fit(examples)
    return weights, fit_price(examples, [evidence_by_price(e, weights) for e in examples])


def assess(
    examples: Sequence[Example], weights: Mapping[str, float], price: Price
) -> Iterator[Row]:
    """Yield a row for each question."""
    for example in examples:
        evidence = evidence_by_price(example, weights, [price])[0].tolist()
        yield example.folder, measure(example, weights, evidence)


def cross_validate(examples: Sequence[Example]) -> Iterator[Row]:
    """Yield a row for each question, using weights and a price learned from other sources."""
    folds = [zlib.crc32(example.source.encode()) % FOLDS for example in examples]
    for held_out in range(FOLDS):
        others = [e for e, fold in zip(examples, folds, strict=True) if fold != held_out]
        tested = [e for e, fold in zip(examples, folds, strict=True) if fold == held_out]
        yield from assess(tested, *learn(others))


def report(rows: Iterator[Row]) -> str:
    """Return the mean measures of each folder as a table."""
    by_folder: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for folder, measures in rows:
        by_folder[folder].append(measures)
    lines = [
        [folder, str(len(of)), *(f"{mean:.3f}" for mean in np.mean(of, axis=0))]
        for folder, of in by_folder.items()
    ]
    return format_table(["folder", "questions", *MEASURES], sorted(lines))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.ranking", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="benches, or MMDocIR")
    parser.add_argument("--indexes", type=Path, default="out", help="folder that keeps the indexes")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="the file of weights")
    arguments = parser.parse_args()
    arguments.indexes.mkdir(parents=True, exist_ok=True)
    encoder = MiniLMEncoder()
    examples: list[Example] = []
    for folder in arguments.folders:
        for collection in load_collections(folder):
            examples += make_examples(folder.name, collection, encoder, arguments.indexes)
        print(f"{folder}: {len(examples)} questions so far", flush=True)
    print("by the weights of now:")
    print(report(assess(examples, load_weights(), load_price())), flush=True)
    print("learned, cross-validated by source:")
    print(report(cross_validate(examples)), flush=True)
    weights, price = learn(examples)
    learned = {"signals": weights, "price": asdict(price)}
    arguments.to.write_text(json.dumps(learned, indent=2) + "\n", encoding="utf-8")
    print(f"{arguments.to}: {learned}")


if __name__ == "__main__":
    main()
