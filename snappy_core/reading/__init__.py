"""From a path or bytes to pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from snappy_core.reading.layout import VERSION, add_section
from snappy_core.reading.pdf import read_pdf, render_pdf
from snappy_core.reading.source import SUFFIXES, Source, expand
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["SUFFIXES", "VERSION", "Source", "expand", "read", "render"]


def read(source: Source) -> Iterator[Page]:
    """Yield the pages of a document in order, with words, regions and a lazy renderer.

    Raises:
        UnreadableDocument: the document cannot be read; a password it lacks is a
            `PasswordRequired`.
    """
    section = ""
    for page in read_pdf(source):
        regions, section = add_section(page.regions, section)
        yield replace(page, regions=regions)


def render(source: Source, number: int, dpi: float = 150) -> Image:
    """Draw page `number` (from 1) of a document as an RGB picture.

    Raises:
        UnreadableDocument: the document or the page cannot be read.
    """
    return render_pdf(source, number - 1, dpi)
