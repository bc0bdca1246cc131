"""Reads PDFs with the regions that Docling (MIT) finds: `ReadingOptions(reader="docling")`.

Docling downloads its models from Hugging Face when it first runs.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from snappy_core.errors import MissingDependencyError, install_hint
from snappy_core.formats import SuppliedPage
from snappy_core.formats.docling import to_pages
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.pdf.regions_reader import RegionsReader


class DoclingReader(RegionsReader):
    """Reads PDFs with the regions of Docling's converter, using its defaults except for OCR.

    Docling runs its own OCR where it sees no text, unless `ReadingOptions.ocr` is "never".
    """

    library = "Docling"

    def find(
        self, document: bytes, numbers: Sequence[int], options: ReadingOptions
    ) -> Mapping[int, SuppliedPage]:
        converter = _converter(os.getpid(), options.ocr != "never")
        from docling.datamodel.base_models import DocumentStream

        stream = DocumentStream(name="document.pdf", stream=io.BytesIO(document))
        pages = min(numbers), max(numbers)
        result = converter.convert(stream, page_range=pages)
        return to_pages(result.document.export_to_dict())


@cache
def _converter(process: int, ocr: bool) -> Any:
    """Return a converter, made once per process since it loads models and starts threads."""
    try:
        from docling.datamodel.base_models import InputFormat
        from docling.datamodel.pipeline_options import PdfPipelineOptions
        from docling.document_converter import DocumentConverter, PdfFormatOption
    except ImportError as error:
        raise MissingDependencyError(
            f"the reader 'docling' needs Docling: {install_hint('docling')}"
        ) from error
    pdf = PdfFormatOption(pipeline_options=PdfPipelineOptions(do_ocr=ocr))
    return DocumentConverter(
        allowed_formats=[InputFormat.PDF], format_options={InputFormat.PDF: pdf}
    )
