"""The Lance table of an index: rows are appended, read at a version, and compacted."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import IndexMismatchError
from snappy_core.stores.compatibility import check_schema
from snappy_core.stores.lance.creation import UNFINISHED, create_table
from snappy_core.stores.lance.errors import lance_errors, libraries, request_limits, within
from snappy_core.stores.locations import without_secrets

T = TypeVar("T")

SCHEMA_VERSION = 4
OLDEST_VERSION = 2  # that can be read

_NAME = "snappy"  # of the table
_OPTIONS = {"new_table_enable_stable_row_ids": "true"}  # rows keep their ids when files are merged
_NEVER = timedelta(days=36500)
_MARGIN = timedelta(minutes=1)  # added to the age of versions to keep: merging takes time, too
_SETTLE = 0.5  # seconds for others that create the table on S3 at the same moment to finish
_MANY_FILES = 64  # fewer are not worth merging
_CHUNK = 1000  # values per condition
_BATCH_PAGES = 1024  # in memory at once when many are read
_INDEX_CACHE = 512_000_000  # bytes of memory for the index of pooled vectors, and for
_METADATA_CACHE = 128_000_000  # file metadata; by default, Lance keeps 7 GB


def schema() -> Any:
    """Return the columns: those of `codec.PackedPage`, the id of the write, and an event.

    A row is a page, an event, or empty except for its write.
    """
    _, arrow = libraries()
    return arrow.schema(
        [
            arrow.field("write", arrow.int64(), nullable=False),
            ("event", arrow.string()),
            ("number", arrow.int32()),
            ("content", arrow.large_binary()),
            ("patch_boxes", arrow.large_binary()),
            ("scoring", arrow.large_binary()),
            ("pooled", arrow.large_binary()),
            ("terms", arrow.list_(arrow.string())),
            ("label", arrow.string()),
            ("region_labels", arrow.list_(arrow.string())),
            ("sections", arrow.list_(arrow.string())),
        ],
        metadata={"snappy": str(SCHEMA_VERSION)},
    )


class LanceTable:
    """The table at a location: a folder, or `s3://bucket/prefix`; raises like `LanceStore`.

    Any number of threads, processes and machines may append. Each append is one commit, and row
    ids increase in the order of the commits.

    Attributes:
        database: the LanceDB connection, for other tables.
    """

    def __init__(
        self,
        location: str,
        *,
        create: bool,
        older: bool = False,
        storage_options: Mapping[str, str] | None = None,
        timeout: float = 30.0,
    ) -> None:
        lancedb, _ = libraries()
        self.location = without_secrets(location)
        local = "://" not in location
        if re.fullmatch("s3://?/*", location):
            raise ValueError(f"{self.location}: names no bucket; use s3://bucket/prefix")
        if local:
            _check_folder(Path(location), create)
        if not timeout > 0:
            raise ValueError(f"timeout must be positive, not {timeout!r}")
        self._timeout = None if local else timeout
        options = None if local else {**request_limits(timeout), **(storage_options or {})}
        with lance_errors(self.location):
            # Absolute, since the working directory may change.
            address = os.path.abspath(location) if local else location
            self.database = self._ask(
                lambda: lancedb.connect(address, storage_options=options, session=_session())
            )
        table = self._find()
        self._folder = Path(address) if local else None
        if table is None and create:
            if local:
                _check_content(Path(location))
            table = self._create()
        if table is None:
            raise FileNotFoundError(f"{self.location}: no such index; make it with `snappy index`")
        with lance_errors(self.location):
            is_new = create and table.count_rows() <= 1
        if is_new and not local:
            # Others may be creating it and replace this one. They restore what was written to it,
            # but it would be missing for a moment.
            time.sleep(_SETTLE)
            table = self._find()
        self._table = table
        self._check_schema(older)
        self._lock = threading.Lock()
        self._latest: Version | None = None

    def _find(self) -> Any:
        with lance_errors(self.location):
            try:
                return self._ask(lambda: self.database.open_table(_NAME))
            except ValueError as error:  # LanceDB has no class for it
                if f"'{_NAME}' was not found" in str(error):
                    return None
                raise

    def other_table(self, name: str, schema: Any = None) -> Any:
        """Open another table next to that of the index; None if there is none.

        Args:
            schema: if given, a missing table is created.
        """
        with lance_errors(self.location):
            try:
                return self._ask(lambda: self.database.open_table(name))
            except ValueError as error:
                if f"'{name}' was not found" not in str(error):
                    raise
            if schema is None:
                return None
            create_table(self.database, name, schema.empty_table(), self._folder)
            return self.database.open_table(name)

    def other_names(self, prefix: str) -> list[str]:
        """Return the names of the other tables with a prefix, ascending."""
        with lance_errors(self.location):
            names = self._ask(lambda: self.database.list_tables(limit=1000)).tables
        return sorted(name for name in names if name.startswith(prefix))

    def _create(self) -> Any:
        """Create the table, or open the one that another process has created in the meantime."""
        _, arrow = libraries()
        with lance_errors(self.location):
            first = arrow.Table.from_pylist([{"write": 0}], schema=schema())  # takes the id 0
            create_table(self.database, _NAME, first, self._folder, _OPTIONS)
        return self._find()

    def _check_schema(self, older: bool) -> None:
        with lance_errors(self.location):
            version = (self._table.schema.metadata or {}).get(b"snappy")
        if version is None:
            raise IndexMismatchError(
                f"{self.location}: contains a Lance table, but not a Snappy index"
            )
        version = int(version) if version.isdigit() else version
        target = "into a new place"
        check_schema(self.location, version, SCHEMA_VERSION, OLDEST_VERSION, target, older=older)

    def _ask(self, call: Callable[[], T]) -> T:
        return within(self._timeout, self.location, call)

    def latest(self) -> Version:
        """Return the current version."""
        with lance_errors(self.location):
            self._ask(self._table.checkout_latest)
            number = self._ask(lambda: self._table.version)
            with self._lock:
                if self._latest is None or self._latest.number < number:
                    pinned = self.database.open_table(_NAME)
                    pinned.checkout(max(number, pinned.version))
                    self._latest = Version(pinned, self.location)
                return self._latest

    def append(self, rows: list[dict[str, Any]]) -> None:
        _, arrow = libraries()
        with lance_errors(self.location):
            table = arrow.Table.from_pylist(rows, schema=schema())
            self._table.add(table, write_parallelism=1)  # keeps the order of the rows

    def delete(self, writes: Sequence[int]) -> None:
        """Remove the rows of writes, in the order of the writes."""
        with lance_errors(self.location):
            for start in range(0, len(writes), _CHUNK):
                values = ", ".join(map(str, writes[start : start + _CHUNK]))
                self._table.delete(f"write IN ({values})")

    def is_fragmented(self) -> bool:
        """Return whether half of the rows are in small files, so that merging them pays off."""
        with lance_errors(self.location):
            stats = self._table.stats()["fragment_stats"]
            rows = self._table.count_rows()
        many = stats["num_fragments"] >= _MANY_FILES
        return bool(many and stats["lengths"]["max"] * 2 <= rows)

    def merge(self) -> None:
        with lance_errors(self.location):
            self._table.optimize(cleanup_older_than=_NEVER)

    def remove_versions(self, keep: timedelta, versions: Sequence[int]) -> None:
        """Remove the files of old versions, except those that were the latest within `keep`.

        Args:
            versions: numbers of versions that are being read; these and all later ones are kept.
        """
        with lance_errors(self.location):
            times = {
                version["version"]: version["timestamp"].timestamp()
                for version in self._table.list_versions()
            }
            limit = time.time() - keep.total_seconds()
            # A version is as old as its commit, but it was the latest until the next one.
            was_latest = max((t for t in times.values() if t <= limit), default=0.0)
            oldest = min([was_latest, *(times.get(version, 0.0) for version in versions)])
            age = timedelta(seconds=time.time() - oldest) + _MARGIN
            self._table.optimize(cleanup_older_than=age)


def _session() -> Any:
    lancedb, _ = libraries()
    return lancedb.Session(
        index_cache_size_bytes=_INDEX_CACHE, metadata_cache_size_bytes=_METADATA_CACHE
    )


def _check_folder(path: Path, create: bool) -> None:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path.parent}: no such folder for the index")
    if path.exists() and not path.is_dir():
        raise IndexMismatchError(f"{path}: is a file; a Lance index is a folder")
    if not create and not path.is_dir():
        raise FileNotFoundError(f"{path}: no such index; make it with `snappy index`")


def _check_content(path: Path) -> None:
    names = [entry.name for entry in path.iterdir()] if path.is_dir() else []
    if any(name != f"{_NAME}.lance" and not name.startswith(UNFINISHED) for name in names):
        raise IndexMismatchError(f"{path}: is a folder with other files in it, not a Snappy index")


class Version:
    """One version of the table; later writes do not change it."""

    def __init__(self, table: Any, location: str) -> None:
        self._table = table
        self._location = location
        self.number: int = table.version
        self.rows: int = table.count_rows()

    def scan(self, columns: Sequence[str], offset: int = 0, where: str | None = None) -> Any:
        """Return columns and `_rowid` of all rows from an offset that match a condition."""
        with lance_errors(self._location):
            query = self._table.search().select(list(columns)).with_row_id(True)
            query = query if where is None else query.where(where)
            return query.offset(offset).limit(None).to_arrow()

    def take(self, row_ids: NDArray[np.int64], columns: Sequence[str]) -> Any:
        """Return columns of the rows with these ids, in their order; raises like `select_rows`."""
        with lance_errors(self._location):
            query = self._table.take_row_ids(np.unique(row_ids).tolist())
            table = query.select(list(columns)).with_row_id().to_arrow()
        return select_rows(table, row_ids)

    def column(self, row_ids: NDArray[np.int64], column: str) -> Any:
        """Return a column of pages (p,), in their order; scans the table if they are many."""
        if 2 * len(row_ids) < self.rows:
            return self.take(row_ids, [column])[column]
        return select_rows(self.scan([column], where="number IS NOT NULL"), row_ids)[column]

    def batches(self, row_ids: NDArray[np.int64], column: str) -> Iterator[Any]:
        """Yield a column of pages (p,) in batches, in any order; scans like `column`."""
        if 2 * len(row_ids) < self.rows:
            for start in range(0, len(row_ids), _BATCH_PAGES):
                yield self.column(row_ids[start : start + _BATCH_PAGES], column).combine_chunks()
            return
        with lance_errors(self._location):
            query = self._table.search().select([column]).with_row_id(True)
            pages = query.where("number IS NOT NULL").limit(None)
            sorted_ids = np.sort(row_ids)  # once: `np.isin` would sort them again for each batch
            for batch in pages.to_batches(batch_size=_BATCH_PAGES):
                ids = batch["_rowid"].to_numpy()
                nearest = np.searchsorted(sorted_ids, ids).clip(max=len(sorted_ids) - 1)
                yield batch[column].take(np.flatnonzero(sorted_ids[nearest] == ids))


def select_rows(table: Any, row_ids: NDArray[np.int64]) -> Any:
    """Return the rows of an Arrow table with these ids, in their order, or raise KeyError."""
    indices = {row_id: index for index, row_id in enumerate(table["_rowid"].to_pylist())}
    return table.take(np.array([indices[row_id] for row_id in row_ids.tolist()], dtype=np.int64))
