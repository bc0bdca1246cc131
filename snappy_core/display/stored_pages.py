"""Pages of indexed documents as images: drawn from their source, or from what the index keeps."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from snappy_core import parsing
from snappy_core.cancellation import raise_if_ended
from snappy_core.errors import PageUnavailableError, UnreadableDocumentError
from snappy_core.parsing.source import Source
from snappy_core.stores.base import DocumentRecord, Store
from snappy_core.stores.kept_files import SOURCE, KeepingStore, picture_name
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

Resolver = Callable[[DocumentRecord], "str | os.PathLike[str] | bytes | None"]
"""Finds a document again: returns its file or its bytes, or None if it is unknown."""

_NOWHERE = (
    "there is no such file to draw it from; add it with keep='source' or keep='pages', or open the "
    "index with a resolver"
)
_CHANGED = "the file has changed since; add it again"


@dataclass(frozen=True, slots=True)
class StoredPages:
    """Draws the pages of the documents in a store.

    A page is drawn from the file that was added, if its bytes are unchanged; else from the source
    that the index keeps, from what the resolver returns, or from the kept picture of the page.
    """

    store: Store
    resolver: Resolver | None = None

    def draw(
        self, document: DocumentRecord, page: Page, dpi: float, password: str | None = None
    ) -> Image:
        """Draw a page at a resolution.

        Raises:
            PageUnavailableError: its source cannot be found or read, or has changed.
            TimeLimitError: the time is up.
        """
        raise_if_ended()
        if not dpi > 0:
            raise ValueError(f"dpi must be positive, not {dpi}")
        try:
            source = self.source(document, password)
            try:
                return parsing.render(source, page.number, dpi)
            except UnreadableDocumentError as error:
                raise PageUnavailableError(f"{document.source}: {error.cause}") from error
        except PageUnavailableError as error:
            picture = self._kept(document, picture_name(page.number))
            if picture is not None:
                return _scaled(picture, page, dpi)
            cause = str(error).removeprefix(f"{document.source}: ")
            name = f"{document.source}, page {page.number}"
            raise PageUnavailableError(f"{name}: {cause}") from error

    def source(self, document: DocumentRecord, password: str | None = None) -> Source:
        """Return a source with the bytes that were indexed.

        Raises:
            PageUnavailableError: there is no such source.
        """
        causes = []
        for source, changed in self._sources(document, password):
            try:
                if _content_hash(source) == document.content_hash:
                    return source
                causes.append(changed)
            except UnreadableDocumentError as error:
                causes.append(error.cause)
        cause = causes[0] if causes else _NOWHERE
        raise PageUnavailableError(f"{document.source}: {cause}")

    def _sources(
        self, document: DocumentRecord, password: str | None
    ) -> Iterator[tuple[Source, str]]:
        """Yield possible sources of a document, each with the message for when its bytes differ."""
        # Files have absolute paths; other names belong to bytes and may be chosen by a stranger.
        files = (source for source in document.sources if os.path.isabs(source))
        for path in filter(os.path.isfile, files):
            yield Source.from_path(path, password), _CHANGED
        kept_bytes = self._kept(document, SOURCE)
        if kept_bytes is not None:
            source = Source.from_bytes(kept_bytes, document.source, password)
            yield source, "the kept file is damaged"
        resolved = self.resolver(document) if self.resolver else None
        if isinstance(resolved, (bytes, bytearray)):
            source = Source.from_bytes(bytes(resolved), document.source, password)
            yield source, "the resolver returns other bytes; add them again"
        elif resolved is not None:
            source = Source.from_path(resolved, password)
            yield source, "the resolver returns a file with other bytes; add it again"

    def _kept(self, document: DocumentRecord, name: str) -> bytes | None:
        if isinstance(self.store, KeepingStore):
            return self.store.kept_file(document.content_hash, name)
        return None


def _content_hash(source: Source) -> str:
    """Return the hash of a source's bytes; a file is read again only if it changes."""
    if source.path is None:
        return source.content_hash()
    try:
        file = source.path.stat()
    except (OSError, ValueError):  # ValueError: a NUL byte in the name
        return source.content_hash()  # raises an error that says what is wrong
    times = file.st_mtime_ns, file.st_ctime_ns
    return _file_hash(source.path, file.st_dev, file.st_ino, file.st_size, *times)


@lru_cache(maxsize=256)
def _file_hash(path: Path, *_state: int) -> str:
    return Source.from_path(path).content_hash()


def _scaled(picture: bytes, page: Page, dpi: float) -> Image:
    """Return a kept picture in the page's size at a resolution."""
    from PIL import Image

    zoom = dpi / 72 if page.unit == "pt" else 1.0
    width, height = (max(ceil(round(side * zoom, 3)), 1) for side in (page.width, page.height))
    size = (width, height)  # rounded up, as PDFium does
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
