"""Where a document comes from: a file on disk or bytes in memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from snappy_core.errors import UnreadableDocumentError

SUFFIXES = (
    ".pdf", ".png", ".jpg", ".jpeg", ".jp2", ".webp", ".bmp", ".tif", ".tiff"
)  # fmt: skip
"""What a folder is searched for. A file named outright is read whatever its suffix."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document to read.

    Attributes:
        name: what it is called in results and messages; for a file its absolute path.
        path: the file, or None.
        data: the bytes of a document that is not a file, or None.
        password: opens an encrypted document.
    """

    name: str
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_path(cls, path: str | os.PathLike[str], password: str | None = None) -> Source:
        """Name a file; it is not opened yet."""
        absolute = Path(os.path.abspath(path))
        # Undecodable bytes of a file name become \\x escapes: names are stored as UTF-8 text.
        name = absolute.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")
        return cls(name, path=absolute, password=password)

    @classmethod
    def from_bytes(cls, data: bytes, name: str, password: str | None = None) -> Source:
        """Name a document held in memory."""
        if not name:
            raise ValueError("a document given as bytes needs a name")
        stored = name.encode("utf-8", "backslashreplace").decode("utf-8")
        return cls(stored, data=bytes(data), password=password)

    def content_hash(self) -> str:
        """Return the SHA-256 of the bytes, in hex.

        Raises:
            UnreadableDocumentError: the file is missing, is a folder, may not be read, or is empty.
        """
        if self.path is None:
            data = self.data or b""
            if not data:
                raise UnreadableDocumentError(self.name, "is empty")
            return hashlib.sha256(data).hexdigest()
        try:
            with self.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                if file.tell() == 0:
                    raise UnreadableDocumentError(self.name, "is empty")
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error
        return digest

    def contains(self, mark: bytes) -> bool:
        """Say whether some bytes stand anywhere in the document."""
        data = self.data if self.path is None else self.path.read_bytes()
        return mark in (data or b"")

    def head(self, size: int = 1024) -> bytes:
        """Return the first bytes, to tell what kind of document it is.

        Raises:
            UnreadableDocumentError: the file is missing, is a folder or may not be read.
        """
        if self.path is None:
            return (self.data or b"")[:size]
        try:
            with self.path.open("rb") as file:
                return file.read(size)
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError | ValueError) -> UnreadableDocumentError:
        # ValueError: a NUL byte in the name
        return UnreadableDocumentError(self.name, getattr(error, "strerror", None) or str(error))


Sources = str | os.PathLike[str] | Source


def expand(paths: Sources | Iterable[Sources], password: str | None = None) -> Iterator[Source]:
    """Yield the documents that `paths` name: files, sources and what folders hold, in order.

    Folders are walked to the bottom in alphabetical order, for files with one of `SUFFIXES`;
    hidden files are left out.
    """
    if isinstance(paths, (str, os.PathLike, Source)):
        paths = [paths]
    for path in paths:
        if isinstance(path, Source):
            yield path
        elif not isinstance(path, (str, os.PathLike)):
            raise TypeError(
                f"a document is a path or a Source, not {type(path).__name__}; "
                "for bytes use Source.from_bytes(data, name)"
            )
        elif os.path.isdir(path):
            for found in sorted(Path(path).rglob("*")):
                hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
                if found.suffix.lower() in SUFFIXES and not hidden and found.is_file():
                    yield Source.from_path(found, password)
        else:
            yield Source.from_path(path, password)
