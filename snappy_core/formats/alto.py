"""ALTO XML, as written by libraries and Tesseract.

Boxes are in tenths of a millimeter, 1/1200 inch or pixels. The page size is in the same unit, so
the unit does not matter, except that an unknown one is an error.
"""

import re
from collections.abc import Iterator

from lxml import etree

from snappy_core.errors import FormatError
from snappy_core.formats.base import Content, Format, SuppliedPage
from snappy_core.formats.frames import Frame, check_sequence
from snappy_core.formats.labels import label_of
from snappy_core.formats.markup import Element, parse_xml
from snappy_core.formats.region_builder import NestedRegion, SuppliedWord, build_page, enclose_all
from snappy_core.types import Box, Label

UNITS = ("pixel", "mm10", "inch1200")

_MARGINS: dict[str, Label] = {"TopMargin": "header", "BottomMargin": "footer"}
_ROOT = re.compile(rb"<(\w+:)?alto\b")


def sniff(content: Content) -> bool:
    return isinstance(content, bytes) and bool(_ROOT.search(content.replace(b"\0", b"")))  # UTF-16


def read(content: Content) -> dict[int, SuppliedPage]:
    """Return the pages of an ALTO file, with words and their confidences.

    Page n of the file is page n of the document. Regions are the text blocks, with labels by
    their tags and margins, and the illustrations as figures.
    """
    root = parse_xml(content)
    if _name(root) != "alto":
        raise FormatError(f"is not ALTO: its root is <{_name(root)}>")
    for unit in root.iter("{*}MeasurementUnit"):
        if (unit.text or "").strip() not in UNITS:
            raise FormatError(f"the MeasurementUnit {unit.text!r} is not one of {', '.join(UNITS)}")
    tags: dict[str, Label] = {
        tag.get("ID", ""): label
        for group in root.iter("{*}Tags")
        for tag in group.iterchildren("*")
        if (label := label_of(tag.get("LABEL", ""))) != "other"
    }
    pages = list(root.iter("{*}Page"))
    if not pages:
        raise FormatError("has no <Page>")
    numbers = [page.get("PHYSICAL_IMG_NR") or "" for page in pages]
    check_sequence(
        [int(n) if n.isascii() and n.isdigit() else None for n in numbers], "PHYSICAL_IMG_NR"
    )
    supplied = {}
    for number, page in enumerate(pages, start=1):
        width, height = _number(page, "WIDTH"), _number(page, "HEIGHT")
        frame = Frame(number, width, height)  # type: ignore[arg-type]
        regions = list(_regions(page, frame, tags, "paragraph"))
        words = [_word(string, frame) for string in page.iter("{*}String")]
        supplied[number] = build_page(number, regions, words, frame.size)
    return supplied


def _regions(
    element: Element, frame: Frame, tags: dict[str, Label], label: Label
) -> Iterator[NestedRegion]:
    """Yield the regions inside an element; `label` is for text blocks without a known tag."""
    for part in element.iterchildren("*"):
        name = _name(part)
        children = list(_regions(part, frame, tags, _MARGINS.get(name, label)))
        refs = part.get("TAGREFS", "").split()
        tag_label = next((tags[ref] for ref in refs if ref in tags), None)
        if name == "TextBlock":
            strings = list(part.iter("{*}String"))
            box = _box(part, frame) or enclose_all(_word(string, frame).box for string in strings)
            if box is not None:
                yield NestedRegion(box, tag_label or label, _text(strings))
        elif name == "Illustration":
            yield NestedRegion(_required_box(part, frame), "figure")
        elif name == "ComposedBlock" and (part.get("TYPE", "").lower() == "table" or tag_label):
            box = _box(part, frame) or enclose_all(child.box for child in children)
            if box is not None:
                yield NestedRegion(box, tag_label or "table", children=children)
        else:
            yield from children


def _word(string: Element, frame: Frame) -> SuppliedWord:
    box = _required_box(string, frame)
    return SuppliedWord(string.get("CONTENT", ""), box, _number(string, "WC"))


def _text(strings: list[Element]) -> str:
    """Return the words of a block, with words hyphenated at the end of a line joined."""
    words = []
    for string in strings:
        part, whole = string.get("SUBS_TYPE"), string.get("SUBS_CONTENT")
        if not (part == "HypPart2" and whole):
            words.append(whole if part == "HypPart1" and whole else string.get("CONTENT", ""))
    return " ".join(words)


def _box(element: Element, frame: Frame) -> Box | None:
    """Return the box of an element in page fractions; None if it has none."""
    x, y = _number(element, "HPOS"), _number(element, "VPOS")
    width, height = _number(element, "WIDTH"), _number(element, "HEIGHT")
    if x is None or y is None or width is None or height is None:
        return None
    return frame.to_fractions([x, y, x + width, y + height], _describe(element))


def _required_box(element: Element, frame: Frame) -> Box:
    box = _box(element, frame)
    if box is None:
        raise FormatError(
            f"page {frame.page}, {_describe(element)}: needs HPOS, VPOS, WIDTH and HEIGHT"
        )
    return box


def _number(element: Element, name: str) -> float | None:
    value = element.get(name)
    try:
        return None if value is None else float(value)
    except ValueError as error:
        raise FormatError(f"{_describe(element)}: {name}={value!r} is not a number") from error


def _describe(element: Element) -> str:
    return f"<{_name(element)} {element.get('ID') or element.get('CONTENT') or ''}>"


def _name(element: Element) -> str:
    return str(etree.QName(element).localname)


FORMAT = Format("alto", sniff, read)
