"""Ways to improve a vision encoder's order of regions, tried on recorded runs.

A run has the selected regions of a page in the order of their scores, but not the similarity maps.
So changes to the order of regions can be tried, but not those that need the maps (weights of
tokens, smoothing, dropping single patches that answer every question):

* subtracting the map of a generic question, approximated by the mean reciprocal rank of a region
  in all other questions about the same page, 0 where it was not selected;
* a prior on the position on the page (2-D) and on the size of a region.

Priors are learned: a logistic regression predicts whether a region is the evidence (IoU >= .5)
from its rank and the feature tried; for each document, it is trained on documents of other folds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.bbox_docvqa.grounding import best_overlaps, grounding, prefixed
from benchmarks.bbox_docvqa.recorded import RecordedRun, RecordedSample
from snappy_core.boxes import iou
from snappy_core.evaluation.metrics import bootstrap_groups
from snappy_core.evaluation.report import format_table

FOLDS = 8
HIT = 0.5  # IoU from which a region is the evidence
WEIGHTS = (0.25, 0.5, 1.0)  # of the generic question
MEASURES = ("top1_hit50", "top3_hit50", "top1_mean_iou")
PRIORS: Mapping[str, tuple[str, ...]] = {
    "learned: generic question": ("generic",),
    "learned: place": ("place",),
    "learned: size": ("size",),
    "learned: place and size": ("place", "size"),
}

Floats = NDArray[np.float64]


def try_orders(run: RecordedRun) -> dict[str, Any]:
    """Return the measures of a recorded run in several orders of its regions.

    Returns a dict for JSON: `model`, `questions` and `orders`: by name the `MEASURES`, and
    `gain` and `interval` of each against the recorded order (95%, drawn by document).
    """
    samples = run.samples
    ranks = [1 / np.arange(1, len(sample.predicted) + 1) for sample in samples]
    generic = generic_ranks(samples)
    features = {
        "rank": [np.stack([rank, np.log(rank)], axis=1) for rank in ranks],
        "generic": [values[:, None] for values in generic],
        **_places_and_sizes(samples),
    }
    orders = {"as recorded": ranks}
    for weight in WEIGHTS:
        orders[f"generic question subtracted, {weight:g}"] = [
            rank - weight * values for rank, values in zip(ranks, generic, strict=True)
        ]
    for name, priors in PRIORS.items():
        columns = [features[prior] for prior in ("rank", *priors)]
        orders[name] = learned_scores(
            samples, [np.concatenate(of, axis=1) for of in zip(*columns, strict=True)]
        )
    rows = {name: [*map(_measure, samples, scores)] for name, scores in orders.items()}
    documents = [sample.document for sample in samples]
    result = {}
    for name, measured in rows.items():
        gains = {
            measure: [row[measure] - old[measure] for row, old in zip(measured, first, strict=True)]
            for first in [rows["as recorded"]]
            for measure in MEASURES
        }
        result[name] = {m: round(float(np.mean([r[m] for r in measured])), 4) for m in MEASURES} | {
            "gain": {m: round(float(np.mean(of)), 4) for m, of in gains.items()},
            "interval": {
                m: [round(bound, 4) for bound in bootstrap_groups(of, documents)]
                for m, of in gains.items()
            },
        }
    return {"model": run.model, "questions": len(samples), "orders": result}


def generic_ranks(samples: Sequence[RecordedSample]) -> list[Floats]:
    """Return for each region of each question its mean reciprocal rank in others on its page.

    0 where it was not selected, or if no other question is about the page.
    """
    pages: dict[object, list[int]] = defaultdict(list)
    for index, sample in enumerate(samples):
        page = (sample.document, sample.tokens_all_ocr, sample.tokens_full_image)
        pages[page].append(index)
    positions = [
        {tuple(box): rank for rank, box in enumerate(sample.predicted.tolist(), start=1)}
        for sample in samples
    ]
    generic = [np.zeros(len(sample.predicted)) for sample in samples]
    for indices in pages.values():
        for index in indices:
            others = [positions[other] for other in indices if other != index]
            for row, box in enumerate(map(tuple, samples[index].predicted.tolist())):
                shares = [1 / other[box] for other in others if box in other]
                generic[index][row] = sum(shares) / max(len(others), 1)
    return generic


def _places_and_sizes(samples: Sequence[RecordedSample]) -> dict[str, list[Floats]]:
    """Return the features of each region; pages extend as far as the regions of their document."""
    ends: dict[str, Floats] = {}
    for sample in samples:
        end = sample.predicted[:, 2:].max(axis=0, initial=1).astype(np.float64)
        ends[sample.document] = np.maximum(ends.get(sample.document, end), end)
    places, sizes = [], []
    for sample in samples:
        corners = sample.predicted.reshape(-1, 2, 2) / ends[sample.document]
        center, size = corners.mean(axis=1), corners[:, 1] - corners[:, 0]
        places.append(np.concatenate([center, center**2], axis=1))
        sizes.append(np.log(size + 1e-3))
    return {"place": places, "size": sizes}


def learned_scores(samples: Sequence[RecordedSample], features: Sequence[Floats]) -> list[Floats]:
    """Return scores of all regions, those of each document learned from other documents.

    Args:
        features: (n, f) of the regions of each question.
    """
    names = sorted({sample.document for sample in samples})
    folds = np.array([names.index(sample.document) % FOLDS for sample in samples])
    is_evidence = [
        iou(sample.predicted, sample.evidence).max(axis=1, initial=0) >= HIT for sample in samples
    ]
    scores = [np.zeros(len(sample.predicted)) for sample in samples]
    for fold in np.unique(folds):
        known = np.flatnonzero(folds != fold).tolist() or list(range(len(samples)))
        x = np.concatenate([features[index] for index in known])
        y = np.concatenate([is_evidence[index] for index in known]).astype(np.float64)
        mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-9
        weights = _fit((x - mean) / deviation, y)
        for index in np.flatnonzero(folds == fold).tolist():
            scores[index] = (features[index] - mean) / deviation @ weights
    return scores


def _fit(x: Floats, y: Floats) -> Floats:
    """Return the weights (f,) of a logistic regression, by Newton's method with a small ridge."""
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    weights = np.zeros(x.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-(x @ weights)))
        hessian = x.T @ (x * (p * (1 - p))[:, None]) + np.eye(len(weights))
        weights -= np.linalg.solve(hessian, x.T @ (p - y) + weights)
    return np.asarray(weights[:-1])


def _measure(sample: RecordedSample, scores: Floats) -> dict[str, float]:
    predicted = sample.predicted[np.argsort(-scores, kind="stable")]
    rows: dict[str, float] = {}
    for count in (1, 3):
        overlaps = best_overlaps(predicted[:count], sample.evidence)
        rows |= prefixed(f"top{count}", grounding(overlaps))
    return rows


def vision_maps_report(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the results of `try_orders` for several runs as text, with a table for each."""
    return "\n\n".join(
        f"{result['model']}, {result['questions']} questions\n\n"
        + format_table(
            ["order", *(measure.replace("_", " ") for measure in MEASURES)],
            [
                [name, *(_cell(order, measure) for measure in MEASURES)]
                for name, order in result["orders"].items()
            ],
        )
        for result in results
    )


def _cell(order: Mapping[str, Any], measure: str) -> str:
    low, high = order["interval"][measure]
    change = f" ({low:+.3f} to {high:+.3f})" if (low, high) != (0, 0) else ""
    return f"{order[measure]:.3f}{change}"
