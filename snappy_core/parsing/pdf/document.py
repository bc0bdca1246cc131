"""PDF files and their pages, opened and drawn by PDFium.

PDFium is not thread-safe, not even across documents: every call into it must hold `PDFIUM`.
"""

from __future__ import annotations

import logging
import threading
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2 as pdfium

from snappy_core.errors import UnreadableDocumentError
from snappy_core.parsing.pdf.open_errors import open_error
from snappy_core.parsing.source import Source

PDFIUM = threading.RLock()

MAX_PIXELS = 25_000_000  # of a page image; A4 at 400 dpi has 15 million
_MAX_IMAGE_SIDE = 30_000  # pixels; PDFium refuses bitmaps with much longer sides
_MAX_PAGE_SIDE = 1_000_000  # points (350 m); PDFium's time per text line grows with it
_MAX_ASPECT_RATIO = 10_000  # long side / short side; no paper comes near
_TAIL = 1000  # pages checked one by one, from the last, for one that can be loaded
_MAX_ATTACHMENTS = 100  # that are listed by name
_DOCUMENT_SUFFIXES = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods")


@contextmanager
def open_pdf(source: Source) -> Iterator[Any]:
    """Open a PDF as PDFium's document.

    Raises:
        PasswordRequiredError: the file is encrypted and the password is missing or wrong.
        UnreadableDocumentError: the file cannot be opened, or is not a readable PDF.
    """
    with PDFIUM:
        try:
            document = pdfium.PdfDocument(source.path or source.data, password=source.password)
        except (pdfium.PdfiumError, OSError, ValueError) as error:
            data = source.read_bytes()  # raises with the cause if the file cannot be opened at all
            raise open_error(source.name, data, str(error), source.password) from error
        _init_forms(document)
    try:
        yield document
    finally:
        with PDFIUM:
            document.close()


def _init_forms(document: Any) -> None:
    """Make PDFium draw form fields; must be called before any page is loaded."""
    logger = logging.getLogger("pypdfium2._helpers.document")
    level = logger.level
    logger.setLevel(logging.ERROR)  # Snappy has its own warning for XFA forms
    try:
        document.init_forms()
    except pdfium.PdfiumError:
        pass  # the pages are read without form fields
    finally:
        logger.setLevel(level)


def attached_documents(document: Any) -> list[str]:
    """Return the names of the documents inside a portfolio, or attached to any other PDF."""
    count = min(document.count_attachments(), _MAX_ATTACHMENTS)
    names = (document.get_attachment(index).get_name() for index in range(count))
    return [name for name in names if name.lower().endswith(_DOCUMENT_SUFFIXES)]


def count_loadable(document: Any) -> int:
    """Return the number of pages, which the file may overstate.

    Pages at the end that cannot be loaded count as one; reading that page reports the problem.
    """
    count = last = len(document)
    while last and count - last < _TAIL and not _loads(document, last):
        last -= 1
    if last and count - last == _TAIL:
        last = bisect_left(range(1, last + 1), True, key=lambda page: not _loads(document, page))
    return min(count, last + 1)


def _loads(document: Any, number: int) -> bool:
    try:
        document[number - 1].close()
    except pdfium.PdfiumError:
        return False
    return True


def load_page(document: Any, number: int, source: Source) -> Any:
    """Return PDFium's page `number` (from 1).

    Raises:
        UnreadableDocumentError: the page cannot be loaded, or has no sensible size.
    """
    try:
        page = document[number - 1]
    except pdfium.PdfiumError as error:
        cause = f"page {number}: cannot be loaded ({error})"
        raise UnreadableDocumentError(source.name, cause) from error
    width, height = page.get_size()
    short, long = sorted((width, height))
    if not (short > 0 and long < _MAX_PAGE_SIDE and long / short < _MAX_ASPECT_RATIO):
        cause = f"page {number}: cannot be read, its size is {width:g} x {height:g} points"
        raise UnreadableDocumentError(source.name, cause)
    return page


def page_label(document: Any, number: int) -> str:
    """Return the label of page `number` (from 1), by default the number itself."""
    try:
        label: str = document.get_page_label(number - 1)
    except UnicodeDecodeError:  # half a surrogate pair
        label = ""
    return label or str(number)


def draw(
    page: Any,
    dpi: float,
    max_pixels: int = MAX_PIXELS,
    grayscale: bool = False,
    annotations: bool = True,
    paper: tuple[int, int, int, int] = (255, 255, 255, 255),
) -> Any:
    """Draw a page as PDFium's bitmap, at fewer dots per inch where it would exceed the limits."""
    width, height = page.get_size()
    shorter, longer = sorted((width, height))
    scale = min(dpi / 72, (max_pixels / (width * height)) ** 0.5, _MAX_IMAGE_SIDE / longer)
    scale = max(scale, 1 / shorter)  # at least a pixel
    return page.render(
        scale=scale, grayscale=grayscale, draw_annots=annotations, may_draw_forms=annotations,
        fill_color=paper,
    )  # fmt: skip
