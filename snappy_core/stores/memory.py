"""An index in memory: for short-lived corpora and tests."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import IndexMismatchError
from snappy_core.scoring.idf import page_terms
from snappy_core.stores.base import (
    Catalog,
    DocumentRecord,
    PageFilter,
    PageRecord,
    PageVectors,
    region_arrays,
)
from snappy_core.stores.first_stage import select_candidates
from snappy_core.types import Page, Patches, Scalar


@dataclass(frozen=True)
class _State:
    """An immutable state; a write makes a new one and readers keep theirs."""

    records: Mapping[str, DocumentRecord]
    pages: Mapping[int, tuple[str, PageRecord]]
    counts: Mapping[str, int]

    def documents(self) -> list[DocumentRecord]:
        return [self.records[key] for key in sorted(self.records)]

    def document(self, document_id: str) -> DocumentRecord | None:
        return self.records.get(document_id)

    def document_of(self, page: int) -> DocumentRecord:
        return self.records[self.pages[page][0]]

    def page_ids(self, document_id: str) -> dict[int, int]:
        return {
            record.page.number: page
            for page, (owner, record) in self.pages.items()
            if owner == document_id
        }

    def page_count(self) -> int:
        return len(self.pages)

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        return {term: self.counts[term] for term in terms if term in self.counts}

    @cached_property
    def _catalog(self) -> Catalog:
        rows = sorted(self.pages.items())
        pooled = [record.pooled for _, (_, record) in rows]
        return Catalog(
            page_ids=np.array([page for page, _ in rows], dtype=np.int64),
            document_ids=[owner for _, (owner, _) in rows],
            page_numbers=np.array([record.page.number for _, (_, record) in rows], dtype=np.int64),
            offsets=np.cumsum([0, *(len(codes) for codes, _ in pooled)], dtype=np.int64),
            vectors=np.concatenate([c for c, _ in pooled]) if rows else np.zeros((0, 0), np.int8),
            scales=np.concatenate([s for _, s in pooled]) if rows else np.zeros(0, np.float32),
        )

    def catalog(self) -> Catalog:
        return self._catalog

    def candidates(
        self,
        query: NDArray[np.float32],
        weights: NDArray[np.float32],
        page_filter: PageFilter,
        count: int | None = None,
    ) -> NDArray[np.int64]:
        return select_candidates(self.catalog(), query, weights, page_filter, count)

    def vectors(self, pages: Sequence[int]) -> list[PageVectors]:
        found = []
        for page in pages:
            record = self.pages[page][1]
            found.append(
                PageVectors(
                    record.patches.vectors,
                    record.patches.scales,
                    record.membership,
                    *region_arrays(record.page.regions),
                )
            )
        return found

    def page(self, page: int) -> Page:
        return self.pages[page][1].page

    def patches(self, page: int) -> Patches:
        return self.pages[page][1].patches


class MemoryStore:
    """Keeps everything in the memory of this process; gone when it ends."""

    location = ":memory:"

    def __init__(self) -> None:
        self._state = _State({}, {}, {})
        self._encoder: tuple[str, int] | None = None
        self._ids = count(1)
        self._lock = threading.Lock()

    def encoder(self) -> tuple[str, int] | None:
        return self._encoder

    def bind_encoder(self, encoder: str, dim: int) -> None:
        with self._lock:
            if self._encoder is not None and self._encoder != (encoder, dim):
                name, size = self._encoder
                raise IndexMismatchError(
                    f"{self.location}: made by the encoder {name} ({size} dimensions), not "
                    f"{encoder} ({dim})"
                )
            self._encoder = (encoder, dim)

    @contextmanager
    def read(self) -> Iterator[_State]:
        yield self._state

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        held = [replace(p, page=replace(p.page, renderer=None)) for p in pages]
        with self._lock:
            state = _without(self._state, document.document_id)
            numbered = {next(self._ids): (document.document_id, page) for page in held}
            counts = Counter(state.counts)
            for page in held:
                counts.update(page_terms(page.page.words.texts))
            record = replace(document, pages=len(held), metadata=dict(document.metadata))
            self._state = _State(
                {**state.records, document.document_id: record},
                {**state.pages, **numbered},
                counts,
            )

    def set_metadata(self, document_id: str, metadata: Mapping[str, Scalar]) -> None:
        with self._lock:
            state = self._state
            if document_id in state.records:
                record = replace(state.records[document_id], metadata=dict(metadata))
                records = {**state.records, document_id: record}
                self._state = _State(records, state.pages, state.counts)

    def delete(self, document_id: str) -> bool:
        with self._lock:
            known = document_id in self._state.records
            self._state = _without(self._state, document_id)
            return known

    def compact(self) -> None:
        """Do nothing: what is deleted is gone."""

    def close(self) -> None:
        self._state = _State({}, {}, {})


def _without(state: _State, document_id: str) -> _State:
    if document_id not in state.records:
        return state
    counts = Counter(state.counts)
    kept = {}
    for number, (owner, record) in state.pages.items():
        if owner == document_id:
            counts.subtract(page_terms(record.page.words.texts))
        else:
            kept[number] = (owner, record)
    records = {key: value for key, value in state.records.items() if key != document_id}
    return _State(records, kept, {term: n for term, n in counts.items() if n > 0})
