"""Where ruling lines show a table: bars of one length above each other, and words between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.blocks import Line
from snappy_core.parsing.tables.cells import Prose
from snappy_core.parsing.tables.structure import base_lines

Box = tuple[float, float, float, float]

MAX_BARS = 500  # a page with more is a drawing
MIN_LENGTH = 60  # of a bar, in page units
MAX_TEXT = 8  # lines of one block between bars where no rule parts columns
_TALL = 4  # heights of a font for each base line between two bars


class _Words:
    """The lines of a page by their places."""

    def __init__(self, lines: Sequence[Line], prose: Prose) -> None:
        self.lines = lines
        self.middles = np.array([((n.x0 + n.x1) / 2, n.middle) for n in lines]).reshape(-1, 2)
        self.block = {line: block for block in prose if len(block) > 1 for line in block}

    def within(self, box: Box) -> list[Line]:
        x, y = self.middles.T
        inside = (box[0] <= x) & (x <= box[2]) & (box[1] <= y) & (y <= box[3])
        return [self.lines[i] for i in np.flatnonzero(inside).tolist()]


def find_frames(lines: Sequence[Line], prose: Prose, rules: RulingLines) -> Iterator[Box]:
    """Yield the boxes of likely tables, those with most ruling lines first.

    Args:
        lines: all of the page.
        prose: blocks among them that are running text.
        rules: in the units of the lines.
    """
    words = _Words(lines, prose)
    bars = _bars(rules.horizontal, lines)
    if len(bars) > MAX_BARS:
        return
    # What has many ruling lines is a table sooner than the frame around it.
    for stack in sorted(_stacks(bars), key=len, reverse=True):
        start = filled = 0
        for place in range(1, len(stack) + 1):
            end = place == len(stack)
            band = None if end else _band(stack[place - 1], stack[place], words, rules)
            if band is not None:
                filled += band
                continue
            if filled and filled >= 0.5 * (place - 1 - start):
                top = _lid(stack[start], bars, words, rules)
                yield (top[0], top[1], top[2], stack[place - 1][3])
            start, filled = place, 0


def _bars(horizontal: NDArray[np.float32], lines: Sequence[Line]) -> list[Box]:
    """Join ruling lines that go on in each other; leave out short ones and underlines."""
    bars: list[Box] = []
    order = np.lexsort((horizontal[:, 0], horizontal[:, 1].round()))
    for x0, y0, x1, y1 in horizontal[order].tolist():
        if bars and abs(bars[-1][1] - y0) < 2 and x0 - bars[-1][2] < 5:
            last = bars.pop()
            x0, y0, x1, y1 = min(last[0], x0), min(last[1], y0), max(last[2], x1), max(last[3], y1)
        bars.append((x0, y0, x1, y1))
    bars = [bar for bar in bars if bar[2] - bar[0] > MIN_LENGTH]
    if len(bars) > MAX_BARS:
        return bars
    ends = np.array([(n.x0, n.x1, n.middle, n.y1, n.size) for n in lines]).reshape(-1, 5)
    left, right, middle, foot, size = ends.T
    return [
        bar
        for bar in bars
        if not (
            (middle < bar[1])
            & (bar[1] < foot + 0.3 * size)
            & (abs(left - bar[0]) < size)
            & (abs(right - bar[2]) < size)
        ).any()
    ]


def _stacks(bars: Sequence[Box]) -> list[list[Box]]:
    """Put bars together that begin and end at the same places."""
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


def _lid(top: Box, bars: Sequence[Box], words: _Words, rules: RulingLines) -> Box:
    """Return the bar over the header, which may be that of a wider frame, or the first one."""
    above = [bar for bar in bars if bar[3] < top[1] and bar[0] < top[0] + 5 and bar[2] > top[2] - 5]
    if not above:
        return top
    bar = max(above, key=lambda bar: bar[1])
    lid = (top[0], bar[1], top[2], bar[3])
    head = base_lines(words.within((top[0], lid[1], top[2], top[3])))
    few = 0 < len(head) <= 3 and any(len(row) > 1 for row in head)
    return lid if few and _band(lid, top, words, rules) else top


def _band(above: Box, below: Box, words: _Words, rules: RulingLines) -> bool | None:
    """Say whether something stands between two bars; None when it is no part of a table."""
    box = (above[0], above[1], above[2], below[3])
    inside = words.within(box)
    if not inside:
        return False if below[1] - above[3] < 30 else None
    height = (below[1] - above[3]) / max(line.size for line in inside)
    if height > _TALL * (1 + len(base_lines(inside))):
        return None
    if not _parted(box, rules):
        wide = 0.6 * (box[2] - box[0])
        for block in {id(b): b for b in map(words.block.get, inside) if b is not None}.values():
            width = max(line.x1 for line in block) - min(line.x0 for line in block)
            if width > wide or len(block) > MAX_TEXT:
                return None
    left, right = min(line.x0 for line in inside), max(line.x1 for line in inside)
    return True if right - left > 0.3 * (box[2] - box[0]) else None


def _parted(box: Box, rules: RulingLines) -> bool:
    """Say whether rules that stand upright part a box into columns."""
    upright = rules.vertical
    inner = (upright[:, 0] > box[0] + 5) & (upright[:, 2] < box[2] - 5)
    tall = np.minimum(upright[:, 3], box[3]) - np.maximum(upright[:, 1], box[1])
    return bool((inner & (tall > 0.5 * (box[3] - box[1]))).any())
