"""From the words of a page to regions: text, tables with their rows, figures with their captions.

Words are read upright: those that run up, down or upside down are turned first, each direction
by itself. Lines and blocks come from `blocks`, paragraphs and labels from `paragraphs`, tables,
figures and lists from the modules of that name; this one calls them in turn and numbers words
and regions in reading order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

import numpy as np

from snappy_core.boxes import as_boxes, coverage, enclose
from snappy_core.parsing.drawings import Area, Drawings, Frame, RulingLines
from snappy_core.parsing.layout import figures, lists, paragraphs
from snappy_core.parsing.layout.blocks import Block, Line, cut_at, find_blocks, find_lines
from snappy_core.parsing.layout.reading_order import reading_order
from snappy_core.parsing.tables.detection import Row, Table, find_tables, markdown
from snappy_core.parsing.text import TextLayer
from snappy_core.types import NO_WORDS, Label, Region, Words

VERSION = "2"
"""Part of the ingest fingerprint: raised when pages would come out otherwise than before."""

MAX_WORDS_ARRANGED, MAX_LINES = 20_000, 4_000
"""Of a page whose layout is analysed: at worst, time grows with the square of the lines."""

WORDLESS = "(figure without words)"

_RUN = 100  # words of a region where there is no layout


def find_regions(
    layer: TextLayer, width: float, height: float, drawings: Drawings | None = None
) -> tuple[Words, tuple[Region, ...], str]:
    """Return the words in reading order and the regions of a page of `width` x `height` units.

    A page with too many words or lines to be analysed comes in runs of words as they stand in
    the file, with a warning.

    Args:
        drawings: what stands on the page beside its words.
    """
    turn = int(np.bincount(layer.turns, minlength=4).argmax()) if len(layer) else 0
    frame = Frame(turn, width, height)
    lines = _lines(layer, width, height) if len(layer) <= MAX_WORDS_ARRANGED else None
    if lines is None or sum(map(len, lines)) > MAX_LINES:
        runs = [range(at, min(at + _RUN, len(layer))) for at in range(0, len(layer), _RUN)]
        found = [replace(_block(run, layer, frame), label="other") for run in runs]
        warning = f"is too crowded to find paragraphs: {len(layer)} words in runs of {_RUN}"
        return *_finish(layer, found, frame), warning
    drawings = drawings or Drawings()
    if turn:  # the model saw the page lying, and takes such text for a figure
        drawings = replace(drawings, areas=tuple(a for a in drawings.areas if not a.modelled))
    found = _upright(layer, lines[turn], frame, drawings) if lines[turn] else []
    for other in range(4):
        if other != turn and lines[other]:
            boxes = Frame(other, width, height).hold(layer.lines)
            for block in find_blocks(lines[other], layer.texts, boxes):
                for part in paragraphs.split(block, layer, boxes):
                    words = [word for line in part for word in line.words]
                    found.append(replace(_block(words, layer, frame), label="other"))
    areas = [replace(area, box=_held(area, frame)) for area in drawings.areas]
    if layer.confidences is not None:  # of a scan: its type is neither bold nor even in size
        found = _named(found, areas)
    found = figures.find(found, areas, layer, frame.size)
    return *_finish(layer, found, frame), ""


# Not headers and footers: what is one by mistake is never found.
_NAMES: dict[str, Label] = {"title": "heading", "caption": "caption", "formula": "formula"}


def _named(blocks: Sequence[Block], areas: Sequence[Area]) -> list[Block]:
    """Give short text, and captions, the names that the layout model is sure of."""
    named = list(blocks)
    sure = [area for area in areas if area.modelled and area.label in _NAMES and area.score >= 0.6]
    if not sure or not named:
        return named
    boxes = as_boxes([block.box for block in blocks])
    inside = coverage(as_boxes([area.box for area in sure]), boxes) > 0.7
    for place in np.flatnonzero(inside.any(axis=0)).tolist():
        block = named[place]
        short = block.lines <= 4 or sure[int(inside[:, place].argmax())].label == "caption"
        if block.label in ("paragraph", "list_item", "heading") and short:
            label = _NAMES[sure[int(inside[:, place].argmax())].label]
            named[place] = replace(block, label=label)
    return named


def _held(area: Area, frame: Frame) -> tuple[float, float, float, float]:
    return enclose(frame.hold(np.array([area.box], dtype=np.float32)))


def _lines(layer: TextLayer, width: float, height: float) -> list[list[Line]]:
    """Return the lines of each direction, upright in the frame of that direction."""
    lines = []
    for turn in range(4):
        index = np.flatnonzero(layer.turns == turn)
        part = layer.take(index)
        boxes = Frame(turn, width, height).hold(part.lines)
        lines.append(
            [
                replace(line, words=tuple(index[list(line.words)].tolist()))
                for line in find_lines(part.texts, boxes, part.sizes)
            ]
        )
    return lines


def _upright(
    layer: TextLayer, lines: Sequence[Line], frame: Frame, drawings: Drawings
) -> list[Block]:
    """Return the tables and the blocks of text among the lines of the main direction."""
    boxes = frame.hold(layer.lines)
    rules = RulingLines(
        frame.hold(drawings.ruling_lines.horizontal), frame.hold(drawings.ruling_lines.vertical)
    )
    if frame.turn % 2:
        rules = RulingLines(rules.vertical, rules.horizontal)
    lines = cut_at(rules.vertical, lines, boxes)
    prose = [block for block in find_blocks(lines, layer.texts, boxes) if _is_prose(block)]
    text = {line for block in prose for line in block}
    areas = [_held(area, frame) for area in drawings.areas if area.label == "table"]
    cells = [line for line in lines if line not in text]
    tables = find_tables(cells, layer, boxes, prose, rules, areas)
    taken = {word for table in tables for word in _words(table.rows)}
    found = [_table(table, layer, frame) for table in tables]
    body = paragraphs.body_size(layer)
    rest = [line for line in lines if line.words[0] not in taken]
    for block in find_blocks(rest, layer.texts, boxes):
        for part in paragraphs.split(block, layer, boxes):
            words = [word for line in part for word in line.words]
            made = replace(_block(words, layer, frame), lines=len(part))
            bold = paragraphs.bold_share(words, layer) == 1
            made = replace(made, size=max(line.size for line in part), bold=bold)
            found.append(paragraphs.name(made, layer, body, frame.size[1]))
    return found


def _is_prose(block: Sequence[Line]) -> bool:
    """Say whether a block is running text: lines of several words that fill its width."""
    width = max(line.x1 for line in block) - min(line.x0 for line in block)
    words = sum(len(line.words) for line in block) / len(block)
    fill = sum(line.x1 - line.x0 for line in block) / len(block) / max(width, 1e-6)
    return (len(block) >= 2 and words >= 4 and fill >= 0.75) or words >= 9


def _block(words: Sequence[int], layer: TextLayer, frame: Frame) -> Block:
    index = list(words)
    box = enclose(frame.hold(layer.boxes[index]))
    return Block(tuple(index), box, float(layer.sizes[index].max()))


def _table(table: Table, layer: TextLayer, frame: Frame) -> Block:
    """Make a table of its sections and rows, each with the words of the header as context.

    A row with a single cell at its head names the section below it; these are parts when there
    are several.
    """
    heads = table.rows[: table.header]
    header = _words(heads)

    def make(rows: Sequence[Row], label: Label, context: tuple[int, ...]) -> Block:
        text = markdown((*heads, *rows), layer.texts, table.header)
        block = _block(_words(rows), layer, frame)
        return replace(block, label=label, text=text, context=context)

    parts = []
    for name, rows in table.sections():
        title = _words([name] if name else [])
        within = [make([row], "table_row", header + title) for row in rows]
        if name and len(rows) > 1:
            section = make([name, *rows], "table", header)
            parts.append(replace(section, parts=tuple(within)))
        elif name:
            parts += [make([name, *rows], "table_row", header)]
        else:
            parts += within
    block = _block(_words(table.rows), layer, frame)
    text = markdown(table.rows, layer.texts, table.header)
    return replace(block, label="table", text=text, parts=tuple(parts))


def _words(rows: Sequence[Row]) -> tuple[int, ...]:
    return tuple(word for row in rows for line in row.lines for word in line.words)


def _finish(
    layer: TextLayer, found: Sequence[Block], frame: Frame
) -> tuple[Words, tuple[Region, ...]]:
    """Number words and regions in reading order; parts follow what they are parts of."""
    order = reading_order(np.array([b.box for b in found], dtype=np.float32).reshape(-1, 4))
    in_order = lists.group([found[which] for which in order], layer)
    sequence = [word for block in in_order for word in block.words]
    place = {word: number for number, word in enumerate(sequence)}
    flat = list(_flatten(in_order))
    regions = tuple(
        Region(
            box=_laid(block, layer, frame),
            text=_text(block, layer),
            words=tuple(place[word] for word in block.words),
            label=block.label,
            order=number,
            parent=parent,
            context=tuple(place[word] for word in block.context),
        )
        for number, (block, parent) in enumerate(flat)
    )
    if not sequence:
        return NO_WORDS, regions
    words = Words(
        tuple(layer.texts[i] for i in sequence),
        layer.boxes[sequence],
        None if layer.confidences is None else layer.confidences[sequence],
    )
    return words, regions


def _text(block: Block, layer: TextLayer) -> str:
    if block.text is not None:
        return block.text
    text = join_words(layer, block.words)
    if block.label in ("list_item", "list") and block.context:
        return f"{join_words(layer, block.context)}\n{text}"
    if block.label == "figure" and not text:
        return join_words(layer, block.context) or WORDLESS
    return text


def _flatten(
    blocks: Sequence[Block], parent: int | None = None, number: int = 0
) -> Iterator[tuple[Block, int | None]]:
    """Yield blocks, each before its parts, with the place of what holds them."""
    for block in blocks:
        yield block, parent
        inner = list(_flatten(block.parts, number, number + 1))
        yield from inner
        number += 1 + len(inner)


def _laid(block: Block, layer: TextLayer, frame: Frame) -> tuple[float, float, float, float]:
    if block.label != "figure":
        return enclose(layer.boxes[list(block.words)])
    return enclose(frame.lay(np.array([block.box], dtype=np.float32)))


def join_words(layer: TextLayer, words: Sequence[int]) -> str:
    """Join words with spaces; a word broken by a hyphen at the end of a line becomes whole.

    Scripts without spaces are joined without.
    """
    pieces: list[str] = []
    for word, after in zip_longest(words, words[1:]):
        text, following = layer.texts[word], "" if after is None else layer.texts[after]
        if layer.hyphens[word] and following[:1].islower():
            pieces.append(text.removesuffix("-"))
        elif _unspaced(text[-1]) and _unspaced(following[:1]):
            pieces.append(text)
        else:
            pieces.append(text + " ")
    return "".join(pieces).strip()


def _unspaced(letter: str) -> bool:
    """Say whether a letter is of a script that is written without spaces: Chinese, Japanese."""
    return (
        "\u3001" <= letter <= "\u30ff"  # signs, Hiragana, Katakana
        or "\u3400" <= letter <= "\u9fff"
        or "\uf900" <= letter <= "\ufaff"
        or "\uff01" <= letter <= "\uff60"
        or "\U00020000" <= letter <= "\U0003ffff"
    )
