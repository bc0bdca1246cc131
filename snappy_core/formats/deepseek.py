"""DeepSeek-OCR: what the model writes when asked with `<|grounding|>`.

Each region is `<|ref|>label<|/ref|><|det|>[[x0, y0, x1, y1]]<|/det|>` and its text behind; boxes
are in 0..999 of the page whatever its proportions. The script that comes with the model puts
`<--- Page Split --->` between pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from snappy_core.errors import FormatError
from snappy_core.formats.base import SuppliedPage
from snappy_core.formats.frames import Frame
from snappy_core.formats.hocr import decode
from snappy_core.formats.html_tables import tables_to_markdown
from snappy_core.formats.labels import label_of
from snappy_core.formats.region_builder import NestedRegion, build_page
from snappy_core.types import Label

_REGION = re.compile(r"<\|ref\|>(.*?)<\|/ref\|>\s*<\|det\|>(.*?)<\|/det\|>", re.DOTALL)
_SPLIT = re.compile(r"<-+ *Page Split *-+>", re.IGNORECASE)
_NOISE = re.compile(r"<｜end▁of▁sentence｜>|</?center>|^#+ ", re.MULTILINE)
_LABELS: dict[str, Label] = {
    "title": "heading",  # of any level
    "sub_title": "heading",
    "image_caption": "caption",
    "figure_caption": "caption",
    "figure_title": "caption",
    "table_caption": "caption",
    "table_title": "caption",
    "isolate_formula": "formula",
    "isolated_formula": "formula",
}


def is_deepseek(text: str) -> bool:
    """Say whether a text holds grounded regions."""
    return _REGION.search(text) is not None


def read(data: bytes | list[str]) -> dict[int, SuppliedPage]:
    """Return the pages of a file, or of a list of what the model wrote for each page.

    Where the model was asked for a text and not for the layout, the text stands in place of the
    label. Tables in HTML are read as Markdown.

    Raises:
        FormatError: text without regions, a region that is cut off, or a box that cannot be.
    """
    pages = _SPLIT.split(decode(data)) if isinstance(data, bytes) else data
    if isinstance(data, bytes) and len(pages) > 1 and not pages[-1].strip():
        pages = pages[:-1]  # one stands after the last page, too
    return {
        number: build_page(number, _drafts(text, Frame(number, 999, 999, slack=0)))
        for number, text in enumerate(pages, start=1)
    }


def _drafts(text: str, frame: Frame) -> Iterator[NestedRegion]:
    found = list(_REGION.finditer(text))
    if not found and _NOISE.sub("", text).strip():
        raise FormatError(f"page {frame.page}: has no regions; ask the model with <|grounding|>")
    if len(found) != max(text.count("<|ref|>"), text.count("<|det|>")):
        raise FormatError(f"page {frame.page}: a region is cut off or broken")
    for place, region in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        what = f"region {place} ({region[1].strip()})"
        content = _NOISE.sub("", tables_to_markdown(text[region.end() : end])).strip()
        label = label_of(region[1], _LABELS)
        if label == "other" and not content:
            content = region[1]
        for box in _boxes(region[2], f"page {frame.page}, {what}"):
            yield NestedRegion(frame.place(box, what), label, content)


def _boxes(text: str, where: str) -> list[Any]:
    """Return the boxes of a region: a list of them, in a list once more from some versions."""
    try:
        boxes = json.loads(text)
    except ValueError as error:
        raise FormatError(f"{where}: {text!r} is no list of boxes") from error
    if isinstance(boxes, list) and len(boxes) == 1 and _is_nested(boxes[0]):
        boxes = boxes[0]
    if not isinstance(boxes, list) or not boxes:
        raise FormatError(f"{where}: {text!r} is no list of boxes")
    return boxes


def _is_nested(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, list) for v in value)
