"""What an index is and holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from snappy_core.stores.base import Store


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """The location, encoder and size of an index.

    Attributes:
        location: the file or URL.
        encoder, dim: name of the encoder, and length of its vectors.
        documents, pages: how many there are.
        bytes: size on disk; None in memory and on servers.
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
    assert encoder is not None  # every index that was opened has one
    path = Path(store.location)
    return IndexInfo(
        store.location,
        *encoder,
        documents=len(documents),
        pages=sum(document.pages for document in documents),
        bytes=_file_size(path) if path.is_file() else None,
    )


def _file_size(path: Path) -> int:
    """Return the bytes of a SQLite file and of its write-ahead log."""
    log = path.with_name(path.name + "-wal")
    return path.stat().st_size + (log.stat().st_size if log.is_file() else 0)
