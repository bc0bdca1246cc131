"""One Lance table: rows are appended, read at a version and merged; its errors come out as ours."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import IndexMismatchError, MissingDependencyError, StoreError

SCHEMA_VERSION = 1

_NAME = "snappy"  # of the table in its folder
_STABLE = {"new_table_enable_stable_row_ids": "true"}  # rows keep their ids when they are merged
_NEVER = timedelta(days=36500)
_MARGIN = timedelta(minutes=1)  # that merging may take before old versions are looked for
_SETTLE = 0.5  # seconds in which others end who made the table at the same moment
_CROWDED = 64  # files, from which on merging them is thought of
_CHUNK = 1000  # literals in one condition

_CAUSES = (
    ("NoSuchBucket", "there is no such bucket; make it first, or correct its name"),
    (
        "CredentialsNotLoaded",
        "no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    (
        "InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|403 Forbidden",
        "the server denies access; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
        "and what they may do with the bucket",
    ),
    (
        "BadScheme|URL scheme is not allowed",
        "the endpoint speaks http, not https; set AWS_ALLOW_HTTP=true to allow that",
    ),
    (
        "kind: Connect|ConnectError|dns error",
        "the server cannot be reached; check the network, and AWS_ENDPOINT_URL and AWS_REGION",
    ),
    (
        "Not found:|NotFound|No such file",
        "a file of it is gone: this state was cleaned up meanwhile (read again), or someone "
        "deleted the file",
    ),
)


def libraries() -> tuple[Any, Any]:
    """Return lancedb and pyarrow.

    Raises:
        MissingDependencyError: the extra is not installed.
    """
    try:
        import lancedb
        import pyarrow
    except ImportError as error:
        raise MissingDependencyError(
            "a Lance index needs lancedb: pip install 'snappy-retriever[lance]'"
        ) from error
    return lancedb, pyarrow


def schema() -> Any:
    """Return the columns of the table; a row is a page, an event, or nothing but its id.

    `write` tells the rows of one write. The others are explained in `blobs`.
    """
    _, arrow = libraries()
    return arrow.schema(
        [
            arrow.field("write", arrow.int64(), nullable=False),
            ("event", arrow.string()),
            ("number", arrow.int32()),
            ("page", arrow.large_binary()),
            ("places", arrow.large_binary()),
            ("scoring", arrow.large_binary()),
            ("pooled", arrow.large_binary()),
            ("terms", arrow.list_(arrow.binary())),
        ],
        metadata={"snappy": str(SCHEMA_VERSION)},
    )


@contextmanager
def lance_errors(location: str) -> Iterator[None]:
    """Turn what LanceDB raises into a StoreError that names the way out."""
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        said = str(error)
        cause = next((cause for sign, cause in _CAUSES if re.search(sign, said)), None)
        raise StoreError(f"{location}: {cause or ' '.join(said.split())[:300]}") from error


class Version:
    """One state of the table, for reading; it stays as it is whatever is written."""

    def __init__(self, table: Any, location: str) -> None:
        self._table = table
        self._location = location
        self.number: int = table.version
        self.rows: int = table.count_rows()

    def scan(self, columns: Sequence[str], first: int = 0, where: str | None = None) -> Any:
        """Return columns and `_rowid` of all rows, or of those from place `first` on."""
        with lance_errors(self._location):
            query = self._table.search().select(list(columns)).with_row_id(True)
            if where is not None:
                query = query.where(where)
            return query.offset(first).limit(None).to_arrow()

    def take(self, ids: NDArray[np.int64], columns: Sequence[str]) -> Any:
        """Return columns of the rows with these ids, in their order.

        Raises:
            KeyError: there is no such row.
        """
        with lance_errors(self._location):
            query = self._table.take_row_ids(np.unique(ids).tolist())
            found = query.select(list(columns)).with_row_id().to_arrow()
        held = found["_rowid"].to_numpy().astype(np.int64)
        order = np.argsort(held)
        places = np.searchsorted(held[order], ids)
        missing = places == len(held)
        missing[~missing] = held[order][places[~missing]] != ids[~missing]
        if missing.any():
            raise KeyError(int(ids[missing][0]))
        return found.take(order[places])


class LanceTable:
    """The table at a location: a folder, or `s3://bucket/prefix`.

    Any number of threads, processes and machines may append; each append is one commit, and
    row ids rise in the order of the commits.

    Raises:
        MissingDependencyError: lancedb is not installed.
        FileNotFoundError: there is no table and `create` is false, or no such folder.
        IndexMismatchError: something else is there, or a table of another schema.
        StoreError: it cannot be reached or opened.
    """

    def __init__(
        self, location: str, *, create: bool, storage_options: Mapping[str, str] | None = None
    ) -> None:
        lancedb, _ = libraries()
        self.location = location
        remote = "://" in location
        if re.fullmatch("s3://?/*", location):
            raise ValueError(f"{location}: names no bucket; use s3://bucket/prefix")
        if not remote:
            _check_folder(Path(location), create)
        with lance_errors(location):
            options = None if storage_options is None else dict(storage_options)
            self._database = lancedb.connect(location, storage_options=options)
        table = self._find()
        if table is None and create:
            if not remote:
                _check_content(Path(location))
            table = self._make()
        if table is None:
            raise FileNotFoundError(f"{location}: no such index; make it with `snappy index`")
        with lance_errors(location):
            new = create and table.count_rows() <= 1
        if new:
            # Of two that make a table at the same moment, Lance lets the later one replace that
            # of the other. So nobody writes to a new table before both are done.
            time.sleep(_SETTLE)
            table = self._find()
        self._table = table
        self._check_schema()
        self._lock = threading.Lock()
        self._latest: Version | None = None

    def _find(self) -> Any:
        """Open the table; None if there is none."""
        with lance_errors(self.location):
            try:
                return self._database.open_table(_NAME)
            except ValueError as error:  # LanceDB has no class for it
                if f"'{_NAME}' was not found" in str(error):
                    return None
                raise

    def _make(self) -> Any:
        """Make the table, or open the one that another process made meanwhile."""
        _, arrow = libraries()
        with lance_errors(self.location):
            try:
                first = arrow.Table.from_pylist([{"write": 0}], schema=schema())  # takes the id 0
                return self._database.create_table(_NAME, first, storage_options=_STABLE)
            except (ValueError, RuntimeError, OSError):
                table = self._find()
                if table is None:
                    raise
                return table

    def _check_schema(self) -> None:
        with lance_errors(self.location):
            found = (self._table.schema.metadata or {}).get(b"snappy")
        if found is None:
            raise IndexMismatchError(
                f"{self.location}: holds a Lance table, but not a Snappy index"
            )
        if found != str(SCHEMA_VERSION).encode():
            raise IndexMismatchError(
                f"{self.location}: has the schema {found.decode()}, this version of Snappy reads "
                f"{SCHEMA_VERSION}; index the documents again into a new place"
            )

    def latest(self) -> Version:
        """Return the state as it is now."""
        with lance_errors(self.location):
            self._table.checkout_latest()
            number = self._table.version
            with self._lock:
                if self._latest is None or self._latest.number < number:
                    pinned = self._database.open_table(_NAME)
                    pinned.checkout(max(number, pinned.version))
                    self._latest = Version(pinned, self.location)
                return self._latest

    def append(self, rows: list[dict[str, Any]]) -> None:
        """Add rows in one commit."""
        _, arrow = libraries()
        with lance_errors(self.location):
            made = arrow.Table.from_pylist(rows, schema=schema())
            self._table.add(made, write_parallelism=1)  # keeps the order of the rows

    def delete(self, writes: Sequence[int]) -> None:
        """Remove the rows of writes, those that come first before the others."""
        with lance_errors(self.location):
            for first in range(0, len(writes), _CHUNK):
                listed = ", ".join(map(str, writes[first : first + _CHUNK]))
                self._table.delete(f"write IN ({listed})")

    def crowded(self) -> bool:
        """Say whether small files hold half of the rows: then merging pays."""
        with lance_errors(self.location):
            stats = self._table.stats()["fragment_stats"]
            rows = self._table.count_rows()
        return bool(stats["num_fragments"] >= _CROWDED and stats["lengths"]["max"] * 2 <= rows)

    def merge(self) -> None:
        """Merge small files."""
        with lance_errors(self.location):
            self._table.optimize(cleanup_older_than=_NEVER)

    def clean(self, keep: timedelta, versions: Sequence[int]) -> None:
        """Remove files of old states, but none that was the latest within `keep`.

        Args:
            versions: states that somebody reads; they and all later ones stay, too.
        """
        with lance_errors(self.location):
            listed = self._table.list_versions()
            times = {state["version"]: state["timestamp"].timestamp() for state in listed}
            wanted = time.time() - keep.total_seconds()
            # A state is as old as its commit, but it was the latest until the next one.
            was_latest = max((t for t in times.values() if t <= wanted), default=0.0)
            first = min([was_latest, *(times.get(version, 0.0) for version in versions)])
            age = timedelta(seconds=time.time() - first) + _MARGIN
            self._table.optimize(cleanup_older_than=age)


def _check_folder(path: Path, create: bool) -> None:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path.parent}: no such folder for the index")
    if path.exists() and not path.is_dir():
        raise IndexMismatchError(f"{path}: is a file; a Lance index is a folder")
    if not create and not path.is_dir():
        raise FileNotFoundError(f"{path}: no such index; make it with `snappy index`")


def _check_content(path: Path) -> None:
    """Refuse to make an index among other things."""
    if path.is_dir() and any(entry.name != f"{_NAME}.lance" for entry in path.iterdir()):
        raise IndexMismatchError(f"{path}: is a folder with other files in it, not a Snappy index")
