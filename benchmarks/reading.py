"""Reading and layout of born-digital pages, against the bare words of pypdfium2."""

from __future__ import annotations

import time
from pathlib import Path

import pypdfium2 as pdfium

from benchmarks.measure import Result, real_pdfs
from snappy_core.parsing import ReadingOptions, Source, read
from snappy_core.parsing.layout.rapid_layout import RapidLayout


def run() -> list[Result]:
    """Read real PDFs with and without the layout model."""
    pages = bare = 0.0
    ours = dict.fromkeys(("never", "auto"), 0.0)
    for file in real_pdfs():
        started = time.perf_counter()
        pages += _bare_words(file)
        bare += time.perf_counter() - started
        for model in ours:
            source = Source.from_path(file)
            started = time.perf_counter()
            for _ in read(source, ReadingOptions(ocr="never", layout_model=model)):
                pass
            ours[model] += time.perf_counter() - started
    detail = f"{1000 * bare / pages:.1f} ms a page for words alone, {pages:.0f} pages"
    name = "reading and layout / words of pypdfium2"
    results = [
        Result(name, ours["never"] / bare, 8, False, f"{detail}; {_each(ours['never'], pages)}")
    ]
    if RapidLayout().available():
        with_model = f"{name}, with the layout model where more than text is drawn"
        detail = _each(ours["auto"], pages)
        results.append(Result(with_model, ours["auto"] / bare, 30, False, detail))
    return results


def _each(seconds: float, pages: float) -> str:
    return f"{1000 * seconds / pages:.0f} ms a page"


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
