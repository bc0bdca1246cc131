"""hOCR: HTML written by Tesseract and other OCR engines, in pixels of the page image."""

import re
from collections.abc import Iterator

from snappy_core.errors import FormatError
from snappy_core.formats.base import Content, Format, SuppliedPage
from snappy_core.formats.frames import Frame, check_sequence
from snappy_core.formats.labels import labels_by_name
from snappy_core.formats.markup import Element, decode, parse_html
from snappy_core.formats.region_builder import NestedRegion, SuppliedWord, build_page, enclose_all
from snappy_core.types import Box

_REGIONS = labels_by_name(
    {
        "paragraph": "ocr_par ocr_textfloat ocr_blockquote",
        "title": "ocr_title",
        "table": "ocr_table",
        "caption": "ocr_caption",
        "formula": "ocr_math ocr_display ocr_chem",
        "header": "ocr_header",
        "footer": "ocr_footer ocr_pageno",
        "figure": "ocr_float ocr_image ocr_textimage ocr_linedrawing ocr_photo",
    }
)
_BLOCKS = ("ocr_carea", "ocrx_block")
_WORDS = ("ocrx_word", "ocr_word")
# Tesseract gives the lines of a paragraph the class of the paragraph.
_LINES = labels_by_name(
    {
        "paragraph": "ocr_line ocrx_line ocr_textfloat",
        "heading": "ocr_header",
        "caption": "ocr_caption",
    }
)
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_BBOX = re.compile(r"(?:^|;)\s*bbox" + rf"\s+{_NUMBER}" * 4)
_CONFIDENCE = re.compile(rf"(?:^|;)\s*x_wconf\s+{_NUMBER}")
_PAGE_NUMBER = re.compile(r"(?:^|;)\s*ppageno\s+(\d+)")


def sniff(content: Content) -> bool:
    return isinstance(content, bytes) and b"ocr_page" in content.replace(b"\0", b"")  # UTF-16


def read(content: Content) -> dict[int, SuppliedPage]:
    """Return the pages of an hOCR file, with words and their confidences.

    Page n of the file is page n of the document. Boxes are relative to the box of their page,
    which does not start at (0, 0) if the page is a crop of the image. Regions are paragraphs, and
    blocks and lines outside paragraphs.
    """
    pages = [e for e in parse_html(decode(content)).iter("*") if _class(e) == "ocr_page"]
    if not pages:
        raise FormatError("has no element of the class 'ocr_page'")
    numbers = [_PAGE_NUMBER.search(page.get("title", "")) for page in pages]
    check_sequence([int(match[1]) if match else None for match in numbers], "'ppageno'")
    supplied = {}
    for number, page in enumerate(pages, start=1):
        match = _BBOX.search(page.get("title", ""))
        if match is None:
            raise FormatError(f"page {number}: has no size, a 'bbox' in its title")
        x0, y0, x1, y1 = map(float, match.groups())
        frame = Frame(number, x1 - x0, y1 - y0, x0=x0, y0=y0)
        regions = [region for part in _parts(page) for region in _regions(part, frame)]
        words = [word for part in _parts(page) for word in _words(part, frame)]
        supplied[number] = build_page(number, regions, words, frame.size)
    return supplied


def _regions(element: Element, frame: Frame) -> list[NestedRegion]:
    """Return the region of an element, or the regions inside it if it is not a region itself."""
    kind, parts = _class(element), list(_parts(element))
    children: list[NestedRegion] = []
    line_labels = [_LINES[_class(part)] for part in parts if _class(part) in _LINES]
    others = [part for part in parts if _class(part) not in _LINES]
    if kind in _LINES and kind not in _REGIONS:
        label = _LINES[kind]
    elif kind in _REGIONS or (kind in _BLOCKS and line_labels and not others):
        children = [region for part in others for region in _regions(part, frame)]
        label = _REGIONS.get(kind, "paragraph")
        if label == "paragraph" and len(set(line_labels)) == 1:
            label = line_labels[0]
    else:
        return [region for part in parts for region in _regions(part, frame)]
    box = _box(element, frame) or enclose_all(
        [word.box for word in _words(element, frame)] + [child.box for child in children]
    )
    if box is None:
        return []
    # A region with children has no text of its own: it consists of all words inside it.
    return [NestedRegion(box, label, "" if children else _text(element), children=children)]


def _words(element: Element, frame: Frame) -> Iterator[SuppliedWord]:
    """Yield the words of an element; a line without words is one word with spaces."""
    kind, parts = _class(element), list(_parts(element))
    bare_line = kind in _LINES and not any(_class(part) in _WORDS for part in parts)
    if kind in _WORDS or (bare_line and kind not in _REGIONS):
        box, text = _box(element, frame), _text(element)
        if box is None and text:
            raise FormatError(f"page {frame.page}: {kind} {text!r} has no 'bbox'")
        if box is not None and text:
            percent = _CONFIDENCE.search(element.get("title", ""))
            yield SuppliedWord(text, box, float(percent[1]) / 100 if percent else None)
        return
    for part in parts:
        yield from _words(part, frame)


def _box(element: Element, frame: Frame) -> Box | None:
    """Return the box of an element in page fractions; None if it has none."""
    match = _BBOX.search(element.get("title", ""))
    if match is None:
        return None
    box = list(map(float, match.groups()))
    return frame.to_fractions(box, f"{_class(element)} '{match[0].strip('; ')}'")


def _parts(element: Element) -> Iterator[Element]:
    """Yield the nearest elements inside an element that have an hOCR class."""
    for child in element.iterchildren("*"):
        if not _class(child):
            yield from _parts(child)
        elif _class(child) != "ocr_page":  # skips a page inside an unclosed page
            yield child


def _class(element: Element) -> str:
    classes = element.get("class", "").split()
    return next((name for name in classes if name.startswith("ocr")), "")


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


FORMAT = Format("hocr", sniff, read)
