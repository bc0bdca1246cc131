"""A collection on a Qdrant server, and the requests that all collections of an index use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from snappy_core.errors import StoreError
from snappy_core.stores.qdrant.server import TRIES, Server

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import Filter

T = TypeVar("T")

_SCROLL_BATCH = 500  # events, or pages without their patches, per response


class Collection:
    """A collection of this name, which may not exist yet."""

    def __init__(self, server: Server, name: str) -> None:
        self.name = name
        self.location = server.location
        self._server = server

    def exists(self) -> bool:
        return self._server.ask(lambda client: client.collection_exists(self.name))

    def create(self, **options: Any) -> None:
        """Create the collection, unless another process has created it in the meantime."""
        try:
            self._server.ask(lambda client: client.create_collection(self.name, **options))
        except StoreError:
            if not self.exists():
                raise

    def ensure_indexes(self, **fields: Any) -> None:
        """Create the missing payload indexes of these fields."""
        indexes = self._server.ask(lambda client: client.get_collection(self.name)).payload_schema

        def create_missing(client: QdrantClient) -> None:
            for field, schema in fields.items():
                if field not in indexes:
                    client.create_payload_index(self.name, field, field_schema=schema, wait=True)

        self._server.ask(create_missing)

    def scroll(self, where: Filter, fields: list[str]) -> Iterator[dict[str, Any]]:
        """Yield payload fields of all points that match a filter."""
        offset: Any = None

        def read(client: QdrantClient) -> Any:
            return client.scroll(
                self.name, where, limit=_SCROLL_BATCH, offset=offset, with_payload=fields
            )

        while True:
            records, offset = self._server.ask(read)
            yield from (record.payload or {} for record in records)
            if offset is None:
                return

    def retrieve(self, ids: Sequence[str], fields: list[str] | bool) -> dict[str, dict[str, Any]]:
        """Return payload fields by point id; points that do not exist are omitted."""
        records = self._server.ask(
            lambda client: client.retrieve(self.name, ids, with_payload=fields)
        )
        return {str(record.id): record.payload or {} for record in records}

    def count(self, where: Filter) -> int:
        return self._server.ask(lambda client: client.count(self.name, where, exact=True)).count

    def upsert(self, points: list[Any]) -> None:
        self._server.ask(lambda client: client.upsert(self.name, points, wait=True))

    def delete(self, selector: Any, tries: int = TRIES) -> None:
        self._server.ask(lambda client: client.delete(self.name, selector, wait=True), tries)


def batches_of(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield consecutive slices of at most `size` values."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def range_index() -> Any:
    """Return the schema of a payload index for range comparisons of integers."""
    from qdrant_client.models import IntegerIndexParams, IntegerIndexType

    return IntegerIndexParams(type=IntegerIndexType.INTEGER, lookup=False, range=True)
