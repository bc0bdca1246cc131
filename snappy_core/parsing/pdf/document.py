"""PDF pages by PDFium: words with boxes in the frame of the rendered page, and pictures.

PDFium is not thread-safe, not even across documents: every call into it holds `PDFIUM`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2 as pdfium

from snappy_core.boxes import contains_center
from snappy_core.errors import PasswordRequiredError, UnreadableDocumentError
from snappy_core.parsing.drawings import Drawings
from snappy_core.parsing.layout import layout_model
from snappy_core.parsing.layout.regions import find_regions
from snappy_core.parsing.layout.ruling_lines import find_ruling_lines
from snappy_core.parsing.ocr import tesseract
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.pdf import drawings
from snappy_core.parsing.pdf import text_layer as glyphs
from snappy_core.parsing.pdf.visibility import edges, share_in, shows_ink
from snappy_core.parsing.source import Source
from snappy_core.parsing.text import NOTHING, TextLayer
from snappy_core.types import Matrix, Page

if TYPE_CHECKING:
    from PIL.Image import Image

PDFIUM = threading.RLock()

MAX_PIXELS = 25_000_000
"""A page is never drawn with more pixels than this: A4 at 400 dpi has 15 million."""

_LONGEST = 1_000_000  # points, 350 m; PDFium looks at each point of a side, for each line of text
_SLIMMEST = 10_000  # times as long as wide, or as wide as long; no paper is

INK_PIXELS = 1_500_000
"""Pixels of the picture in which words are checked for ink: A4 at about 125 dpi."""


def count_pages(source: Source) -> int:
    """Return the number of pages of a PDF.

    Raises:
        PasswordRequiredError: the file is encrypted and the password is missing or wrong.
        UnreadableDocumentError: the file is no PDF, damaged beyond repair, or has no pages.
    """
    with PDFIUM, open_pdf(source) as document:
        count = len(document)
    if count == 0:
        raise UnreadableDocumentError(source.name, "has no pages")
    return count


def read_pages(source: Source, numbers: Iterable[int], options: ReadingOptions) -> Iterator[Page]:
    """Yield pages of a PDF by number (from 1).

    A page that PDFium cannot load comes without words and says so in `warning`. Raises as
    `count_pages`.
    """
    with open_pdf(source) as document:
        for number in numbers:
            with PDFIUM:
                draft = _read_draft(document, number, source)
            yield _finish(draft, source, number, options)  # OCR needs no PDFium


def render(source: Source, number: int, dpi: float) -> Image:
    """Draw page `number` (from 1) of a PDF as an RGB picture of at most `MAX_PIXELS`.

    Raises:
        UnreadableDocumentError: the file or the page can no longer be read.
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


def _explain(source: Source, error: Exception) -> UnreadableDocumentError:
    head = source.head()  # says what is wrong when the file cannot be opened at all
    # PDFium keeps its last error: without /Encrypt the word "password" is of an earlier file.
    if "password" in str(error).lower() and source.contains(b"/Encrypt"):
        cause = "the password is wrong" if source.password else "is encrypted: give its password"
        return PasswordRequiredError(source.name, cause)
    if b"%PDF-" not in head:
        return UnreadableDocumentError(
            source.name, "is not a PDF or picture" if head else "is empty"
        )
    return UnreadableDocumentError(source.name, "is damaged, cut off or without pages")


def load_page(document: Any, number: int, source: Source) -> Any:
    """Return PDFium's page `number` (from 1), or raise UnreadableDocumentError."""
    try:
        page = document[number - 1]
    except pdfium.PdfiumError as error:
        cause = f"page {number}: cannot be loaded ({error})"
        raise UnreadableDocumentError(source.name, cause) from error
    width, height = page.get_size()
    long, short = max(width, height), min(width, height)
    if not (short > 0 and long < _LONGEST and long / short < _SLIMMEST):
        cause = f"page {number}: cannot be read, its size is {width:g} x {height:g} points"
        raise UnreadableDocumentError(source.name, cause)
    return page


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """What PDFium knows of a page.

    Attributes:
        layer: the words of the text layer that one sees.
        inked: there is something on the page.
        doubtful: the text layer is missing, hidden, or speaks of little that one sees.
    """

    label: str
    width: float = 612
    height: float = 792
    user_space: Matrix | None = None
    layer: TextLayer | None = None
    drawn: Drawings = field(default_factory=Drawings)
    inked: bool = False
    doubtful: bool = False
    warning: str = ""


