"""Builds pages from nested regions and words, for all formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from snappy_core.boxes import as_boxes, enclose
from snappy_core.errors import FormatError
from snappy_core.formats.base import SuppliedPage, SuppliedRegion
from snappy_core.types import Box, Label, Words
from snappy_core.word_boxes import estimate_word_boxes

# Per page. Each region is compared with each word; a full newspaper page has 500 and 10,000.
MAX_REGIONS = 10_000
MAX_WORDS = 100_000


@dataclass(slots=True)
class NestedRegion:
    """A region and the regions inside it, in reading order; see `SuppliedRegion`."""

    box: Box
    label: Label
    text: str = ""
    context: Box | None = None
    children: list[NestedRegion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SuppliedWord:
    """A word from another reader; a text with spaces counts as several words."""

    text: str
    box: Box
    confidence: float | None = None  # from OCR, 0 to 1


def enclose_all(boxes: Iterable[Box]) -> Box | None:
    """Return the bounding box of all boxes, or None if there are none."""
    box_list = list(boxes)
    return enclose(as_boxes(box_list)) if box_list else None


def build_page(
    number: int,
    regions: Iterable[NestedRegion],
    words: Sequence[SuppliedWord] = (),
    size: tuple[float, float] | None = None,
) -> SuppliedPage:
    """Return a page with its regions in one list, children after their parents.

    Args:
        number: page number in the document, from 1.
        size: width and height in any unit; None if unknown.

    Raises:
        FormatError: a confidence is not between 0 and 1, or there are too many regions or words.
    """
    supplied: list[SuppliedRegion] = []
    stack: list[tuple[NestedRegion, int | None]] = [(region, None) for region in regions]
    stack.reverse()
    while stack and len(supplied) <= MAX_REGIONS:  # no recursion: hostile files are deeply nested
        region, parent = stack.pop()
        stack += [(child, len(supplied)) for child in reversed(region.children)]
        text = clean(region.text)
        supplied.append(SuppliedRegion(region.box, text, region.label, parent, region.context))
    if len(supplied) > MAX_REGIONS or len(words) > MAX_WORDS:
        raise FormatError(
            f"page {number}: has more than {MAX_REGIONS:,} regions or {MAX_WORDS:,} words"
        )
    width, height = size or (None, None)
    aspect = size[0] / size[1] if size else 1.0
    for word in words:
        if word.confidence is not None and not 0 <= word.confidence <= 1:
            raise FormatError(
                f"page {number}: the confidence of {word.text!r} is {word.confidence:g}, "
                "which is not between 0 and 1"
            )
    return SuppliedPage(number, tuple(supplied), _split_words(words, aspect), width, height)


def clean(text: str) -> str:
    """Return a text that can be stored: without lone surrogates, NULs and surrounding space."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").strip()


def _split_words(words: Sequence[SuppliedWord], aspect: float) -> Words:
    """Return words split at spaces."""
    texts: list[str] = []
    boxes: list[list[float]] = []
    confidences: list[float | None] = []
    for word in words:
        parts, part_boxes = clean(word.text).split(), [list(word.box)]
        if len(parts) != 1:
            parts, estimates = estimate_word_boxes(" ".join(parts), word.box, aspect)
            part_boxes = estimates.tolist()
        texts += parts
        boxes += part_boxes
        confidences += [word.confidence] * len(parts)
    if all(value is None for value in confidences):
        return Words(tuple(texts), as_boxes(boxes))
    certain_by_default = [1.0 if value is None else value for value in confidences]
    return Words(tuple(texts), as_boxes(boxes), np.array(certain_by_default, np.float32))
