"""Turns documents into pages: words, regions with boxes, and a way to draw each page."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from snappy_core.parsing.listings import mark_listings
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.reader import AUTO, READERS, LabelReader, Reader, expand, reader_for
from snappy_core.parsing.sections import Heading, add_sections, mark_running
from snappy_core.parsing.source import Source
from snappy_core.parsing.tables.continuation import continue_table
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "READERS",
    "Reader",
    "ReadingOptions",
    "Source",
    "count_pages",
    "expand",
    "page_labels",
    "read",
    "read_pages",
    "render",
    "with_sections",
]


def read(source: Source, options: ReadingOptions | None = None) -> Iterator[Page]:
    """Yield the pages of a document in order, with words, regions and a lazy renderer.

    Raises:
        UnreadableDocumentError: the document cannot be read. If its password is missing or
            wrong, the error is a `PasswordRequiredError`.
    """
    options = options or ReadingOptions()
    numbers = range(1, count_pages(source, options.reader) + 1)
    return with_sections(read_pages(source, numbers, options))


def count_pages(source: Source, reader: str = AUTO) -> int:
    """Return the number of pages of a document, at least 1. Raises like `read`."""
    return reader_for(source, reader).count_pages(source)


def page_labels(source: Source) -> list[str]:
    """Return the page numbers as printed, which only PDFs have. Raises like `read`."""
    reader = reader_for(source)
    if isinstance(reader, LabelReader):
        return reader.page_labels(source)
    return [str(number) for number in range(1, reader.count_pages(source) + 1)]


def read_pages(source: Source, numbers: Iterable[int], options: ReadingOptions) -> Iterator[Page]:
    """Yield pages by number (from 1), without `Region.section`. Raises like `read`."""
    return reader_for(source, options.reader).read_pages(source, numbers, options)


def with_sections(pages: Iterable[Page], labeled: Container[int] = ()) -> Iterator[Page]:
    """Set what regions take from earlier pages: their sections and the headers of their tables.

    The section is the path of headings, over all pages of a document in order.

    Text repeated at the top or bottom of consecutive pages is labeled as a header or footer;
    contents, indexes and references are labeled as such below their headings. Pages whose
    numbers are in `labeled` keep their labels. A table continued from the previous page gets
    the header it has there.
    """
    path: tuple[Heading, ...] = ()
    previous: Page | None = None
    for page in pages:
        marked = page
        if page.number not in labeled:
            marked = mark_listings(mark_running(page, previous), previous)
        continued = continue_table(marked, previous)
        regions, path = add_sections(continued, path)
        previous = replace(continued, regions=regions)
        yield previous


def render(source: Source, number: int, dpi: float = 150) -> Image:
    """Draw page `number` (from 1) of a document as an RGB image. Raises like `read`.

    The reader that "auto" chooses draws it. Documents that are images are returned at their own
    resolution, and `dpi` is ignored.
    """
    return reader_for(source).render(source, number, dpi)
