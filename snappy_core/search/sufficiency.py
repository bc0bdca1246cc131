"""Whether the searched pages cover what a question asks: a probability from a few signals.

`python -m training.sufficiency` learns the weights (`data/sufficiency.json`) from questions asked
of documents that answer them, of the same documents without the page that answers, and of other
documents.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WEIGHTS = Path(__file__).parent.parent / "data" / "sufficiency.json"

SIGNALS = ("region", "page", "lead", "alone")
"""The best scores of a region and of a page; how far that page leads the next; 1 if it is alone."""

NEXT = 5
"""Number of next-best pages; the best page is compared with their mean."""


def signals_of(regions: NDArray[Any], pages: NDArray[Any]) -> NDArray[np.float64]:
    """Return the `SIGNALS` of a search.

    They do not depend on the number of pages searched, unless there is only one.

    Args:
        regions: (r,) scores of the regions that may answer, at least one.
        pages: (p,) scores of all scored pages.

    >>> signals_of(np.array([0.6, 0.7]), np.array([0.5, 0.8, 0.3])).round(2).tolist()
    [0.7, 0.8, 0.4, 0.0]
    """
    best = np.sort(pages)[::-1]
    others = best[1 : NEXT + 1]
    lead = best[0] - others.mean() if len(others) else 0.0
    return np.array([regions.max(), best[0], lead, len(others) == 0], dtype=np.float64)


def answerable(regions: NDArray[Any], pages: NDArray[Any], encoder: str) -> float | None:
    """Return the probability that the pages of a search answer, 0 if there is no region.

    Returns None for encoders other than the one the weights were learned for.

    Args:
        regions, pages: scores by the rule "mixture", as in `signals_of`.
        encoder: the name of the encoder.
    """
    model = _load()
    if encoder != model["encoder"]:
        return None
    if not len(regions):
        return 0.0
    weights = np.array([model["weights"][name] for name in SIGNALS])
    logit = float(signals_of(regions, pages) @ weights) + model["bias"]
    return 1 / (1 + math.exp(-logit))


@cache
def _load() -> Mapping[str, Any]:
    model: dict[str, Any] = json.loads(WEIGHTS.read_bytes())
    return model
