"""python -m training.ranking FOLDER... [--indexes DIR] [--to FILE]"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.evaluation.report import format_table
from snappy_core.scoring.granularity import drop_nested
from snappy_core.scoring.mixture import WEIGHTS
from training.ranking.examples import SIGNALS, Example, make_examples
from training.ranking.fit import PAGE, fit
from training.ranking.questions import load_collections

FOLDS = 5
MEASURES = ("page@1", "hit@1", "hit@5")


def measure(example: Example, weights: Mapping[str, float]) -> tuple[float, ...]:
    """Return the `MEASURES` of a question: gold pages found first, an answer among the first."""
    vector = np.array([weights[name] for name in SIGNALS])
    order = np.argsort(-(example.signals @ vector), kind="stable")
    order = order[drop_nested(order, example.parents)]
    page_scores = np.full(len(example.gold_pages), -np.inf)
    page_scores[example.page_of_region] = example.signals[:, PAGE] @ vector[PAGE]
    page = example.gold_pages[page_scores.argmax()] / max(example.gold_pages.sum(), 1)
    hits = example.answers[order[:5]]
    return float(page), float(hits[:1].any()), float(hits.any())


def cross_validate(examples: Sequence[Example]) -> dict[str, list[tuple[float, ...]]]:
    """Return the measures by folder, each question by weights learned from other sources."""
    folds = [zlib.crc32(example.source.encode()) % FOLDS for example in examples]
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for held_out in range(FOLDS):
        weights = fit([e for e, fold in zip(examples, folds, strict=True) if fold != held_out])
        for example, fold in zip(examples, folds, strict=True):
            if fold == held_out:
                rows[example.folder].append(measure(example, weights))
    return rows


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
    rows = [
        [folder, str(len(values)), *(f"{mean:.3f}" for mean in np.mean(values, axis=0))]
        for folder, values in cross_validate(examples).items()
    ]
    print("cross-validated by source:")
    print(format_table(["folder", "questions", *MEASURES], rows))
    weights = fit(examples)
    arguments.to.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
    print(f"{arguments.to}: {weights}")


if __name__ == "__main__":
    main()
