"""Lines of text: runs of words as objects, and rows of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from unicodedata import bidirectional

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import enclose
from snappy_core.parsing.directions import direction_of, reading_order
from snappy_core.types import Box


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Words on one baseline without a wide gap, in points on the upright page.

    Attributes:
        words: indices of its words in the page, left to right.
        x0, y0, x1, y1: encloses the words' line boxes, as high as the font.
        size: median font size of the words.
    """

    words: tuple[int, ...]
    x0: float
    y0: float
    x1: float
    y1: float
    size: float

    @classmethod
    def around(cls, words: Sequence[int], line_boxes: NDArray[np.float32], size: float) -> Line:
        return cls(tuple(words), *enclose(line_boxes[list(words)]), size)

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


def group_rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Group lines at the same height into rows, top to bottom, each from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.middle, line.x0)):
        if rows and line.middle - rows[-1][0].middle < 0.5 * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.x0) for row in rows]


def box_around(lines: Sequence[Line]) -> Box:
    return (
        min(line.x0 for line in lines),
        min(line.y0 for line in lines),
        max(line.x1 for line in lines),
        max(line.y1 for line in lines),
    )


def is_right_to_left(texts: Sequence[str]) -> bool:
    """Return whether most letters belong to a script written from right to left.

    >>> is_right_to_left(["שומר", "הסכר", "2014"]), is_right_to_left(["lock", "keeper"])
    (True, False)
    """
    if all(text.isascii() for text in texts):
        return False
    classes = Counter(bidirectional(letter) for text in texts for letter in text)
    return classes["R"] + classes["AL"] > classes["L"]


def order_lines(lines: Sequence[Line], texts: Sequence[str]) -> list[Line]:
    """Return lines from top to bottom, those at the same height in the direction of their script.

    Args:
        texts: of all words of the page.
    """
    words = [texts[word] for line in lines for word in line.words]
    rtl = is_right_to_left(words)
    is_plain = all(word.isascii() for word in words)
    ordered: list[Line] = []
    for row in group_rows(lines):
        for line in row[::-1] if rtl else row:
            if not is_plain:
                order = reading_order([direction_of(texts[word]) for word in line.words], rtl)
                line = replace(line, words=tuple(line.words[i] for i in order))
            ordered.append(line)
    return ordered


def split_columns(lines: Sequence[Line], texts: Sequence[str]) -> list[list[Line]]:
    """Return the lines of each column of a block that continues at the top of the next column.

    Lines continue in the next column if they are beside all lines before them and above them.

    Args:
        texts: of all words of the page.
    """
    rtl = is_right_to_left([texts[word] for line in lines for word in line.words])

    def start(line: Line) -> float:
        return -line.x1 if rtl else line.x0

    ordered = sorted(lines, key=start)
    ends = list(accumulate((-line.x0 if rtl else line.x1 for line in ordered), max))
    tops = list(accumulate((line.y0 for line in ordered), min))
    feet = list(accumulate((line.y1 for line in reversed(ordered)), max))[::-1]
    breaks = [
        index
        for index in range(1, len(ordered))
        if ends[index - 1] < start(ordered[index]) and feet[index] <= tops[index - 1]
    ]
    return [ordered[first:last] for first, last in pairwise([0, *breaks, len(ordered)])]
