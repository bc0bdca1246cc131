"""Paragraphs, headings, captions and list items among text blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from snappy_core.parsing.layout.blocks import Block, TextBlock, group_lines
from snappy_core.parsing.layout.lines import BULLET, Line, is_right_to_left
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.types import Label

CAPTION = re.compile(
    r"^(?:(?i:supplementary|extended\s+data)\s+)?"
    r"(?i:fig(?:ure|s?\.|)|table|tab\.|chart|exhibit|box|scheme|plate|algorithm|listing)\s*"
    # 3, S2, A.1, 7-26, 4b, B, IV; not "of contents"
    r"(?:(?:[A-Z][.\-]?)?\d+(?:[.\-–]\d+)*[a-z]?|(?:[A-Z]|[IVX]+)(?!\w))"
    r"(?!\w)(?!\s+[a-z])"  # "Table 2 compares" opens a sentence
)
_PAGE_NUMBER = re.compile(r"^(?:page\s+)?[\divxlc]{1,6}(?:\s*(?:of|/)\s*\d+)?$", re.I)
_MARGIN = 0.07  # share of the page height that headers and footers take, at either end


def find_paragraphs(lines: Sequence[Line], page: UprightPage) -> list[Block]:
    """Return the paragraphs, headings, captions, list items, headers and footers of some lines."""
    body_size = _body_size(page)
    parts = [part for block in group_lines(lines, page) for part in split_paragraphs(block, page)]
    blocks = [_block(part, page) for part in parts]
    return [replace(block, label=_choose_label(block, page, body_size)) for block in blocks]


def _block(part: TextBlock, page: UprightPage) -> Block:
    words = [word for line in part for word in line.words]
    return replace(
        Block.of(words, page),
        lines=len(part),
        size=max(line.size for line in part),
        bold=_bold_share(words, page) == 1,
    )


def split_paragraphs(block: TextBlock, page: UprightPage) -> list[list[Line]]:
    """Split a text block before each line that begins a paragraph, a list item or a heading.

    A paragraph begins with an indented line, or after a line that leaves room for the first word
    of the next one. Left and right are swapped for scripts written from right to left.
    """
    rtl = is_right_to_left(page.texts_of(block))
    begins = {line: -line.x1 if rtl else line.x0 for line in block}
    ends = {line: -line.x0 if rtl else line.x1 for line in block}
    first, last = min(begins.values()), max(ends.values())
    steps = [b.middle - a.middle for a, b in pairwise(block)]
    usual_step = float(np.median(steps)) if steps else 0.0
    parts = [[block[0]]]
    for before, line in pairwise(block):
        same_row = line.middle - before.middle < 0.5 * line.size
        hanging = BULLET.match(page.layer.texts[parts[-1][0].words[0]]) is not None
        room = last - ends[before]
        next_word = float(page.line_boxes[line.words[0], 2] - page.line_boxes[line.words[0], 0])
        ends_early = room > max(0.2 * (last - first), 1.1 * next_word + 0.3 * line.size)
        after_flush_line = begins[before] - first < 0.3 * line.size
        indented = begins[line] - first > 0.8 * line.size and after_flush_line
        wide_step = line.middle - before.middle > 1.25 * usual_step + 0.1 * line.size
        if not same_row and (
            ((ends_early or indented) and not hanging)
            or wide_step
            or _has_other_font(before, line, page)
            or BULLET.match(page.layer.texts[line.words[0]])
        ):
            parts.append([])
        parts[-1].append(line)
    return parts


def _has_other_font(before: Line, line: Line, page: UprightPage) -> bool:
    """Return whether two lines differ in size, or one is all bold and the other not at all."""
    if max(line.size, before.size) > 1.15 * min(line.size, before.size):
        return True
    return {_bold_share(before.words, page), _bold_share(line.words, page)} == {0.0, 1.0}


def _bold_share(words: Sequence[int], page: UprightPage) -> float:
    letters = sum(len(page.layer.texts[word]) for word in words)
    return sum(len(page.layer.texts[word]) for word in words if page.layer.bold[word]) / letters


def _body_size(page: UprightPage) -> float:
    """Return the largest font size that a quarter of the letters have: most may be footnotes."""
    letters = np.array([len(text) for text in page.layer.texts])
    sizes, indices = np.unique(np.round(page.layer.sizes * 2) / 2, return_inverse=True)
    counts = np.bincount(indices, weights=letters)
    return float(sizes[(counts >= min(0.25 * counts.sum(), counts.max())).nonzero()[0][-1]])


def _choose_label(block: Block, page: UprightPage, body_size: float) -> Label:
    words = block.words
    text = " ".join(page.layer.texts[word] for word in words[:12])
    top, bottom = block.box[1] / page.height, block.box[3] / page.height
    at_edge = bottom < _MARGIN or top > 1 - _MARGIN
    small = block.size <= 1.1 * body_size or _PAGE_NUMBER.match(text)
    if at_edge and small and block.lines <= 2 and len(words) <= 15:
        return "header" if bottom < _MARGIN else "footer"
    if CAPTION.match(text):
        return "caption"
    short = len(words) <= 25 and block.lines <= 3 and not text.endswith((".", ",", ";"))
    if short and any(character.isalpha() for character in text):
        if block.size > 1.6 * body_size and top < 0.5:
            return "title"
        if block.size > 1.15 * body_size or (block.bold and len(words) <= 15):
            return "heading"
    if BULLET.match(page.layer.texts[words[0]]) and len(words) > 1:
        return "list_item"
    return "paragraph"
