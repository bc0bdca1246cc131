"""Pages as OCR sees them: no bold type, no drawings, uneven boxes and sizes, lost ruling lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from snappy_core.parsing.drawings import NO_BOXES, RulingLines
from training.layout.tagged_pages import TrainingPage

_FONT_HEIGHT = 1.2  # font size / height of the ink of a usual word, as in ocr/text_layer.py
_JITTER = 0.04  # of a height, one standard deviation
_KEPT_LINES = 0.8


def like_ocr(page: TrainingPage, random: np.random.Generator) -> TrainingPage:
    """Return a page as the product would read it from a picture, without its areas."""
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
        bold=np.zeros_like(page.runs.bold),
    )  # fmt: skip
    return replace(
        page, runs=runs, areas=NO_BOXES, area_features=NO_BOXES[:, :2], frames=NO_BOXES,
        ruling_lines=RulingLines(*lines), classes=page.classes[:count], blocks=blocks,
        rows=page.rows[:count], groups=page.groups[:count],
    )  # fmt: skip
