"""One state of a Qdrant index: the log as it was read, and the pages that it names."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.stores import codec
from snappy_core.stores.base import Catalog, DocumentRecord, PageFilter, PageVectors
from snappy_core.stores.first_stage import default_candidates
from snappy_core.stores.qdrant import filters
from snappy_core.stores.qdrant.collections import Collections
from snappy_core.stores.qdrant.event_log import Entry, Log
from snappy_core.stores.qdrant.points import encode_term, point_id, unpack
from snappy_core.types import Page, Patches

Pooled = tuple[NDArray[np.int8], NDArray[np.float32]]

MOST = 1_000
"""Candidates that the server ranks by their patches at most, unless more are to be read: it may
have to take those of each, 262 KB, from its disk."""

READ = 50
"""Pages that a search reads to score their regions, unless it is told how many.

The server ranks the candidates by all their patches. No region scores more than its page, so one
of the best few regions is rarely on a page behind these; and each page is some 200 KB to read.
"""


class PooledCache:
    """Keeps the pooled vectors of the documents that a catalog had last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # several threads would all read the same
        self._held: dict[str, dict[int, Pooled]] = {}

    def load(self, collections: Collections, entries: Sequence[Entry]) -> list[Pooled]:
        """Return the pooled vectors of all pages of documents."""
        with self._lock:
            writes = [entry.write for entry in entries]
            held = {write: self._held[write] for write in writes if write in self._held}
            new = [write for write in writes if write not in held]
            for conditions in filters.of_writes(new, None):
                where = filters.all_of(conditions)
                for payload in collections.scroll_pages(where, ["write", "place", "pooled"]):
                    blob = unpack(payload, "pooled")
                    if blob is not None:  # the first part of a page
                        pages = held.setdefault(payload["write"], {})
                        pages[payload["place"]] = codec.read_pooled(blob)
            self._held = held
        found = []
        for entry in entries:
            pages = held.get(entry.write, {})
            if len(pages) != entry.record.pages:
                raise gone(collections.location, entry)
            found += [pages[place] for place in range(len(pages))]
        return found


def gone(location: str, entry: Entry) -> StoreError:
    return StoreError(
        f"{location}: pages of {entry.record.document_id} are gone: this state was cleaned up "
        "meanwhile (read again), or someone deleted them (then delete it and add it again)"
    )


