"""Pages as they might have been: less well drawn, or read by OCR."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from snappy_core.parsing.drawings import NO_BOXES, RulingLines
from training.layout.tagged_pages import TrainingPage

_FONT_HEIGHT = 1.2  # font size / height of the ink of a usual word, as in ocr/text_layer.py
_JITTER = 0.04  # of a height, one standard deviation
_KEPT_LINES = 0.8
_LOST = 0.1  # probability that a page lacks one of the things that tell its parts
_HEIGHTS = (0.8, 1.15)  # of line boxes, compared with what the fonts of the printers have


def vary(page: TrainingPage, random: np.random.Generator) -> TrainingPage:
    """Return a page without some of the things that tell its parts, in a font of other heights.

    What a page has is never all that may be counted on: bold type and fonts are named in many
    ways, and frames and lines are drawn in as many, or left out.
    """
    boxes = page.runs.boxes.copy()
    middles = boxes[:, 1::2].mean(axis=1, keepdims=True)
    boxes[:, 1::2] = middles + (boxes[:, 1::2] - middles) * random.uniform(*_HEIGHTS)
    runs = replace(page.runs, boxes=boxes)
    if random.random() < _LOST:
        runs = replace(runs, bold=np.zeros_like(runs.bold))
    if random.random() < _LOST:
        runs = replace(runs, styles=np.zeros_like(runs.styles))
    if random.random() < _LOST:
        page = replace(page, frames=NO_BOXES)
    if random.random() < _LOST:
        page = replace(page, ruling_lines=RulingLines())
    if random.random() < _LOST:
        page = _without_areas(page)
    return replace(page, runs=runs)


def like_ocr(page: TrainingPage, random: np.random.Generator) -> TrainingPage:
    """Return a page as the product would read it from a picture.

    It has no bold type, no drawings, uneven boxes and sizes, and fewer ruling lines.
    """
    count = len(page.runs)
    ink = page.runs.ink.copy()
    heights = ink[:, 3] - ink[:, 1]
    ink[:, 1] += random.normal(0, _JITTER, count) * heights
    ink[:, 3] += random.normal(0, _JITTER, count) * heights
    ink[:, 3] = np.maximum(ink[:, 3], ink[:, 1] + 0.3 * heights)
    sizes = _FONT_HEIGHT * heights
    blocks = page.blocks[:count]
    for block in np.unique(blocks[blocks >= 0]):
        sizes[blocks == block] = np.median(sizes[blocks == block])
    lines = (
        rules[random.random(len(rules)) < _KEPT_LINES]
        for rules in (page.ruling_lines.horizontal, page.ruling_lines.vertical)
    )
    runs = replace(
        page.runs, boxes=ink, ink=ink, sizes=np.maximum(sizes, 0.1).astype(np.float32),
        bold=np.zeros_like(page.runs.bold), styles=np.zeros_like(page.runs.styles),
    )  # fmt: skip
    return replace(
        _without_areas(page), runs=runs, frames=NO_BOXES, ruling_lines=RulingLines(*lines)
    )


def _without_areas(page: TrainingPage) -> TrainingPage:
    count = len(page.runs)
    return replace(
        page, areas=NO_BOXES, area_scores=NO_BOXES[:, 0], classes=page.classes[:count],
        blocks=page.blocks[:count], rows=page.rows[:count], groups=page.groups[:count],
    )  # fmt: skip
