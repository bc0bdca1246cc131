"""One version of a Lance index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from snappy_core.stores import codec
from snappy_core.stores.base import DocumentRecord, PageVectors
from snappy_core.stores.catalog import Catalog
from snappy_core.stores.first_stage import CatalogSnapshot
from snappy_core.stores.lance.cache import LanceCache
from snappy_core.stores.lance.rows import Pages, TableLog
from snappy_core.stores.lance.version import Version
from snappy_core.types import Page, Patches

_PATCH_COLUMNS = ["content", "patch_boxes", "scoring"]


class LanceSnapshot(CatalogSnapshot):
    """One version of the table, which never changes and may be shared by threads."""

    def __init__(self, location: str, version: Version, log: TableLog, cache: LanceCache) -> None:
        self.version = version
        self.log = log
        self._location = location
        self._cache = cache
        self._last_read: tuple[list[int], Any] = ([], None)

    @cached_property
    def _pages(self) -> Pages:
        return self.log.pages(self._location)

    def documents(self) -> list[DocumentRecord]:
        return self.log.events.documents()

    def document(self, document_id: str) -> DocumentRecord | None:
        return self.log.events.document(document_id)

    def document_of(self, page_id: int) -> DocumentRecord:
        index = int(np.searchsorted(self._pages.ids, page_id))
        if index == len(self._pages.ids) or self._pages.ids[index] != page_id:
            raise KeyError(page_id)
        return self.log.events.entries[self._pages.documents[index]].record

    def page_ids(self, document_id: str) -> dict[int, int]:
        entry = self.log.events.entries.get(document_id)
        return {} if entry is None else self.log.page_ids(entry)

    def page_count(self) -> int:
        return self.log.events.page_count

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        stored_terms = {term: codec.encode_term(term) for term in terms}
        if not stored_terms:
            return {}
        counts = self._cache.frequencies(self.version, self._pages.ids)
        return {term: counts[stored] for term, stored in stored_terms.items() if counts[stored]}

    def catalog(self) -> Catalog:
        return self._cache.catalog(self.version, self._pages)

    def vectors(self, page_ids: Sequence[int]) -> list[PageVectors]:
        if not page_ids:
            return []
        blobs = self._take(page_ids, ["scoring"])["scoring"]
        return [codec.unpack_scoring(blob.as_buffer()) for blob in blobs]

    def page(self, page_id: int) -> Page:
        (blob,) = self._take([page_id], ["content"])["content"]
        return codec.unpack_content(blob.as_buffer())

    def patches(self, page_id: int) -> Patches:
        table = self._take([page_id], _PATCH_COLUMNS)
        self._last_read = [page_id], table
        return codec.unpack_patches(*(table[name][0].as_buffer() for name in _PATCH_COLUMNS))

    def _take(self, page_ids: Sequence[int], columns: list[str]) -> Any:
        """Read pages, or reuse the page of the last `patches`, whose other parts often follow."""
        last_ids, table = self._last_read
        if list(page_ids) == last_ids:
            return table
        return self.version.take(np.array(page_ids, dtype=np.int64), columns)
