"""Lists: items below each other, with the words that introduce them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from snappy_core.boxes import as_boxes, enclose
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.upright_page import UprightPage

MAX_LEAD_IN = 60  # words


def group_list_items(blocks: Sequence[Block], page: UprightPage) -> list[Block]:
    """Replace each run of list items, in blocks given in reading order, with a list.

    The heading directly above a list, or the last sentence of the paragraph there if it ends with
    a colon, becomes the context of the list and its items. A single item only gets the context.
    """
    grouped: list[Block] = []
    items: list[Block] = []
    for block in (*blocks, None):
        is_item = block is not None and block.label == "list_item"
        if items and not (is_item and block is not None and _is_next(items[-1], block)):
            grouped.append(_list(items, _lead_in(grouped, items[0], page)))
            items = []
        if block is not None:
            (items if is_item else grouped).append(block)
    return grouped


def _is_next(above: Block, below: Block) -> bool:
    beside = below.box[0] >= above.box[2] or below.box[2] <= above.box[0]
    gap = below.box[1] - above.box[3]
    return not beside and -above.size < gap < 3 * above.size


def _lead_in(before: Sequence[Block], first: Block, page: UprightPage) -> tuple[int, ...]:
    """Return the words that introduce the list of the item `first`."""
    if not before or not _is_next(before[-1], first):
        return ()
    block = before[-1]
    if block.label == "heading":
        return block.words
    ends = [i for i, word in enumerate(block.words) if page.layer.texts[word].endswith((".", "?"))]
    sentence = block.words[ends[-1] + 1 if ends else 0 :]
    is_short = block.label == "paragraph" and 0 < len(sentence) <= MAX_LEAD_IN
    return sentence if is_short and page.layer.texts[sentence[-1]].endswith(":") else ()


def _list(items: Sequence[Block], lead_in: tuple[int, ...]) -> Block:
    parts = tuple(replace(item, context=lead_in) for item in items)
    if len(parts) == 1:
        return parts[0]
    return Block(
        words=tuple(word for item in items for word in item.words),
        box=enclose(as_boxes([item.box for item in items])),
        size=max(item.size for item in items),
        lines=sum(item.lines for item in items),
        label="list",
        context=lead_in,
        parts=parts,
        tag=None if any(item.tag is None for item in items) else items[0].tag,
    )
