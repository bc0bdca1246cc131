"""Figures: areas that are drawn or that a layout model names, with the words in and around them.

A figure takes in the blocks of text that lie in it and its caption; the text block before it is
what it must be read with. What raises retrieval most is the caption, since it gives words to
what else has none. Page frames and boxes full of running text are no figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import area, as_boxes, coverage, enclose, intersection, iou
from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.text import TextLayer

MAX_SHARE = 0.6  # of the page; what covers more is its frame or its background
MIN_SHARE = 0.004  # of the page; what covers less is an icon or a bullet
MAX_WORDS = 120  # in an area; more of them are text in a frame, unless a model is sure
SURE = 0.6
_CLOSE = 0.06  # of the height of the page, between parts of one figure
_LABEL_WORDS, _LABEL_GAP = 6, 0.8  # of a label outside the area, and heights of its font
_LEAD_IN = 60  # words of the block before a figure


def find(
    blocks: Sequence[Block], areas: Sequence[Area], layer: TextLayer, size: tuple[float, float]
) -> list[Block]:
    """Return the blocks with those that lie in figures, and captions, made part of these.

    Boxes are in page units on the page as it is held, `size` wide and high.
    """
    found = list(blocks)
    for box in _merge(_choose(areas, found, size), found, size):
        found = _absorb(Block((), box, label="figure"), found)
    found = _with_captions(found, layer)
    for figure in [block for block in found if block.label == "figure"]:
        found = _absorb(figure, [block for block in found if block is not figure])
    return [_with_lead_in(block, found) for block in found]


def _absorb(figure: Block, blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with those that lie in a figure, or label it from outside, made part."""
    inside = [b for b in blocks if b.label != "figure" and _belongs(b, figure.box)]
    words = [word for block in sorted(inside, key=_from_top) for word in block.words]
    box = enclose(as_boxes([figure.box, *(block.box for block in inside)]))
    rest = [block for block in blocks if not any(block is other for other in inside)]
    return [*rest, replace(figure, words=figure.words + tuple(words), box=box)]


def _belongs(block: Block, box: tuple[float, float, float, float]) -> bool:
    if _lies_in(block, box):
        return True
    across = min(block.box[2], box[2]) - max(block.box[0], box[0])
    down = min(block.box[3], box[3]) - max(block.box[1], box[1])
    beside = max(across, down) > 0.5 * min(block.box[2] - block.box[0], block.box[3] - block.box[1])
    label = block.label in ("paragraph", "other") and len(block.words) <= _LABEL_WORDS
    return label and beside and min(across, down) > -_LABEL_GAP * max(block.size, 6)


def _choose(
    areas: Sequence[Area], blocks: Sequence[Block], size: tuple[float, float]
) -> list[tuple[float, float, float, float]]:
    """Return the boxes that are figures; of those that overlap the surest one, then the largest."""
    kept: list[tuple[float, float, float, float]] = []
    tables = [block for block in blocks if block.label == "table"]
    likely = [
        area
        for area in areas
        # What the model calls a table and is none for its words is drawn like one.
        if area.label in ("figure", "table")
        and not any(_same(area.box, table.box) for table in tables)
        and not any(_rather(other, area) for other in areas)
        and _is_figure(area, blocks, size)
    ]
    for area_ in sorted(likely, key=lambda a: (not a.modelled, -_size(a.box))):
        if not kept or float(_shared(area_.box, kept).max()) < 0.3:
            kept.append(area_.box)
    return kept


def _merge(
    boxes: list[tuple[float, float, float, float]],
    blocks: Sequence[Block],
    size: tuple[float, float],
) -> list[tuple[float, float, float, float]]:
    """Join parts of one figure: they stand close, and no running text or title between them."""
    bars = [b for b in blocks if b.label != "table" and (b.lines > 2 or b.label != "paragraph")]
    merged = list(boxes)
    place = 0
    while place < len(merged):
        for other in range(place + 1, len(merged)):
            union = enclose(as_boxes([merged[place], merged[other]]))
            apart = _distance(merged[place], merged[other]) > _CLOSE * size[1]
            if not apart and not any(_overlaps(bar, union) for bar in bars):
                merged[place] = union
                del merged[other]
                place = -1
                break
        place += 1
    return merged


