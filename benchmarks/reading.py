"""Reading and layout of born-digital pages, against the bare words of pypdfium2."""

from __future__ import annotations

import time
from pathlib import Path

import pypdfium2 as pdfium

from benchmarks.measure import Result, real_pdfs
from snappy_core.parsing import ReadingOptions, Source, read


def run() -> list[Result]:
    """Read real PDFs without OCR."""
    pages = bare = ours = 0.0
    _warm_up()
    for file in real_pdfs():
        started = time.perf_counter()
        pages += _bare_words(file)
        bare += time.perf_counter() - started
        started = time.perf_counter()
        for _ in read(Source.from_path(file), ReadingOptions(ocr="never")):
            pass
        ours += time.perf_counter() - started
    detail = (
        f"{1000 * bare / pages:.1f} ms a page for words alone, {pages:.0f} pages; "
        f"{1000 * ours / pages:.0f} ms a page"
    )
    return [Result("reading and layout / words of pypdfium2", ours / bare, 12, False, detail)]


def _warm_up() -> None:
    """Load the network, which takes as long as a few pages."""
    for _ in read(Source.from_path(real_pdfs()[0]), ReadingOptions(ocr="never")):
        pass


def _bare_words(file: Path) -> int:
    """Read the words of a PDF with their boxes by pypdfium2; return the number of pages."""
    with pdfium.PdfDocument(file) as document:
        for page in document:
            text = page.get_textpage()
            words: list[tuple[str, list[tuple[float, ...]]]] = [("", [])]
            letters = text.get_text_range()
            for index, letter in zip(range(text.count_chars()), letters, strict=False):
                if letter.isspace():
                    words.append(("", []))
                else:
                    word, boxes = words[-1]
                    words[-1] = word + letter, [*boxes, text.get_charbox(index)]
        return len(document)
