"""The location, encoder and size of an index."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from snappy_core.stores.base import Store


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """The location, encoder and size of an index.

    Attributes:
        location: the file or URL.
        dim: length of the vectors.
        documents, pages: their numbers.
        bytes: size on disk; None for indexes in memory and on servers.
    """

    location: str
    encoder: str
    dim: int
    documents: int
    pages: int
    bytes: int | None


def read_info(store: Store) -> IndexInfo:
    """Return the location, encoder and size of the index in a store."""
    with store.read() as snapshot:
        documents = snapshot.documents()
    encoder = store.encoder()
    assert encoder is not None  # every open index has one
    pages = sum(document.pages for document in documents)
    files = [Path(store.location), Path(f"{store.location}-wal")]  # and its write-ahead log
    sizes = [file.stat().st_size for file in files if file.is_file()]
    return IndexInfo(store.location, *encoder, len(documents), pages, sum(sizes) or None)
