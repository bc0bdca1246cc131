"""The frames in which other readers give boxes, checked: a wrong one is an error, not a guess."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Frame:
    """In what the boxes of a page are given: 0..`width` across and 0..`height` along it.

    Attributes:
        page: its number, for messages.
        slack: share of a side by which a box may stand out: ink at the edge, rounding.

    Raises:
        FormatError: the size is missing or not positive.
    """

    page: int
    width: float
    height: float
    origin: Origin = "top_left"
    slack: float = 0.01

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if not (_is_number(side) and side > 0):
                raise FormatError(
                    f"page {self.page}: its size must be given, two positive numbers, "
                    f"not {self.width!r} x {self.height!r}"
                )

    def place(self, values: Any, what: str) -> Box:
        """Return a box of this frame in page fractions.

        Raises:
            FormatError: not four numbers, an inverted box, one outside of the page, or one in
                another unit.
        """
        where = f"page {self.page}, {what}"
        x0, y0, x1, y1 = box = four_numbers(values, where)
        if x1 < x0 or y1 < y0:
            raise FormatError(
                f"{where}: a box is (x0, y0, x1, y1) with x0 <= x1 and y0 <= y1, not {list(box)}"
            )
        if min(self.width, self.height) > 10 and x1 <= 1 and y1 <= 1 and not _are_whole(box):
            raise FormatError(
                f"{where}: {list(box)} looks like fractions of the page, "
                f"not like a box on a page of {self.width:g} x {self.height:g}"
            )
        across, along = self.slack * self.width, self.slack * self.height
        if min(x0 + across, y0 + along) < 0 or x1 > self.width + across or y1 > self.height + along:
            raise FormatError(
                f"{where}: the box {list(box)} lies outside of the page, "
                f"which is {self.width:g} x {self.height:g}"
            )
        convert = from_pixels if self.origin == "top_left" else from_bottom_left
        placed = np.clip(convert([box], self.width, self.height)[0], 0, 1)
        return float(placed[0]), float(placed[1]), float(placed[2]), float(placed[3])


def four_numbers(values: Any, where: str) -> tuple[float, float, float, float]:
    """Return a box as floats, or raise FormatError."""
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if not isinstance(values, Sequence) or len(values) != 4 or not all(map(_is_number, values)):
        raise FormatError(f"{where}: a box is four numbers, not {values!r}")
    x0, y0, x1, y1 = map(float, values)
    return x0, y0, x1, y1


def check_page_number(value: object, where: str) -> int:
    """Return the number of a page, or raise FormatError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise FormatError(f"{where}: pages are numbered from 1, not {value!r}")
    return value


def check_sequence(numbers: Iterable[int | None], what: str) -> None:
    """Raise FormatError when pages that stand in a file in order leave one out.

    The first page of the file is the first of the document, whatever its number: some count
    from 0, some from 1, some through a whole book, and some give each page the same.
    """
    given = list(numbers)
    known = [number for number in given if number is not None]
    steps = {b - a for a, b in pairwise(known)}
    if len(known) == len(given) and steps not in (set(), {0}, {1}):
        raise FormatError(
            f"its pages have {what} {', '.join(map(str, known))}: which pages of the document "
            "they are cannot be told"
        )


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _are_whole(box: tuple[float, float, float, float]) -> bool:
    return all(value.is_integer() for value in box)
