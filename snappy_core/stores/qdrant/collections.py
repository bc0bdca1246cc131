"""The two collections of an index on a Qdrant server, and all that is asked of them.

`NAME` has the pages, `NAME.log` the events of `qdrant_log` and one point, the head, whose token
changes with every event.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores.qdrant import filters
from snappy_core.stores.qdrant.event_log import Event, read_event
from snappy_core.stores.qdrant.points import event_id
from snappy_core.stores.qdrant.server import TRIES, Server

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import Filter, PointStruct, QuantizationConfig

SCHEMA_VERSION = 1

_SCROLLED = 500  # events, or pages without their patches, in one answer
_READ = 50  # pages with their patches; that may be 12 MB


@dataclass(frozen=True, slots=True)
class Options:
    """How collections are made; None leaves it to the server."""

    shard_number: int | None = None
    replication_factor: int | None = None
    write_consistency_factor: int | None = None
    quantization: QuantizationConfig | None = None


class Collections:
    """The collections of the index that a server's location names.

    Args:
        create: make the log when there is none.

    Raises:
        FileNotFoundError: there is no index and `create` is false.
        IndexMismatchError: another collection is there, or an index of another schema.
        StoreError: the server cannot be reached, or refuses.
    """

    def __init__(self, server: Server, options: Options, *, create: bool) -> None:
        self._server = server
        self._options = options
        self.name = server.name
        self._log = f"{server.name}.log"
        self._head = event_id(server.name, "head", "")
        self._complete = False
        self.location = server.location
        if not self._exists(self._log):
            if self._exists(self.name):
                raise IndexMismatchError(
                    f"{self.location}: is a collection, but not a Snappy index"
                )
            if not create:
                raise FileNotFoundError(
                    f"{self.location}: no such index; make it with `snappy index`"
                )
            self._make_log()
        self._check_schema(create)

    def _exists(self, name: str) -> bool:
        return self._server.ask(lambda client: client.collection_exists(name))

    def _make(self, name: str, **options: Any) -> None:
        """Make a collection, or leave the one that another process made meanwhile."""
        options["replication_factor"] = self._options.replication_factor
        options["write_consistency_factor"] = self._options.write_consistency_factor
        try:
            self._server.ask(lambda client: client.create_collection(name, **options))
        except StoreError:
            if not self._exists(name):
                raise

    def _index(self, name: str, **fields: Any) -> None:
        """Make the payload indexes of a collection that are not there."""
        held = self._server.ask(lambda client: client.get_collection(name)).payload_schema

        def make(client: QdrantClient) -> None:
            for field, schema in fields.items():
                if field not in held:
                    client.create_payload_index(name, field, field_schema=schema, wait=True)

        self._server.ask(make)

    def _make_log(self) -> None:
        self._make(self._log, vectors_config={}, shard_number=1)
        self._index(self._log, at=_ranges(), kind="keyword")
        self.touch()

    def _check_schema(self, create: bool) -> None:
        found = self._head_payload()
        if found is None and create and self.count_events() == 0:  # its maker was killed
            self._make_log()
            found = self._head_payload()
        if found is None or "snappy" not in found:
            raise IndexMismatchError(
                f"{self.location}: there is a collection {self._log}, but it is not a Snappy index"
            )
        if found["snappy"] != SCHEMA_VERSION:
            raise IndexMismatchError(
                f"{self.location}: has the schema {found['snappy']}, this version of Snappy reads "
                f"{SCHEMA_VERSION}; index the documents again under another name"
            )

    def ensure_pages(self, dim: int) -> None:
        """Make the collection of the pages, or what is missing of it."""
        if self._complete:
            return
        if not self._exists(self.name):
            from qdrant_client import models

            multivector = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
            params: dict[str, Any] = {
                "size": dim,
                "distance": models.Distance.DOT,  # the vectors have length 1
                "datatype": models.Datatype.FLOAT16,
                "multivector_config": multivector,
            }
            # All patches are only looked at on pages that the pooled vectors brought: no graph.
            plain = models.HnswConfigDiff(m=0)
            self._make(
                self.name,
                vectors_config={
                    "patches": models.VectorParams(**params, on_disk=True, hnsw_config=plain),
                    "pooled": models.VectorParams(**params),
                },
                shard_number=self._options.shard_number,
                quantization_config=self._options.quantization,
                on_disk_payload=True,
            )
        self._index(
            self.name, write="keyword", number="integer", since=_ranges(), until=_ranges(),
            terms=_terms(),
        )  # fmt: skip
        self._complete = True

    # The log

    def _head_payload(self) -> dict[str, Any] | None:
        found = self._server.ask(lambda client: client.retrieve(self._log, [self._head]))
        return found[0].payload if found else None

    def token(self) -> str:
        """Return what changes with every event."""
        found = self._head_payload()
        if found is None:
            raise StoreError(f"{self.location}: is damaged: {self._log} has lost its head")
        return str(found["token"])

    def touch(self, *points: PointStruct) -> None:
        """Write points of the log, and then another token: all readers look at the log again."""
        from qdrant_client.models import PointsList, PointStruct, UpsertOperation

        def send(client: QdrantClient) -> Any:
            # Each try has a token of its own. So none comes back, however late a try arrives.
            payload = {"kind": "head", "snappy": SCHEMA_VERSION, "token": secrets.token_hex(8)}
            head = PointStruct(id=self._head, vector={}, payload=payload)
            # One after the other: with the new token, all points are there.
            each = [UpsertOperation(upsert=PointsList(points=[p])) for p in (*points, head)]
            return client.batch_update_points(self._log, each, wait=True)

        self._server.ask(send)

    def _point(self, event: Event) -> PointStruct:
        from qdrant_client.models import PointStruct

        return PointStruct(id=self._event_id(event), vector={}, payload=event.payload())

    def _event_id(self, event: Event) -> str:
        return event_id(self.name, event.kind, event.write)

    def begin(self, event: Event) -> None:
        """Say that pages of a write will come."""
        point = self._point(event)
        self._server.ask(lambda client: client.upsert(self._log, [point], wait=True))

    def say(self, event: Event) -> None:
        """Add an event to the log."""
        self.touch(self._point(event))

    def forget(self, events: Sequence[Event], tries: int = TRIES) -> None:
        """Remove events from the log."""
        from qdrant_client.models import PointIdsList

        for some in _cut([self._event_id(event) for event in events], filters.BATCH):
            self._delete(self._log, PointIdsList(points=[*some]), tries)

    def events(self, after: int) -> list[Event]:
        """Return the events after a time, and all that say that a write began."""
        from qdrant_client.models import Filter

        later: list[Any] = [filters.after("at", after), filters.is_any("kind", ["begin"])]
        found = self._scroll(self._log, Filter(should=later), ["at", "write", "kind", "body"])
        return [read_event(payload) for payload in found]

    def count_events(self) -> int:
        """Return how many events there are, without those that say that a write began."""
        from qdrant_client.models import Filter

        others = Filter(must_not=[filters.is_any("kind", ["begin", "head"])])
        return self._count(self._log, others)

    # The pages

    def add(self, points: list[Any]) -> None:
        self._server.ask(lambda client: client.upsert(self.name, points, wait=True))

    def retire(self, write: str, at: int) -> None:
        """Let the pages of a write say that they are there only until then."""
        where = filters.all_of([filters.is_any("write", [write])])
        self._server.ask(
            lambda client: client.set_payload(self.name, {"until": at}, points=where, wait=True)
        )

    def remove(self, writes: Sequence[str], tries: int = TRIES) -> None:
        """Remove the pages of writes."""
        from qdrant_client.models import FilterSelector

        for some in _cut(writes, filters.BATCH):
            where = filters.all_of([filters.is_any("write", some)])
            self._delete(self.name, FilterSelector(filter=where), tries)

    def _delete(self, name: str, which: Any, tries: int) -> None:
        self._server.ask(lambda client: client.delete(name, which, wait=True), tries)

    def retrieve(self, ids: Sequence[str], fields: list[str]) -> dict[str, dict[str, Any]]:
        """Return fields of pages by point id; those that are not there are missing."""
        found: dict[str, dict[str, Any]] = {}
        for some in _cut(ids, _READ):
            found |= self._retrieve(some, fields)
        return found

    def _retrieve(self, ids: Sequence[str], fields: list[str]) -> dict[str, dict[str, Any]]:
        records = self._server.ask(
            lambda client: client.retrieve(self.name, ids, with_payload=fields)
        )
        return {str(record.id): record.payload or {} for record in records}

    def scroll_pages(self, where: Filter, fields: list[str]) -> Iterator[dict[str, Any]]:
        """Yield fields of all pages that pass."""
        yield from self._scroll(self.name, where, fields)

    def count_pages(self, where: Filter) -> int:
        return self._count(self.name, where)

    def best(
        self, query: NDArray[np.float32], where: Filter, depth: int
    ) -> list[tuple[str, int, float]]:
        """Return the write, the place and the MaxSim of the pages that come out best.

        The first `depth` by their pooled vectors are ranked by all their patches, where they lie.
        """
        from qdrant_client.models import Prefetch

        tokens = query.astype(np.float64).tolist()
        found = self._server.ask(
            lambda client: client.query_points(
                self.name,
                query=tokens,
                using="patches",
                prefetch=Prefetch(query=tokens, using="pooled", filter=where, limit=depth),
                limit=depth,
                with_payload=["write", "place"],
            )
        )
        held = [(point.payload or {}, point.score) for point in found.points]
        return [(payload["write"], payload["place"], score) for payload, score in held]

    def _scroll(self, name: str, where: Filter, fields: list[str]) -> Iterator[dict[str, Any]]:
        offset: Any = None

        def read(client: QdrantClient) -> Any:
            return client.scroll(name, where, limit=_SCROLLED, offset=offset, with_payload=fields)

        while True:
            records, offset = self._server.ask(read)
            yield from (record.payload or {} for record in records)
            if offset is None:
                return

    def _count(self, name: str, where: Filter) -> int:
        return self._server.ask(lambda client: client.count(name, where, exact=True)).count

    def close(self) -> None:
        self._server.close()


def _cut(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _ranges() -> Any:
    from qdrant_client.models import IntegerIndexParams, IntegerIndexType

    return IntegerIndexParams(type=IntegerIndexType.INTEGER, lookup=False, range=True)


def _terms() -> Any:
    from qdrant_client.models import KeywordIndexParams, KeywordIndexType

    return KeywordIndexParams(type=KeywordIndexType.KEYWORD, on_disk=True)
