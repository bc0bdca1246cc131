"""From words to lines and blocks: pdfminer.six's layout analysis, fed with PDFium's words.

One parser and one frame: pdfminer's own parser knows nothing of /CropBox. Whole words instead of
characters give its analysis six times fewer objects; its margins are measured in characters, so a
word tells it the width of one of its characters.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import bidirectional

import numpy as np
from numpy.typing import NDArray
from pdfminer.layout import (
    LAParams,
    LTChar,
    LTComponent,
    LTLayoutContainer,
    LTTextLine,
    LTTextLineHorizontal,
)
from pdfminer.utils import Plane

from snappy_core.boxes import enclose
from snappy_core.types import Label

BULLET = re.compile(
    r"^(?:[•‣◦▪▫●○■□◆➢➤✓✔·*–—\uf0a7\uf0b7\uf0d8\uf076\-]"
    r"|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]|\[\d{1,3}\]|\d{1,2}(?:\.\d{1,2}){1,3}[.:)])$"
)
"""A first word that opens a list item: a bullet or an enumerator."""

MAX_INDENT = 3  # of the first line of a paragraph, in heights of the font

_PARAMS = LAParams(line_overlap=0.5, char_margin=2.0, line_margin=0.5, word_margin=0.1)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A run of words on one base line without a wide gap, in upright page units, y down."""

    words: tuple[int, ...]
    x0: float
    y0: float
    x1: float
    y1: float
    size: float

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What becomes a region, before it is placed: words of the text layer by their index.

    Attributes:
        box: around its ink, in page units, y down, on the page held so that most is upright.
        size: of its largest font; `lines` in all; `bold` when all of them are.
        text: what is read in the place of its words.
        context: words elsewhere that it must be read with.
        parts: blocks inside it; their words are among its own.
    """

    words: tuple[int, ...]
    box: tuple[float, float, float, float]
    size: float = 0
    lines: int = 1
    bold: bool = False
    label: Label = "paragraph"
    text: str | None = None
    context: tuple[int, ...] = ()
    parts: tuple[Block, ...] = ()


def join(lines: Sequence[Line]) -> Line:
    """Return one line with the words of several, left to right as given."""
    return Line(
        tuple(word for line in lines for word in line.words),
        min(line.x0 for line in lines),
        min(line.y0 for line in lines),
        max(line.x1 for line in lines),
        max(line.y1 for line in lines),
        max(line.size for line in lines),
    )


class _Word(LTChar):
    """A word in the place of a character: PDF axes (y up), the width of one of its letters."""

    def __init__(self, index: int, text: str, box: NDArray[np.float32], size: float) -> None:
        LTComponent.__init__(self, (float(box[0]), -float(box[3]), float(box[2]), -float(box[1])))
        self._text = text
        self.index = index
        self.size = size
        self.width = self.width / max(len(text), 1)


class _Line(LTTextLineHorizontal):
    """A line that is also the neighbour of one below it that begins further left.

    pdfminer asks that lines begin, end or have their middle at the same place, which the indented
    first line of a paragraph with a ragged right edge does not.
    """

    def find_neighbors(self, plane: Plane[Any], ratio: float) -> list[LTTextLine]:
        reach = ratio * self.height
        near = plane.find((self.x0, self.y0 - reach, self.x1, self.y1 + reach))
        lines = [line for line in near if isinstance(line, _Line)]
        return [
            *super().find_neighbors(plane, ratio),
            *(
                line
                for line in lines
                if self._is_same_height_as(line, tolerance=reach)
                and (self._is_indented_over(line) or line._is_indented_over(self))
            ),
        ]

    def _is_indented_over(self, below: _Line) -> bool:
        indent = self.x0 - below.x0
        first = self.y0 > below.y0 and 0 < indent <= MAX_INDENT * self.height
        return first and self.x1 > below.x0 + 0.6 * below.width


def find_lines(
    texts: Sequence[str], boxes: NDArray[np.float32], sizes: NDArray[np.float32]
) -> list[Line]:
    """Return the lines of upright words (n, 4) given in page units, y down, in file order."""
    if not len(texts):
        return []
    words = [_Word(i, texts[i], boxes[i], float(sizes[i])) for i in range(len(texts))]
    container = LTLayoutContainer(_extent(boxes))
    lines = []
    for found in container.group_objects(_PARAMS, words):
        members = [member for member in found if isinstance(member, _Word)]
        lines.append(_line([m.index for m in members], boxes, sizes))
    return _join_bullets(lines, texts)


def cut_at(
    rules: NDArray[np.float32], lines: Sequence[Line], boxes: NDArray[np.float32]
) -> list[Line]:
    """Cut lines between words where a ruling line (n, 4) that stands upright parts them.

    `boxes` (words, 4) are as the lines were found in.
    """
    cut: list[Line] = []
    for line in lines:
        crosses = (rules[:, 1] < line.middle) & (line.middle < rules[:, 3])
        at = (rules[crosses, 0] + rules[crosses, 2]) / 2
        at = at[(line.x0 < at) & (at < line.x1)]
        parts = [list(line.words)] if not len(at) else _apart(line, boxes, at)
        cut += [line] if len(parts) == 1 else [_part(line, part, boxes) for part in parts]
    return cut


def _apart(line: Line, boxes: NDArray[np.float32], at: NDArray[np.float32]) -> list[list[int]]:
    sides = (boxes[list(line.words), [[0], [2]]].mean(axis=0)[:, None] > at).sum(axis=1)
    return [
        [word for word, side in zip(line.words, sides.tolist(), strict=True) if side == place]
        for place in sorted(set(sides.tolist()))
    ]


def _part(line: Line, words: list[int], boxes: NDArray[np.float32]) -> Line:
    x0, y0, x1, y1 = enclose(boxes[words])
    return Line(tuple(words), x0, y0, x1, y1, line.size)


def find_blocks(
    lines: Sequence[Line], texts: Sequence[str], boxes: NDArray[np.float32]
) -> list[list[Line]]:
    """Group lines that stand close below each other and are aligned; top to bottom in a block."""
    if not lines:
        return []
    known = {}
    for line in lines:
        wrapped = _Line(_PARAMS.word_margin)
        first = line.words[0]
        # The lines of a list item are aligned with its text, not with its bullet.
        item = len(line.words) > 1 and BULLET.match(texts[first])
        left = float(boxes[line.words[1], 0]) if item else line.x0
        wrapped.set_bbox((min(left, line.x1), -line.y1, line.x1, -line.y0))
        # An empty line would be thrown away; its text is looked at for nothing else.
        wrapped._objs.append(_Word(first, texts[first], boxes[first], 1))
        known[wrapped] = line
    blocks = []
    for group in _group(list(known), _extent(boxes)):
        members = [known[item] for item in group]
        rtl = reads_leftwards([texts[word] for line in members for word in line.words])
        members.sort(key=lambda line: (line.middle, -line.x1 if rtl else line.x0))
        blocks.append(members)
    return blocks


def reads_leftwards(texts: Sequence[str]) -> bool:
    """Say whether most letters are of a script that is read from right to left.

    >>> reads_leftwards(["שומר", "הסכר", "2014"]), reads_leftwards(["lock", "keeper"])
    (True, False)
    """
    if all(text.isascii() for text in texts):
        return False
    kinds = Counter(bidirectional(letter) for text in texts for letter in text)
    return kinds["R"] + kinds["AL"] > kinds["L"]


def _group(lines: list[_Line], extent: tuple[float, float, float, float]) -> list[list[_Line]]:
    """Return lines with their neighbours and the neighbours of those.

    What pdfminer's `group_textlines` finds, whose time grows with the square of a group.
    """
    x0, y0, x1, y1 = extent
    # Not more than 40 cells across, or a high line on a huge page would lie in a million.
    plane: Plane[LTComponent] = Plane(extent, max(50, int(max(x1 - x0, y1 - y0) / 40)))
    plane.extend(lines)
    above: dict[LTTextLine, LTTextLine] = {line: line for line in lines}  # a tree for each group

    def root(line: LTTextLine) -> LTTextLine:
        while above[line] is not line:
            above[line] = line = above[above[line]]
        return line

    for line in lines:
        for near in line.find_neighbors(plane, _PARAMS.line_margin):
            above[root(near)] = root(line)
    groups: dict[LTTextLine, list[_Line]] = defaultdict(list)
    for line in lines:
        groups[root(line)].append(line)
    return list(groups.values())


def _line(words: list[int], boxes: NDArray[np.float32], sizes: NDArray[np.float32]) -> Line:
    around = boxes[words]
    x0, y0 = around[:, :2].min(axis=0).tolist()
    x1, y1 = around[:, 2:].max(axis=0).tolist()
    return Line(tuple(words), x0, y0, x1, y1, float(np.median(sizes[words])))


def _join_bullets(lines: list[Line], texts: Sequence[str]) -> list[Line]:
    """Join a bullet that stands alone with the line that follows it to the right."""
    joined: list[Line] = []
    for line in lines:
        if joined and _opens(joined[-1], line, texts):
            line = join([joined.pop(), line])
        joined.append(line)
    return joined


def _opens(bullet: Line, line: Line, texts: Sequence[str]) -> bool:
    return (
        len(bullet.words) == 1
        and bool(BULLET.match(texts[bullet.words[0]]))
        and bullet.y0 < line.middle < bullet.y1
        and 0 <= line.x0 - bullet.x1 < 4 * line.size
    )


def _extent(boxes: NDArray[np.float32]) -> tuple[float, float, float, float]:
    x0, y0 = boxes[:, :2].min(axis=0).tolist()
    x1, y1 = boxes[:, 2:].max(axis=0).tolist()
    return (x0 - 1, -y1 - 1, x1 + 1, -y0 + 1)
