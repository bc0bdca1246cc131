"""Stores that many processes can write to at once."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from snappy_core.stores.base import Store


@runtime_checkable
class SharedStore(Store, Protocol):
    """A store that any number of processes can write to, on this and on other machines.

    It pickles as its location, and is opened where it is unpickled.

    Attributes:
        merges: whether `write` also merges small files from time to time; one of many writers
            should.
    """

    merges: bool

    def identity(self) -> int | None:
        """Return what identifies this index among all others; None until bound to an encoder."""
