"""The first stage where the pooled vectors lie in this process: which pages to score exactly."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.scan import Ragged, scan
from snappy_core.stores.base import Catalog, PageFilter

CANDIDATES = 200
"""The least pages scored exactly by default; no more than these need no first stage."""


def default_candidates(pages: int) -> int:
    """Return how many pages of an index are scored exactly: 200, or 4 sqrt(pages) if more.

    The more pages, the more of them come close to the best; `snappy eval recall` shows what
    another depth finds, and takes.
    """
    return max(CANDIDATES, 4 * math.isqrt(pages))


def page_mask(catalog: Catalog, page_filter: PageFilter) -> NDArray[np.bool_]:
    """Say which pages of a catalog pass, shape (pages,)."""
    mask = np.ones(len(catalog.page_ids), dtype=bool)
    if page_filter.document_ids is not None:
        mask &= np.array([d in page_filter.document_ids for d in catalog.document_ids], dtype=bool)
    if page_filter.page_numbers is not None:
        mask &= np.isin(catalog.page_numbers, list(page_filter.page_numbers))
    if page_filter.page_ids is not None:
        mask &= np.isin(catalog.page_ids, list(page_filter.page_ids))
    return mask


def select_candidates(
    catalog: Catalog,
    query: NDArray[np.float32],
    weights: NDArray[np.float32],
    page_filter: PageFilter,
    count: int | None = None,
) -> NDArray[np.int64]:
    """Return the ids of the pages to score exactly, by their pooled vectors; see `Snapshot`.

    Args:
        query: (m, d), its tokens of length 1; `weights` (m,).
    """
    if count is None:
        count = default_candidates(len(catalog.page_ids))
    places = np.flatnonzero(page_mask(catalog, page_filter))
    if len(places) > count:
        pooled = Ragged(catalog.vectors, catalog.scales, catalog.offsets)
        heavy = weights > 0
        rough = scan(query[heavy], weights[heavy], [pooled])[places]
        places = np.sort(places[np.argpartition(-rough, count)[:count]])
    return catalog.page_ids[places]
