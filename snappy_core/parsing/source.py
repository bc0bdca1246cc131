"""Where a document comes from: a file on disk or bytes in memory."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from snappy_core.errors import UnreadableDocumentError
from snappy_core.regular_files import check_regular


@dataclass(frozen=True, slots=True)
class Source:
    """A document to read.

    Attributes:
        name: its name in results and messages; for a file its absolute path.
        path: the file; None for a document in memory.
        data: the bytes of a document in memory; None for a file.
        password: of an encrypted document.
    """

    name: str
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_path(cls, path: str | os.PathLike[str], password: str | None = None) -> Source:
        """Return the document in a file, without opening it."""
        absolute = Path(os.path.abspath(path))
        # Undecodable bytes of a file name become \\x escapes: names are stored as UTF-8 text.
        name = absolute.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")
        return cls(name, path=absolute, password=password)

    @classmethod
    def from_bytes(
        cls, data: bytes, name: str | None = None, password: str | None = None
    ) -> Source:
        """Return a document in memory; without a name, it is named by its hash.

        Raises:
            ValueError: the name is empty.
        """
        if name is None:
            name = f"bytes {hashlib.sha256(data).hexdigest()[:16]}"
        if not name:
            raise ValueError("a document given as bytes needs a name")
        stored = name.encode("utf-8", "backslashreplace").decode("utf-8")
        return cls(stored, data=bytes(data), password=password)

    def content_hash(self) -> str:
        """Return the SHA-256 of the bytes, in hex. Raises like `head`, and if there are none."""
        with self._open() as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if file.seek(0, os.SEEK_END) == 0:
                raise UnreadableDocumentError(self.name, "is empty")
        return digest

    def read_bytes(self) -> bytes:
        """Return all bytes. Raises like `head`."""
        return self.head(size=-1)

    def head(self, size: int = 1024) -> bytes:
        """Return the first `size` bytes, which identify the kind of document.

        Raises:
            UnreadableDocumentError: the file is missing, is a folder or cannot be read.
        """
        with self._open() as file:
            return file.read(size)

    @contextmanager
    def _open(self) -> Iterator[io.BufferedReader | io.BytesIO]:
        try:
            if self.path is not None:
                check_regular(self.path)
            with self.path.open("rb") if self.path else io.BytesIO(self.data or b"") as file:
                yield file
        except (OSError, ValueError) as error:  # ValueError: a NUL byte in the name
            cause = getattr(error, "strerror", None) or str(error)
            raise UnreadableDocumentError(self.name, cause) from error


Sources = str | os.PathLike[str] | bytes | Source
"""What `RegionIndex.add` takes as a document."""
