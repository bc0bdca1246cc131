"""Stores to which many processes write at once."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from snappy_core.stores.base import Store


@runtime_checkable
class SharedStore(Store, Protocol):
    """A store to which any number of processes write, on this and on other machines.

    It pickles by its location, and is opened where it is unpickled.

    Attributes:
        merges: whether `write` also merges small files from time to time; of many writers, one
            should.
    """

    merges: bool

    def identity(self) -> int | None:
        """Return what tells this index from any other; None before it is bound to an encoder."""
