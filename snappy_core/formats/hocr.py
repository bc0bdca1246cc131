"""hOCR: what Tesseract and others write as HTML, in the pixels of the picture of each page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from snappy_core.boxes import as_boxes, enclose
from snappy_core.errors import FormatError
from snappy_core.formats.base import SuppliedPage
from snappy_core.formats.frames import Frame, check_sequence, four_numbers
from snappy_core.formats.region_builder import NestedRegion, SuppliedWord, build_page
from snappy_core.types import Box, Label

_REGIONS: dict[str, Label] = {
    "ocr_par": "paragraph",
    "ocr_textfloat": "paragraph",
    "ocr_blockquote": "paragraph",
    "ocr_title": "title",
    "ocr_table": "table",
    "ocr_caption": "caption",
    "ocr_math": "formula",
    "ocr_display": "formula",
    "ocr_chem": "formula",
    "ocr_header": "header",
    "ocr_footer": "footer",
    "ocr_pageno": "footer",
    "ocr_float": "figure",
    "ocr_image": "figure",
    "ocr_textimage": "figure",
    "ocr_linedrawing": "figure",
    "ocr_photo": "figure",
}
_BLOCKS = ("ocr_carea", "ocrx_block")
_WORDS = ("ocrx_word", "ocr_word")
_LINES: dict[str, Label] = {
    "ocr_line": "paragraph",
    "ocrx_line": "paragraph",
    # inside of a paragraph Tesseract calls lines by what the paragraph is
    "ocr_header": "heading",
    "ocr_caption": "caption",
    "ocr_textfloat": "paragraph",
}
_VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr")
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_BBOX = re.compile(r"(?:^|;)\s*bbox" + rf"\s+{_NUMBER}" * 4)
_CONFIDENCE = re.compile(rf"(?:^|;)\s*x_wconf\s+{_NUMBER}")
_PAGE_NUMBER = re.compile(r"(?:^|;)\s*ppageno\s+(\d+)")


@dataclass(slots=True)
class _Element:
    """An element of a class that hOCR knows, with the text and elements in it."""

    kind: str
    title: str
    content: list[_Element | str] = field(default_factory=list)

    @property
    def parts(self) -> Iterator[_Element]:
        return (part for part in self.content if isinstance(part, _Element))


def read(data: bytes) -> dict[int, SuppliedPage]:
    """Return the pages of an hOCR file, with words and their confidences.

    Page n of the file is page n of the document. The box of a page is its frame: where that
    does not begin at 0, the page is a crop of the picture. Paragraphs are regions, and blocks or
    lines that stand in none.

    Raises:
        FormatError: no page, no size of one, or a box that is missing or cannot be.
    """
    parser = _Parser()
    parser.feed(decode(data))
    parser.close()
    if not parser.pages:
        raise FormatError("has no element of the class 'ocr_page'")
    numbers = [_PAGE_NUMBER.search(page.title) for page in parser.pages]
    check_sequence([int(found[1]) if found else None for found in numbers], "'ppageno'")
    return {number: _page(number, page) for number, page in enumerate(parser.pages, start=1)}


def decode(data: bytes) -> str:
    """Return the text of a file of HTML, XML or plain text, in the encoding it names.

    Raises:
        FormatError: it is not in that encoding, or defines entities.
    """
    named = re.search(rb"""(?:encoding|charset)\s*=\s*["']?([\w-]+)""", data[:2048])
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif named is None or named[1].lower() in (b"utf-8", b"utf8"):
        encoding = "utf-8-sig"
    else:
        encoding = named[1].decode("ascii")
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise FormatError(f"is not text in {encoding} ({error})") from error
    if "<!ENTITY" in text:
        raise FormatError("defines entities, which are not read")
    return text


