"""Places for words that came without: text spread over the box it stands in."""

from __future__ import annotations

import re

import numpy as np

from snappy_core.boxes import Boxes
from snappy_core.types import Box

_MARKUP = re.compile(r"^(?:[|:\-]+|#{1,6})$")  # cells, rules and headings of Markdown
_LETTER = 0.42  # width of a letter, in heights from line to line
_INK = 0.8  # height of a line's words, in heights from line to line


def tokens(text: str) -> list[str]:
    """Return the words of a text without the signs of Markdown that stand alone.

    >>> tokens("| Tide | 4.2 m |")
    ['Tide', '4.2', 'm']
    """
    return [word for word in text.split() if not _MARKUP.match(word)]


def estimate_word_boxes(text: str, box: Box, aspect: float) -> tuple[list[str], Boxes]:
    """Return the words of a text and boxes (n, 4) for them, line by line from the left.

    There are as many lines as give the letters their usual proportions. Where the words stand
    inside the box is a guess; that they stand in it is not.

    Args:
        aspect: width by height of the page.
    """
    words = tokens(text)
    if not words:
        return [], np.zeros((0, 4), dtype=np.float32)
    lengths = np.array([len(word) for word in words])
    starts = np.concatenate([[0], np.cumsum(lengths + 1)])  # a space after each word
    total = starts[-1] - 1
    width, height = (box[2] - box[0]) * aspect, box[3] - box[1]
    wanted = np.sqrt(_LETTER * total * height / width) if width > 0 else len(words)
    lines = min(max(round(float(min(wanted, len(words)))), 1), len(words))
    middles = starts[:-1] + lengths / 2
    line = np.minimum(middles * lines // total, lines - 1)
    first = np.searchsorted(line, line)  # the first word of each word's line
    last = np.searchsorted(line, line, side="right") - 1
    run = starts[:-1] - starts[first]
    longest = (starts[last] + lengths[last] - starts[first]).max()
    pitch = (box[3] - box[1]) / lines
    letter = (box[2] - box[0]) / longest
    x0, y0 = box[0] + run * letter, box[1] + (line + (1 - _INK) / 2) * pitch
    placed = np.stack([x0, y0, x0 + lengths * letter, y0 + _INK * pitch], axis=1)
    low, high = (*box[:2], *box[:2]), (*box[2:], *box[2:])
    return words, np.clip(placed, low, high).astype(np.float32)