class QdrantSnapshot:
    """The log never changes, and threads may share it."""

    def __init__(self, log: Log, collections: Collections, cache: PooledCache) -> None:
        self.log = log
        self._collections = collections
        self._cache = cache
        self._counts: dict[str, int] = {}
        self._catalog: Catalog | None = None
        self._recent: tuple[int, dict[str, Any]] = (0, {})

    def documents(self) -> list[DocumentRecord]:
        return [self.log.entries[name].record for name in sorted(self.log.entries)]

    def document(self, document_id: str) -> DocumentRecord | None:
        entry = self.log.entries.get(document_id)
        return None if entry is None else entry.record

    def document_of(self, page: int) -> DocumentRecord:
        return self.log.locate(page)[0].record

    def page_ids(self, document_id: str) -> dict[int, int]:
        entry = self.log.entries.get(document_id)
        if entry is None:
            return {}
        return dict(sorted(zip(entry.numbers, _ids(entry), strict=True)))

    def page_count(self) -> int:
        return self.log.page_count

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        wanted = list(terms) if self.page_count() else []
        for term in wanted:
            if term not in self._counts:
                where = filters.present(self.log, filters.is_any("terms", [encode_term(term)]))
                self._counts[term] = self._collections.count_pages(where)
        return {term: self._counts[term] for term in wanted if self._counts[term]}

    def catalog(self) -> Catalog:
        if self._catalog is None:
            entries = self.log.by_first
            pooled = self._cache.load(self._collections, entries)
            pages = [page for entry in entries for page in _ids(entry)]
            numbers = [number for entry in entries for number in entry.numbers]
            codes, scales = [codes for codes, _ in pooled], [scales for _, scales in pooled]
            self._catalog = Catalog(
                page_ids=np.array(pages, dtype=np.int64),
                document_ids=[e.record.document_id for e in entries for _ in e.numbers],
                page_numbers=np.array(numbers, dtype=np.int64),
                offsets=np.cumsum([0, *map(len, scales)], dtype=np.int64),
                vectors=np.concatenate(codes) if codes else np.zeros((0, 0), np.int8),
                scales=np.concatenate(scales) if scales else np.zeros(0, np.float32),
            )
        return self._catalog

    def candidates(
        self,
        query: NDArray[np.float32],
        weights: NDArray[np.float32],
        page_filter: PageFilter,
        count: int | None = None,
    ) -> NDArray[np.int64]:
        """Return the ids of the pages to read, found by the server; see `Snapshot`.

        Of the pages whose pooled vectors are nearest, as many as other stores score exactly,
        the server finds the `count` whose patches are: by default `READ`.
        """
        wanted = READ if count is None else count
        everywhere = page_filter == PageFilter() and self.page_count() > wanted
        allowed = None if everywhere else set(self._chosen(page_filter))
        if allowed is not None and len(allowed) <= wanted:
            return np.array(sorted(allowed), dtype=np.int64)
        heavy = weights > 0
        tokens = query[heavy] * weights[heavy, None]  # then the server's sum is the weighted one
        depth = max(min(default_candidates(self.page_count()), MOST), wanted)
        scores: dict[int, float] = {}
        for conditions in self._conditions(page_filter, allowed):
            where = filters.present(self.log, *conditions)
            for write, place, score in self._collections.best(tokens, where, depth):
                entry = self.log.by_write.get(write)
                if entry is not None and (allowed is None or entry.first + place in allowed):
                    page = entry.first + place
                    scores[page] = max(score, scores.get(page, score))
        best = sorted(scores, key=lambda page: (-scores[page], page))[:wanted]
        return np.array(sorted(best), dtype=np.int64)

    def _chosen(self, page_filter: PageFilter) -> Iterator[int]:
        """Yield the ids of chosen pages."""
        if page_filter.document_ids is None:
            entries = list(self.log.entries.values())
        else:
            known = (self.log.entries.get(name) for name in page_filter.document_ids)
            entries = [entry for entry in known if entry is not None]
        for entry in entries:
            for page, number in zip(_ids(entry), entry.numbers, strict=True):
                named = page_filter.page_ids is None or page in page_filter.page_ids
                if named and (
                    page_filter.page_numbers is None or number in page_filter.page_numbers
                ):
                    yield page

    def _conditions(self, page_filter: PageFilter, allowed: set[int] | None) -> Iterator[list[Any]]:
        """Yield the conditions of each request that is needed to look at all chosen pages."""
        numbers = None if page_filter.page_numbers is None else sorted(page_filter.page_numbers)
        if page_filter.page_ids is not None and allowed is not None:
            pages: dict[str, list[int]] = {}
            for page in sorted(allowed):
                entry, place = self.log.locate(page)
                pages.setdefault(entry.write, []).append(entry.numbers[place])
            yield from filters.of_pages(pages)
        elif page_filter.document_ids is not None:
            held = (self.log.entries.get(name) for name in sorted(page_filter.document_ids))
            writes = [entry.write for entry in held if entry is not None]
            yield from filters.of_writes(writes, numbers)
        else:
            yield [] if numbers is None else [filters.is_any("number", numbers)]

    def vectors(self, pages: Sequence[int]) -> list[PageVectors]:
        found = self._read(pages, ["scoring"])
        return [codec.read_vectors(unpack(payload, "scoring")) for payload in found]

    def page(self, page: int) -> Page:
        return codec.read_page(unpack(self._read([page], ["page"])[0], "page"))

    def patches(self, page: int) -> Patches:
        fields = ["page", "places", "scoring"]
        (found,) = self._read([page], fields)
        self._recent = page, found
        return codec.read_patches(*(unpack(found, name) for name in fields))

    def _read(self, pages: Sequence[int], fields: list[str]) -> list[dict[str, Any]]:
        """Read pages. Whoever asks for the patches of one often asks for all else of it, too."""
        recent, held = self._recent
        if list(pages) == [recent]:
            return [held]
        located = [self.log.locate(page) for page in pages]
        index = self._collections.name
        ids = [point_id(index, entry.write, place) for entry, place in located]
        found = self._collections.retrieve(ids, fields)
        for key, (entry, _) in zip(ids, located, strict=True):
            if key not in found:
                raise gone(self._collections.location, entry)
        return [found[key] for key in ids]


def _ids(entry: Entry) -> range:
    return range(entry.first, entry.first + entry.record.pages)
