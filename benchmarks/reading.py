"""Reading and layout of born-digital pages: bare words of pypdfium2, OpenDataLoader PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium

from benchmarks import opendataloader
from benchmarks.measure import NotRun, Result, alternate, cpu_seconds, real_pdfs, speedup
from snappy_core.boxes import as_boxes
from snappy_core.parsing import ReadingOptions, Source, read
from snappy_core.parsing.layout.features import page_nodes
from snappy_core.parsing.layout.network import predict
from snappy_core.parsing.layout.regions import find_regions
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.pdf.document import open_pdf
from snappy_core.parsing.pdf.reader import PageContent, read_content

_PAGE_RUNS = 100  # of a typical page
ROUNDS = 31  # of its layout; the median is used


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
    yield _layout_alone()
    yield _against_opendataloader()


def _layout_alone() -> Result:
    """Find the regions of the page whose number of runs is nearest to a hundred, in CPU time."""
    contents = (content for file in real_pdfs() for content in _contents(file))
    content = min(contents, key=lambda content: abs(len(_upright(content).runs) - _PAGE_RUNS))
    arguments = content.text_layer, content.width, content.height, content.drawings, content.tags
    page = _upright(content)
    areas = [area for area in page.areas if not area.from_model]
    boxes = as_boxes([area.box for area in areas])
    scores = np.array([area.score for area in areas], np.float32)
    size = page.width, page.height
    seconds, network = alternate(
        lambda: find_regions(*arguments),
        lambda: predict(
            page_nodes(page.runs, boxes, scores, page.frames, page.ruling_lines, *size)
        ),
        rounds=ROUNDS,
        clock=cpu_seconds,
    )
    return Result(
        f"regions of a page of {len(page.runs)} runs, ms (CPU time)", 1000 * seconds, 25, False,
        f"features and network {network / seconds:.0%} of it",
    )  # fmt: skip


def _contents(file: Path) -> Iterator[PageContent]:
    source = Source.from_path(file)
    with open_pdf(source) as document:
        for number in range(1, len(document) + 1):
            yield read_content(document, number, source)


def _upright(content: PageContent) -> UprightPage:
    layer, drawings = content.text_layer, content.drawings
    return UprightPage.from_layer(
        layer, content.width, content.height, layer.main_turn, drawings, content.tags
    )


def _against_opendataloader() -> Result | NotRun:
    """Read all files in CPU time, including the start of Java."""
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
    """Read the words of a PDF with their boxes using pypdfium2; return the number of pages."""
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
