"""Pages of office and web documents: those of the PDF that LibreOffice prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from snappy_core.parsing.office.kinds import SUFFIXES, is_named, is_recognized
from snappy_core.parsing.office.libreoffice import to_pdf
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.pdf.reader import PdfReader
from snappy_core.parsing.source import Source
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image


class OfficeReader:
    """Reads docx, pptx, xlsx, HTML and Markdown; a `snappy_core.parsing.Reader`."""

    suffixes: tuple[str, ...] = SUFFIXES

    def __init__(self) -> None:
        self._pdf = PdfReader()

    def can_read(self, head: bytes) -> bool:
        return is_recognized(head)

    def reads_name(self, name: str) -> bool:
        return is_named(name)

    def count_pages(self, source: Source) -> int:
        return self._pdf.count_pages(to_pdf(source))

    def page_labels(self, source: Source) -> list[str]:
        return self._pdf.page_labels(to_pdf(source))

    def read_pages(
        self, source: Source, numbers: Iterable[int], options: ReadingOptions
    ) -> Iterator[Page]:
        for page in self._pdf.read_pages(to_pdf(source), numbers, options):
            # The printed file may have been deleted by the time the page is drawn.
            yield replace(page, renderer=partial(self.render, source, page.number))

    def render(self, source: Source, number: int, dpi: float) -> Image:
        return self._pdf.render(to_pdf(source), number, dpi)
