"""An open index: its store and its encoder."""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Self, cast

from snappy_core._async import async_twin
from snappy_core.bound_encoder import BoundEncoder
from snappy_core.display.stored_pages import Resolver, StoredPages
from snappy_core.encoders import Encoder
from snappy_core.info import IndexInfo, read_info
from snappy_core.search.locations.landmarks import LandmarkCache
from snappy_core.stores import MemoryStore, Store, open_store
from snappy_core.stores.closed import ClosedStore


class OpenIndex:
    """Holds a store and the encoder of its pages; see `RegionIndex`."""

    def __init__(
        self,
        store: Store | str | os.PathLike[str] | None = None,
        encoder: Encoder | None = None,
        *,
        resolver: Resolver | None = None,
    ) -> None:
        if isinstance(store, (str, os.PathLike)):
            store = open_store(store)
        self._store: Store = MemoryStore() if store is None else store
        self._encoder = BoundEncoder(self._store, encoder)
        self.resolver = resolver
        self._landmarks = LandmarkCache()

    @property
    def encoder(self) -> Encoder:
        """The encoder of pages and questions; raises as `open_encoder` if it cannot be opened."""
        return self._encoder.get()

    @classmethod
    def open(
        cls,
        location: str | os.PathLike[str],
        encoder: Encoder | None = None,
        *,
        create: bool = True,
        resolver: Resolver | None = None,
    ) -> Self:
        """Open an index, or create it: a file, ":memory:", or a URL as in `open_store`.

        Args:
            resolver: finds documents that are not files here, so that their pages can be drawn: it
                is given a `DocumentRecord` and returns a path or bytes, or None. Content with
                another hash is rejected.

        Raises:
            FileNotFoundError: the folder does not exist; or the index does not, and `create` is
                false.
            IndexMismatchError: the file is not an index, or has another encoder or schema.
        """
        store = open_store(location, create=create)
        try:
            return cls(store, encoder, resolver=resolver)
        except BaseException:
            store.close()
            raise

    @property
    def _pages(self) -> StoredPages:
        return StoredPages(self._store, self.resolver)

    def compact(self) -> None:
        """Reclaim the space of deleted and replaced documents; readers are not interrupted."""
        self._store.compact()

    def info(self) -> IndexInfo:
        """Return the location, encoder and size of the index."""
        return read_info(self._store)

    def close(self) -> None:
        """Close the files of the index; later calls raise StoreError."""
        store, self._store = self._store, cast("Store", ClosedStore(self._store.location))
        store.close()

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[Store, Encoder | None]]:
        again = partial(type(self), resolver=self.resolver)
        return again, (self._store, self._encoder.given)  # stores are pickled by location

    def __copy__(self) -> Self:
        return deepcopy(self)  # the copy has its own store to close

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    acompact = async_twin(compact)
