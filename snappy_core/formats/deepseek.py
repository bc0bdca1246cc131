"""DeepSeek-OCR: what the model writes when prompted with `<|grounding|>`.

A region is `<|ref|>label<|/ref|><|det|>[[x0, y0, x1, y1]]<|/det|>`, followed by its text. Boxes
are in 0..999 in both directions. The script that comes with the model writes
`<--- Page Split --->` between pages.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from snappy_core.errors import FormatError
from snappy_core.formats.base import Content, Format, SuppliedPage
from snappy_core.formats.frames import Frame
from snappy_core.formats.labels import label_of, labels_by_name
from snappy_core.formats.markup import decode, tables_to_markdown
from snappy_core.formats.region_builder import NestedRegion, build_page

_INSIDE = r"((?:(?!<\|).)*)"  # up to the next tag: a match never continues past an unclosed tag
_REGION = re.compile(rf"<\|ref\|>{_INSIDE}<\|/ref\|>\s*<\|det\|>{_INSIDE}<\|/det\|>", re.DOTALL)
_PAGE_SPLIT = re.compile(r"<-+ *Page Split *-+>", re.IGNORECASE)
_MARKUP = re.compile(r"<｜end▁of▁sentence｜>|</?center>|^#+ ", re.MULTILINE)
_LABELS = labels_by_name(
    {
        "heading": "title sub_title",  # titles are headings of any level
        "caption": "image_caption figure_caption figure_title table_caption table_title",
        "formula": "isolate_formula isolated_formula",
    }
)


def sniff(content: Content) -> bool:
    if isinstance(content, bytes):
        return _REGION.search(content.decode("utf-8", "ignore")) is not None
    return _is_list_of_texts(content) and any(map(_REGION.search, content))


def read(content: Content) -> dict[int, SuppliedPage]:
    """Return the pages of a file, or of a list of texts with one for each page.

    The label of a region is its text if the model was asked to find a text instead of analyzing
    the page. HTML tables become Markdown.
    """
    if isinstance(content, bytes):
        pages = _PAGE_SPLIT.split(decode(content))
        if len(pages) > 1 and not pages[-1].strip():
            pages.pop()  # a page split also follows the last page
    elif _is_list_of_texts(content):
        pages = list(content)
    else:
        raise FormatError("is not a list of texts, one for each page")
    return {
        number: build_page(number, _regions(text, Frame(number, 999, 999, slack=0)))
        for number, text in enumerate(pages, start=1)
    }


def _is_list_of_texts(content: Content) -> bool:
    return isinstance(content, list) and bool(content) and all(isinstance(t, str) for t in content)


def _regions(text: str, frame: Frame) -> Iterator[NestedRegion]:
    matches = list(_REGION.finditer(text))
    if len(matches) != max(text.count("<|ref|>"), text.count("<|det|>")):
        raise FormatError(f"page {frame.page}: a region is cut off or broken")
    if not matches:
        if _MARKUP.sub("", text).strip():
            raise FormatError(
                f"page {frame.page}: has no regions; prompt the model with <|grounding|>"
            )
        return
    ends = [match.start() for match in matches[1:]] + [len(text)]
    for index, (match, end) in enumerate(zip(matches, ends, strict=True)):
        where = f"region {index} ({match[1].strip()})"
        content = _MARKUP.sub("", tables_to_markdown(text[match.end() : end])).strip()
        label = label_of(match[1], _LABELS)
        if label == "other" and not content:
            content = match[1]
        for box in _boxes(match[2], f"page {frame.page}, {where}"):
            yield NestedRegion(frame.to_fractions(box, where), label, content)


def _boxes(text: str, where: str) -> list[Any]:
    """Return the boxes of a region; some versions nest the list of boxes in another list."""
    try:
        boxes = json.loads(text)
    except ValueError:
        boxes = None
    match boxes:
        case [[list(), *_] as nested]:
            boxes = nested
    if not isinstance(boxes, list) or not boxes:
        raise FormatError(f"{where}: {text!r} is not a list of boxes")
    return boxes


FORMAT = Format("deepseek", sniff, read)
