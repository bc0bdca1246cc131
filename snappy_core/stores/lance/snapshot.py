"""One version of a Lance index, and what stays in memory for the next one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.filters import Condition
from snappy_core.stores import codec
from snappy_core.stores.base import DocumentRecord, PageFilter, PageVectors
from snappy_core.stores.catalog import Catalog, build_catalog
from snappy_core.stores.checks import Unpacked, unpack_page
from snappy_core.stores.event_log import LogSnapshot
from snappy_core.stores.first_stage import CatalogSnapshot, default_candidates
from snappy_core.stores.first_stage import page_mask as filter_mask
from snappy_core.stores.lance.filters import page_mask
from snappy_core.stores.lance.nearest import Nearest
from snappy_core.stores.lance.pooled import LancePooled
from snappy_core.stores.lance.rows import Pages, TableLog
from snappy_core.stores.lance.table import Version
from snappy_core.types import Page, Patches

_PATCH_COLUMNS = ["content", "patch_boxes", "scoring"]
_PAGE_COLUMNS = [*_PATCH_COLUMNS, "pooled"]


class LanceCache:
    """Keeps the catalog and the term counts of the last version that was requested.

    Pages never change, so what is known about a page is valid in every version that has it, and
    only the other pages are read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # so that threads do not read the same twice
        self._catalog = build_catalog([], [], [], [])
        self._counts: tuple[Version, NDArray[np.int64], Counter[str]] | None = None

    def catalog(self, version: Version, pages: Pages, dim: int | None) -> Catalog:
        with self._lock:
            catalog = self._catalog
            if not np.array_equal(catalog.page_ids, pages.ids):
                catalog = self._catalog = _load_catalog(version, pages, catalog, dim)
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
            except StoreError:  # that version was cleaned up
                pass
            else:
                return counts + _count_terms(version, np.setdiff1d(page_ids, old_ids)) - removed
        return _count_terms(version, page_ids)


def _load_catalog(version: Version, pages: Pages, cached: Catalog, dim: int | None) -> Catalog:
    pooled = {page_id: cached.pooled(i) for i, page_id in enumerate(cached.page_ids.tolist())}
    new_ids = np.array([p for p in pages.ids.tolist() if p not in pooled], dtype=np.int64)
    blobs = version.column(new_ids, "pooled")
    unpack = partial(codec.unpack_pooled, dim=dim)
    for page_id, blob in zip(new_ids.tolist(), blobs, strict=True):
        locate = partial(pages.locate, page_id)
        pooled[page_id] = unpack_page(unpack, [blob.as_buffer()], locate)
    vectors = [pooled[page_id] for page_id in pages.ids.tolist()]
    return build_catalog(pages.ids, pages.documents, pages.numbers, vectors)


def _count_terms(version: Version, page_ids: NDArray[np.int64]) -> Counter[str]:
    total: Counter[str] = Counter()
    for batch in version.batches(page_ids, "terms"):
        values = batch.flatten().value_counts()
        terms, counts = values.field("values").to_pylist(), values.field("counts").to_pylist()
        total.update(dict(zip(terms, counts, strict=True)))
    return total


