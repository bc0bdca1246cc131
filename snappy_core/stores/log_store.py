"""Base of the stores whose documents are in an event log."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol

from snappy_core.stores.event_log import Entry, set_body
from snappy_core.types import Metadata


class FileTable(Protocol):
    """Kept files by content hash and name."""

    def keep(self, content_hash: str, files: Mapping[str, bytes]) -> None: ...

    def names(self, content_hash: str) -> frozenset[str]: ...

    def read(self, content_hash: str, name: str) -> bytes | None: ...

    def content_hashes(self) -> set[str]: ...

    def drop(self, content_hashes: Collection[str]) -> None: ...


class EventLogStore(ABC):
    """Changes documents in an event log, and keeps files for those that exist."""

    _lock: AbstractContextManager[Any]  # held by methods that read and then write
    _files: FileTable

    @abstractmethod
    def _entries(self) -> Mapping[str, Entry[Any]]:
        """Return the documents that exist now, by id."""

    @abstractmethod
    def _append_event(self, kind: str, body: Mapping[str, Any]) -> None: ...

    def set_metadata(self, document_id: str, metadata: Metadata) -> None:
        self._set(document_id, metadata=metadata)

    def set_sources(self, document_id: str, sources: Sequence[str]) -> None:
        self._set(document_id, source=sources[0], aliases=tuple(sources[1:]))

    def _set(self, document_id: str, **changes: Any) -> None:
        with self._lock:
            entry = self._entries().get(document_id)
            if entry is not None:
                self._append_event("set", set_body(replace(entry.record, **changes)))

    def keep_files(self, content_hash: str, files: Mapping[str, bytes]) -> None:
        if content_hash in self._used_hashes():
            self._files.keep(content_hash, files)

    def kept_files(self, content_hash: str) -> frozenset[str]:
        return self._files.names(content_hash)

    def kept_file(self, content_hash: str, name: str) -> bytes | None:
        return self._files.read(content_hash, name)

    def _used_hashes(self) -> set[str]:
        return {entry.record.content_hash for entry in self._entries().values()}
