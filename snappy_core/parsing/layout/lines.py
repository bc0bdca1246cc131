"""Lines of text, found in upright words by pdfminer.six's layout analysis.

pdfminer gets PDFium's words instead of its own characters: its parser ignores /CropBox, and words
are six times fewer. Its margins are measured in character widths, so each word reports the mean
width of its characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import bidirectional

import numpy as np
from numpy.typing import NDArray
from pdfminer.layout import LAParams, LTChar, LTComponent, LTLayoutContainer

from snappy_core.boxes import enclose
from snappy_core.types import Box

BULLET = re.compile(
    r"^(?:[•‣◦▪▫●○■□◆➢➤✓✔·*–—\uf0a7\uf0b7\uf0d8\uf076\-]"
    r"|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]|\[\d{1,3}\]|\d{1,2}(?:\.\d{1,2}){1,3}[.:)])$"
)
"""The first word of a list item: a bullet or an enumerator."""

PARAMS = LAParams(line_overlap=0.5, char_margin=2.0, line_margin=0.5, word_margin=0.1)
_BULLET_GAP = 4  # font sizes between a bullet and the text of its item, at most


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Words on one base line without a wide gap, in points on the upright page.

    Attributes:
        words: indices of its words in the page, left to right.
        x0, y0, x1, y1: box around the words' line boxes, as high as the font.
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


class _PdfminerWord(LTChar):
    """A word in the role of a pdfminer character: y axis up, as wide as one of its letters."""

    def __init__(self, index: int, text: str, box: NDArray[np.float32]) -> None:
        LTComponent.__init__(self, (float(box[0]), -float(box[3]), float(box[2]), -float(box[1])))
        self._text = text
        self.index = index
        self.width = self.width / max(len(text), 1)


def find_lines(
    texts: Sequence[str],
    line_boxes: NDArray[np.float32],
    sizes: NDArray[np.float32],
    indices: Iterable[int],
) -> list[Line]:
    """Return the lines that the words at some indices make, in the order of the file."""
    words = [_PdfminerWord(i, texts[i], line_boxes[i]) for i in indices]
    if not words:
        return []
    lines: list[Line] = []
    for group in LTLayoutContainer((0, 0, 0, 0)).group_objects(PARAMS, words):
        members = [word.index for word in group if isinstance(word, _PdfminerWord)]
        line = Line.around(members, line_boxes, float(np.median(sizes[members])))
        if lines and _is_bullet_of(lines[-1], line, texts):
            bullet = lines.pop()
            size = max(bullet.size, line.size)
            line = Line.around(bullet.words + line.words, line_boxes, size)
        lines.append(line)
    return lines


def _is_bullet_of(bullet: Line, line: Line, texts: Sequence[str]) -> bool:
    return (
        len(bullet.words) == 1
        and bool(BULLET.match(texts[bullet.words[0]]))
        and bullet.y0 < line.middle < bullet.y1
        and 0 <= line.x0 - bullet.x1 < _BULLET_GAP * line.size
    )


def split_lines(
    lines: Sequence[Line], verticals: NDArray[np.float32], line_boxes: NDArray[np.float32]
) -> list[Line]:
    """Split lines between words wherever a vertical ruling line (n, 4) crosses them."""
    parts: list[Line] = []
    for line in lines:
        crossing = verticals[(verticals[:, 1] < line.middle) & (line.middle < verticals[:, 3])]
        cuts = (crossing[:, 0] + crossing[:, 2]) / 2
        cuts = cuts[(line.x0 < cuts) & (cuts < line.x1)]
        words = np.array(line.words)
        centers = line_boxes[words][:, [0, 2]].mean(axis=1)
        sides = (centers[:, None] > cuts).sum(axis=1)
        groups = [words[sides == side].tolist() for side in np.unique(sides)]
        parts += [Line.around(group, line_boxes, line.size) for group in groups]
    return parts


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
    """Return whether most letters are of a script written from right to left.

    >>> is_right_to_left(["שומר", "הסכר", "2014"]), is_right_to_left(["lock", "keeper"])
    (True, False)
    """
    if all(text.isascii() for text in texts):
        return False
    classes = Counter(bidirectional(letter) for text in texts for letter in text)
    return classes["R"] + classes["AL"] > classes["L"]
