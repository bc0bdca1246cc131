"""ALTO XML, as libraries and Tesseract write it, in tenths of a millimetre, 1/1200 inch or pixels.

The unit does not matter once the page is given in it too; one that ALTO does not know is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.entities import html5
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers import expat

from snappy_core.boxes import as_boxes, enclose
from snappy_core.errors import FormatError
from snappy_core.formats.base import SuppliedPage
from snappy_core.formats.frames import Frame, check_sequence
from snappy_core.formats.labels import label_of
from snappy_core.formats.region_builder import NestedRegion, SuppliedWord, build_page
from snappy_core.types import Box, Label

UNITS = ("pixel", "mm10", "inch1200")

_MARGINS: dict[str, Label] = {"TopMargin": "header", "BottomMargin": "footer"}


def read(data: bytes) -> dict[int, SuppliedPage]:
    """Return the pages of an ALTO file, with words and their confidences.

    Page n of the file is page n of the document. Blocks of text are regions, labelled by their
    tags and margins; illustrations are figures.

    Raises:
        FormatError: no ALTO, an unknown unit, a page without size, a box that is missing or
            cannot be.
    """
    root = parse(data)
    if _name(root) != "alto":
        raise FormatError(f"is not ALTO: its root is <{_name(root)}>")
    for unit in _find(root, "MeasurementUnit"):
        if (unit.text or "").strip() not in UNITS:
            raise FormatError(f"the MeasurementUnit {unit.text!r} is none of {', '.join(UNITS)}")
    tags: dict[str, Label] = {
        tag.get("ID", ""): label
        for tags in _find(root, "Tags")
        for tag in tags
        if (label := label_of(tag.get("LABEL", ""))) != "other"
    }
    pages = list(_find(root, "Page"))
    if not pages:
        raise FormatError("has no <Page>")
    numbers = [page.get("PHYSICAL_IMG_NR") for page in pages]
    check_sequence(
        [int(n) if n is not None and n.isascii() and n.isdigit() else None for n in numbers],
        "PHYSICAL_IMG_NR",
    )
    return {number: _page(number, page, tags) for number, page in enumerate(pages, start=1)}


def parse(data: bytes) -> Element:
    """Return the root of XML whose document type defines nothing.

    Raises:
        FormatError: it is not well-formed, or defines entities, which may grow without end.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = _refuse
    parser.SkippedEntityHandler = lambda name, _: builder.data(html5.get(name + ";", ""))
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, ParseError, ValueError, LookupError) as error:
        raise FormatError(f"is not well-formed XML ({error})") from error


def _refuse(name: str, *_: object) -> None:
    raise FormatError(f"defines entities ({name}), which are not read")


def _page(number: int, page: Element, tags: dict[str, Label]) -> SuppliedPage:
    width, height = _number(page, "WIDTH"), _number(page, "HEIGHT")
    frame = Frame(number, width, height)  # type: ignore[arg-type]
    drafts = list(_blocks(page, frame, tags, "paragraph"))
    words = [_word(string, frame) for string in _find(page, "String")]
    return build_page(number, drafts, words, (frame.width, frame.height))


def _blocks(
    element: Element, frame: Frame, tags: dict[str, Label], label: Label
) -> Iterator[NestedRegion]:
    """Yield the regions in an element; `label` is that of text where it stands."""
    for part in element:
        name = _name(part)
        inner = list(_blocks(part, frame, tags, _MARGINS.get(name, label)))
        tagged = next((tags[ref] for ref in part.get("TAGREFS", "").split() if ref in tags), None)
        if name == "TextBlock":
            strings = list(_find(part, "String"))
            box = _box(part, frame) or _around([_word(s, frame).box for s in strings])
            if box is not None:
                yield NestedRegion(box, tagged or label, _text(strings))
        elif name == "Illustration":
            yield NestedRegion(_needed(_box(part, frame), part, frame), "figure")
        elif name == "ComposedBlock" and (part.get("TYPE", "").lower() == "table" or tagged):
            box = _box(part, frame) or _around([draft.box for draft in inner])
            if box is not None:
                yield NestedRegion(box, tagged or "table", parts=inner)
        else:
            yield from inner


def _word(string: Element, frame: Frame) -> SuppliedWord:
    confidence = _number(string, "WC")
    if confidence is not None and not 0 <= confidence <= 1:
        raise FormatError(f"page {frame.page}: WC={string.get('WC')!r} must be 0 to 1")
    box = _needed(_box(string, frame), string, frame)
    return SuppliedWord(string.get("CONTENT", ""), box, confidence)


def _text(strings: list[Element]) -> str:
    """Join the words of a block; one broken at the end of a line is given whole."""
    words = []
    for string in strings:
        part, whole = string.get("SUBS_TYPE"), string.get("SUBS_CONTENT")
        if not (part == "HypPart2" and whole):
            words.append(whole if part == "HypPart1" and whole else string.get("CONTENT", ""))
    return " ".join(words)


def _box(element: Element, frame: Frame) -> Box | None:
    """Return the box of an element in page fractions; None where it has none."""
    x, y = _number(element, "HPOS"), _number(element, "VPOS")
    width, height = _number(element, "WIDTH"), _number(element, "HEIGHT")
    if x is None or y is None or width is None or height is None:
        return None
    return frame.place([x, y, x + width, y + height], _describe(element))


def _around(boxes: list[Box]) -> Box | None:
    return enclose(as_boxes(boxes)) if boxes else None


def _needed(box: Box | None, element: Element, frame: Frame) -> Box:
    if box is None:
        raise FormatError(
            f"page {frame.page}, {_describe(element)}: needs HPOS, VPOS, WIDTH and HEIGHT"
        )
    return box


def _describe(element: Element) -> str:
    return f"<{_name(element)} {element.get('ID') or element.get('CONTENT') or ''}>"


def _number(element: Element, name: str) -> float | None:
    value = element.get(name)
    try:
        return None if value is None else float(value)
    except ValueError as error:
        raise FormatError(f"{_describe(element)}: {name}={value!r} is no number") from error


def _find(element: Element, name: str) -> Iterator[Element]:
    return (found for found in element.iter() if _name(found) == name)


def _name(element: Element) -> str:
    """Return the name of an element without its name space."""
    return element.tag.rpartition(":")[2]
