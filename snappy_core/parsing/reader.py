"""Readers of documents, and the choice of a reader for a document.

To add your own reader, write a class with the methods of `Reader` and register it with
`READERS.register("name", MyReader)` or as an entry point of the group "snappy.readers". It takes
precedence over the built-in ones for what it can read; `ReadingOptions(reader="name")` prefers it
to all others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from snappy_core.errors import UnreadableDocumentError
from snappy_core.parsing.source import Source, Sources
from snappy_core.registry import Registry
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

    from snappy_core.parsing.options import ReadingOptions


class Reader(Protocol):
    """Turns documents of one kind into pages.

    All methods but `can_read` raise UnreadableDocumentError for a document that is damaged.
    """

    suffixes: tuple[str, ...]
    """Lower-case suffixes (".pdf") for searching folders; a file given by its path needs none."""

    def can_read(self, head: bytes) -> bool:
        """Return whether a document is of this kind, from its first 1024 bytes."""
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


@runtime_checkable
class LabelReader(Protocol):
    """A reader that knows the labels of pages without reading them."""

    def page_labels(self, source: Source) -> list[str]:
        """Return the page numbers as printed, the number itself for a page without one."""
        ...


@runtime_checkable
class NamedReader(Protocol):
    """A reader of texts whose kind is known only by their names."""

    def reads_name(self, name: str) -> bool:
        """Return whether a text that no reader knows by its bytes has a name of this kind."""
        ...


AUTO = "auto"

BUILT_IN = {
    "image": "snappy_core.parsing.images:ImageReader",
    "office": "snappy_core.parsing.office.reader:OfficeReader",
    "pdf": "snappy_core.parsing.pdf.reader:PdfReader",
}
_ON_REQUEST = {  # used only when chosen
    "docling": "snappy_core.parsing.pdf.docling:DoclingReader",
    "pymupdf": "snappy_core.parsing.pdf.pymupdf:PyMuPdfReader",
}

READERS = Registry[Callable[[], Reader]]("reader", "snappy.readers", BUILT_IN | _ON_REQUEST)
"""Classes (or factories) of readers by name."""


def reader_for(source: Source, choice: str = AUTO) -> Reader:
    """Return the reader for a document. Arguments and errors are those of `reader_name`."""
    return READERS.get(reader_name(source, choice))()


def reader_name(source: Source, choice: str = AUTO) -> str:
    """Return the name of the reader for a document.

    Registered readers are tried before the built-in ones.

    Args:
        choice: the reader that is tried first, or "auto".

    Raises:
        UnreadableDocumentError: the file cannot be opened, is empty, or no reader can read it.
        ValueError: no reader has the chosen name.
    """
    head = source.head()
    for name in ([] if choice == AUTO else [choice]) + _names():
        if READERS.get(name)().can_read(head):
            return name
    if not head:
        raise UnreadableDocumentError(source.name, "is empty")
    if b"\0" not in head:
        for name in _names():
            reader = READERS.get(name)()
            if isinstance(reader, NamedReader) and reader.reads_name(source.name):
                return name
    raise UnreadableDocumentError(
        source.name, "is not a PDF or image, nor docx, pptx, xlsx, HTML or Markdown"
    )


def expand(
    paths: Sources | Iterable[Sources],
    password: str | None = None,
    on_skip: Callable[[str], object] = lambda _: None,
) -> Iterator[Source]:
    """Yield the documents given by `paths`: files, sources, and the files in folders, in order.

    Folders are searched recursively, in alphabetical order, for files with a suffix of any
    reader; hidden files and folders are skipped.

    Args:
        on_skip: called with the name of each file in a folder that has another suffix.

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
            is_folder = os.path.isdir(path)
            for file in _documents(Path(path), on_skip) if is_folder else [path]:
                yield Source.from_path(file, password)


def _documents(folder: Path, on_skip: Callable[[str], object]) -> Iterator[Path]:
    suffixes = {suffix for name in _names() for suffix in READERS.get(name)().suffixes}
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if hidden or not file.is_file():
            continue
        if file.suffix.lower() in suffixes:
            yield file
        else:
            on_skip(Source.from_path(file).name)


def _names() -> list[str]:
    """Return the readers that are tried without being chosen, the built-in ones last."""
    names = [name for name in READERS.names() if name not in _ON_REQUEST]
    return sorted(names, key=BUILT_IN.__contains__)
