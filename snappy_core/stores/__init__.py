"""Where an index is kept: `open_store` opens the store of a location."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from snappy_core.registry import Registry
from snappy_core.stores.base import ReadableStore, Store
from snappy_core.stores.compatibility import OlderSchemaError
from snappy_core.stores.locations import without_secrets
from snappy_core.stores.memory import MemoryStore
from snappy_core.stores.sqlite.store import SqliteStore
from snappy_core.stores.upgrade import UpgradedStore

__all__ = ["STORES", "MemoryStore", "SqliteStore", "Store", "open_store", "open_to_copy"]

STORES: Registry[Callable[..., Store]] = Registry(
    "store",
    "snappy.stores",
    {
        "lance": "snappy_core.stores.lance.store:LanceStore",
        "s3": "snappy_core.stores.lance.store:LanceStore",
        "qdrant": "snappy_core.stores.qdrant.store:QdrantStore",
        "qdrants": "snappy_core.stores.qdrant.store:QdrantStore",
    },
)
"""Stores by the scheme of their locations; each is called as `store(location, create=create)`."""


def open_store(location: str | os.PathLike[str], *, create: bool = True) -> Store:
    """Open the store of a location.

    ========================  =================================================================
    `":memory:"`              an index in memory, lost when it is closed
    `FOLDER.lance`            a Lance index, like `lance:FOLDER` and `s3://bucket/prefix`
    `qdrant://host:6333/name` an index on a Qdrant server; `qdrants://` with TLS
    `scheme:...`              the store registered for the scheme in `STORES`
    any other path            a SQLite file
    ========================  =================================================================

    Args:
        create: create the index if there is none.

    Raises:
        ValueError: no store has this scheme, or the URL is malformed.
        MissingDependencyError: the store needs an extra that is not installed.
        FileNotFoundError, IndexMismatchError, StoreError: raised by the store.
    """
    return _open(os.fspath(location), create=create)


def open_to_copy(location: str | os.PathLike[str]) -> ReadableStore:
    """Open an index for reading, including one of an earlier schema, which `copy` upgrades.

    Raises like `open_store`.
    """
    path = os.fspath(location)
    try:
        return _open(path, create=False)
    except OlderSchemaError:
        return UpgradedStore(_open(path, create=False, older=True))


def _open(path: str, *, create: bool, **options: bool) -> Store:
    if path == ":memory:":
        if not create:
            raise FileNotFoundError(":memory: holds no index yet; name the file of one")
        return MemoryStore()
    scheme = _scheme(path)
    if scheme is None:
        return SqliteStore(path, create=create, **options)
    return STORES.get(scheme)(path, create=create, **options)


def _scheme(path: str) -> str | None:
    match = re.match(r"([a-z][a-z0-9+.-]+):(//)?", path)  # two letters or more: C: is a drive
    schemes = STORES.names() if match else ()
    if match and match[1] in schemes:
        return match[1]
    if path.rstrip("/").endswith(".lance"):
        return "lance"
    if match and match[2]:
        raise ValueError(
            f"{without_secrets(path)}: no store for {match[1]}://; use the path of a file, "
            "s3://bucket/prefix, qdrant://host:6333/name or ':memory:' "
            f"(known: {', '.join(schemes)})"
        )
    return None  # a path, which may contain a colon
