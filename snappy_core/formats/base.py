"""What another reader found on a page: regions, and words where it has them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from snappy_core.types import NO_WORDS, Box, Label, Words

_VERSION = "2"
"""Part of the fingerprint: raised when the same supplied regions would come out otherwise."""


@dataclass(frozen=True, slots=True)
class SuppliedRegion:
    """A region as somebody else found it.

    Attributes:
        text: what one reads of it; "" where the format leaves that to the words in the box.
        parent: index of the region of this page that holds it, if any.
        context: box of what it must be read with: the header of a row.
    """

    box: Box
    text: str = ""
    label: Label = "other"
    parent: int | None = None
    context: Box | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SuppliedPage:
    """A page as somebody else read it.

    Attributes:
        number: 1-based place in the document.
        regions: in reading order, parts after what holds them.
        words: with boxes, as hOCR, ALTO and table cells have them; else none.
        width, height: size of the page in any unit; None where the format does not say.
    """

    number: int
    regions: tuple[SuppliedRegion, ...]
    words: Words = NO_WORDS
    width: float | None = None
    height: float | None = None


def digest(pages: Mapping[int, SuppliedPage]) -> str:
    """Return a short hash of all that decides what becomes of supplied pages."""
    made = hashlib.sha256(_VERSION.encode())
    for number in sorted(pages):
        page = pages[number]
        boxes, confidences = page.words.boxes, page.words.confidences
        held = (
            (number, page.number, page.width, page.height, page.regions),
            (page.words.texts, boxes.tolist(), confidences is not None and confidences.tolist()),
        )
        made.update(repr(held).encode("utf-8", "backslashreplace"))
    return made.hexdigest()[:16]
