"""Boxes for words whose position in a box of text is unknown."""

from __future__ import annotations

import re

import numpy as np

from snappy_core.boxes import Boxes
from snappy_core.types import Box

_MARKDOWN = re.compile(r"^(?:[|:\-]+|#{1,6})$")  # Markdown: cell borders, separators, headings
_LETTER_WIDTH = 0.42  # width of an average letter with its spacing, in line pitches
_LINE_HEIGHT = 0.8  # height of a word's box, in line pitches


def estimate_word_boxes(text: str, box: Box, aspect: float) -> tuple[list[str], Boxes]:
    """Return the words of a text and estimated boxes (n, 4) for them, all inside `box`.

    The words, without standalone Markdown syntax, are laid out in left-aligned lines; the number of
    lines is chosen so that letters have their usual proportions. `aspect` is the width of the page
    divided by its height.
    """
    words = [word for word in text.split() if not _MARKDOWN.match(word)]
    if not words:
        return [], np.zeros((0, 4), dtype=np.float32)
    lengths = np.array([len(word) for word in words])
    starts = np.concatenate([[0], np.cumsum(lengths + 1)])  # a space after each word
    total = starts[-1] - 1
    width, height = (box[2] - box[0]) * aspect, box[3] - box[1]
    ideal = np.sqrt(_LETTER_WIDTH * total * height / width) if width > 0 else len(words)
    line_count = min(max(round(float(min(ideal, len(words)))), 1), len(words))
    middles = starts[:-1] + lengths / 2
    lines = np.minimum(middles * line_count // total, line_count - 1)
    first = np.searchsorted(lines, lines)  # the first word of each word's line
    last = np.searchsorted(lines, lines, side="right") - 1
    offsets = starts[:-1] - starts[first]
    longest = (starts[last] + lengths[last] - starts[first]).max()
    pitch = (box[3] - box[1]) / line_count
    letter = (box[2] - box[0]) / longest
    x0, y0 = box[0] + offsets * letter, box[1] + (lines + (1 - _LINE_HEIGHT) / 2) * pitch
    boxes = np.stack([x0, y0, x0 + lengths * letter, y0 + _LINE_HEIGHT * pitch], axis=1)
    low, high = (*box[:2], *box[:2]), (*box[2:], *box[2:])
    return words, np.clip(boxes, low, high).astype(np.float32)
