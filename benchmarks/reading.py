"""Reading and layout of born-digital pages: bare words of pypdfium2, OpenDataLoader PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium

from benchmarks import opendataloader
from benchmarks.measure import NotRun, Result, alternate, cpu_seconds, real_pdfs, speedup
from snappy_core.parsing import ReadingOptions, Source, read


def run() -> Iterator[Result | NotRun]:
    """Read real PDFs without OCR, in CPU time."""
    pages = bare = ours = 0.0
    _warm_up()
    for file in real_pdfs():
        started = cpu_seconds()
        pages += _bare_words(file)
        bare += cpu_seconds() - started
        started = cpu_seconds()
        _read([file])
        ours += cpu_seconds() - started
    detail = (
        f"{1000 * bare / pages:.1f} ms a page for words alone, {pages:.0f} pages; "
        f"{1000 * ours / pages:.0f} ms a page"
    )
    yield Result("reading and layout / words of pypdfium2", ours / bare, 12, False, detail)
    yield _against_opendataloader()


def _against_opendataloader() -> Result | NotRun:
    """Read all files in CPU time, the start of Java included."""
    name = "reading and layout / OpenDataLoader PDF, CPU time"
    if why := opendataloader.missing():
        return NotRun(name, why)
    files = real_pdfs()
    seconds, peer = alternate(
        lambda: _read(files),
        lambda: opendataloader.convert(files),
        rounds=3,
        clock=cpu_seconds,
    )
    return speedup(name, seconds, peer, 0.5, peer="OpenDataLoader PDF")


def _read(files: list[Path]) -> None:
    for file in files:
        for _ in read(Source.from_path(file), ReadingOptions(ocr="never")):
            pass


def _warm_up() -> None:
    """Load the network, which takes as long as a few pages."""
    _read(real_pdfs()[:1])


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
