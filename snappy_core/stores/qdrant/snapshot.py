"""One state of a Qdrant index: its log, and the pages it refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.filters import Condition, predicate
from snappy_core.stores import codec
from snappy_core.stores.base import DocumentRecord, PageFilter, PageVectors, document_row
from snappy_core.stores.catalog import Catalog, build_catalog
from snappy_core.stores.checks import Unpacked, unpack_page
from snappy_core.stores.event_log import Entry, LogSnapshot
from snappy_core.stores.first_stage import default_candidates
from snappy_core.stores.qdrant import conditions, filters
from snappy_core.stores.qdrant.log import QdrantLog, page_numbers
from snappy_core.stores.qdrant.page_collection import PageCollection, PooledCache, missing_pages
from snappy_core.stores.qdrant.points import packed_part, point_id
from snappy_core.types import Page, Patches

MAX_RANKED = 1_000
"""The most pages that the server ranks by their patches, unless more candidates are requested: it
may have to read the patches of each, 262 KB, from its disk."""

DEFAULT_CANDIDATES = 50
"""Pages that a search reads to score their regions, unless another number is given.

The server ranks pages by all their patches. A region scores hardly more than its page, so the best
regions are rarely on pages ranked lower, and each page takes about 200 KB to read.
"""

_PATCH_FIELDS = ["content", "patch_boxes", "scoring"]
_PAGE_FIELDS = [*_PATCH_FIELDS, "pooled"]


class QdrantSnapshot(LogSnapshot[str]):
    """One state, which never changes and may be shared by threads."""

    def __init__(self, log: QdrantLog, pages: PageCollection, cache: PooledCache) -> None:
        super().__init__(log.events)
        self.log = log
        self._pages = pages
        self._cache = cache
        self._counts: dict[str, int] = {}
        self._last_read: tuple[int, dict[str, Any]] = (0, {})

    def document_of(self, page_id: int) -> DocumentRecord:
        return self.log.locate(page_id)[0].record

    def page_ids(self, document_id: str) -> dict[int, int]:
        entry = self.events.entries.get(document_id)
        if entry is None:
            return {}
        return dict(sorted(zip(page_numbers(entry), self.log.page_ids(entry), strict=True)))

    def pages_where(self, condition: Condition) -> NDArray[np.int64]:
        """Return the ids of the pages that meet a condition; see `Snapshot.pages_where`.

        The server leaves out most other pages; conditions that it cannot check are checked here.
        """
        meets, page_ids = predicate(condition), set()
        where = filters.present(self.log, *self._server_conditions(condition))
        rows = {entry.write: (entry, document_row(entry.record)) for entry in self.log.entries}
        for payload in self._pages.scroll(where, ["write", "index", *conditions.FIELDS]):
            if payload["write"] in rows:
                entry, row = rows[payload["write"]]
                values = {key: payload[field] for field, key in conditions.FIELDS.items()}
                if meets({**row, **values}):
                    page_ids.add(self.log.first_ids[entry.write] + payload["index"])
        return np.array(sorted(page_ids), dtype=np.int64)

    def _server_conditions(self, condition: Condition) -> list[Any]:
        where = conditions.translate(condition, self._writes_where)
        return [] if where is None else [where]

    def _writes_where(self, condition: Condition) -> list[str]:
        names = self.documents_where(condition)
        return [entry.write for name, entry in self.events.entries.items() if name in names]

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        terms = list(terms) if self.page_count() else []
        for term in terms:
            if term not in self._counts:
                condition = filters.is_any("terms", [codec.encode_term(term)])
                self._counts[term] = self._pages.count(filters.present(self.log, condition))
        return {term: self._counts[term] for term in terms if self._counts[term]}

    @cached_property
    def _catalog(self) -> Catalog:
        entries = self.log.entries
        return build_catalog(
            [page_id for entry in entries for page_id in self.log.page_ids(entry)],
            [entry.record.document_id for entry in entries for _ in page_numbers(entry)],
            [number for entry in entries for number in page_numbers(entry)],
            self._cache.load(self._pages, entries, self._dim),
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
        """Return the ids of the pages to read, found by the server; see `Snapshot.candidates`.

        The server selects as many pages by their pooled vectors as other stores score exactly, and
        ranks them by all their patches. By default the best `DEFAULT_CANDIDATES` are returned.
        """
        count = DEFAULT_CANDIDATES if count is None else count
        matches_all = (
            replace(page_filter, regions=None) == PageFilter() and self.page_count() > count
        )
        allowed = None if matches_all else set(self._matching(page_filter))
        if allowed is not None and len(allowed) <= count:
            return np.array(sorted(allowed), dtype=np.int64)
        weighted = weights > 0
        tokens = query[weighted] * weights[weighted, None]  # the server only sums
        depth = max(min(default_candidates(self.page_count()), MAX_RANKED), count)
        scores: dict[int, float] = {}
        regions = page_filter.regions
        having = [] if regions is None else self._server_conditions(regions)
        for where_pages in self._conditions(page_filter, allowed):
            where = filters.present(self.log, *where_pages, *having)
            for write, index, score in self._pages.rank(tokens, where, depth):
                first_id = self.log.first_ids.get(write)
                if first_id is not None and (allowed is None or first_id + index in allowed):
                    page_id = first_id + index
                    scores[page_id] = max(score, scores.get(page_id, score))
        best = sorted(scores, key=lambda page_id: (-scores[page_id], page_id))[:count]
        return np.array(sorted(best), dtype=np.int64)

    def _matching(self, page_filter: PageFilter) -> Iterator[int]:
        ids, numbers = page_filter.page_ids, page_filter.page_numbers
        for entry in self._matching_entries(page_filter):
            for page_id, number in zip(self.log.page_ids(entry), page_numbers(entry), strict=True):
                has_number = numbers is None or number in numbers
                if has_number and (ids is None or page_id in ids):
                    yield page_id

    def _matching_entries(self, page_filter: PageFilter) -> list[Entry[str]]:
        entries = self.events.entries
        if page_filter.document_ids is None:
            return list(entries.values())
        return [entries[name] for name in sorted(page_filter.document_ids) if name in entries]

    def _conditions(self, page_filter: PageFilter, allowed: set[int] | None) -> Iterator[list[Any]]:
        """Yield the conditions of each request that is needed to rank all matching pages."""
        numbers = None if page_filter.page_numbers is None else sorted(page_filter.page_numbers)
        if page_filter.page_ids is not None and allowed is not None:
            numbers_by_write: dict[str, list[int]] = {}
            for page_id in sorted(allowed):
                entry, index = self.log.locate(page_id)
                numbers_by_write.setdefault(entry.write, []).append(page_numbers(entry)[index])
            yield from filters.of_pages(numbers_by_write)
        elif page_filter.document_ids is not None:
            writes = [entry.write for entry in self._matching_entries(page_filter)]
            yield from filters.of_writes(writes, numbers)
        else:
            yield [] if numbers is None else [filters.is_any("number", numbers)]

    def vectors(self, page_ids: Sequence[int]) -> list[PageVectors]:
        fields = ["scoring", "pooled"]
        unpack = partial(codec.unpack_scoring, dim=self._dim)
        return [
            self._unpack(page_id, unpack, payload, fields)
            for page_id, payload in zip(page_ids, self._read(page_ids, fields), strict=True)
        ]

    def page(self, page_id: int) -> Page:
        (payload,) = self._read([page_id], ["content"])
        return self._unpack(page_id, codec.unpack_content, payload, ["content"])

    def patches(self, page_id: int) -> Patches:
        (payload,) = self._read([page_id], _PAGE_FIELDS)
        self._last_read = page_id, payload
        return self._unpack(page_id, codec.unpack_patches, payload, _PATCH_FIELDS)

    def _unpack(
        self,
        page_id: int,
        unpack: Callable[..., Unpacked],
        payload: dict[str, Any],
        fields: Sequence[str],
    ) -> Unpacked:
        """Return the contents of the parts of a page in a payload; StoreError if it is damaged."""
        parts = (packed_part(payload, name) for name in fields)
        return unpack_page(unpack, parts, partial(self._locate, page_id))

    def _locate(self, page_id: int) -> tuple[str, int]:
        entry, index = self.log.locate(page_id)
        return entry.record.document_id, page_numbers(entry)[index]

    def _read(self, page_ids: Sequence[int], fields: list[str]) -> list[dict[str, Any]]:
        """Read pages, or reuse the page of the last `patches`, whose other parts are often next."""
        last_id, payload = self._last_read
        if list(page_ids) == [last_id]:
            return [payload]
        located = [self.log.locate(page_id) for page_id in page_ids]
        ids = [point_id(self._pages.name, entry.write, index) for entry, index in located]
        payloads = self._pages.read(ids, fields)
        for id_, (entry, _) in zip(ids, located, strict=True):
            if id_ not in payloads:
                raise missing_pages(self._pages.location, entry)
        return [payloads[id_] for id_ in ids]
