"""The pooled vectors of a Qdrant index, kept in memory for its catalog."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from snappy_core.errors import StoreError
from snappy_core.stores import codec
from snappy_core.stores.catalog import PooledVectors
from snappy_core.stores.event_log import Entry
from snappy_core.stores.qdrant import filters
from snappy_core.stores.qdrant.page_collection import PageCollection
from snappy_core.stores.qdrant.points import packed_part


class PooledCache:
    """Keeps the pooled vectors of the documents that were asked for last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # otherwise several threads would read the same
        self._pages: dict[str, dict[int, PooledVectors]] = {}  # by write and index in it

    def load(self, pages: PageCollection, entries: Sequence[Entry[str]]) -> list[PooledVectors]:
        """Return the pooled vectors of all pages of documents.

        Raises:
            StoreError: pages are missing.
        """
        with self._lock:
            writes = [entry.write for entry in entries]
            cached = {write: self._pages[write] for write in writes if write in self._pages}
            new = [write for write in writes if write not in cached]
            for conditions in filters.of_writes(new, None):
                where = filters.all_of(conditions)
                for payload in pages.scroll(where, ["write", "index", "pooled"]):
                    blob = packed_part(payload, "pooled")
                    if blob is not None:  # the first part of a page
                        vectors = cached.setdefault(payload["write"], {})
                        vectors[payload["index"]] = codec.unpack_pooled(blob)
            self._pages = cached
        pooled = []
        for entry in entries:
            vectors = cached.get(entry.write, {})
            if len(vectors) != entry.record.pages:
                raise missing_pages(pages.location, entry)
            pooled += [vectors[index] for index in range(len(vectors))]
        return pooled


def missing_pages(location: str, entry: Entry[str]) -> StoreError:
    """Return the error that pages of a document are missing."""
    return StoreError(
        f"{location}: pages of {entry.record.document_id} are gone: this state was cleaned up "
        "meanwhile (read again), or someone deleted them (then delete it and add it again)"
    )
