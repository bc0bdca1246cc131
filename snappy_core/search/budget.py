"""Filling a token budget with the hits that are worth the most for their length."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from snappy_core.scoring.mixture import load_price
from snappy_core.search.context import estimate_tokens, share_words
from snappy_core.search.hits import Hit

POOL = 4
"""Size, in budgets, of the pool of best hits that a budget is filled from; all must be read."""

Cut = Callable[[Hit, int, Callable[[str], int]], Hit | None]
"""Returns the part of a hit that fits a number of tokens, given a function to count; or None."""


def best_for_budget(
    hits: Iterable[Hit], budget: int, *, count: Callable[[str], int] = estimate_tokens
) -> list[Hit]:
    """Return the first hits, best first, until they hold `POOL` times the budget."""
    pool: list[Hit] = []
    tokens = 0
    for hit in hits:
        pool.append(hit)
        tokens += min(count(hit.text), budget)
        if tokens >= POOL * budget:
            break
    return pool


def fill_budget(
    hits: Iterable[Hit],
    budget: int,
    k: int | None = None,
    per_page: int | None = None,
    *,
    cut: Cut | None = None,
    count: Callable[[str], int] = estimate_tokens,
) -> list[Hit]:
    """Return the hits that together fit a budget and are worth the most per token, best first.

    The worth of a hit is learned from questions (`Price`). Whole hits are taken in order of worth;
    a hit that does not fit, or that shares half its words with a hit already taken, is left out.
    However, the first hit that does not fit and can be cut is cut.

    Args:
        budget: the maximum number of tokens of all texts.
        k: the maximum number of hits.
        per_page: the maximum number of hits from one page.
        cut: cuts a hit; without it, no hit is cut.
        count: counts the tokens of a text.
    """
    priced = [(hit, count(hit.text)) for hit in hits]
    scores = np.array([hit.score for hit, _ in priced])
    worth = load_price().log_worth(scores, np.array([cost for _, cost in priced]))
    selected: list[Hit] = []
    page_counts: Counter[tuple[str, int]] = Counter()
    on_page: defaultdict[tuple[str, int], list[Hit]] = defaultdict(list)
    for hit, cost in (priced[index] for index in np.argsort(-worth, kind="stable").tolist()):
        page = _page(hit)
        if per_page is not None and page_counts[page] >= per_page:
            continue
        if len(selected) == k or (cost > budget and cut is None):
            continue
        neighbors = (other for part in hit.parts for other in on_page[_page(part)])
        if any(share_words(hit, other) for other in neighbors):
            continue
        if cost > budget:
            part = None if cut is None else cut(hit, budget, count)
            if part is None:
                continue
            hit, cost, cut = part, count(part.text), None
        selected.append(hit)
        page_counts[page] += 1
        for part in hit.parts:
            on_page[_page(part)].append(hit)
        budget -= cost
    selected.sort(key=lambda hit: -hit.score)
    return [replace(hit, rank=rank) for rank, hit in enumerate(selected, start=1)]


def _page(hit: Hit) -> tuple[str, int]:
    return hit.document_id, hit.page_number
