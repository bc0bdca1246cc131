"""Reads PDFs with regions from another library; words, OCR and pictures are Snappy's own."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pypdfium2.raw as pdfium

from snappy_core.errors import FormatError, MissingDependencyError
from snappy_core.formats import SuppliedPage, merge_regions
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.pdf.document import PDFIUM, open_pdf
from snappy_core.parsing.pdf.reader import PdfReader
from snappy_core.parsing.source import Source
from snappy_core.types import Page


class RegionsReader(PdfReader, ABC):
    """Reads PDFs as `PdfReader` does, with the regions of another library in place of its own.

    Pages for which the library has none, or on which it fails, keep the regions of `PdfReader`.
    A failure becomes a warning on these pages.
    """

    library: str
    """Its name in messages."""

    @abstractmethod
    def find(
        self, document: bytes, numbers: Sequence[int], options: ReadingOptions
    ) -> Mapping[int, SuppliedPage]:
        """Return regions by page number (from 1), for at least one of `numbers`.

        Args:
            document: a PDF without encryption.

        Raises:
            MissingDependencyError: the library is not installed.
        """

    def read_pages(
        self, source: Source, numbers: Iterable[int], options: ReadingOptions
    ) -> Iterator[Page]:
        numbers = tuple(numbers)
        document = _without_encryption(source)
        supplied_pages: Mapping[int, SuppliedPage] = {}
        failure = ""
        try:
            supplied_pages = self.find(document, numbers, options) if numbers else {}
        except MissingDependencyError:
            raise
        except Exception as error:  # from any of its libraries
            failure = f"{type(error).__name__}: {error}"
        for page in super().read_pages(source, numbers, options):
            cause = failure
            try:
                if page.number in supplied_pages:
                    page = merge_regions(page, supplied_pages[page.number])
            except FormatError as error:
                cause = str(error)
            yield self._with_failure(page, cause) if cause else page

    def _with_failure(self, page: Page, cause: str) -> Page:
        warning = f"{self.library} failed, its regions are Snappy's ({cause})"
        return replace(page, warning="; ".join(filter(None, (page.warning, warning))))


def _without_encryption(source: Source) -> bytes:
    if source.password is None:
        return source.read_bytes()
    copy = io.BytesIO()
    with PDFIUM, open_pdf(source) as document:
        document.save(copy, flags=pdfium.FPDF_REMOVE_SECURITY)
    return copy.getvalue()
