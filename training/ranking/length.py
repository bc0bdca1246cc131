"""Fits the price of length, which determines the value of a region when a budget is filled.

The best price is the one on a grid with which budgets hold the most evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from snappy_core.evaluation.evidence import BUDGETS
from snappy_core.scoring.granularity import ancestors_of
from snappy_core.scoring.mixture import Price
from snappy_core.search.budget import POOL
from training.ranking.examples import SIGNALS, Example
from training.ranking.fit import folder_weights

TEMPERATURES = (0.01, 0.02, 0.03, 0.04, 0.06, 0.09)
OVERHEADS = (0, 10, 40)
PRICES = tuple(Price(*pair) for pair in product(TEMPERATURES, OVERHEADS))


def fit_price(examples: Sequence[Example], evidence: Sequence[NDArray[np.float64]]) -> Price:
    """Return the price with which the examples have the most evidence, averaged over all budgets.

    Args:
        evidence: the result of `evidence_by_price` for each example.
    """
    means = np.array([of_example.mean(axis=1) for of_example in evidence])
    return PRICES[int((folder_weights(examples) @ means).argmax())]


def evidence_by_price(
    example: Example, weights: Mapping[str, float], prices: Sequence[Price] = PRICES
) -> NDArray[np.float64]:
    """Return the share of the evidence in each budget for each price, (prices, budgets)."""
    scores = example.signals @ np.array([weights[name] for name in SIGNALS])
    order = np.argsort(-scores, kind="stable")
    budgets = [example.tokens_per_word * words for words in BUDGETS]
    pools = []
    for budget in budgets:
        tokens = np.cumsum(np.minimum(example.tokens[order], budget))
        pools.append(order[: int(np.searchsorted(tokens, POOL * budget)) + 1])
    parents = example.parents.tolist()
    ancestors = {region: ancestors_of(region, parents) for region in pools[-1].tolist()}
    shares = np.empty((len(prices), len(BUDGETS)))
    for row, price in enumerate(prices):
        for column, (budget, pool) in enumerate(zip(budgets, pools, strict=True)):
            worth = price.log_worth(scores[pool], example.tokens[pool])
            ranked = pool[np.argsort(-worth, kind="stable")].tolist()
            regions = _fill(ranked, example.tokens, ancestors, budget)
            shares[row, column] = example.evidence[regions].sum()
    return shares


def _fill(
    ranked: Sequence[int],
    tokens: NDArray[np.int64],
    ancestors: Mapping[int, Sequence[int]],
    budget: float,
) -> list[int]:
    """Return the regions that `search(budget=)` would take: whole, and none inside another."""
    selected: dict[int, None] = {}
    ancestors_of_selected: set[int] = set()
    for region in ranked:
        if tokens[region] > budget or region in ancestors_of_selected:
            continue
        if not selected.keys().isdisjoint(ancestors[region]):
            continue
        selected[region] = None
        ancestors_of_selected.update(ancestors[region])
        budget -= tokens[region]
    return list(selected)
