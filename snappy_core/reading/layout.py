"""From the words of a page to regions: paragraphs, headings, list items, table-like blocks.

Words are read upright: those that run up, down or upside down are turned first, each direction
by itself. Lines and blocks come from `blocks`, tables from `tables`; this module splits blocks
into paragraphs, names them and puts them in reading order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, enclose
from snappy_core.reading.blocks import BULLET, Line, find_blocks, find_lines
from snappy_core.reading.order import reading_order
from snappy_core.reading.tables import MAX_WORDS, Table, find_tables
from snappy_core.reading.text import TextLayer
from snappy_core.types import NO_WORDS, Label, Region, Words

VERSION = "1"
"""Part of the ingest fingerprint: raised when pages would come out otherwise than before."""

MAX_WORDS_ARRANGED, MAX_LINES = 20_000, 4_000
"""Of a page whose layout is analysed: at worst, time grows with the square of the lines."""

_RUN = 100  # words of a region where there is no layout

_CAPTION = re.compile(
    r"^(?i:fig(?:ure|\.)?|table|chart|exhibit|box)\s+"
    r"(?:(?:[A-Z][.\-]?)?\d|(?:[A-Z]|[IVX]+)(?!\w))"  # 3, S2, A.1, B, IV; not "of contents"
)
_PAGE_NUMBER = re.compile(r"^(?:page\s+)?[\divxlc]{1,6}(?:\s*(?:of|/)\s*\d+)?$", re.I)
_MARGIN = 0.07  # share of the page at the head and the foot where running text stands


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Lines that make one region, before it is placed and named."""

    lines: tuple[Line, ...]
    label: Label | None = None

    @property
    def words(self) -> tuple[int, ...]:
        return tuple(word for line in self.lines for word in line.words)


def arrange(layer: TextLayer, width: float, height: float) -> tuple[Words, tuple[Region, ...], str]:
    """Return the words in reading order and the regions of a page of `width` x `height` units.

    A page with too many words or lines to be analysed comes in runs of words as they stand in
    the file, with a warning.
    """
    if not len(layer):
        return NO_WORDS, (), ""
    main = int(np.bincount(layer.turns, minlength=4).argmax())
    found: list[tuple[tuple[int, ...], Label]] = []
    if (parts := _upright(layer, width, height)) is None:
        runs = range(0, len(layer), _RUN)
        found = [(tuple(range(at, min(at + _RUN, len(layer)))), "other") for at in runs]
        warning = f"is too crowded to find paragraphs: {len(layer)} words in runs of {_RUN}"
        return *_finish(layer, found, main), warning
    body = _body_size(layer)
    for turn, index, part, boxes, lines in parts:
        for block in _blocks(part, boxes, lines):
            label = _label(block, part, body, main) if turn == main else "other"
            found.append((tuple(int(index[word]) for word in block.words), label))
    return *_finish(layer, found, main), ""


_Part = tuple[int, NDArray[np.intp], TextLayer, NDArray[np.float32], list[Line]]


def _upright(layer: TextLayer, width: float, height: float) -> list[_Part] | None:
    """Return the words of each direction, turned upright, with their lines; None if too many."""
    if len(layer) > MAX_WORDS_ARRANGED:
        return None
    parts: list[_Part] = []
    for turn in range(4):
        index = np.flatnonzero(layer.turns == turn)
        part = layer.take(index)
        boxes = _turn(part.lines, turn, width, height)
        parts.append((turn, index, part, boxes, find_lines(part.texts, boxes, part.sizes)))
    return parts if sum(len(lines) for *_, lines in parts) <= MAX_LINES else None


