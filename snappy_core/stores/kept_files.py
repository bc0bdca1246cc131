"""Files that an index keeps for its documents: their sources, or pictures of their pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

SOURCE = "source"
"""Name of the file that a document was read from."""


def picture_name(page_number: int) -> str:
    """Return the name of the picture of a page (from 1)."""
    return f"page {page_number}"


@runtime_checkable
class KeepingStore(Protocol):
    """A store that keeps files with its documents, by the documents' content hash.

    `write` and `delete` drop the files of content hashes that no document has anymore.
    """

    @property
    def location(self) -> str: ...

    def keep_files(self, content_hash: str, files: Mapping[str, bytes]) -> None:
        """Keep files by name; do nothing for a content hash that no document has."""

    def kept_files(self, content_hash: str) -> frozenset[str]:
        """Return the names of the files that are kept for a content hash."""

    def kept_file(self, content_hash: str, name: str) -> bytes | None:
        """Return a file, None if it is not kept."""


def copy_files(source: object, target: object, content_hash: str) -> None:
    """Copy the files kept for a content hash to another store, if both stores keep files."""
    if isinstance(source, KeepingStore) and isinstance(target, KeepingStore):
        for name in source.kept_files(content_hash) - target.kept_files(content_hash):
            data = source.kept_file(content_hash, name)
            if data is not None:
                target.keep_files(content_hash, {name: data})


def parts_of(data: bytes, size: int) -> list[bytes]:
    """Split bytes into parts of at most `size`, at least one.

    >>> parts_of(b"abcde", 2), parts_of(b"", 2)
    ([b'ab', b'cd', b'e'], [b''])
    """
    return [data[start : start + size] for start in range(0, len(data), size)] or [b""]