def _distance(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    across, down = max(a[0], b[0]) - min(a[2], b[2]), max(a[1], b[1]) - min(a[3], b[3])
    return max(across, down, 0.0)


def _overlaps(block: Block, box: tuple[float, float, float, float]) -> bool:
    return bool(coverage(as_boxes([box]), as_boxes([block.box]))[0, 0] > 0.3)


def _rather(other: Area, area: Area) -> bool:
    """Say whether a model is surer that an area is text."""
    return (
        other.label in ("text", "title", "reference")
        and other.score > area.score
        and float(iou(as_boxes([other.box]), as_boxes([area.box]))[0, 0]) > 0.7
    )


def _same(area: tuple[float, ...], table: tuple[float, ...]) -> bool:
    """Say whether an area is that of a table: it holds most of it and little else."""
    one, other = as_boxes([area]), as_boxes([table])
    return bool(coverage(one, other)[0, 0] > 0.7 and coverage(other, one)[0, 0] > 0.4)


def _is_figure(found: Area, blocks: Sequence[Block], size: tuple[float, float]) -> bool:
    share = _size(found.box) / (size[0] * size[1])
    if not MIN_SHARE < share < MAX_SHARE:
        return False
    inside = _inside(blocks, found.box)
    text = [b for b in inside if b.label == "table" or (b.lines >= 3 and len(b.words) >= 15)]
    words = sum(len(block.words) for block in inside)
    mostly_text = sum(_size(block.box) for block in text) >= 0.4 * _size(found.box)
    return not mostly_text and (words < MAX_WORDS or (found.modelled and found.score >= SURE))


def _with_captions(blocks: list[Block], layer: TextLayer) -> list[Block]:
    """Join each caption with the figure or table that it stands next to."""
    pairs = []
    for caption in (block for block in blocks if block.label == "caption"):
        begins = layer.texts[caption.words[0]].lower()
        for block in blocks:
            if block.label in ("figure", "table"):
                gap = _gap(caption, block)
                other = begins.startswith("tab") != (block.label == "table")
                if gap is not None and gap < 3 * max(caption.size, 6):
                    pairs.append((gap + (caption.size if other else 0), caption, block))
    joined: dict[int, Block] = {}
    used: set[int] = set()
    for _, caption, block in sorted(pairs, key=lambda pair: pair[0]):
        if id(caption) not in used and id(block) not in used:
            used |= {id(caption), id(block)}
            joined[id(block)] = _join(caption, block, layer)
    taken = {id(c) for _, c, b in pairs if id(c) in used}
    return [joined.get(id(block), block) for block in blocks if id(block) not in taken]


def _join(caption: Block, block: Block, layer: TextLayer) -> Block:
    above = caption.box[1] < block.box[1]
    words = caption.words + block.words if above else block.words + caption.words
    text = " ".join(layer.texts[word] for word in caption.words)
    return replace(
        block,
        parts=tuple(_with_context(part, caption.words) for part in block.parts),
        words=words,
        box=enclose(as_boxes([caption.box, block.box])),
        size=max(caption.size, block.size),
        text=None
        if block.text is None
        else "\n\n".join((text, block.text) if above else (block.text, text)),
    )


def _with_context(part: Block, words: tuple[int, ...]) -> Block:
    parts = tuple(_with_context(inner, words) for inner in part.parts)
    return replace(part, context=words + part.context, parts=parts)


def _gap(caption: Block, block: Block) -> float | None:
    """Return how far a caption stands above or below a figure; None when it stands beside it."""
    shared = min(caption.box[2], block.box[2]) - max(caption.box[0], block.box[0])
    narrower = min(caption.box[2] - caption.box[0], block.box[2] - block.box[0])
    if shared < 0.5 * narrower:
        return None
    gap = max(block.box[1] - caption.box[3], caption.box[1] - block.box[3])
    return max(gap, 0.0) if gap > -2 * max(caption.size, 6) else None


def _with_lead_in(block: Block, blocks: Sequence[Block]) -> Block:
    """Let a figure be read with the text block right above it in its column."""
    if block.label != "figure":
        return block
    above = [
        other
        for other in blocks
        if other.label in ("paragraph", "heading", "list_item")
        and other.box[3] <= block.box[1] + other.size
        and min(other.box[2], block.box[2]) > max(other.box[0], block.box[0])
    ]
    if not above:
        return block
    nearest = max(above, key=lambda other: other.box[3])
    return replace(block, context=nearest.words[-_LEAD_IN:])


def _inside(blocks: Sequence[Block], box: tuple[float, float, float, float]) -> list[Block]:
    """Return the blocks that `_lies_in` an area, all looked at together."""
    if not blocks:
        return []
    share = coverage(as_boxes([box]), as_boxes([block.box for block in blocks]))[0]
    return [
        blocks[i] for i in np.flatnonzero(share >= 0.7).tolist() if blocks[i].label != "caption"
    ]


def _lies_in(block: Block, box: tuple[float, float, float, float]) -> bool:
    inside = as_boxes([block.box])
    return bool(coverage(as_boxes([box]), inside)[0, 0] >= 0.7) and block.label != "caption"


def _shared(
    box: tuple[float, float, float, float], others: Sequence[tuple[float, float, float, float]]
) -> NDArray[np.float32]:
    """Return the share of the smaller of two boxes that lies in the other."""
    one, many = as_boxes([box]), as_boxes(others)
    smaller = np.maximum(np.minimum(area(one), area(many)), 1e-9)
    return np.asarray(intersection(one, many)[0] / smaller, dtype=np.float32)


def _size(box: tuple[float, float, float, float]) -> float:
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def _from_top(block: Block) -> tuple[float, float]:
    return block.box[1], block.box[0]
