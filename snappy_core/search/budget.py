"""Filling a budget of tokens with the hits that are worth most for their length."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from snappy_core.search.context import estimate_tokens, share_words
from snappy_core.search.hits import Hit

POOL = 4
"""Budgets that the hits hold from which one is filled: the best ones, which have to be read."""

TEMPERATURE = 0.036
"""Score by which a region must be better to be as likely the answer as one 1/e times as long."""

OVERHEAD = 40
"""Tokens that any region costs beside its own: its citation, and the reader's attention."""


def best_for_budget(
    hits: Iterable[Hit], budget: int, *, count: Callable[[str], int] = estimate_tokens
) -> list[Hit]:
    """Return the first hits, until they hold `POOL` times the budget, best first."""
    pool: list[Hit] = []
    tokens = 0
    for hit in hits:
        pool.append(hit)
        tokens += min(count(hit.region.text), budget)
        if tokens >= POOL * budget:
            break
    return pool


def fill_budget(
    hits: Iterable[Hit],
    budget: int,
    k: int | None = None,
    per_page: int | None = None,
    *,
    count: Callable[[str], int] = estimate_tokens,
) -> list[Hit]:
    """Return the hits that together fit a budget and are worth most for their tokens, best first.

    The worth of a hit is `exp(score / TEMPERATURE) / (tokens + OVERHEAD)`. Hits are taken in this
    order, whole; one that does not fit, or shares half its words with one taken, is left out.

    Args:
        budget: the most tokens of all texts.
        k: the most hits.
        per_page: the most hits of one page.
        count: counts the tokens of a text.
    """
    priced = [(hit, count(hit.region.text)) for hit in hits]
    priced.sort(key=lambda pair: math.log(pair[1] + OVERHEAD) - pair[0].score / TEMPERATURE)
    selected: list[Hit] = []
    page_counts: Counter[tuple[str, int]] = Counter()
    for hit, cost in priced:
        page = (hit.document_id, hit.page_number)
        if cost > budget or (per_page is not None and page_counts[page] >= per_page):
            continue
        if len(selected) == k or any(share_words(hit, other) for other in selected):
            continue
        selected.append(hit)
        page_counts[page] += 1
        budget -= cost
    selected.sort(key=lambda hit: -hit.score)
    return [replace(hit, rank=rank) for rank, hit in enumerate(selected, start=1)]
