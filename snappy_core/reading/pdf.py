"""PDF pages by PDFium: words with boxes in the frame of the rendered page, and pictures.

PDFium is not thread-safe, not even across documents: every call into it holds `PDFIUM`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2 as pdfium

from snappy_core.errors import PasswordRequired, UnreadableDocument
from snappy_core.reading import glyphs
from snappy_core.reading.ink import shows_ink
from snappy_core.reading.layout import arrange
from snappy_core.reading.options import ReadingOptions
from snappy_core.reading.source import Source
from snappy_core.reading.text import TextLayer
from snappy_core.types import NO_WORDS, Page

if TYPE_CHECKING:
    from PIL.Image import Image

PDFIUM = threading.RLock()

MAX_PIXELS = 25_000_000
"""A page is never drawn with more pixels than this: A4 at 400 dpi has 15 million."""

INK_PIXELS = 1_500_000
"""Pixels of the picture in which words are checked for ink: A4 at about 125 dpi."""


def count_pages(source: Source) -> int:
    """Return the number of pages of a PDF.

    Raises:
        PasswordRequired: the file is encrypted and the password is missing or wrong.
        UnreadableDocument: the file is no PDF, damaged beyond repair, or has no pages.
    """
    with PDFIUM, open_pdf(source) as document:
        count = len(document)
    if count == 0:
        raise UnreadableDocument(source.name, "has no pages")
    return count


def read_pages(source: Source, numbers: Iterable[int], options: ReadingOptions) -> Iterator[Page]:
    """Yield pages of a PDF by number (from 1).

    A page that PDFium cannot load comes without words and says so in `warning`. Raises as
    `count_pages`.
    """
    with open_pdf(source) as document:
        for number in numbers:
            with PDFIUM:
                page = _read_page(document, number, source)
            yield page


def render(source: Source, number: int, dpi: float) -> Image:
    """Draw page `number` (from 1) of a PDF as an RGB picture of at most `MAX_PIXELS`.

    Raises:
        UnreadableDocument: the file or the page can no longer be read.
    """
    with PDFIUM, open_pdf(source) as document:
        page = load_page(document, number, source)
        image: Image = _draw(page, dpi / 72, MAX_PIXELS).to_pil().convert("RGB")
        return image


@contextmanager
def open_pdf(source: Source) -> Iterator[Any]:
    with PDFIUM:
        try:
            document = pdfium.PdfDocument(
                source.path if source.path is not None else source.data, password=source.password
            )
        except (pdfium.PdfiumError, OSError, ValueError) as error:
            raise _explain(source, error) from error
    try:
        yield document
    finally:
        with PDFIUM:
            document.close()


def _explain(source: Source, error: Exception) -> UnreadableDocument:
    head = source.head()  # says what is wrong when the file cannot be opened at all
    # PDFium keeps its last error: without /Encrypt the word "password" is of an earlier file.
    if "password" in str(error).lower() and source.contains(b"/Encrypt"):
        cause = "the password is wrong" if source.password else "is encrypted: give its password"
        return PasswordRequired(source.name, cause)
    if b"%PDF-" not in head:
        return UnreadableDocument(source.name, "is not a PDF" if head else "is empty")
    return UnreadableDocument(source.name, "is damaged, cut off or without pages")


def load_page(document: Any, number: int, source: Source) -> Any:
    """Return PDFium's page `number` (from 1), or raise UnreadableDocument."""
    try:
        return document[number - 1]
    except pdfium.PdfiumError as error:
        cause = f"page {number}: cannot be loaded ({error})"
        raise UnreadableDocument(source.name, cause) from error


def _read_page(document: Any, number: int, source: Source) -> Page:
    label = document.get_page_label(number - 1) or str(number)
    renderer = partial(render, source, number)
    try:
        page = load_page(document, number, source)
    except UnreadableDocument as error:
        warning = error.cause.removeprefix(f"page {number}: ")
        return Page(number, label, 612, 792, "pt", NO_WORDS, (), renderer, warning=warning)
    width, height = page.get_size()
    layer = glyphs.text_layer(page)
    if len(layer):
        layer = layer.take(_visible(page, layer))
    words, regions = arrange(layer, width, height)
    return Page(
        number,
        label,
        width,
        height,
        "pt",
        words,
        regions,
        renderer,
        user_space=glyphs.user_space(page),
    )


def _visible(page: Any, layer: TextLayer) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Say which words one sees: those with ink under their box.

    Words drawn without ink may lie over other ink. They are the text layer of a scan when a
    picture lies under them, else they are hidden.
    """
    picture = _draw(page, 2.0, INK_PIXELS, grey=True).to_numpy()
    visible = shows_ink(picture.reshape(picture.shape[:2]), layer.boxes)
    if layer.invisible.any():
        visible &= ~layer.invisible | glyphs.over_images(page, layer.boxes)
    return visible


def _draw(page: Any, scale: float, max_pixels: int, grey: bool = False) -> Any:
    width, height = page.get_size()
    scale = min(scale, (max_pixels / max(width * height, 1e-6)) ** 0.5)
    # PDFium refuses bitmaps without pixels and those with a very long side.
    scale = max(min(scale, 30_000 / max(width, height)), 1 / min(width, height))
    return page.render(scale=scale, grayscale=grey)
