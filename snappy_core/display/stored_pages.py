"""Pages drawn again from the files they were read from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from snappy_core import parsing
from snappy_core.errors import PageUnavailableError, UnreadableDocumentError
from snappy_core.parsing.source import Source
from snappy_core.stores.base import DocumentRecord

if TYPE_CHECKING:
    from PIL.Image import Image


def redraw(document: DocumentRecord, page: int, dpi: float, password: str | None) -> Image:
    """Draw a page from the file it was read from, if that is still the same.

    Raises:
        PageUnavailableError: the source was given as bytes, is gone or has changed.
        ValueError: `dpi` is not positive.
    """
    if not dpi > 0:
        raise ValueError(f"dpi must be positive, not {dpi}")
    where = f"{document.source}, page {page}"
    if not os.path.isfile(document.source):
        raise PageUnavailableError(f"{where}: there is no such file to draw it from")
    source = Source.from_path(document.source, password)
    try:
        if source.content_hash() != document.content_hash:
            raise PageUnavailableError(f"{where}: the file has changed since; add it again")
        return parsing.render(source, page, dpi)
    except UnreadableDocumentError as error:
        raise PageUnavailableError(f"{where}: {error.cause}") from error
