"""The store in memory: for tests, and for an index that lives as long as its process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import NoReturn

from snappy_core.forks import fork_safe_lock
from snappy_core.scoring.idf import page_terms
from snappy_core.stores.base import (
    DocumentRecord,
    PageRecord,
    PageVectors,
    region_arrays,
)
from snappy_core.stores.catalog import Catalog, build_catalog
from snappy_core.stores.compatibility import check_encoder
from snappy_core.stores.first_stage import CatalogSnapshot
from snappy_core.stores.record_filters import RecordFilters
from snappy_core.types import Metadata, Page, Patches


@dataclass(frozen=True)
class _MemorySnapshot(RecordFilters, CatalogSnapshot):
    """An immutable state; each write makes a new one."""

    records: Mapping[str, DocumentRecord]  # by document id
    pages: Mapping[int, tuple[str, PageRecord]]  # document id and page by page id, ascending
    counts: Mapping[str, int]  # number of pages that contain each term

    def documents(self) -> list[DocumentRecord]:
        return [self.records[document_id] for document_id in sorted(self.records)]

    def document(self, document_id: str) -> DocumentRecord | None:
        return self.records.get(document_id)

    def document_of(self, page_id: int) -> DocumentRecord:
        return self.records[self.pages[page_id][0]]

    def page_ids(self, document_id: str) -> dict[int, int]:
        return {
            record.page.number: page_id
            for page_id, (owner, record) in self.pages.items()
            if owner == document_id
        }

    def page_count(self) -> int:
        return len(self.pages)

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        return {term: self.counts[term] for term in terms if term in self.counts}

    @cached_property
    def _catalog(self) -> Catalog:
        records = [record for _, record in self.pages.values()]
        return build_catalog(
            list(self.pages),
            [document_id for document_id, _ in self.pages.values()],
            [record.page.number for record in records],
            [record.pooled for record in records],
        )

    def catalog(self) -> Catalog:
        return self._catalog

    def vectors(self, page_ids: Sequence[int]) -> list[PageVectors]:
        records = [self.pages[page_id][1] for page_id in page_ids]
        return [
            PageVectors(
                record.patches.vectors,
                record.patches.scales,
                record.membership,
                *region_arrays(record.page.regions),
                record.pooled,
            )
            for record in records
        ]

    def page(self, page_id: int) -> Page:
        return self.pages[page_id][1].page

    def patches(self, page_id: int) -> Patches:
        return self.pages[page_id][1].patches


_EMPTY = _MemorySnapshot({}, {}, {})


class MemoryStore:
    """Keeps an index in the memory of this process; closing the store empties it."""

    location = ":memory:"

    def __init__(self) -> None:
        self._snapshot = _EMPTY
        self._encoder: tuple[str, int] | None = None
        self._files: dict[str, dict[str, bytes]] = {}  # by content hash and name
        self._next_ids = count(1)
        self._lock = fork_safe_lock()

    def encoder(self) -> tuple[str, int] | None:
        return self._encoder

    def bind_encoder(self, encoder: str, dim: int) -> None:
        with self._lock:
            if self._encoder is None:
                self._encoder = (encoder, dim)
        check_encoder(self.location, self._encoder, (encoder, dim), "into another index")

    @contextmanager
    def read(self) -> Iterator[_MemorySnapshot]:
        yield self._snapshot

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        records = [replace(record, page=replace(record.page, renderer=None)) for record in pages]
        name = document.document_id
        with self._lock:
            snapshot = _without(self._snapshot, name)
            counts = Counter(snapshot.counts)
            for record in records:
                counts.update(page_terms(record.page.words.texts))
            document = replace(document, pages=len(records), metadata=dict(document.metadata))
            self._snapshot = _MemorySnapshot(
                {**snapshot.records, name: document},
                {**snapshot.pages, **{next(self._next_ids): (name, r) for r in records}},
                counts,
            )
            self._drop_unused_files()

    def set_metadata(self, document_id: str, metadata: Metadata) -> None:
        with self._lock:
            records = dict(self._snapshot.records)
            if document_id in records:
                records[document_id] = replace(records[document_id], metadata=dict(metadata))
                self._snapshot = replace(self._snapshot, records=records)

    def set_sources(self, document_id: str, sources: Sequence[str]) -> None:
        with self._lock:
            records = dict(self._snapshot.records)
            if document_id in records:
                source, *aliases = sources
                records[document_id] = replace(
                    records[document_id], source=source, aliases=tuple(aliases)
                )
                self._snapshot = replace(self._snapshot, records=records)

    def delete(self, document_id: str) -> bool:
        with self._lock:
            exists = document_id in self._snapshot.records
            self._snapshot = _without(self._snapshot, document_id)
            self._drop_unused_files()
            return exists

    def keep_files(self, content_hash: str, files: Mapping[str, bytes]) -> None:
        with self._lock:
            self._files.setdefault(content_hash, {}).update(files)
            self._drop_unused_files()

    def kept_files(self, content_hash: str) -> frozenset[str]:
        return frozenset(self._files.get(content_hash, ()))

    def kept_file(self, content_hash: str, name: str) -> bytes | None:
        return self._files.get(content_hash, {}).get(name)

    def _drop_unused_files(self) -> None:
        if self._files:
            used = {record.content_hash for record in self._snapshot.records.values()}
            self._files = {key: kept for key, kept in self._files.items() if key in used}

    def compact(self) -> None:
        """Do nothing: deleted documents take no space."""

    def close(self) -> None:
        self._snapshot = _EMPTY
        self._files = {}

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "an index in memory is not pickled or copied; keep it in a file, as "
            'RegionIndex.open("reports.snappy") or from_files(..., index_path="reports.snappy")'
        )


def _without(snapshot: _MemorySnapshot, document_id: str) -> _MemorySnapshot:
    if document_id not in snapshot.records:
        return snapshot
    counts = Counter(snapshot.counts)
    pages = {}
    for page_id, (owner, record) in snapshot.pages.items():
        if owner == document_id:
            counts.subtract(page_terms(record.page.words.texts))
        else:
            pages[page_id] = (owner, record)
    records = {name: record for name, record in snapshot.records.items() if name != document_id}
    return _MemorySnapshot(records, pages, +counts)