def _read_draft(document: Any, number: int, source: Source) -> _Draft:
    label = document.get_page_label(number - 1) or str(number)
    try:
        page = load_page(document, number, source)
        user_space = glyphs.user_space(page)
    except np.linalg.LinAlgError:  # PDFium's small floats cannot tell its corners apart
        return _Draft(label, warning="cannot be read, it lies too far from the origin")
    except UnreadableDocumentError as error:
        return _Draft(label, warning=error.cause.removeprefix(f"page {number}: "))
    width, height = page.get_size()
    picture = _draw(page, 2.0, INK_PIXELS, grey=True).to_numpy()
    ink = edges(picture.reshape(picture.shape[:2]))
    (everything, warning), images = glyphs.text_layer(page), glyphs.image_boxes(page)
    visible = shows_ink(ink, everything.boxes)
    # Words drawn without ink may lie over other ink. They are the text layer of a scan when a
    # picture lies under them, else they are hidden.
    visible &= ~everything.invisible | contains_center(images, everything.boxes).any(axis=0)
    layer = everything.take(visible)
    pictured = share_in(np.ones((64, 64), dtype=bool), images)
    return _Draft(
        label,
        width,
        height,
        user_space,
        layer,
        drawings.drawn(page),
        inked=bool(ink.any()),
        doubtful=_letters(layer) <= _letters(everything) / 2
        or (pictured > 0.5 and share_in(ink, layer.boxes) < 0.3),
        warning=warning,
    )


def _letters(layer: TextLayer) -> int:
    return sum(map(len, layer.texts))


def _finish(draft: _Draft, source: Source, number: int, options: ReadingOptions) -> Page:
    """Choose between text layer and OCR, and find the regions."""
    layer, warning, drawn = draft.layer, draft.warning, draft.drawn
    wanted = options.ocr == "always" or (options.ocr == "auto" and draft.doubtful)
    if layer is not None and draft.inked and wanted:
        picture = render(source, number, tesseract.DPI)
        seen, failure = tesseract.read(picture, draft.width, options)
        # A text layer that holds much of what OCR finds is better than OCR, and than a failure.
        if not failure and (options.ocr == "always" or _letters(seen) > 2 * _letters(layer)):
            layer = seen
            if not (len(drawn.ruling_lines.horizontal) or len(drawn.ruling_lines.vertical)):
                drawn = replace(drawn, ruling_lines=find_ruling_lines(picture))
        elif options.ocr == "always" or not _letters(layer):
            warning = "; ".join(filter(None, (warning, failure)))
    model = layout_model.select_layout_model(options.layout_model)
    # On a page of text alone the model knows nothing better.
    shown = drawn.areas or layer is not draft.layer or options.layout_model != "auto"
    if model is not None and draft.inked and shown:
        detected = model.detect(render(source, number, layout_model.DPI))
        drawn = replace(drawn, areas=(*drawn.areas, *detected))
    words, regions, crowded = find_regions(layer or NOTHING, draft.width, draft.height, drawn)
    return Page(
        number,
        draft.label,
        draft.width,
        draft.height,
        "pt",
        words,
        regions,
        partial(render, source, number),
        "; ".join(filter(None, (warning, crowded))),
        draft.user_space,
    )


def _draw(page: Any, scale: float, max_pixels: int, grey: bool = False) -> Any:
    width, height = page.get_size()
    scale = min(scale, (max_pixels / max(width * height, 1e-6)) ** 0.5)
    # PDFium refuses bitmaps without pixels and those with a very long side.
    scale = max(min(scale, 30_000 / max(width, height)), 1 / min(width, height))
    return page.render(scale=scale, grayscale=grey)
