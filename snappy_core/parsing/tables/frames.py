"""Tables by their ruling lines: horizontal bars of one length with words between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.layout.blocks import TextBlock
from snappy_core.parsing.layout.lines import Line, box_around, group_rows
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import Box

MAX_BARS = 500  # a page with more is a drawing
MIN_LENGTH = 60  # points
_MAX_TEXT = 8  # lines of a text block between bars, where no ruling line separates columns
_MAX_LEADING = 4  # font sizes between two bars for each base line between them
_MAX_EMPTY_BAND = 30  # points between two bars with nothing between them


class _FrameFinder:
    def __init__(
        self, lines: Sequence[Line], text_blocks: Sequence[TextBlock], page: UprightPage
    ) -> None:
        self.lines = lines
        self.centers = np.array([((n.x0 + n.x1) / 2, n.middle) for n in lines]).reshape(-1, 2)
        self.blocks = {line: block for block in text_blocks if len(block) > 1 for line in block}
        self.verticals = page.ruling_lines.vertical
        self.bars = _find_bars(page.ruling_lines.horizontal, lines)

    def lines_in(self, box: Box) -> list[Line]:
        x, y = self.centers.T
        inside = (box[0] <= x) & (x <= box[2]) & (box[1] <= y) & (y <= box[3])
        return [self.lines[i] for i in np.flatnonzero(inside).tolist()]

    def top_bar(self, first: Box) -> Box:
        """Return the bar over the header, part of a wider one perhaps, or else the first bar."""
        x0, y0, x1, y1 = first
        above = [b for b in self.bars if b[3] < y0 and b[0] < x0 + 5 and b[2] > x1 - 5]
        if not above:
            return first
        nearest = max(above, key=lambda bar: bar[1])
        top = (x0, nearest[1], x1, nearest[3])
        rows = group_rows(self.lines_in((x0, top[1], x1, y1)))
        is_header = 0 < len(rows) <= 3 and any(len(row) > 1 for row in rows)
        return top if is_header and self.has_words_between(top, first) else first

    def has_words_between(self, above: Box, below: Box) -> bool | None:
        """Return whether words are between two bars; None if these are not of one table."""
        box = (above[0], above[1], above[2], below[3])
        inside = self.lines_in(box)
        height = below[1] - above[3]
        if not inside:
            return False if height < _MAX_EMPTY_BAND else None
        leading = height / max(line.size for line in inside)
        if leading > _MAX_LEADING * (1 + len(group_rows(inside))):
            return None
        width = box[2] - box[0]
        if not self._has_columns(box):
            for block in filter(None, map(self.blocks.get, inside)):
                left, _, right, _ = box_around(block)
                if right - left > 0.6 * width or len(block) > _MAX_TEXT:
                    return None
        left, _, right, _ = box_around(inside)
        return True if right - left > 0.3 * width else None

    def _has_columns(self, box: Box) -> bool:
        x0, y0, x1, y1 = self.verticals.T
        inside = (x0 > box[0] + 5) & (x1 < box[2] - 5)
        tall = np.minimum(y1, box[3]) - np.maximum(y0, box[1]) > 0.5 * (box[3] - box[1])
        return bool((inside & tall).any())


def find_frames(
    lines: Sequence[Line], text_blocks: Sequence[TextBlock], page: UprightPage
) -> Iterator[Box]:
    """Yield the boxes of likely tables, those with the most ruling lines first."""
    finder = _FrameFinder(lines, text_blocks, page)
    if len(finder.bars) > MAX_BARS:
        return
    # Many ruling lines are a table rather than the frame around one.
    for stack in sorted(_stack_bars(finder.bars), key=len, reverse=True):
        start = filled = 0
        for end in range(1, len(stack) + 1):
            has_words = None
            if end < len(stack):
                has_words = finder.has_words_between(stack[end - 1], stack[end])
            if has_words is not None:
                filled += has_words
                continue
            if filled and filled >= 0.5 * (end - 1 - start):
                x0, y0, x1, _ = finder.top_bar(stack[start])
                yield x0, y0, x1, stack[end - 1][3]
            start, filled = end, 0


def _find_bars(horizontals: NDArray[np.float32], lines: Sequence[Line]) -> list[Box]:
    """Join horizontal ruling lines where they continue; drop short ones and underlines."""
    bars: list[Box] = []
    order = np.lexsort((horizontals[:, 0], horizontals[:, 1].round()))
    for x0, y0, x1, y1 in horizontals[order].tolist():
        if bars and abs(bars[-1][1] - y0) < 2 and x0 - bars[-1][2] < 5:
            last = bars.pop()
            x0, y0, x1, y1 = min(last[0], x0), min(last[1], y0), max(last[2], x1), max(last[3], y1)
        bars.append((x0, y0, x1, y1))
    bars = [bar for bar in bars if bar[2] - bar[0] > MIN_LENGTH]
    if len(bars) > MAX_BARS:
        return bars
    columns = np.array([(n.x0, n.x1, n.middle, n.y1, n.size) for n in lines]).reshape(-1, 5)
    left, right, middle, bottom, size = columns.T
    return [
        (x0, y0, x1, y1)
        for x0, y0, x1, y1 in bars
        if not (
            (middle < y0)
            & (y0 < bottom + 0.3 * size)
            & (abs(left - x0) < size)
            & (abs(right - x1) < size)
        ).any()
    ]


def _stack_bars(bars: Sequence[Box]) -> list[list[Box]]:
    """Group bars with the same ends, top to bottom."""
    stacks: list[list[Box]] = []
    for bar in bars:
        slack = 0.015 * (bar[2] - bar[0]) + 3
        for stack in stacks:
            if abs(bar[0] - stack[-1][0]) < slack and abs(bar[2] - stack[-1][2]) < slack:
                stack.append(bar)
                break
        else:
            stacks.append([bar])
    return stacks
