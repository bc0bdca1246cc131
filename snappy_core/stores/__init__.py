"""Where an index lies."""

from __future__ import annotations

import os
import re

from snappy_core.stores.base import Store
from snappy_core.stores.memory import MemoryStore
from snappy_core.stores.sqlite import SqliteStore

__all__ = ["MemoryStore", "SqliteStore", "Store", "open_store"]


def open_store(location: str | os.PathLike[str], *, create: bool = True) -> Store:
    """Return the store at a location: a file, or ":memory:".

    Raises:
        ValueError: a URL of a kind that no store serves.
        FileNotFoundError, IndexMismatch: as `SqliteStore`.
    """
    if location == ":memory:":
        if not create:
            raise FileNotFoundError(":memory: holds no index yet; name the file of one")
        return MemoryStore()
    scheme = re.match(r"([a-z][a-z0-9+.-]+)://", os.fspath(location))
    if scheme:
        raise ValueError(
            f"{location}: no store for {scheme[1]}://; use the path of a file or ':memory:'"
        )
    return SqliteStore(location, create=create)
