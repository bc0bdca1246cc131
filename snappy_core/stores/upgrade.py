"""Reads an index of an older schema as a current one: missing data is computed on reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from snappy_core.scoring.pooling import pool
from snappy_core.stores.base import (
    DocumentRecord,
    PageVectors,
    ReadableStore,
    Snapshot,
)
from snappy_core.stores.catalog import Catalog, PooledVectors, build_catalog
from snappy_core.stores.first_stage import CatalogSnapshot
from snappy_core.stores.record_filters import RecordFilters
from snappy_core.types import Page, Patches


class UpgradedStore:
    """Reads a store of an older schema, whose pooled vectors of words may not be passages yet.

    Passages are computed from the stored vectors of the words. Schemas before SQLite 5, Lance 3 and
    Qdrant 3 have neither passages nor the cells of tables, and those before SQLite 6, Lance 4 and
    Qdrant 4 have no checksums; `codec` reads pages without them.
    """

    def __init__(self, store: ReadableStore) -> None:
        self._store = store

    @property
    def location(self) -> str:
        return self._store.location

    def encoder(self) -> tuple[str, int] | None:
        return self._store.encoder()

    @contextmanager
    def read(self) -> Iterator[UpgradedSnapshot]:
        with self._store.read() as snapshot:
            yield UpgradedSnapshot(snapshot)

    def close(self) -> None:
        self._store.close()


@dataclass(frozen=True, slots=True)
class UpgradedSnapshot(RecordFilters, CatalogSnapshot):
    """A snapshot with passages in place of the pooled vectors of words."""

    snapshot: Snapshot

    def documents(self) -> list[DocumentRecord]:
        return self.snapshot.documents()

    def document(self, document_id: str) -> DocumentRecord | None:
        return self.snapshot.document(document_id)

    def document_of(self, page_id: int) -> DocumentRecord:
        return self.snapshot.document_of(page_id)

    def page_ids(self, document_id: str) -> dict[int, int]:
        return self.snapshot.page_ids(document_id)

    def page_count(self) -> int:
        return self.snapshot.page_count()

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        return self.snapshot.frequencies(terms)

    def page(self, page_id: int) -> Page:
        return self.snapshot.page(page_id)

    def patches(self, page_id: int) -> Patches:
        return self.snapshot.patches(page_id)

    def catalog(self) -> Catalog:
        old = self.snapshot.catalog()
        ids = old.page_ids.tolist()
        pooled = [self._pool(page_id) or old.pooled(i) for i, page_id in enumerate(ids)]
        return build_catalog(old.page_ids, old.document_ids, old.page_numbers, pooled)

    def vectors(self, page_ids: Sequence[int]) -> list[PageVectors]:
        return [
            replace(vectors, pooled=self._pool(page_id) or vectors.pooled)
            for page_id, vectors in zip(page_ids, self.snapshot.vectors(page_ids), strict=True)
        ]

    def _pool(self, page_id: int) -> PooledVectors | None:
        """Return the passages of a page of words; None for a page with a grid, which has none."""
        patches, page = self.patches(page_id), self.page(page_id)
        if patches.grid is not None:
            return None
        return pool(patches, page.regions, page.words.texts)