def _turn(lines: Boxes, turn: int, width: float, height: float) -> NDArray[np.float32]:
    """Return boxes in page units, turned so that text read at `turn` becomes upright."""
    x0, y0, x1, y1 = (lines * np.array([width, height, width, height], dtype=np.float32)).T
    if turn == 1:  # reads downwards: turn it counter-clockwise
        turned = (y0, width - x1, y1, width - x0)
    elif turn == 2:
        turned = (width - x1, height - y1, width - x0, height - y0)
    elif turn == 3:  # reads upwards: turn it clockwise
        turned = (height - y1, x0, height - y0, x1)
    else:
        turned = (x0, y0, x1, y1)
    return np.stack(turned, axis=1)


def _blocks(layer: TextLayer, boxes: NDArray[np.float32], lines: Sequence[Line]) -> list[_Block]:
    prose = [block for block in find_blocks(lines, layer.texts, boxes) if _is_prose(block)]
    in_prose = {line for block in prose for line in block}
    tables = find_tables([line for line in lines if line not in in_prose])
    taken = {cell for table in tables for cell in table.cells}
    blocks: list[_Block] = []
    for block in find_blocks([line for line in lines if line not in taken], layer.texts, boxes):
        blocks += [_Block(tuple(part)) for part in _paragraphs(block, layer)]
    for table in tables:
        if table.word_count > MAX_WORDS:
            blocks += [_Block(row, "table_row") for row in table.rows]
        else:
            caption = _caption_of(table, blocks, layer)
            if caption is None:
                blocks.append(_Block(table.cells, "table"))
            else:
                blocks.remove(caption)
                above = caption.lines[0].y0 < table.cells[0].y0
                both = (caption.lines, table.cells) if above else (table.cells, caption.lines)
                blocks.append(_Block(both[0] + both[1], "table"))
    return blocks


def _is_prose(block: Sequence[Line]) -> bool:
    """Say whether a block is running text: lines of several words that fill its width."""
    width = max(line.x1 for line in block) - min(line.x0 for line in block)
    words = sum(len(line.words) for line in block) / len(block)
    fill = sum(line.x1 - line.x0 for line in block) / len(block) / max(width, 1e-6)
    return (len(block) >= 2 and words >= 4 and fill >= 0.75) or words >= 9


def _caption_of(table: Table, blocks: Sequence[_Block], layer: TextLayer) -> _Block | None:
    """Return the caption right above or below a table, if there is one."""
    cells = table.cells
    top, bottom = min(c.y0 for c in cells), max(c.y1 for c in cells)
    left, right = min(c.x0 for c in cells), max(c.x1 for c in cells)
    for block in blocks:
        first, last = block.lines[0], block.lines[-1]
        gap = max(top - last.y1, first.y0 - bottom)
        beside = first.x0 >= right or first.x1 <= left
        near = -first.size < gap < 2.5 * first.size and not beside
        if near and _CAPTION.match(" ".join(layer.texts[word] for word in block.words[:4])):
            return block
    return None


def _paragraphs(lines: Sequence[Line], layer: TextLayer) -> list[list[Line]]:
    """Split a block where a paragraph, a list item or a heading begins."""
    left = min(line.x0 for line in lines)
    right = max(line.x1 for line in lines)
    steps = [b.middle - a.middle for a, b in pairwise(lines)]
    step = float(np.median(steps)) if steps else 0.0
    parts = [[lines[0]]]
    for before, line in pairwise(lines):
        same_row = line.middle - before.middle < 0.5 * line.size
        ends_early = right - before.x1 > 0.2 * (right - left)
        indented = line.x0 - left > 0.8 * line.size and before.x0 - left < 0.3 * line.size
        wide_step = line.middle - before.middle > 1.25 * step + 0.1 * line.size
        other_font = max(line.size, before.size) > 1.15 * min(line.size, before.size) or _is_bold(
            line, layer
        ) != _is_bold(before, layer)
        opens_item = bool(BULLET.match(layer.texts[line.words[0]]))
        hanging = BULLET.match(layer.texts[parts[-1][0].words[0]]) is not None
        if not same_row and (
            (ends_early and not hanging)
            or (indented and not hanging)
            or wide_step
            or other_font
            or opens_item
        ):
            parts.append([])
        parts[-1].append(line)
    return parts


