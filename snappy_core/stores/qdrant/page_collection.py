"""The collection `NAME` of an index: its pages, ranked by the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.forks import fork_safe_lock
from snappy_core.stores import codec
from snappy_core.stores.catalog import PooledVectors
from snappy_core.stores.checks import unpack_page
from snappy_core.stores.event_log import Entry
from snappy_core.stores.qdrant import filters
from snappy_core.stores.qdrant.collection import Collection, batches_of, range_index
from snappy_core.stores.qdrant.points import packed_part
from snappy_core.stores.qdrant.server import TRIES, Server

if TYPE_CHECKING:
    from qdrant_client.models import Filter

_READ_BATCH = 50  # pages with their patches per response: 12 MB or more


class PageCollection(Collection):
    """The pages of an index; `points.page_points` describes their points."""

    def __init__(self, server: Server, options: Mapping[str, Any]) -> None:
        super().__init__(server, server.name)
        self._options = options
        self._is_complete = False

    def ensure(self, dim: int) -> None:
        """Create the collection, or its missing parts, for vectors of this dimension."""
        if self._is_complete:
            return
        from qdrant_client import models

        if not self.exists():
            multivector = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
            params: dict[str, Any] = {
                "size": dim,
                "distance": models.Distance.DOT,  # the vectors have length 1
                "datatype": models.Datatype.FLOAT16,
                "multivector_config": multivector,
            }
            # No graph: patches are only compared on pages that the pooled vectors have found.
            no_graph = models.HnswConfigDiff(m=0)
            self.create(
                vectors_config={
                    "patches": models.VectorParams(**params, on_disk=True, hnsw_config=no_graph),
                    "pooled": models.VectorParams(**params),
                },
                on_disk_payload=True,
                **self._options,
            )
        keyword = models.KeywordIndexType.KEYWORD
        self.ensure_indexes(
            write="keyword",
            number="integer",
            label="keyword",
            region_labels="keyword",
            sections="keyword",
            since=range_index(),
            until=range_index(),
            terms=models.KeywordIndexParams(type=keyword, on_disk=True),
        )
        self._is_complete = True

    def set_until(self, write: str, at: int) -> None:
        """Store on the pages of a write the time at which they were superseded."""
        where = filters.all_of([filters.is_any("write", [write])])
        self._server.ask(
            lambda client: client.set_payload(self.name, {"until": at}, points=where, wait=True)
        )

    def remove(self, writes: Sequence[str], tries: int = TRIES) -> None:
        from qdrant_client.models import FilterSelector

        for conditions in filters.of_writes(writes):
            self.delete(FilterSelector(filter=filters.all_of(conditions)), tries)

    def read(self, ids: Sequence[str], fields: list[str]) -> dict[str, dict[str, Any]]:
        """Return payload fields of pages by point id, in several requests if there are many."""
        payloads: dict[str, dict[str, Any]] = {}
        for batch in batches_of(ids, _READ_BATCH):
            payloads |= self.retrieve(batch, fields)
        return payloads

    def rank(
        self, query: NDArray[np.float32], where: Filter, depth: int
    ) -> list[tuple[str, int, float]]:
        """Return the write, the index in the write, and the MaxSim of the best pages.

        The `depth` best pages by pooled vectors are ranked by all their patches.

        Args:
            query: (m, d) token vectors, multiplied by their weights.
        """
        from qdrant_client.models import Prefetch

        tokens = query.astype(np.float64).tolist()
        answer = self._server.ask(
            lambda client: client.query_points(
                self.name,
                query=tokens,
                using="patches",
                prefetch=Prefetch(query=tokens, using="pooled", filter=where, limit=depth),
                limit=depth,
                with_payload=["write", "index"],
            )
        )
        pages = [(point.payload or {}, point.score) for point in answer.points]
        return [(payload["write"], payload["index"], score) for payload, score in pages]


class PooledCache:
    """Keeps the pooled vectors of the documents that were requested last."""

    def __init__(self) -> None:
        self._lock = fork_safe_lock()  # so that threads do not read the same twice
        self._pages: dict[str, dict[int, PooledVectors]] = {}  # by write and index in it

    def load(
        self, pages: PageCollection, entries: Sequence[Entry[str]], dim: int | None
    ) -> list[PooledVectors]:
        """Return the pooled vectors (n, dim) of all pages of documents.

        Raises:
            StoreError: a page is missing or damaged.
        """
        with self._lock:
            writes = [entry.write for entry in entries]
            cached = {write: self._pages[write] for write in writes if write in self._pages}
            new = [write for write in writes if write not in cached]
            for conditions in filters.of_writes(new):
                where = filters.all_of(conditions)
                fields = ["write", "index", "pooled", "document", "number"]
                for payload in pages.scroll(where, fields):
                    if payload.get("pooled") is None:  # not the first part of a page
                        continue
                    vectors = cached.setdefault(payload["write"], {})
                    vectors[payload["index"]] = unpack_page(
                        partial(codec.unpack_pooled, dim=dim),
                        map(packed_part, [payload], ["pooled"]),
                        partial(itemgetter("document", "number"), payload),
                    )
            self._pages = cached
        pooled = []
        for entry in entries:
            vectors = cached.get(entry.write, {})
            if vectors.keys() != set(range(entry.record.pages)):
                raise missing_pages(pages.location, entry)
            pooled += [vectors[index] for index in range(len(vectors))]
        return pooled


def missing_pages(location: str, entry: Entry[str]) -> StoreError:
    return StoreError(
        f"{location}: pages of {entry.record.document_id} are gone: this state was cleaned up "
        "meanwhile (read again), or someone deleted them (then delete it and add it again)"
    )
