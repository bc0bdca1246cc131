"""The cost of words in pictures: pages with and without a picture, with and without reading it."""

from __future__ import annotations

import io

import pypdfium2 as pdfium

from benchmarks.measure import REPORT, Result, alternate, cpu_seconds, milliseconds, slowdown
from snappy_core import parsing
from snappy_core.parsing.options import Ocr, ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.types import Page

PAGES = (2, 3)  # of the report
DPI = 150  # of the pictures
HEIGHT = 300  # points below each page, for its picture


def run() -> list[Result]:
    """Read pages of the sample report, and the same with a picture of 5 x 3 inches below each."""
    bare, pictured = Source.from_path(REPORT), Source.from_bytes(_with_pictures(), "pictures.pdf")

    def read(source: Source, ocr: Ocr) -> list[Page]:
        return list(parsing.read_pages(source, PAGES, ReadingOptions(ocr)))

    for page in read(pictured, "auto"):
        assert page.words.confidences is not None, "no words were read in a picture"
    auto, pages, with_words, without_words, scanned = (
        seconds / len(PAGES)
        for seconds in alternate(
            lambda: read(bare, "auto"),
            lambda: read(bare, "pages"),
            lambda: read(pictured, "auto"),
            lambda: read(pictured, "pages"),
            lambda: read(pictured, "always"),
            rounds=3,
            clock=cpu_seconds,
        )
    )
    return [
        slowdown("a page without pictures, if pictures are read / if not", auto, pages, 1.1),
        slowdown(
            "a page with a picture, its words read / OCR of the whole page",
            with_words,
            scanned,
            1,
            f"not read {milliseconds(without_words)}; ",
        ),
    ]


def _with_pictures() -> bytes:
    """Return the sample report with a picture of the upper half of a page below each page."""
    with pdfium.PdfDocument(REPORT) as document:
        image = document[PAGES[0] - 1].render(scale=DPI / 72).to_pil()
        image = image.crop((0, 0, image.width, round(image.width * 0.65)))
        for page in document:
            width, height = page.get_size()
            page.set_mediabox(0, -HEIGHT, width, height)
            picture = pdfium.PdfImage.new(document)
            picture.set_bitmap(pdfium.PdfBitmap.from_pil(image))
            picture.set_matrix(pdfium.PdfMatrix().scale(360, 234).translate(72, 30 - HEIGHT))
            page.insert_obj(picture)
            page.gen_content()
        data = io.BytesIO()
        document.save(data)
    return data.getvalue()
