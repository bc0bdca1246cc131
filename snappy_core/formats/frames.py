"""Coordinate frames of other readers, with checks: a wrong one is an error, never guessed."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import Any, Literal

import numpy as np

from snappy_core.boxes import from_bottom_left, from_pixels
from snappy_core.errors import FormatError
from snappy_core.types import Box

Origin = Literal["top_left", "bottom_left"]

SLACK = 0.01  # how far boxes may extend over the edge (margins, rounding), as a page fraction
FRACTION_SLACK = 0.001  # the same if boxes are fractions of the page: rounding only
_SMALL_PAGE = 10  # on pages larger than this in both directions, boxes within 0..1 are fractions


@dataclass(frozen=True, slots=True)
class Frame:
    """The coordinates of a page.

    Attributes:
        page: its number, for messages.
        width, height: size of the page in the unit of the boxes.
        origin: the corner of the page from which x and y grow.
        x0, y0: the coordinates of that corner.
        slack: how far a box may extend over the edge, as a fraction of the page.

    Raises:
        FormatError: the size is missing or not positive.
    """

    page: int
    width: float
    height: float
    origin: Origin = "top_left"
    slack: float = SLACK
    x0: float = 0
    y0: float = 0

    def __post_init__(self) -> None:
        if not all(_is_number(side) and side > 0 for side in (self.width, self.height)):
            raise FormatError(
                f"page {self.page}: the size of the page must be two positive numbers, "
                f"not {self.width!r} x {self.height!r}"
            )

    @property
    def size(self) -> tuple[float, float]:
        return float(self.width), float(self.height)

    def to_fractions(self, values: Any, where: str) -> Box:
        """Return a box (x0, y0, x1, y1) in this frame as page fractions, clipped to the page.

        A box that is not four numbers, is inverted, outside the page, or in another unit raises a
        FormatError that says `where` on the page.
        """
        where = f"page {self.page}, {where}"
        left, low, right, high = four_numbers(values, where)
        x0, y0, x1, y1 = box = left - self.x0, low - self.y0, right - self.x0, high - self.y0
        if x1 < x0 or y1 < y0:
            raise FormatError(
                f"{where}: a box is (x0, y0, x1, y1) with x0 <= x1 and y0 <= y1, not {list(box)}"
            )
        is_large = min(self.width, self.height) > _SMALL_PAGE
        if is_large and x1 <= 1 and y1 <= 1 and not all(value.is_integer() for value in box):
            raise FormatError(
                f"{where}: {list(box)} looks like fractions of the page, "
                f"not like a box on a page of {self.width:g} x {self.height:g}"
            )
        dx, dy = self.slack * self.width, self.slack * self.height
        if min(x0 + dx, y0 + dy) < 0 or x1 > self.width + dx or y1 > self.height + dy:
            raise FormatError(
                f"{where}: the box {list(box)} lies outside of the page, "
                f"which is {self.width:g} x {self.height:g}"
            )
        convert = from_pixels if self.origin == "top_left" else from_bottom_left
        left, top, right, bottom = np.clip(convert([box], self.width, self.height)[0], 0, 1)
        return float(left), float(top), float(right), float(bottom)


def four_numbers(values: Any, where: str) -> tuple[float, float, float, float]:
    """Return a box as floats, or raise FormatError if it is not four finite numbers."""
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if not isinstance(values, Sequence) or len(values) != 4 or not all(map(_is_number, values)):
        raise FormatError(f"{where}: a box is four numbers, not {values!r}")
    x0, y0, x1, y1 = map(float, values)
    return x0, y0, x1, y1


def check_page_number(value: object, where: str) -> int:
    """Return a page number, or raise FormatError if it is not a positive integer."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise FormatError(f"{where}: pages are numbered from 1, not {value!r}")
    return value


def check_sequence(numbers: Iterable[int | None], what: str) -> None:
    """Raise FormatError if the page numbers in a file skip a page.

    The first page of the file is the first of the document, whatever its number: writers count
    from 0, from 1, through a whole book, or give all pages the same number. Nothing is checked if
    a page has no number.
    """
    page_numbers = [-1 if number is None else number for number in numbers]
    steps = {after - before for before, after in pairwise(page_numbers)}
    if -1 not in page_numbers and steps not in (set(), {0}, {1}):
        raise FormatError(
            f"its pages have {what} {', '.join(map(str, page_numbers))}: it is unclear which "
            "pages of the document they are"
        )


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
