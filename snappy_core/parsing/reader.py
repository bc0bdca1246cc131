"""What reads a kind of document, and which reader a document is for.

A reader of your own is a class with the methods of `Reader`, made known by
`READERS.register("name", MyReader)` or by an entry point of the group "snappy.readers".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from snappy_core.errors import UnreadableDocumentError
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source, Sources
from snappy_core.registry import Registry
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image


class Reader(Protocol):
    """Turns documents of one kind into pages.

    All methods but `can_read` raise UnreadableDocumentError for a document that is damaged.
    """

    suffixes: tuple[str, ...]
    """Lower-case suffixes (".pdf") for the search of folders; a file named outright needs none."""

    def can_read(self, head: bytes) -> bool:
        """Say whether a document is of this kind, from its first 1024 bytes."""
        ...

    def count_pages(self, source: Source) -> int:
        """Return the number of pages, at least 1."""
        ...

    def read_pages(
        self, source: Source, numbers: Iterable[int], options: ReadingOptions
    ) -> Iterator[Page]:
        """Yield the pages with these numbers (from 1), with their words and regions.

        Pages are independent of each other: `Region.section` is left empty. A page that cannot be
        read is yielded without words, with the cause in its `warning`.
        """
        ...

    def render(self, source: Source, number: int, dpi: float) -> Image:
        """Draw page `number` (from 1) as an RGB image."""
        ...


_BUILTIN = {
    "image": "snappy_core.parsing.images:ImageReader",
    "pdf": "snappy_core.parsing.pdf.reader:PdfReader",
}

READERS = Registry[Callable[[], Reader]]("reader", "snappy.readers", _BUILTIN)
"""Classes (or factories) of readers by name."""


def reader_for(source: Source) -> Reader:
    """Return the reader of a document; registered readers are asked before the built-in ones.

    Raises:
        UnreadableDocumentError: the file cannot be opened, is empty, or no reader can read it.
    """
    head = source.head()
    for reader in _readers():
        if reader.can_read(head):
            return reader
    raise UnreadableDocumentError(source.name, "is not a PDF or image" if head else "is empty")


def expand(paths: Sources | Iterable[Sources], password: str | None = None) -> Iterator[Source]:
    """Yield the documents that `paths` name: files, sources, and the files in folders, in order.

    Folders are searched recursively, in alphabetical order, for files with a suffix of any
    reader; hidden files and folders are skipped.

    Raises:
        TypeError: something is neither a path nor bytes nor a Source.
    """
    if isinstance(paths, (str, os.PathLike, bytes, bytearray, Source)):
        paths = [paths]
    for path in paths:
        if isinstance(path, Source):
            yield path
        elif isinstance(path, (bytes, bytearray)):
            yield Source.from_bytes(bytes(path), password=password)
        elif not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"a document is a path, bytes or a Source, not {type(path).__name__}")
        else:
            for file in _documents(Path(path)) if os.path.isdir(path) else [path]:
                yield Source.from_path(file, password)


def _documents(folder: Path) -> Iterator[Path]:
    suffixes = {suffix for reader in _readers() for suffix in reader.suffixes}
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix.lower() in suffixes and not hidden and file.is_file():
            yield file


def _readers() -> Iterator[Reader]:
    """Yield all readers, the built-in ones last."""
    for name in sorted(READERS.names(), key=_BUILTIN.__contains__):
        yield READERS.get(name)()
