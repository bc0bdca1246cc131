"""Scans: printed pages drawn, skewed, noised and read by OCR, with the tags of the print.

OCR output differs from a text layer: words are lost, joined and cut, noise is read as text, and
figures and ruling lines are those seen in the image.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from math import cos, radians, sin
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from snappy_core.boxes import Boxes, area, as_boxes, coverage
from snappy_core.errors import OcrError
from snappy_core.parsing.drawings import Drawings
from snappy_core.parsing.ink_areas import find_areas
from snappy_core.parsing.layout.ruling_lines import find_ruling_lines
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.ocr.text_layer import recognize_page
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.pdf.document import draw, load_page
from snappy_core.parsing.pdf.reader import PageContent, read_content
from snappy_core.parsing.source import Source
from snappy_core.parsing.straightening import Straightening
from snappy_core.parsing.tags import UNKNOWN, PageTags
from snappy_core.parsing.text import TextLayer
from training.layout.tagged_pages import MAX_PAGES, TrainingPage, training_page

SCAN_EVERY = 40
"""One page in this many is also learned as a scan."""

_OCR = ReadingOptions(ocr="always")  # a missing engine is an error
_DPI = (150, 200)
_SKEW = 2.0  # degrees, at most
_BLUR = (0.2, 0.7)  # pixels
_NOISE = (1.0, 10.0)  # gray levels (of 255), one standard deviation
_INK, _PAPER = (0, 60), (225, 255)  # gray levels
_MIN_SHARED = 0.2  # of an OCR word's area, with the matching printed word; it may match several


def read_scans(path: Path, every: int = SCAN_EVERY) -> Iterator[TrainingPage]:
    """Yield scans of one page in `every` of a tagged PDF, chosen by its name and page number.

    Pages for which Snappy gives a warning, since their script is not Latin, are left out.

    Raises:
        MissingDependencyError: Tesseract or its English data is not installed.
        OcrError: OCR failed.
    """
    source = Source.from_path(path)
    document = pypdfium2.PdfDocument(path)
    try:
        for number in range(1, min(len(document), MAX_PAGES) + 1):
            seed = zlib.crc32(f"{path.name} {number}".encode())
            if seed % every:
                continue
            content = read_content(document, number, source)
            layer, tags = content.text_layer, content.tags
            if tags is None or not len(layer) or layer.main_turn:
                continue
            random = np.random.default_rng(seed)
            skew = random.uniform(-_SKEW, _SKEW)
            picture = _scan(load_page(document, number, source), skew, random)
            if scan := _read(picture, content, tags, skew, path.name):
                yield scan
    finally:
        document.close()


def _scan(page: Any, skew: float, random: np.random.Generator) -> Image.Image:
    """Return the image of a PDFium page rotated clockwise by `skew` degrees, with noise."""
    printed = draw(page, random.uniform(*_DPI), grayscale=True).to_pil()
    turned = printed.rotate(-skew, Image.Resampling.BICUBIC, fillcolor=255)
    blurred = turned.filter(ImageFilter.GaussianBlur(random.uniform(*_BLUR)))
    ink, paper = random.uniform(*_INK), random.uniform(*_PAPER)
    gray = ink + np.asarray(blurred) * ((paper - ink) / 255)
    gray += random.normal(0, random.uniform(*_NOISE), gray.shape)
    return Image.fromarray(gray.clip(0, 255).astype(np.uint8)).convert("RGB")


def _read(
    picture: Image.Image, content: PageContent, tags: PageTags, skew: float, name: str
) -> TrainingPage | None:
    """Return what Snappy finds in the image of a page, and what the tags say about it."""
    recognition = recognize_page(picture, (content.width, content.height), _OCR)
    layer, straightening = recognition.text_layer, recognition.straightening
    if recognition.warning and not len(layer):
        raise OcrError(f"{name}: {recognition.warning}")
    if recognition.warning or straightening.mirrored or not len(layer) or layer.main_turn:
        return None
    tags = replace(tags, boxes=_place(tags.boxes, straightening, skew))
    printed = replace(
        content.text_layer, boxes=_place(content.text_layer.boxes, straightening, skew)
    )
    layer = replace(layer, owners=_owners(layer.boxes, printed, tags))
    straight = straightening.apply(picture)
    lines = find_ruling_lines(straight)
    drawings = Drawings(find_areas(straight, layer, lines, None), lines)
    page = UprightPage.from_layer(layer, *straightening.size, 0, drawings)
    return replace(training_page(page, tags, name), is_scan=True)


def _place(boxes: Boxes, straightening: Straightening, skew: float) -> Boxes:
    """Map boxes (n, 4) in fractions of the print to its straightened scan, keeping their size.

    The remaining skew is too small to change the size.
    """
    size = np.array([straightening.width, straightening.height])
    left = radians(skew - straightening.skew)
    turn = np.array([[cos(left), sin(left)], [-sin(left), cos(left)]])  # clockwise, y down
    centers = ((boxes[:, :2] + boxes[:, 2:]) / 2 - 0.5) * size @ turn
    halves = (boxes[:, 2:] - boxes[:, :2]) / 2 * size
    placed = np.hstack([centers - halves, centers + halves]) / np.tile(straightening.size, 2)
    return as_boxes(placed + 0.5)


def _owners(words: Boxes, printed: TextLayer, tags: PageTags) -> NDArray[np.intp]:
    """Return (n,) the owner of each OCR word: that of the printed word at its position.

    If there is none, that of the smallest picture or drawing around the word, or else `UNKNOWN`.
    """
    owners = np.full(len(words), UNKNOWN, np.intp)
    if len(tags.boxes):
        around = coverage(tags.boxes, words) > 0.5
        smallest = np.where(around, area(tags.boxes)[:, None], np.inf).argmin(axis=0)
        owners = np.where(around.any(axis=0), tags.owners[smallest], owners)
    if printed.owners is not None:
        shared = coverage(printed.boxes, words)
        owners = np.where(
            shared.max(axis=0) >= _MIN_SHARED, printed.owners[shared.argmax(axis=0)], owners
        )
    return owners
