"""What a Lance index keeps in memory between searches, brought up to date by new pages."""

from __future__ import annotations

import threading
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.stores.catalog import Catalog, PooledVectors, build_catalog
from snappy_core.stores.codec import unpack_pooled
from snappy_core.stores.lance.rows import Pages
from snappy_core.stores.lance.version import Version


class LanceCache:
    """Keeps the catalog and the term counts of the last version that was asked for.

    A page never changes. So what is known of a page is valid in every version that has it, and
    only the other pages are read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # otherwise several threads would read the same
        self._catalog: Catalog | None = None
        self._counts: tuple[Version, NDArray[np.int64], Counter[str]] | None = None

    def catalog(self, version: Version, pages: Pages) -> Catalog:
        """Return the catalog of a version."""
        with self._lock:
            catalog = self._catalog
            if catalog is None or not np.array_equal(catalog.page_ids, pages.ids):
                catalog = self._catalog = _load_catalog(version, pages, catalog)
            return catalog

    def frequencies(self, version: Version, page_ids: NDArray[np.int64]) -> Counter[str]:
        """Return the number of pages (p,) of a version that contain each term."""
        with self._lock:
            if self._counts is None or not np.array_equal(self._counts[1], page_ids):
                self._counts = (version, page_ids, self._count(version, page_ids))
            return self._counts[2]

    def _count(self, version: Version, page_ids: NDArray[np.int64]) -> Counter[str]:
        if self._counts is not None:
            old_version, old_ids, counts = self._counts
            try:
                removed = _count_terms(old_version, np.setdiff1d(old_ids, page_ids))
            except StoreError:  # that version has been cleaned up
                pass
            else:
                return counts + _count_terms(version, np.setdiff1d(page_ids, old_ids)) - removed
        return _count_terms(version, page_ids)


def _load_catalog(version: Version, pages: Pages, cached: Catalog | None) -> Catalog:
    pooled: dict[int, PooledVectors] = {}
    if cached is not None:
        pooled = {page_id: cached.pooled(i) for i, page_id in enumerate(cached.page_ids.tolist())}
    new_ids = np.array([p for p in pages.ids.tolist() if p not in pooled], dtype=np.int64)
    blobs = version.column(new_ids, "pooled")
    for page_id, blob in zip(new_ids.tolist(), blobs, strict=True):
        pooled[page_id] = unpack_pooled(blob.as_buffer())
    vectors = [pooled[page_id] for page_id in pages.ids.tolist()]
    return build_catalog(pages.ids, pages.documents, pages.numbers, vectors)


def _count_terms(version: Version, page_ids: NDArray[np.int64]) -> Counter[str]:
    if not len(page_ids):
        return Counter()
    values = version.column(page_ids, "terms").combine_chunks().flatten().value_counts()
    terms, counts = values.field("values").to_pylist(), values.field("counts").to_pylist()
    return Counter(dict(zip(terms, counts, strict=True)))
