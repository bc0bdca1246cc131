"""The mixture: signals of a region and its page, added with weights learned from questions.

`python -m training.ranking` learns the weights, and the price of length where a budget is filled
(`data/ranking.json`), from questions whose answers are known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.query_cues import named_labels
from snappy_core.types import LABELS, Label, Query
from snappy_core.vectors import normalize

WEIGHTS = Path(__file__).parent.parent / "data" / "ranking.json"

REGION_SIGNALS = ("words", "passage")
"""Cosines of a region: MaxSim of its words, and of question and passage."""

PAGE_SIGNALS = ("page words", "page passage")
"""Cosines of its page: MaxSim of all words, and the best passage of any region that may answer."""

_KINDS: dict[str, tuple[Label, ...]] = {
    "heading": ("title", "heading"),
    "list": ("list",),
    "table": ("table",),
    "table row": ("table_row",),
    "figure": ("figure",),
}

KIND_SIGNALS = (*_KINDS, "named figure")
"""1 or 0: whether the region is of this kind, or is a figure and the question asks for one."""

Signals = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Price:
    """The price of length: what a region is worth compared to others that could fill a budget.

    Attributes:
        temperature: the score difference that makes a region e times as likely to be the answer.
        overhead: tokens that any region costs in addition to its own.
    """

    temperature: float
    overhead: float

    def log_worth(self, scores: NDArray[Any], tokens: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the logarithm of `exp(score / temperature) / (tokens + overhead)`, (r,)."""
        prices = np.log(np.maximum(tokens + self.overhead, 1))
        return np.asarray(scores / self.temperature - prices, dtype=np.float64)


def load_weights() -> Mapping[str, float]:
    """Return the weight of each signal, by name; those of the four cosines sum to 1."""
    return _load()["signals"]


@cache
def load_price() -> Price:
    """Return the price of length."""
    return Price(**_load()["price"])


@cache
def _load() -> dict[str, dict[str, float]]:
    values: dict[str, dict[str, float]] = json.loads(WEIGHTS.read_bytes())
    return values


def question_vector(query: Query, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vector of a question that passages are compared with, (1, d) of length 1.

    It is the average of the plain and the weighted mean over all tokens, normalized.

    Args:
        weights: (m,) token weights, sum 1.
    """
    mean = query.vectors.mean(axis=0, dtype=np.float32)
    return normalize((mean + weights @ query.vectors)[None])


def kind_signals(question: str, labels: NDArray[np.uint8]) -> Signals:
    """Return the `KIND_SIGNALS` of regions by their labels (r,), indices into `LABELS`.

    >>> labels = np.array([LABELS.index("figure"), LABELS.index("list")])
    >>> kinds = kind_signals("What does the left plot show?", labels)
    >>> kinds["figure"].tolist(), kinds["named figure"].tolist(), kinds["list"].tolist()
    ([1.0, 0.0], [1.0, 0.0], [0.0, 1.0])
    """
    masks = {
        name: np.isin(labels, [LABELS.index(label) for label in kind])
        for name, kind in _KINDS.items()
    }
    masks["named figure"] = masks["figure"] & ("figure" in named_labels(question))
    return {name: mask.astype(np.float32) for name, mask in masks.items()}


def total(signals: Signals, weights: Mapping[str, float]) -> NDArray[np.float32]:
    """Return the weighted sum of signals of one shape."""
    parts = [weights[name] * values for name, values in signals.items()]
    return np.asarray(np.sum(parts, axis=0), dtype=np.float32)


def mean(signals: Signals, weights: Mapping[str, float]) -> NDArray[np.float32]:
    """Return the weighted mean of signals of one shape."""
    return np.asarray(total(signals, weights) / np.float32(sum(map(weights.__getitem__, signals))))
