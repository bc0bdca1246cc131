"""The collection `NAME` of an index: its pages, ranked by the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.stores.qdrant import filters
from snappy_core.stores.qdrant.collection import Collection, batches_of, range_index
from snappy_core.stores.qdrant.server import TRIES, Server

if TYPE_CHECKING:
    from qdrant_client.models import Filter

_READ_BATCH = 50  # pages with their patches in one answer: 12 MB or more


class PageCollection(Collection):
    """The pages of an index; `points.page_points` explains what a point has."""

    def __init__(self, server: Server, options: Mapping[str, Any]) -> None:
        super().__init__(server, server.name)
        self._options = options
        self._is_complete = False

    def ensure(self, dim: int) -> None:
        """Create the collection, or what it lacks, for vectors of this dimension."""
        if self._is_complete:
            return
        if not self.exists():
            from qdrant_client import models

            multivector = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
            params: dict[str, Any] = {
                "size": dim,
                "distance": models.Distance.DOT,  # the vectors have length 1
                "datatype": models.Datatype.FLOAT16,
                "multivector_config": multivector,
            }
            # Patches are only compared on pages that the pooled vectors have found: no graph.
            no_graph = models.HnswConfigDiff(m=0)
            self.create(
                vectors_config={
                    "patches": models.VectorParams(**params, on_disk=True, hnsw_config=no_graph),
                    "pooled": models.VectorParams(**params),
                },
                on_disk_payload=True,
                **self._options,
            )
        self.ensure_indexes(
            write="keyword",
            number="integer",
            since=range_index(),
            until=range_index(),
            terms=_terms_index(),
        )
        self._is_complete = True

    def set_until(self, write: str, at: int) -> None:
        """Store on the pages of a write the time at which they were superseded."""
        where = filters.all_of([filters.is_any("write", [write])])
        self._server.ask(
            lambda client: client.set_payload(self.name, {"until": at}, points=where, wait=True)
        )

    def remove(self, writes: Sequence[str], tries: int = TRIES) -> None:
        """Remove the pages of writes."""
        from qdrant_client.models import FilterSelector

        for batch in batches_of(writes, filters.BATCH):
            where = filters.all_of([filters.is_any("write", batch)])
            self.delete(FilterSelector(filter=where), tries)

    def read(self, ids: Sequence[str], fields: list[str]) -> dict[str, dict[str, Any]]:
        """Return payload fields of pages by point id, in several requests if there are many."""
        payloads: dict[str, dict[str, Any]] = {}
        for batch in batches_of(ids, _READ_BATCH):
            payloads |= self.retrieve(batch, fields)
        return payloads

    def rank(
        self, query: NDArray[np.float32], where: Filter, depth: int
    ) -> list[tuple[str, int, float]]:
        """Return the write, index in the write, and MaxSim of the best pages.

        The `depth` best pages by their pooled vectors are ranked by all their patches.

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


def _terms_index() -> Any:
    from qdrant_client.models import KeywordIndexParams, KeywordIndexType

    return KeywordIndexParams(type=KeywordIndexType.KEYWORD, on_disk=True)
