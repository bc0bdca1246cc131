"""Fits the weights: a listwise softmax, first over pages, then over regions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.mixture import KIND_SIGNALS, PAGE_SIGNALS, REGION_SIGNALS
from training.ranking.examples import SIGNALS, Example

RIDGE = 0.01
STEPS = 25
CONVERGED = 1e-3  # step of the weights, which are around 10 to 100
PAGE = slice(len(REGION_SIGNALS), len(REGION_SIGNALS) + len(PAGE_SIGNALS))
KINDS = slice(len(SIGNALS) - len(KIND_SIGNALS), len(SIGNALS))


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Candidates (n, features), which of them are right (n,), and the weight of this choice."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]
    weight: float


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """Return the weight of each signal; those of the four cosines sum to 1.

    First the signals of a page are weighted to predict which pages hold the evidence; then those
    of regions, together with their page as a whole, to predict which regions answer. The weight of
    a folder is the square root of the number of its questions, so that a large one does not
    dominate.
    """
    pairs = list(zip(examples, folder_weights(examples).tolist(), strict=True))
    page_weights = maximize([Choice(*_pages(e), w) for e, w in pairs if e.gold_pages.any()])
    page_weights = page_weights.clip(0) / page_weights.clip(0).sum()
    region_weights = maximize([
        Choice(_with_page(e, page_weights), e.answers, w) for e, w in pairs if e.answers.any()
    ])  # fmt: skip
    cosines = len(REGION_SIGNALS)
    page_weight = region_weights[cosines]
    values = [*region_weights[:cosines], *(page_weight * page_weights)]
    values = [*values, *region_weights[cosines + 1 :]]
    scale = region_weights[: cosines + 1].sum()
    return {
        name: round(float(value / scale), 4) for name, value in zip(SIGNALS, values, strict=True)
    }


def folder_weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Return the weight of each example; those of a folder sum to the root of their number."""
    counts = Counter(example.folder for example in examples)
    return np.array([counts[example.folder] ** -0.5 for example in examples])


def maximize(choices: Sequence[Choice]) -> NDArray[np.float64]:
    """Return the weights (features,) that give the right candidates the highest probability.

    Newton's method, using only the curvature of the normalizer, which is never negative.
    """
    size = choices[0].features.shape[1]
    weights = np.zeros(size)
    weights[0] = 10.0
    for _ in range(STEPS):
        gradient, curvature = RIDGE * weights, RIDGE * np.eye(size)
        for choice in choices:
            scores = choice.features @ weights
            odds = np.exp(scores - scores.max())
            expected = odds / odds.sum()
            target = odds * choice.right
            mean = expected @ choice.features
            spread = choice.features - mean
            gradient += choice.weight * (mean - target @ choice.features / target.sum())
            curvature += choice.weight * (spread * expected[:, None]).T @ spread
        step = np.linalg.solve(curvature, gradient)
        largest = np.abs(step).max()
        weights -= step * min(1.0, 8.0 / largest)
        if largest < CONVERGED:
            break
    return weights


def _pages(example: Example) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    signals = np.full((len(example.gold_pages), len(PAGE_SIGNALS)), -1.0)
    signals[example.page_of_region] = example.signals[:, PAGE]
    return signals, example.gold_pages


def _with_page(example: Example, page_weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the signals with those of the page combined into one."""
    signals = example.signals.astype(np.float64)
    page = signals[:, PAGE] @ page_weights
    return np.column_stack([signals[:, : PAGE.start], page, signals[:, KINDS]])
