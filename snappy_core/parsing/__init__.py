"""From a path or bytes to pages."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from snappy_core.parsing import images
from snappy_core.parsing.layout.regions import VERSION
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.pdf import document as pdf
from snappy_core.parsing.sections import Heading, add_sections, mark_running
from snappy_core.parsing.source import SUFFIXES, Source, expand
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "SUFFIXES",
    "VERSION",
    "ReadingOptions",
    "Source",
    "count_pages",
    "expand",
    "read",
    "read_pages",
    "render",
    "with_sections",
]


def read(source: Source, options: ReadingOptions | None = None) -> Iterator[Page]:
    """Yield the pages of a document in order, with words, regions and a lazy renderer.

    Raises:
        UnreadableDocumentError: the document cannot be read; a password it lacks is a
            `PasswordRequiredError`.
    """
    numbers = range(1, count_pages(source) + 1)
    return with_sections(read_pages(source, numbers, options or ReadingOptions()))


def count_pages(source: Source) -> int:
    """Return the number of pages of a document, at least 1; raises as `read`."""
    return images.count_pages(source) if _is_image(source) else pdf.count_pages(source)


def read_pages(source: Source, numbers: Iterable[int], options: ReadingOptions) -> Iterator[Page]:
    """Yield pages by number (from 1), each by itself: their regions have no section yet.

    Raises as `read`.
    """
    return (
        images.read_pages(source, numbers, options)
        if _is_image(source)
        else pdf.read_pages(source, numbers, options)
    )


def with_sections(pages: Iterable[Page], labelled: Container[int] = ()) -> Iterator[Page]:
    """Give the regions of all pages of a document, in order, the headings they stand under.

    What repeats itself at the head or foot of the page before is a header or footer, but for the
    pages whose numbers are among `labelled`: theirs is known.
    """
    path: tuple[Heading, ...] = ()
    before: Page | None = None
    for page in pages:
        marked = page if page.number in labelled else mark_running(page, before)
        regions, path = add_sections(marked, path)
        yield replace(marked, regions=regions)
        before = page


def render(source: Source, number: int, dpi: float = 150) -> Image:
    """Draw page `number` (from 1) of a document as an RGB picture.

    Images have the pixels they have: `dpi` does not matter to them.

    Raises:
        UnreadableDocumentError: the document or the page cannot be read.
    """
    return (
        images.render(source, number, dpi) if _is_image(source) else pdf.render(source, number, dpi)
    )


def _is_image(source: Source) -> bool:
    try:
        return images.is_image(source.head())
    except (OSError, ValueError):
        return False  # the PDF reader says what is wrong with the file
