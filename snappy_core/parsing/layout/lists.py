"""Lists: items one below the other, with the words that lead them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from snappy_core.boxes import as_boxes, enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.text import TextLayer

MIN_HEADINGS = 4  # one below the other; three may be a title of parts
MAX_LEAD_IN = 60  # words that an item is read with


def group(blocks: Sequence[Block], layer: TextLayer) -> list[Block]:
    """Put runs of items, given in reading order among other blocks, into lists.

    A heading right above them leads them in, and so does the last sentence of a paragraph when it
    ends with a colon: it becomes their context.
    """
    grouped: list[Block] = []
    run: list[Block] = []
    for block in (*_name_items(blocks), None):
        if block is not None and block.label == "list_item" and (not run or _next(run[-1], block)):
            run.append(block)
            continue
        if run:
            grouped += _list(run, _lead_in(grouped, run[0], layer), layer)
            run = []
        if block is not None:
            if block.label == "list_item":
                run.append(block)
            else:
                grouped.append(block)
    return grouped


def _name_items(blocks: Sequence[Block]) -> list[Block]:
    """Call items what look like headings but stand one below the other with nothing between:
    calls of a program, entries of an index."""
    named = list(blocks)
    start = 0
    for place in range(1, len(named) + 1):
        if place < len(named) and _alike(named[place - 1], named[place]):
            continue
        if place - start >= MIN_HEADINGS:
            named[start:place] = [replace(b, label="list_item") for b in named[start:place]]
        start = place
    return named


def _alike(above: Block, below: Block) -> bool:
    return (
        above.label == below.label == "heading"
        and abs(above.size - below.size) < 0.05 * above.size
        and abs(above.box[0] - below.box[0]) < 0.5 * above.size
        and _next(above, below)
    )


def _next(above: Block, below: Block) -> bool:
    """Say whether an item stands below another, in the same column."""
    beside = below.box[0] >= above.box[2] or below.box[2] <= above.box[0]
    gap = below.box[1] - above.box[3]
    return not beside and -above.size < gap < 3 * above.size


def _lead_in(before: Sequence[Block], first: Block, layer: TextLayer) -> tuple[int, ...]:
    if not before or before[-1].label not in ("paragraph", "heading"):
        return ()
    block = before[-1]
    if not _next(block, first):
        return ()
    if block.label == "heading":
        return block.words
    ends = [at for at, word in enumerate(block.words) if layer.texts[word].endswith((".", "?"))]
    sentence = block.words[ends[-1] + 1 if ends else 0 :]
    leads = bool(sentence) and layer.texts[sentence[-1]].endswith(":")
    return sentence if leads and len(sentence) <= MAX_LEAD_IN else ()


def _list(run: Sequence[Block], lead_in: tuple[int, ...], layer: TextLayer) -> list[Block]:
    items = [replace(item, context=lead_in) for item in run]
    if len(items) == 1:
        return items
    return [
        Block(
            words=tuple(word for item in items for word in item.words),
            box=enclose(as_boxes([item.box for item in items])),
            size=max(item.size for item in items),
            lines=sum(item.lines for item in items),
            label="list",
            context=lead_in,
            parts=tuple(items),
        )
    ]
