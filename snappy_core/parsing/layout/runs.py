"""Runs of words: the nodes that the layout models classify and join."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import enclose_groups
from snappy_core.grouping import connected_components
from snappy_core.parsing.layout.lines import Line
from snappy_core.parsing.text import TextLayer

_MAX_GAP = 0.7  # font sizes between words of a run; wider gaps may separate cells or columns
_MAX_OVERLAP = 0.5  # font sizes by which words of a run may overlap, as kerned or bold ones do
_MAX_SIZE_RATIO = 2.0  # with a larger ratio, one is a drop cap or a number next to its label
_NEIGHBORS = 4  # following words in reading direction that are considered


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Words on one baseline without a wide gap or a ruling line between them, in points.

    Attributes:
        words: for each of the n runs, indices of its words in the page, left to right.
        boxes: (n, 4), as high as the font.
        ink: (n, 4), tight to the ink.
        sizes: (n,) median font sizes.
        bold: (n,) shares of the words that are bold.
        styles: (n,) style number (font and color) of most words.
        texts: n strings.
    """

    words: tuple[tuple[int, ...], ...]
    boxes: NDArray[np.float32]
    ink: NDArray[np.float32]
    sizes: NDArray[np.float32]
    bold: NDArray[np.float32]
    styles: NDArray[np.int32]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.words)

    def lines(self) -> list[Line]:
        """Return each run as a line."""
        boxes, sizes = self.boxes.tolist(), self.sizes.tolist()
        return [
            Line(words, x0, y0, x1, y1, size)
            for words, (x0, y0, x1, y1), size in zip(self.words, boxes, sizes, strict=True)
        ]

    def take(self, indices: NDArray[np.intp]) -> Runs:
        """Return the runs at some indices."""
        return Runs(
            tuple(self.words[i] for i in indices), self.boxes[indices], self.ink[indices],
            self.sizes[indices], self.bold[indices], self.styles[indices],
            tuple(self.texts[i] for i in indices),
        )  # fmt: skip


def find_runs(
    layer: TextLayer,
    line_boxes: NDArray[np.float32],
    word_boxes: NDArray[np.float32],
    indices: NDArray[np.intp],
    verticals: NDArray[np.float32],
) -> Runs:
    """Return the runs formed by the words of a layer at some indices, in file order.

    Args:
        line_boxes, word_boxes: (n, 4) boxes of all words in points, as high as the font and tight
            to the ink.
        verticals: (m, 4) vertical ruling lines, at which runs end.
    """
    texts, sizes, bold, styles = layer.texts, layer.sizes, layer.bold, layer.styles
    boxes = line_boxes[indices]
    first, second = _neighbor_words(boxes, sizes[indices], verticals)
    labels = connected_components(len(indices), zip(first.tolist(), second.tolist(), strict=True))
    order = np.lexsort((boxes[:, 0], labels))
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    groups = np.split(indices[order], starts[1:]) if len(indices) else []
    return Runs(
        words=tuple(tuple(group.tolist()) for group in groups),
        boxes=enclose_groups(boxes, labels),
        ink=enclose_groups(word_boxes[indices], labels),
        sizes=np.array([_median(sizes[group].tolist()) for group in groups], np.float32),
        bold=np.array([sum(bold[group].tolist()) / len(group) for group in groups], np.float32),
        styles=np.array([_most_common(styles[group].tolist()) for group in groups], np.int32),
        texts=tuple(" ".join(texts[i] for i in group) for group in groups),
    )


def _median(values: list[float]) -> float:
    values = sorted(values)  # for so few, numpy's median would take longer than everything else
    middle = len(values) // 2
    return (values[middle] + values[~middle]) / 2


def _most_common(numbers: list[int]) -> int:
    return Counter(numbers).most_common(1)[0][0]


def _neighbor_words(
    boxes: NDArray[np.float32], sizes: NDArray[np.float32], verticals: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs of words that follow each other on a baseline."""
    middles, heights = (boxes[:, 1] + boxes[:, 3]) / 2, boxes[:, 3] - boxes[:, 1]
    height = float(np.median(heights)) if len(heights) else 1.0
    # In this order the next word on a baseline is close by, whatever the file order.
    firsts, seconds = [], []
    for shift in (0.0, 0.5):
        bands = np.floor(middles / max(height, 1e-3) + shift)
        order = np.lexsort((boxes[:, 0], bands))
        for step in range(1, _NEIGHBORS + 1):
            firsts.append(order[:-step])
            seconds.append(order[step:])
    file_order = np.arange(len(boxes))
    first = np.concatenate([*firsts, file_order[:-1]])
    second = np.concatenate([*seconds, file_order[1:]])
    a, b = boxes[first], boxes[second]
    size = np.minimum(sizes[first], sizes[second])
    lower = np.minimum(heights[first], heights[second])
    gaps = b[:, 0] - a[:, 2]
    overlaps = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    ratios = np.maximum(sizes[first], sizes[second]) / np.maximum(size, 1e-3)
    is_next = (overlaps > 0.5 * lower) & (ratios < _MAX_SIZE_RATIO) & (a[:, 0] <= b[:, 0])
    is_next &= (gaps < _MAX_GAP * size) & (gaps > -_MAX_OVERLAP * size)
    first, second = first[is_next], second[is_next]
    for x0, y0, x1, y1 in verticals.tolist():  # few pairs, and few lines on most pages
        x, middle = (x0 + x1) / 2, middles[first]
        centers = (boxes[first, 0] + boxes[first, 2]) / 2, (boxes[second, 0] + boxes[second, 2]) / 2
        is_cut = (centers[0] < x) & (x < centers[1]) & (y0 < middle) & (middle < y1)
        first, second = first[~is_cut], second[~is_cut]
    return first, second
