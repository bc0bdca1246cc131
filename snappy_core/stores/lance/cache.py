"""What a Lance index keeps in memory between searches, brought up to date by what is new."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.stores.base import Catalog
from snappy_core.stores.codec import read_pooled
from snappy_core.stores.lance.event_log import Pages
from snappy_core.stores.lance.table import Version


class LanceCache:
    """Holds the catalog and the term counts of the state that was asked last.

    A page id means the same page for ever. So what is known of a page holds in every state that
    has it, and only the others are read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # several threads would all read the same
        self._catalog: Catalog | None = None
        self._counted: tuple[Version, NDArray[np.int64], Counter[bytes]] | None = None

    def catalog(self, version: Version, pages: Pages) -> Catalog:
        """Return the catalog of a state."""
        with self._lock:
            known = self._catalog
            if known is None or not np.array_equal(known.page_ids, pages.ids):
                known = self._catalog = _catalog(version, pages, known)
            return known

    def frequencies(self, version: Version, ids: NDArray[np.int64]) -> Counter[bytes]:
        """Return on how many of the pages (p,) of a state each term stands."""
        with self._lock:
            known = self._counted
            if known is None or not np.array_equal(known[1], ids):
                counts = _count(version, ids, known)
                known = self._counted = (version, ids, counts)
            return known[2]


def _catalog(version: Version, pages: Pages, known: Catalog | None) -> Catalog:
    held = (
        {}
        if known is None
        else dict(zip(known.page_ids.tolist(), range(len(known.page_ids)), strict=True))
    )
    new = np.array([page for page in pages.ids.tolist() if page not in held], dtype=np.int64)
    read = dict(zip(new.tolist(), _read(version, new, "pooled"), strict=True))
    codes: list[NDArray[np.int8]] = []
    scales: list[NDArray[np.float32]] = []
    for page in pages.ids.tolist():
        if known is not None and page in held:
            own = slice(*known.offsets[held[page] : held[page] + 2].tolist())
            codes.append(known.vectors[own])
            scales.append(known.scales[own])
        else:
            pooled = read_pooled(read[page].as_buffer())
            codes.append(pooled[0])
            scales.append(pooled[1])
    return Catalog(
        page_ids=pages.ids,
        document_ids=pages.documents,
        page_numbers=pages.numbers,
        offsets=np.cumsum([0, *map(len, scales)], dtype=np.int64),
        vectors=np.concatenate(codes) if codes else np.zeros((0, 0), np.int8),
        scales=np.concatenate(scales) if scales else np.zeros(0, np.float32),
    )


def _count(
    version: Version,
    ids: NDArray[np.int64],
    known: tuple[Version, NDArray[np.int64], Counter[bytes]] | None,
) -> Counter[bytes]:
    if known is not None:
        before, old, counts = known
        try:
            gone = _terms(before, np.setdiff1d(old, ids))
        except StoreError:  # that state has been cleaned up
            pass
        else:
            counts = counts + _terms(version, np.setdiff1d(ids, old))
            return counts - gone
    return _terms(version, ids)


def _terms(version: Version, ids: NDArray[np.int64]) -> Counter[bytes]:
    if not len(ids):
        return Counter()
    found = _read(version, ids, "terms").combine_chunks().flatten().value_counts()
    keys, counts = found.field("values").to_pylist(), found.field("counts").to_pylist()
    return Counter(dict(zip(keys, counts, strict=True)))


def _read(version: Version, ids: NDArray[np.int64], column: str) -> Any:
    """Return a column of pages (p,), in their order; of many pages, by going through the table."""
    if 2 * len(ids) < version.rows:
        return version.take(ids, [column])[column]
    found = version.scan([column], where="number IS NOT NULL")
    held = found["_rowid"].to_numpy().astype(np.int64)
    order = np.argsort(held)
    return found[column].take(order[np.searchsorted(held[order], ids)])
