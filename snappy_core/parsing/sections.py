"""Sections from the headings above each region, and headers and footers repeated on pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import as_boxes, iou, to_pixels
from snappy_core.types import Box, Label, Page, Region, Words

_NUMBER = re.compile(r"^(\d{1,3}(?:\.\d{1,3})*)\.?\s")
_SAME_SIZE = 1.08  # ratio of font sizes at one level, which are estimates
# The height of a word's ink in font sizes, by the letters in it: "sea", "salt", "gem", "page".
_LOW, _TALL, _DEPTH = 0.53, 0.73, 0.21
_TALL_LETTER = re.compile(r"[^\W_acegmnopqrsuvwxyz]|[()\[\]{}|/&%$§?!]")
_DEEP_LETTER = re.compile(r"[gjpqyç,;()\[\]{}|/]")
_MIN_RATIO = 1.3  # of the heights of "page" and "sea"; if less, boxes are as high as the line
_MARGIN = 0.12  # share of the page at its top and bottom in which text may repeat
_MAX_WORDS = 25  # of a header or footer
_MIN_IOU = 0.5  # of a header or footer on two pages
_SEPARATOR = " > "


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    Attributes:
        size: of its font, in points, or on images in a unit that is the same on all pages.
        depth: number of parts of its number, 2 for "2.1"; 0 without a number.
        level: as in `Region`.
    """

    text: str
    size: float
    depth: int
    level: int = 0

    @classmethod
    def of(cls, region: Region, page: Page, is_ink: bool = True) -> Heading:
        """Return the heading of a region that is one.

        Args:
            is_ink: the boxes of words are tight to their ink.
        """
        number = _NUMBER.match(region.text)
        depth = number[1].count(".") + 1 if number else 0
        return cls(region.text, _font_size(region, page, is_ink), depth, region.level)

    def is_above(self, later: Heading) -> bool:
        if self.depth and later.depth:
            return self.depth < later.depth
        if self.level and later.level:
            return self.level < later.level
        return self.size > _SAME_SIZE * later.size


def add_sections(
    page: Page, path: Sequence[Heading]
) -> tuple[tuple[Region, ...], tuple[Heading, ...]]:
    """Set the `section` of each region of a page to the headings above it.

    A heading ends the sections of all earlier headings that are not above it, by their numbers
    ("2" is above "2.1"), else by their tagged levels, or else by their font sizes. Headings are
    in the sections around them; headers and footers are in none.

    Takes the headings that are open at the start of the page, the topmost first, and returns the
    regions and the headings that are open at its end.
    """
    regions: list[Region] = []
    path = tuple(path)
    starts = [
        region.label in ("title", "heading") and region.parent is None and bool(region.words)
        for region in page.regions
    ]
    is_ink = any(starts) and _are_tight(page.words)
    for region, is_start in zip(page.regions, starts, strict=True):
        headings: tuple[Heading, ...] = ()
        if is_start:
            headings = (Heading.of(region, page, is_ink),)
            path = tuple(above for above in path if above.is_above(headings[0]))
        if region.label not in ("header", "footer"):
            region = replace(region, section=_SEPARATOR.join(above.text for above in path))
        regions.append(region)
        path += headings
    return tuple(regions), path


def _font_size(region: Region, page: Page, is_ink: bool) -> float:
    """Return the font size of a region, estimated from its words."""
    unit = 1.0 if page.unit == "pt" else (page.width * page.height) ** 0.5
    index = [word for word in region.words if any(map(str.isalnum, page.words.texts[word]))]
    index = index or list(region.words)  # a dash says nothing about the font
    boxes = to_pixels(page.words.boxes[index], page.width / unit, page.height / unit)
    sides, texts = boxes[:, 2:] - boxes[:, :2], [page.words.texts[word] for word in index]
    longest = max(range(len(texts)), key=lambda word: len(texts[word]))
    is_turned = len(texts[longest]) > 2 and sides[longest, 0] < sides[longest, 1]
    heights = sides[:, 0 if is_turned else 1]
    return float(np.median(heights / _ink_shares(texts) if is_ink else heights))


def _are_tight(words: Words) -> bool:
    """Return whether the boxes of words are tight to their ink rather than as high as the line."""
    heights = (words.boxes[:, 2:] - words.boxes[:, :2]).min(axis=1)
    shares = _ink_shares(words.texts)
    low, high = heights[shares == _LOW], heights[shares == _TALL + _DEPTH]
    if not (len(low) and len(high)):
        return True
    return bool(np.median(high) > _MIN_RATIO * np.median(low))


def _ink_shares(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return (n,) the height of the ink of words, in font sizes, by their letters."""
    tops = [_TALL if _TALL_LETTER.search(text) else _LOW for text in texts]
    depths = [_DEPTH if _DEEP_LETTER.search(text) else 0 for text in texts]
    return np.array(tops, np.float64) + np.array(depths, np.float64)


def mark_running(page: Page, other: Page | None) -> Page:
    """Label as header or footer the text that is in the same place on another page.

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
    """Return the label for a region if it is repeated, or None."""
    few_words = 0 < len(region.words) <= _MAX_WORDS
    if region.parent is None and few_words and region.label not in ("title", "figure"):
        if region.box[3] < _MARGIN:
            return "header"
        if region.box[1] > 1 - _MARGIN:
            return "footer"
    return None


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "0", text)
