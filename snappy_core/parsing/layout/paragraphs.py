"""Where in a block of lines a paragraph, a list item or a heading begins, and what to call it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.layout.blocks import BULLET, Block, Line, reads_leftwards
from snappy_core.parsing.text import TextLayer
from snappy_core.types import Label

CAPTION = re.compile(
    r"^(?:(?i:supplementary|extended\s+data)\s+)?"
    r"(?i:fig(?:ure|s?\.|)|table|tab\.|chart|exhibit|box|scheme|plate|algorithm|listing)\s*"
    # 3, S2, A.1, 7-26, 4b, B, IV; not "of contents"
    r"(?:(?:[A-Z][.\-]?)?\d+(?:[.\-–]\d+)*[a-z]?|(?:[A-Z]|[IVX]+)(?!\w))"
    r"(?!\w)(?!\s+[a-z])"  # "Table 2 compares" opens a sentence
)
_PAGE_NUMBER = re.compile(r"^(?:page\s+)?[\divxlc]{1,6}(?:\s*(?:of|/)\s*\d+)?$", re.I)
_MARGIN = 0.07  # share of the page at the head and the foot where running text stands


def split(lines: Sequence[Line], layer: TextLayer, boxes: NDArray[np.float32]) -> list[list[Line]]:
    """Split a block where a paragraph, a list item or a heading begins.

    A line that begins far in begins a paragraph, and one ends it that leaves room for the first
    word of the next line. Lines that are read from right to left begin on the right. `boxes` of
    all words (n, 4) are in the units of the lines.
    """
    rtl = reads_leftwards([layer.texts[word] for line in lines for word in line.words])
    begins = {line: -line.x1 if rtl else line.x0 for line in lines}
    ends = {line: -line.x0 if rtl else line.x1 for line in lines}
    first, last = min(begins.values()), max(ends.values())
    steps = [b.middle - a.middle for a, b in pairwise(lines)]
    step = float(np.median(steps)) if steps else 0.0
    parts = [[lines[0]]]
    for before, line in pairwise(lines):
        same_row = line.middle - before.middle < 0.5 * line.size
        hanging = BULLET.match(layer.texts[parts[-1][0].words[0]]) is not None
        room = last - ends[before]
        next_word = float(boxes[line.words[0], 2] - boxes[line.words[0], 0])
        ends_early = room > max(0.2 * (last - first), 1.1 * next_word + 0.3 * line.size)
        in_first = begins[before] - first < 0.3 * line.size
        indented = begins[line] - first > 0.8 * line.size and in_first
        wide_step = line.middle - before.middle > 1.25 * step + 0.1 * line.size
        if not same_row and (
            (ends_early and not hanging)
            or (indented and not hanging)
            or wide_step
            or _other_font(before, line, layer)
            or BULLET.match(layer.texts[line.words[0]])
        ):
            parts.append([])
        parts[-1].append(line)
    return parts


def _other_font(before: Line, line: Line, layer: TextLayer) -> bool:
    """Say whether a line is of another size, or all bold where the one before is not at all, or
    the reverse.

    A line that is bold in part belongs to both: a heading that runs into its paragraph.
    """
    if max(line.size, before.size) > 1.15 * min(line.size, before.size):
        return True
    shares = bold_share(before.words, layer), bold_share(line.words, layer)
    return set(shares) == {0.0, 1.0}


def bold_share(words: Sequence[int], layer: TextLayer) -> float:
    """Return how much of some words is bold, by letters, 0..1."""
    letters = sum(len(layer.texts[word]) for word in words)
    return sum(len(layer.texts[word]) for word in words if layer.bold[word]) / letters


def body_size(layer: TextLayer) -> float:
    """Return the largest font size that a fourth of the letters of the page have.

    On a page full of footnotes most letters are small.
    """
    letters = np.array([len(text) for text in layer.texts])
    sizes, place = np.unique(np.round(layer.sizes * 2) / 2, return_inverse=True)
    held = np.bincount(place, weights=letters)
    return float(sizes[(held >= min(0.25 * held.sum(), held.max())).nonzero()[0][-1]])


def name(block: Block, layer: TextLayer, body: float, height: float) -> Block:
    """Give a block of running text its label, on a page `height` high set in the size `body`."""
    return replace(block, label=_label(block, layer, body, height))


def _label(block: Block, layer: TextLayer, body: float, height: float) -> Label:
    words = block.words
    first, text = layer.texts[words[0]], " ".join(layer.texts[word] for word in words[:12])
    top, foot = block.box[1] / height, block.box[3] / height
    at_edge = foot < _MARGIN or top > 1 - _MARGIN
    small = block.size <= 1.1 * body or _PAGE_NUMBER.match(text)
    if at_edge and small and block.lines <= 2 and len(words) <= 15:
        return "header" if foot < _MARGIN else "footer"
    if CAPTION.match(text):
        return "caption"
    letters = any(character.isalpha() for character in text)
    short = len(words) <= 25 and block.lines <= 3 and not text.endswith((".", ",", ";"))
    if letters and short:
        if block.size > 1.6 * body and top < 0.5:
            return "title"
        if block.size > 1.15 * body or (block.bold and len(words) <= 15):
            return "heading"
    if BULLET.match(first) and len(words) > 1:
        return "list_item"
    return "paragraph"
