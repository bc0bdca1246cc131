"""The collection `NAME.log` of an index: a point for each event, and one that is the head.

The head has the schema version, and a token that changes with every event.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores.compatibility import check_schema
from snappy_core.stores.event_log import Event
from snappy_core.stores.qdrant import filters
from snappy_core.stores.qdrant.collection import Collection, batches_of, range_index
from snappy_core.stores.qdrant.points import event_id
from snappy_core.stores.qdrant.server import TRIES, Server

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import PointStruct

SCHEMA_VERSION = 2


class LogCollection(Collection):
    """The events of an index.

    Besides those of `event_log` there are events of the kind `begin`: pages of a write are being
    sent. They are removed when it ends.
    """

    def __init__(self, server: Server, options: Mapping[str, Any]) -> None:
        super().__init__(server, f"{server.name}.log")
        self._options = options
        self.index_name = server.name
        self.head_id = event_id(server.name, "head", "")

    def open(self, pages: Collection, *, create: bool) -> None:
        """Check that the index exists and has the right schema, or create its log.

        Args:
            pages: the collection of the pages.

        Raises:
            FileNotFoundError: there is no index and `create` is false.
            IndexMismatchError: the collections are something else, or of another schema.
        """
        if not self.exists():
            if pages.exists():
                raise IndexMismatchError(
                    f"{self.location}: is a collection, but not a Snappy index"
                )
            if not create:
                raise FileNotFoundError(
                    f"{self.location}: no such index; make it with `snappy index`"
                )
            self._create_log()
        head = self._head()
        if head is None and create and self.count_events() == 0:  # its creator was killed
            self._create_log()
            head = self._head()
        if head is None or "snappy" not in head:
            raise IndexMismatchError(
                f"{self.location}: there is a collection {self.name}, but it is not a Snappy index"
            )
        check_schema(self.location, head["snappy"], SCHEMA_VERSION, "under another name")

    def token(self) -> str:
        """Return the token, which changes with every event."""
        head = self._head()
        if head is None:
            raise StoreError(f"{self.location}: is damaged: {self.name} has lost its head")
        return str(head["token"])

    def touch(self, *points: PointStruct) -> None:
        """Write points and then another token, so that all readers read the log again."""
        from qdrant_client.models import PointsList, PointStruct, UpsertOperation

        def send(client: QdrantClient) -> Any:
            # Each try has its own token, so that none appears twice, however late a try arrives.
            payload = {"kind": "head", "snappy": SCHEMA_VERSION, "token": secrets.token_hex(8)}
            head = PointStruct(id=self.head_id, vector={}, payload=payload)
            # In this order: whoever sees the token sees the points.
            operations = [
                UpsertOperation(upsert=PointsList(points=[point])) for point in (*points, head)
            ]
            return client.batch_update_points(self.name, operations, wait=True)

        self._server.ask(send)

    def begin(self, event: Event[str]) -> None:
        """Add an event without changing the token: its write is not visible to readers."""
        self.upsert([self._point(event)])

    def append(self, event: Event[str]) -> None:
        """Add an event."""
        self.touch(self._point(event))

    def remove(self, events: Sequence[Event[str]], tries: int = TRIES) -> None:
        """Remove events."""
        from qdrant_client.models import PointIdsList

        for ids in batches_of([self._event_id(event) for event in events], filters.BATCH):
            self.delete(PointIdsList(points=[*ids]), tries)

    def events(self, after: int) -> list[Event[str]]:
        """Return the events after a time, and all of the kind `begin`."""
        from qdrant_client.models import Filter

        conditions: list[Any] = [filters.after("at", after), filters.is_any("kind", ["begin"])]
        payloads = self.scroll(Filter(should=conditions), ["at", "write", "kind", "body"])
        return [event_of(payload) for payload in payloads]

    def count_events(self) -> int:
        """Return the number of events other than `begin`."""
        from qdrant_client.models import Filter

        return self.count(Filter(must_not=[filters.is_any("kind", ["begin", "head"])]))

    def _head(self) -> dict[str, Any] | None:
        return self.retrieve([self.head_id], True).get(self.head_id)

    def _create_log(self) -> None:
        self.create(vectors_config={}, shard_number=1, **self._options)
        self.ensure_indexes(at=range_index(), kind="keyword")
        self.touch()

    def _point(self, event: Event[str]) -> PointStruct:
        from qdrant_client.models import PointStruct

        return PointStruct(id=self._event_id(event), vector={}, payload=event_payload(event))

    def _event_id(self, event: Event[str]) -> str:
        return event_id(self.index_name, event.kind, event.write)


def event_payload(event: Event[str]) -> dict[str, Any]:
    """Return an event as a payload; its body as ASCII, since not all strings are valid UTF-8."""
    return {
        "at": event.at,
        "write": event.write,
        "kind": event.kind,
        "body": json.dumps(event.body),
    }


def event_of(payload: Mapping[str, Any]) -> Event[str]:
    """Return the event of a payload."""
    return Event(payload["at"], payload["write"], payload["kind"], json.loads(payload["body"]))
