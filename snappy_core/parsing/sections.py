"""The headings above each region, and headers and footers repeated from page to page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from snappy_core.boxes import as_boxes, iou
from snappy_core.types import Box, Label, Page, Region, Words

_NUMBER = re.compile(r"^(\d{1,3}(?:\.\d{1,3})*)\.?\s")
_SAME_HEIGHT = 1.08  # ratio of letter heights on one level; the ink of a line varies by as much
_MARGIN = 0.12  # share of the page at its top and bottom in which text may repeat
_MAX_WORDS = 25  # of a header or footer
_MIN_IOU = 0.5  # of a header or footer on two pages
_SEPARATOR = " > "


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    Attributes:
        height: of its letters, as a share of the page.
        depth: the parts of its number, 2 for "2.1"; 0 without a number.
        level: as in `Region`.
    """

    text: str
    height: float
    depth: int
    level: int = 0

    @classmethod
    def of(cls, region: Region, words: Words) -> Heading:
        boxes = words.boxes[list(region.words)]
        number = _NUMBER.match(region.text)
        depth = number[1].count(".") + 1 if number else 0
        return cls(region.text, float((boxes[:, 3] - boxes[:, 1]).max()), depth, region.level)

    def is_above(self, later: Heading) -> bool:
        if self.depth and later.depth:
            return self.depth < later.depth
        if self.level and later.level:
            return self.level < later.level
        return self.height > _SAME_HEIGHT * later.height


def add_sections(
    page: Page, path: Sequence[Heading]
) -> tuple[tuple[Region, ...], tuple[Heading, ...]]:
    """Set the `section` of each region of a page to the headings above it.

    A heading ends the sections of all earlier headings that are not above it, by their numbers
    ("2" is above "2.1"), else by their tagged levels, or else by the height of their letters.
    Headings are in the sections around them; headers and footers are in none.

    Given the headings that are open at the start of the page, the topmost first, the regions and
    the headings that are open at its end are returned.
    """
    regions: list[Region] = []
    path = tuple(path)
    for region in page.regions:
        headings: tuple[Heading, ...] = ()
        if region.label in ("title", "heading") and region.parent is None and region.words:
            headings = (Heading.of(region, page.words),)
            path = tuple(above for above in path if above.is_above(headings[0]))
        if region.label not in ("header", "footer"):
            region = replace(region, section=_SEPARATOR.join(above.text for above in path))
        regions.append(region)
        path += headings
    return tuple(regions), path


def mark_running(page: Page, other: Page | None) -> Page:
    """Label as header or footer what is in the same place on another page of the document.

    The texts must be equal except for numbers.
    """
    if other is None:
        return page
    boxes: dict[str, list[Box]] = {}
    for region in other.regions:
        if _margin_label(region):
            boxes.setdefault(_without_numbers(region.text), []).append(region.box)
    regions = []
    for region in page.regions:
        label = _margin_label(region)
        same_text = as_boxes(boxes.get(_without_numbers(region.text), []))
        if label and (iou(as_boxes([region.box]), same_text) >= _MIN_IOU).any():
            region = replace(region, label=label)
        regions.append(region)
    return replace(page, regions=tuple(regions))


def _margin_label(region: Region) -> Label | None:
    """Return the label that a region gets if it is repeated, or None."""
    few_words = 0 < len(region.words) <= _MAX_WORDS
    if region.parent is None and few_words and region.label not in ("title", "figure"):
        if region.box[3] < _MARGIN:
            return "header"
        if region.box[1] > 1 - _MARGIN:
            return "footer"
    return None


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "0", text)