def _is_bold(line: Line, layer: TextLayer) -> bool:
    """Say whether most of a line is bold, by letters."""
    bold = sum(len(layer.texts[word]) for word in line.words if layer.bold[word])
    return 2 * bold > sum(len(layer.texts[word]) for word in line.words)


def _body_size(layer: TextLayer) -> float:
    """Return the font size that most letters of the page have."""
    letters = np.array([len(text) for text in layer.texts])
    sizes, place = np.unique(np.round(layer.sizes * 2) / 2, return_inverse=True)
    return float(sizes[np.bincount(place, weights=letters).argmax()])


def _label(block: _Block, layer: TextLayer, body: float, main: int) -> Label:
    words = block.words
    first, text = layer.texts[words[0]], " ".join(layer.texts[word] for word in words[:12])
    box = enclose(_turn(layer.boxes[list(words)], main, 1, 1))  # the page held to be read
    at_edge = box[3] < _MARGIN or box[1] > 1 - _MARGIN
    small = block.lines[0].size <= 1.1 * body or _PAGE_NUMBER.match(text)
    if at_edge and small and len(block.lines) <= 2 and len(words) <= 15:
        return "header" if box[3] < _MARGIN else "footer"
    if block.label is not None:
        return block.label
    if _CAPTION.match(text):
        return "caption"
    size = max(line.size for line in block.lines)
    bold = all(_is_bold(line, layer) for line in block.lines)
    letters = any(character.isalpha() for character in text)
    if (
        letters
        and len(words) <= 25
        and len(block.lines) <= 3
        and not text.endswith((".", ",", ";"))
    ):
        if size > 1.6 * body and box[1] < 0.5:
            return "title"
        if size > 1.15 * body or (bold and len(words) <= 15):
            return "heading"
    if BULLET.match(first) and len(words) > 1:
        return "list_item"
    return "paragraph"


def _finish(
    layer: TextLayer, found: Sequence[tuple[tuple[int, ...], Label]], main: int
) -> tuple[Words, tuple[Region, ...]]:
    """Number words and regions in the reading order of the page held so that most is upright."""
    boxes = [enclose(layer.boxes[list(words)]) for words, _ in found]
    order = reading_order(_turn(np.array(boxes, dtype=np.float32), main, 1, 1))
    regions: list[Region] = []
    sequence: list[int] = []
    for place, which in enumerate(order):
        words, label = found[which]
        region = Region(
            box=boxes[which],
            text=_text(layer, words),
            words=tuple(range(len(sequence), len(sequence) + len(words))),
            label=label,
            order=place,
        )
        regions.append(region)
        sequence += words
    words_in_order = Words(
        tuple(layer.texts[i] for i in sequence),
        layer.boxes[sequence],
        None if layer.confidences is None else layer.confidences[sequence],
    )
    return words_in_order, tuple(regions)


def _text(layer: TextLayer, words: Sequence[int]) -> str:
    """Join words with spaces; a word broken by a hyphen at the end of a line becomes whole."""
    pieces: list[str] = []
    for word, after in zip(words, (*words[1:], None), strict=True):
        text = layer.texts[word]
        broken = layer.hyphens[word] and after is not None and layer.texts[after][:1].islower()
        pieces.append(text.removesuffix("-") if broken else text + " ")
    return "".join(pieces).strip()


def add_section(regions: Sequence[Region], section: str) -> tuple[tuple[Region, ...], str]:
    """Give each region the text of the heading above it; return also the last heading.

    `section` is the heading in force where the page begins. Headings themselves and running
    headers and footers belong to no section.
    """
    placed = []
    for region in regions:
        if region.label in ("title", "heading"):
            section = region.text
        outside = region.label in ("title", "heading", "header", "footer")
        placed.append(region if outside else replace(region, section=section))
    return tuple(placed), section
