"""The Lance table of kept files, next to that of the index; created with the first file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from snappy_core.stores.lance.errors import lance_errors, libraries
from snappy_core.stores.lance.table import LanceTable

_NAME = "files"
_BATCH_BYTES = 32_000_000  # of files written in one commit
_MARGIN = timedelta(minutes=1)


class LanceFiles:
    """Files by content hash and name; raises like `LanceStore`."""

    def __init__(self, table: LanceTable) -> None:
        self.location = table.location
        self._index = table
        self._table: Any = None

    def keep(self, content_hash: str, files: Mapping[str, bytes]) -> None:
        """Add the files whose names are missing: the same hash always gives the same files."""
        _, arrow = libraries()
        kept_names = self.names(content_hash)
        new = [(name, data) for name, data in files.items() if name not in kept_names]
        for batch in _batches(new):
            rows = {
                "content_hash": arrow.array([content_hash] * len(batch), arrow.string()),
                "name": arrow.array([name for name, _ in batch], arrow.string()),
                "data": arrow.array([data for _, data in batch], arrow.large_binary()),
            }
            with lance_errors(self.location):
                self._opened(arrow.table(rows).schema).add(arrow.table(rows))

    def names(self, content_hash: str) -> frozenset[str]:
        return frozenset(self._read("name", _is(content_hash=content_hash)))

    def read(self, content_hash: str, name: str) -> bytes | None:
        return next(iter(self._read("data", _is(content_hash=content_hash, name=name))), None)

    def content_hashes(self) -> set[str]:
        """Return all content hashes for which files are kept."""
        return set(self._read("content_hash", "true"))

    def drop(self, content_hashes: Collection[str]) -> None:
        """Remove the files of content hashes; `compact` then frees their disk space."""
        with lance_errors(self.location):
            for content_hash in content_hashes if self._opened() is not None else ():
                self._table.delete(_is(content_hash=content_hash))

    def compact(self, keep: timedelta) -> None:
        """Merge small files, and remove versions older than `keep`."""
        with lance_errors(self.location):
            if self._opened() is not None:
                self._table.optimize(cleanup_older_than=keep + _MARGIN)

    def _read(self, column: str, where: str) -> list[Any]:
        with lance_errors(self.location):
            if self._opened() is None:
                return []
            self._table.checkout_latest()
            rows = self._table.search().where(where).select([column]).limit(None).to_arrow()
            values: list[Any] = rows[column].to_pylist()
            return values

    def _opened(self, schema: Any = None) -> Any:
        """Return the table, None if there is none; with a schema, it is created."""
        if self._table is None:
            self._table = self._index.other_table(_NAME, schema)
        return self._table


def _is(**values: str) -> str:
    quoted = {key: value.replace("'", "''") for key, value in values.items()}
    return " AND ".join(f"{key} = '{value}'" for key, value in quoted.items())


def _batches(files: list[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    batch: list[tuple[str, bytes]] = []
    size = 0
    for name, data in files:
        if batch and size + len(data) > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append((name, data))
        size += len(data)
    if batch:
        yield batch
