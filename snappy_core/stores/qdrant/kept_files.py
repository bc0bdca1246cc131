"""The collection `NAME.files` of an index: kept files in parts; created with the first file."""

from __future__ import annotations

import base64
from collections.abc import Collection as Values
from collections.abc import Mapping
from typing import Any

from snappy_core.stores.kept_files import parts_of
from snappy_core.stores.qdrant import filters
from snappy_core.stores.qdrant.collection import Collection
from snappy_core.stores.qdrant.points import event_id
from snappy_core.stores.qdrant.server import Server

_PART = 16_000_000  # bytes; a request may have 32 MiB, and base64 adds a third


class FileCollection(Collection):
    """Files by content hash and name; each part is the payload of a point without vectors."""

    def __init__(self, server: Server, options: Mapping[str, Any]) -> None:
        super().__init__(server, f"{server.name}.files")
        self._options = options
        self._is_there = False

    def keep(self, content_hash: str, files: Mapping[str, bytes]) -> None:
        """Add or replace files, the first part of each last: once it is there, the file exists."""
        from qdrant_client.models import PointStruct

        if not self._exists():
            self.create(vectors_config={}, shard_number=1, on_disk_payload=True, **self._options)
            self.ensure_indexes(content_hash="keyword")
        for name, data in files.items():
            parts = parts_of(data, _PART)
            for number, part in reversed(list(enumerate(parts))):
                payload = {
                    "content_hash": content_hash,
                    "name": name,
                    "parts": len(parts) if number == 0 else None,
                    "data": base64.b64encode(part).decode(),
                }
                id_ = self._point_id(content_hash, name, number)
                self.upsert([PointStruct(id=id_, vector={}, payload=payload)])

    def names(self, content_hash: str) -> frozenset[str]:
        if not self._exists():
            return frozenset()
        where = filters.all_of([filters.is_any("content_hash", [content_hash])])
        payloads = self.scroll(where, ["name", "parts"])
        return frozenset(payload["name"] for payload in payloads if payload.get("parts"))

    def read(self, content_hash: str, name: str) -> bytes | None:
        parts: list[bytes] = []
        count = 1
        while self._exists() and len(parts) < count:
            id_ = self._point_id(content_hash, name, len(parts))
            payload = self.retrieve([id_], True).get(id_)
            if payload is None:
                return None
            count = payload.get("parts") or count
            parts.append(base64.b64decode(payload["data"]))
        return b"".join(parts) if parts else None

    def content_hashes(self) -> set[str]:
        """Return all content hashes for which files are kept."""
        if not self._exists():
            return set()
        return {
            payload["content_hash"] for payload in self.scroll(filters.all_of([]), ["content_hash"])
        }

    def drop(self, content_hashes: Values[str]) -> None:
        if content_hashes and self._exists():
            from qdrant_client.models import FilterSelector

            where = filters.all_of([filters.is_any("content_hash", list(content_hashes))])
            self.delete(FilterSelector(filter=where))

    def _exists(self) -> bool:
        self._is_there = self._is_there or self.exists()
        return self._is_there

    def _point_id(self, content_hash: str, name: str, part: int) -> str:
        return event_id(self.name, f"{content_hash}/{name}", str(part))