class _Parser(HTMLParser):
    """Collects the elements of hOCR; HTML that is no XML is read as browsers do, nearly."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[_Element] = []
        self._open: list[tuple[str, _Element | None]] = []
        self._names: Counter[str] = Counter()  # of those that are open
        self._inside: list[_Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "div", "table") and self._names["p"]:
            self._close("p")  # a paragraph ends where the next one or a block begins
        given = dict(attrs)
        kinds = [name for name in (given.get("class") or "").split() if name.startswith("ocr")]
        element = _Element(kinds[0], given.get("title") or "") if kinds else None
        if element is not None:
            if element.kind == "ocr_page":
                self.pages.append(element)
            elif self._inside:
                self._inside[-1].content.append(element)
            self._inside.append(element)
        if tag in _VOID:
            if element is not None:
                self._inside.pop()
            self.handle_data(" ")
        else:
            self._open.append((tag, element))
            self._names[tag] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._close(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._names[tag]:
            self._close(tag)

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._inside[-1].content.append(data)

    def _close(self, tag: str) -> None:
        """Close the innermost element of a name and all that are open in it."""
        name = None
        while name != tag:
            name, element = self._open.pop()
            self._names[name] -= 1
            if element is not None:
                self._inside.pop()


@dataclass(frozen=True, slots=True)
class _Place:
    """The frame of a page and where it begins in the picture."""

    frame: Frame
    x: float
    y: float

    def box(self, element: _Element) -> Box | None:
        """Return the box of an element in page fractions; None where it has none."""
        found = _BBOX.search(element.title)
        if found is None:
            return None
        x0, y0, x1, y1 = map(float, found.groups())
        what = f"{element.kind} 'bbox {x0:g} {y0:g} {x1:g} {y1:g}'"
        return self.frame.place([x0 - self.x, y0 - self.y, x1 - self.x, y1 - self.y], what)


def _page(number: int, page: _Element) -> SuppliedPage:
    found = _BBOX.search(page.title)
    if found is None:
        raise FormatError(f"page {number}: has no 'bbox' in its title: its size must be given")
    x0, y0, x1, y1 = four_numbers(list(map(float, found.groups())), f"page {number}")
    place = _Place(Frame(number, x1 - x0, y1 - y0), x0, y0)
    drafts = [draft for part in page.parts for draft in _drafts(part, place)]
    words = [word for part in page.parts for word in _words(part, place)]
    return build_page(number, drafts, words, (place.frame.width, place.frame.height))


def _drafts(element: _Element, place: _Place) -> list[NestedRegion]:
    """Return the regions of an element: itself, or those in it."""
    if element.kind in _LINES and element.kind not in _REGIONS:
        return _region(element, place, _LINES[element.kind], [])
    lines = [part for part in element.parts if part.kind in _LINES]
    others = [part for part in element.parts if part.kind not in _LINES]
    if element.kind in _REGIONS or (element.kind in _BLOCKS and lines and not others):
        inner = [draft for part in others for draft in _drafts(part, place)]
        label = _REGIONS.get(element.kind, "paragraph")
        named = {_LINES[line.kind] for line in lines}
        if label == "paragraph" and len(named) == 1:
            label = named.pop()
        return _region(element, place, label, inner)
    return [draft for part in element.parts for draft in _drafts(part, place)]


def _region(
    element: _Element, place: _Place, label: Label, inner: list[NestedRegion]
) -> list[NestedRegion]:
    box = place.box(element)
    if box is None:
        boxes = [word.box for word in _words(element, place)] + [draft.box for draft in inner]
        if not boxes:
            return []
        box = enclose(as_boxes(boxes))
    # what holds others reads as the words in all of them
    text = "" if inner else " ".join(_text(element).split())
    return [NestedRegion(box, label, text, parts=inner)]


def _text(element: _Element) -> str:
    return "".join(part if isinstance(part, str) else _text(part) for part in element.content)


def _words(element: _Element, place: _Place) -> Iterator[SuppliedWord]:
    """Yield the words in an element; the text of a line without words goes as one."""
    inside = list(element.parts)
    alone = element.kind in _LINES and not any(part.kind in _WORDS for part in inside)
    if element.kind in _WORDS or (alone and element.kind not in _REGIONS):
        box = place.box(element)
        text = " ".join(_text(element).split())
        if box is None and text:
            raise FormatError(f"page {place.frame.page}: {element.kind} {text!r} has no 'bbox'")
        if box is not None and text:
            yield SuppliedWord(text, box, _confidence(element, place))
        return
    for part in inside:
        yield from _words(part, place)


def _confidence(element: _Element, place: _Place) -> float | None:
    found = _CONFIDENCE.search(element.title)
    if found is None:
        return None
    if not 0 <= (value := float(found[1])) <= 100:
        raise FormatError(f"page {place.frame.page}: 'x_wconf {value:g}' must be 0 to 100")
    return value / 100
