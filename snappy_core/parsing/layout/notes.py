"""Text around a table that belongs to it: the units of its numbers, and its notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from snappy_core.boxes import as_boxes, enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.geometry import box_gaps
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.superscripts import RAISED_DIGITS, from_superscript
from snappy_core.types import Box

_UNITS = re.compile(r"[(\[（［].*[)\]）］]")
"""The whole of a text above a table: "(in millions, except per share)"."""

_NOTE = re.compile(
    r"(?i:notes?|sources?|quellen?|anmerkung(?:en)?|remarques?|fuentes?|notas?|fontes?"
    r"|注|註|出典|資料|来源|资料来源)\s*[:：]"
)
_MARK = re.compile(r"([*†‡§]{1,4}|\(\d{1,2}\)|\([a-z]\)|\d{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})(?=\s|[^\W\d_])")
"""The beginning of a text below a table; a mark must also be in the table."""

_LABELS = ("paragraph", "list_item", "heading", "caption", "other")
_MAX_UNIT_LINES = 2
_MAX_GAP = 3  # between a text and its figure or table, in font sizes of the text
_MAX_OVERLAP = 2  # the same where their boxes overlap


def find_notes(table: Block, blocks: Iterable[Block], page: UprightPage) -> list[Block]:
    """Return the blocks with units above a table and with notes below it, the nearest first."""
    words = [page.layer.texts[word] for word in table.words]
    candidates = [block for block in blocks if block.label in _LABELS]
    notes: list[Block] = []
    box = table.box
    while True:
        near = [
            (gap, number)
            for number, block in enumerate(candidates)
            if (gap := text_gap(block, box)) is not None and _belongs(block, table, words, page)
        ]
        if not near:
            return notes
        notes.append(candidates.pop(min(near)[1]))
        box = enclose(as_boxes([box, notes[-1].box]))


def text_gap(text: Block, box: Box) -> float | None:
    """Return the distance in points of a text from a box above or below it; None if too far."""
    across, gap = box_gaps(text.box, box)
    (left, _, right, _), (x0, _, x1, _) = text.box, box
    is_over = -across >= 0.5 * min(right - left, x1 - x0)
    is_close = -_MAX_OVERLAP * text.size < gap < _MAX_GAP * text.size
    return max(gap, 0.0) if is_over and is_close else None


def _belongs(block: Block, table: Block, words: Sequence[str], page: UprightPage) -> bool:
    text = page.text(block.words)
    if block.box[1] < table.box[1]:
        return block.lines <= _MAX_UNIT_LINES and bool(_UNITS.fullmatch(text))
    if _NOTE.match(text):
        return True
    mark = _MARK.match(text)
    return mark is not None and any(_is_marked(word, mark[1]) for word in words)


def _is_marked(word: str, mark: str) -> bool:
    """Return whether a word ends with a note mark; a digit must be raised, or follow a letter."""
    if word[-1:] in RAISED_DIGITS:
        return from_superscript(word).strip(",;.") == from_superscript(mark)
    before = word.removesuffix(mark)
    return before != word and (not mark.isdigit() or before[-1:].isalpha())
