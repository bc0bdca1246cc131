"""Where an index lies."""

from __future__ import annotations

import os
import re

from snappy_core.stores.base import Store
from snappy_core.stores.memory import MemoryStore
from snappy_core.stores.sqlite.store import SqliteStore

__all__ = ["MemoryStore", "SqliteStore", "Store", "open_store"]


def open_store(location: str | os.PathLike[str], *, create: bool = True) -> Store:
    """Return the store at a location.

    A file is a SQLite index. A name that ends in `.lance`, `lance:FOLDER` and `s3://bucket/prefix`
    are Lance indexes. `qdrant://host:6333/name` is one on a Qdrant server, `qdrants://` one over
    TLS. ":memory:" is none that stays.

    Raises:
        ValueError: a URL of a kind that no store serves, or of another form than its store's.
        MissingDependencyError: the store needs an extra that is not installed.
        FileNotFoundError, IndexMismatchError, StoreError: as the store.
    """
    if location == ":memory:":
        if not create:
            raise FileNotFoundError(":memory: holds no index yet; name the file of one")
        return MemoryStore()
    named = os.fspath(location)
    if named.startswith(("lance:", "s3://")) or named.rstrip("/").endswith(".lance"):
        from snappy_core.stores.lance.store import LanceStore

        return LanceStore(named.removeprefix("lance:"), create=create)
    if named.startswith(("qdrant:", "qdrants:")):
        from snappy_core.stores.qdrant.store import QdrantStore

        return QdrantStore(named, create=create)
    scheme = re.match(r"([a-z][a-z0-9+.-]+)://", named)
    if scheme:
        raise ValueError(
            f"{location}: no store for {scheme[1]}://; use the path of a file, "
            "s3://bucket/prefix, qdrant://host:6333/name or ':memory:'"
        )
    return SqliteStore(location, create=create)
