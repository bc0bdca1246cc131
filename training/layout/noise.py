"""Varies pages as if they were drawn less well, or read by OCR."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.drawings import NO_BOXES, RulingLines
from training.layout.tagged_pages import TrainingPage

_FONT_HEIGHT = 1.2  # font size / height of the ink of a typical word, as in ocr/text_layer.py
_JITTER = 0.04  # of a height, one standard deviation
# Probabilities that a paragraph of OCR ends, as on scans (scans.py): where the type changes its
# size, at the end of a block, and within one.
_ENDS = (0.95, 0.15, 0.03)
_OTHER_SIZE = 1.15  # times as large
_KEPT_LINES = 0.8
_LOST = 0.1  # probability that a page lacks one of the cues to its structure
_HEIGHTS = (0.8, 1.15)  # of line boxes, relative to those of the printers' fonts


def vary(page: TrainingPage, random: np.random.Generator) -> TrainingPage:
    """Return a page without some of the cues to its structure, in a font of other heights.

    No cue can be relied on: bold type and fonts are named in many ways, and frames and lines are
    drawn in as many, or left out.
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
    """Return a page as Snappy would read it from an image.

    It has no bold type, no drawings, uneven boxes and sizes, and fewer ruling lines.
    """
    count = len(page.runs)
    ink = page.runs.ink.copy()
    heights = ink[:, 3] - ink[:, 1]
    ink[:, 1] += random.normal(0, _JITTER, count) * heights
    ink[:, 3] += random.normal(0, _JITTER, count) * heights
    ink[:, 3] = np.maximum(ink[:, 3], ink[:, 1] + 0.3 * heights)
    sizes = _paragraph_sizes(page, _FONT_HEIGHT * (ink[:, 3] - ink[:, 1]), random)
    lines = (
        rules[random.random(len(rules)) < _KEPT_LINES]
        for rules in (page.ruling_lines.horizontal, page.ruling_lines.vertical)
    )
    runs = replace(
        page.runs, boxes=ink, ink=ink, sizes=np.maximum(sizes, 0.1),
        bold=np.zeros_like(page.runs.bold), styles=np.zeros_like(page.runs.styles),
    )  # fmt: skip
    return replace(
        _without_areas(page), runs=runs, frames=NO_BOXES, ruling_lines=RulingLines(*lines)
    )


def _paragraph_sizes(
    page: TrainingPage, sizes: NDArray[np.float32], random: np.random.Generator
) -> NDArray[np.float32]:
    """Return one size for the runs of each OCR paragraph, as `to_text_layer` does.

    These paragraphs are not the blocks: some span several blocks, some are parts of one.
    """
    count = len(sizes)
    printed = np.log(np.maximum(page.runs.sizes, 0.1))
    changes = np.abs(np.diff(printed, prepend=printed[:1])) > np.log(_OTHER_SIZE)
    ends = np.diff(page.blocks[:count], prepend=page.blocks[:1]) != 0
    chances = np.select([changes, ends], _ENDS[:2], _ENDS[2])
    paragraphs = np.cumsum(random.random(count) < chances)
    medians = {number: np.median(sizes[paragraphs == number]) for number in np.unique(paragraphs)}
    return np.array([medians[number] for number in paragraphs], np.float32)


def _without_areas(page: TrainingPage) -> TrainingPage:
    count = len(page.runs)
    return replace(
        page, areas=NO_BOXES, area_scores=NO_BOXES[:, 0], classes=page.classes[:count],
        blocks=page.blocks[:count], rows=page.rows[:count], groups=page.groups[:count],
    )  # fmt: skip
