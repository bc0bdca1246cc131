"""The first stage for pooled vectors in memory: which pages to score exactly."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.filters import Condition
from snappy_core.scoring.scan import Ragged, scan
from snappy_core.stores.base import PageFilter
from snappy_core.stores.catalog import Catalog

CANDIDATES = 200
"""The minimum number of pages scored exactly by default; a smaller index needs no first stage."""


def default_candidates(pages: int) -> int:
    """Return how many pages of an index to score exactly: 4 sqrt(pages), at least `CANDIDATES`.

    The more pages, the more of them score close to the best. `snappy eval recall` shows the recall
    and cost of other numbers.
    """
    return max(CANDIDATES, 4 * math.isqrt(pages))


def page_mask(catalog: Catalog, page_filter: PageFilter) -> NDArray[np.bool_]:
    """Return which pages of a catalog match a filter, (pages,)."""
    mask = np.ones(len(catalog.page_ids), dtype=bool)
    if page_filter.document_ids is not None:
        names = page_filter.document_ids
        mask &= np.array([name in names for name in catalog.document_ids], dtype=bool)
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
    """Return the pages whose pooled vectors score best; see `Snapshot.candidates`."""
    if count is None:
        count = default_candidates(len(catalog.page_ids))
    indices = np.flatnonzero(page_mask(catalog, page_filter))
    if len(indices) > count:
        scores = pooled_scores(catalog, query, weights)[indices]
        indices = np.sort(indices[np.argpartition(-scores, count)[:count]])
    return catalog.page_ids[indices]


def pooled_scores(
    catalog: Catalog, query: NDArray[np.float32], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the scores (p,) of the pooled vectors of all pages of a catalog."""
    weighted = weights > 0
    pooled = Ragged(catalog.vectors, catalog.scales, catalog.offsets)
    return scan(query[weighted], weights[weighted], [pooled])


class CatalogSnapshot(ABC):
    """Base of snapshots with a catalog in memory: finds candidates with `select_candidates`."""

    @abstractmethod
    def catalog(self) -> Catalog: ...

    @abstractmethod
    def pages_where(self, condition: Condition) -> NDArray[np.int64]: ...

    def candidates(
        self,
        query: NDArray[np.float32],
        weights: NDArray[np.float32],
        page_filter: PageFilter,
        count: int | None = None,
    ) -> NDArray[np.int64]:
        page_filter = self.by_page_ids(page_filter)
        return select_candidates(self.catalog(), query, weights, page_filter, count)

    def by_page_ids(self, page_filter: PageFilter) -> PageFilter:
        """Return a filter whose condition on regions is resolved to page ids."""
        if page_filter.regions is None:
            return page_filter
        page_ids = frozenset(self.pages_where(page_filter.regions).tolist())
        if page_filter.page_ids is not None:
            page_ids &= page_filter.page_ids
        return replace(page_filter, page_ids=page_ids, regions=None)