class LanceSnapshot(LogSnapshot[int], CatalogSnapshot):
    """One version of the table, which never changes and may be shared by threads."""

    def __init__(
        self,
        location: str,
        version: Version,
        log: TableLog,
        cache: LanceCache,
        pooled: LancePooled,
    ) -> None:
        super().__init__(log.events)
        self._pooled = pooled
        self.version = version
        self.log = log
        self._location = location
        self._cache = cache
        self._last_read: tuple[list[int], Any] = ([], None)
        self._lacking: tuple[Nearest, Pages] | None = None

    @cached_property
    def _pages(self) -> Pages:
        return self.log.pages(self._location)

    @property
    def all_page_ids(self) -> NDArray[np.int64]:
        """The ids (p,) of all pages, ascending."""
        return self._pages.ids

    def document_of(self, page_id: int) -> DocumentRecord:
        return self.events.entries[self._pages.locate(page_id)[0]].record

    def page_ids(self, document_id: str) -> dict[int, int]:
        entry = self.events.entries.get(document_id)
        return {} if entry is None else self.log.page_ids(entry)

    def pages_where(self, condition: Condition) -> NDArray[np.int64]:
        def ids_where(sql: str) -> NDArray[np.int64]:
            table = self.version.scan(["number"], where=sql)
            return np.asarray(table["_rowid"].to_numpy(), dtype=np.int64)

        mask = page_mask(condition, self._pages, self.documents_where, ids_where)
        return self._pages.ids[mask]

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        stored_terms = {term: codec.encode_term(term) for term in terms}
        if not stored_terms:
            return {}
        counts = self._cache.frequencies(self.version, self._pages.ids)
        return {term: counts[stored] for term, stored in stored_terms.items() if counts[stored]}

    def catalog(self) -> Catalog:
        return self._cache.catalog(self.version, self._pages, self._dim)

    def candidates(
        self,
        query: NDArray[np.float32],
        weights: NDArray[np.float32],
        page_filter: PageFilter,
        count: int | None = None,
    ) -> NDArray[np.int64]:
        pages = self._pages
        nearest = self._pooled.nearest(len(pages.ids), self.version.number)
        if nearest is None:
            return super().candidates(query, weights, page_filter, count)
        catalog = build_catalog(pages.ids, pages.documents, pages.numbers, [])
        allowed = pages.ids[filter_mask(catalog, self.by_page_ids(page_filter))]
        count = default_candidates(len(pages.ids)) if count is None else count
        if len(allowed) <= count:
            return allowed
        new = self._cache.catalog(self.version, self._pages_without(nearest), self._dim)
        try:
            return nearest.candidates(query, weights, allowed, count, new, self.load_catalog)
        except StoreError:
            if not self._pooled.was_dropped(nearest):
                raise
            return self.candidates(query, weights, page_filter, count)

    def _pages_without(self, nearest: Nearest) -> Pages:
        """Return the pages that a table lacks."""
        lacking = self._lacking
        if lacking is None or lacking[0] is not nearest:
            is_lacking = ~np.isin(self._pages.ids, nearest.page_ids)
            lacking = self._lacking = nearest, self._pages.select(is_lacking)
        return lacking[1]

    def load_catalog(self, page_ids: NDArray[np.int64]) -> Catalog:
        """Read some pages with their pooled vectors, without caching them."""
        pages = self._pages.select(np.isin(self._pages.ids, page_ids))
        return _load_catalog(self.version, pages, build_catalog([], [], [], []), self._dim)

    def vectors(self, page_ids: Sequence[int]) -> list[PageVectors]:
        if not page_ids:
            return []
        columns = ["scoring", "pooled"]
        table = self._take(page_ids, columns)
        unpack = partial(codec.unpack_scoring, dim=self._dim)
        return [
            self._unpack(page_id, unpack, table, columns, row)
            for row, page_id in enumerate(page_ids)
        ]

    def page(self, page_id: int) -> Page:
        table = self._take([page_id], ["content"])
        return self._unpack(page_id, codec.unpack_content, table, ["content"])

    def patches(self, page_id: int) -> Patches:
        table = self._take([page_id], _PAGE_COLUMNS)
        self._last_read = [page_id], table
        return self._unpack(page_id, codec.unpack_patches, table, _PATCH_COLUMNS)

    def _unpack(
        self,
        page_id: int,
        unpack: Callable[..., Unpacked],
        table: Any,
        columns: Sequence[str],
        row: int = 0,
    ) -> Unpacked:
        """Return the contents of the parts of a page in a table row; StoreError if damaged."""
        parts = (table[name][row].as_buffer() for name in columns)
        return unpack_page(unpack, parts, partial(self._pages.locate, page_id))

    def _take(self, page_ids: Sequence[int], columns: list[str]) -> Any:
        """Read pages, or reuse the page of the last `patches`, whose other parts are often next."""
        last_ids, table = self._last_read
        if list(page_ids) == last_ids:
            return table
        return self.version.take(np.array(page_ids, dtype=np.int64), columns)
