"""Features of the nodes of a page and of their pairs, the input of the layout network.

Lengths are in units of the page's own line height, so that features do not depend on its scale.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from snappy_core.boxes import contains_center
from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.neighbors import SIDES, Array, Neighbors, innermost, squash
from snappy_core.parsing.layout.pair_features import pair_features, rules_beside, same_size
from snappy_core.parsing.layout.runs import Runs

_BULLET = re.compile(
    r"^(?:[•‣◦▪▫●○■□◆➢➤✓✔·*–—\uf0a7\uf0b7\uf0d8\uf076\-]"
    r"|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]|\[\d{1,3}\]|\d{1,2}(?:\.\d{1,2}){1,3}[.:)]?)(?:\s|$)"
)
_CAPTION = re.compile(
    r"^(?:fig(?:ure|\.)|table|tab\.|chart|exhibit|box|scheme|plate|graph|map|photo|source|notes?)\b",
    re.I,
)
_NUMERIC = re.compile(r"[\s$€£¥%().,\d\-–—+/:*]+")
_MONEY = frozenset("$€£¥%")
_NEAR = 15.0  # units up and down within which runs count as aligned
_FLAT = 0.01  # units: minimum height of a run; hostile pages have words of height zero
_SMALLEST = 0.1  # minimum font size
_NO_RULE = 8.0  # units; distance to a ruling line that is further away or missing

_TEXT, _GEOMETRY, _NEIGHBORS = 22, 40, 76  # numbers of features
_OF_NEIGHBORS = [0, 2, 4, 5, 6, 7, 9, 10, 18, 17, 22]  # text features, and bold
_COUNTS = 2  # the first text features, whose logarithms are taken
NUMERIC = 18  # column of `_text_features`
DIGITS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """The n runs of a page and, after them, its m areas of pictures and drawings.

    Attributes:
        features: (n + m, f).
        pairs: (n + m, n + m, g).
        boxes: (n + m, 4) in points.
        unit: height of a line in points.
    """

    features: Array
    pairs: Array
    boxes: Array
    unit: float


def page_nodes(
    runs: Runs,
    areas: Array,
    area_scores: Array,
    frames: Array,
    ruling_lines: RulingLines,
    width: float,
    height: float,
) -> Nodes:
    """Return the nodes of a page of `width` x `height` points.

    Args:
        areas: (m, 4) boxes of pictures and groups of paths.
        area_scores: (m,).
        frames: (k, 4) filled or outlined boxes.
    """
    unit = line_height(runs)
    boxes = np.vstack([runs.boxes, areas]).astype(np.float32)
    count = len(runs)
    text = np.array([_text_features(t) for t in runs.texts]).reshape(count, _TEXT)
    text[:, :_COUNTS] = np.log1p(text[:, :_COUNTS])
    text = text.astype(np.float32)
    text = np.hstack([text, runs.bold[:, None]])
    near = Neighbors(runs.boxes, unit)
    geometry = _geometry_features(
        runs, text, near, areas, frames, ruling_lines, width, height, unit
    )
    features = np.hstack([text, geometry, _neighbor_features(runs, text, near, unit)])
    area_part = np.zeros((len(areas), features.shape[1]), np.float32)
    kinds = np.zeros((len(boxes), 7), np.float32)
    if len(areas):
        kinds[count:, 0] = 1
        kinds[count:, 1] = area_scores
        inside = contains_center(areas, runs.boxes) if count else np.zeros((len(areas), 0))
        sizes = areas[:, 2:] - areas[:, :2]
        kinds[count:, 2] = np.log1p(inside.sum(axis=1))
        ink = (runs.ink[:, 2:] - runs.ink[:, :2]).prod(axis=1)
        kinds[count:, 3] = (inside * ink).sum(axis=1) / np.maximum(sizes.prod(axis=1), 1)
        kinds[count:, 4:6] = sizes / (width, height)
        kinds[count:, 6] = np.log(np.maximum(sizes.min(axis=1) / unit, 0.1))
        area_part[:, text.shape[1] : text.shape[1] + 4] = areas / (width, height, width, height)
    features = np.hstack([np.vstack([features, area_part]), kinds])
    pairs = pair_features(boxes, runs, near, frames, areas, ruling_lines, unit)
    return Nodes(features.astype(np.float32), pairs, boxes, unit)


def line_height(runs: Runs) -> float:
    """Return the median height of runs, weighted by their letters."""
    if not len(runs):
        return 12.0
    heights = runs.boxes[:, 3] - runs.boxes[:, 1]
    order = np.argsort(heights)
    letters = np.cumsum([max(1, len(runs.texts[i])) for i in order])
    return float(max(1e-3, heights[order[np.searchsorted(letters, letters[-1] / 2)]]))


def _text_features(text: str) -> list[float]:
    length = max(1, len(text))
    codes = [] if text.isascii() else [ord(c) for c in text]
    return [
        text.count(" ") + 1, len(text),
        sum(map(str.isdigit, text)) / length, sum(map(str.isupper, text)) / length,
        sum(map(str.isalpha, text)) / length, bool(_BULLET.match(text)), text[-1:] in ".;!?。",
        text[-1:] == ":", text[-1:] == ",", text[:1].isupper(), text[:1].islower(),
        text[:1].isdigit(), not _MONEY.isdisjoint(text), text.startswith("("),
        text.count(".") > 5 or "…" in text, len(text) == 1 and not text.isalnum(), text[-1:] == "-",
        bool(_CAPTION.match(text)), bool(_NUMERIC.fullmatch(text)),
        sum(0x2E80 < c < 0xFF00 for c in codes) / length,
        sum(0x590 < c < 0x8FF for c in codes) / length,
        "@" in text or "www." in text or "://" in text,
    ]  # fmt: skip


def _geometry_features(
    runs: Runs, text: Array, near: Neighbors, areas: Array, frames: Array,
    ruling_lines: RulingLines, width: float, height: float, unit: float,
) -> Array:  # fmt: skip
    x0, y0, x1, y1 = runs.boxes.T
    if not len(runs):
        return np.zeros((0, _GEOMETRY), np.float32)
    words = np.array([min(40, len(w)) for w in runs.words])
    sizes = np.maximum(runs.sizes, _SMALLEST)
    usual = np.median(np.repeat(sizes, words))
    left, right = np.percentile(x0, 5), np.percentile(x1, 95)
    span, widths, heights = max(1e-3, right - left), x1 - x0, y1 - y0
    mates, numeric = near.same.sum(axis=1), text[:, NUMERIC]
    of_mates = np.column_stack([text[:, DIGITS], widths, numeric]).astype(np.float32)
    digits, mate_widths, numbers = (near.same.astype(np.float32) @ of_mates).T
    row_digits = np.where(mates > 0, digits / np.maximum(mates, 1), -1)
    is_near = np.abs((y0 + y1)[:, None] - (y0 + y1)) / 2 < _NEAR * unit
    aligned = [
        ((np.abs(edge[:, None] - edge) < 0.35 * unit) & is_near).sum(axis=1) - 1
        for edge in (x0, x1, (x0 + x1) / 2)
    ]
    aligned.append(((np.abs(x1[:, None] - x1) < 0.6 * unit) & is_near & (numeric > 0)).sum(axis=1))
    inside = contains_center(areas, runs.boxes).any(axis=0) if len(areas) else np.zeros(len(x0))
    columns = [
        x0 / width, x1 / width, y0 / height, y1 / height,
        widths / span, (x0 - left) / span, (x1 - left) / span, ((x0 + x1) / 2 - left) / span,
        squash(widths / unit), np.log(np.maximum(heights / unit, _FLAT)), np.log(sizes / usual),
        np.log1p(mates), mate_widths / span + widths / span, row_digits,
        np.log1p(numbers), *map(np.log1p, aligned), inside,
        np.full(len(x0), np.log1p(len(x0))), np.full(len(x0), np.log(width / height)),
        np.full(len(x0), np.log(width / unit)),
        *_rule_features(runs.boxes, unit, ruling_lines.horizontal, flat=True),
        *_rule_features(runs.boxes, unit, ruling_lines.vertical, flat=False),
        *_frame_features(runs.boxes, frames, width, height, unit),
        *_style_shares(runs),
    ]  # fmt: skip
    return np.column_stack(columns).astype(np.float32)


def _style_shares(runs: Runs) -> list[Array]:
    """Return the shares of the page's letters in the style of each run, and at its size."""
    letters = np.array([len(text) for text in runs.texts], np.float32)
    letters /= max(1.0, letters.sum())
    same_style = runs.styles[:, None] == runs.styles
    masks = same_style, same_style & same_size(runs.sizes, runs.sizes)
    return [mask.astype(np.float32) @ letters for mask in masks]


def _rule_features(boxes: Array, unit: float, rules: Array, flat: bool) -> list[Array]:
    """Return the distances to the nearest lines before and after, their lengths, and the counts."""
    if not len(rules):
        empty = np.zeros(len(boxes), np.float32)
        far = np.full(len(boxes), np.log1p(_NO_RULE), np.float32)
        return [far, far, empty, empty, empty]
    beside, middles, positions = rules_beside(boxes, rules, flat)
    distances = (positions - middles[:, None]) / unit
    before = np.where(beside & (distances <= 0), -distances, np.inf)
    after = np.where(beside & (distances > 0), distances, np.inf)
    lengths = (rules[:, 2] - rules[:, 0] if flat else rules[:, 3] - rules[:, 1]) / unit
    near = (beside & (np.abs(distances) < 6)).sum(axis=1)
    return [
        np.log1p(np.minimum(before.min(axis=1), _NO_RULE)),
        np.log1p(np.minimum(after.min(axis=1), _NO_RULE)),
        np.where(before.min(axis=1) < _NO_RULE, np.log1p(lengths[before.argmin(axis=1)]), 0),
        np.where(after.min(axis=1) < _NO_RULE, np.log1p(lengths[after.argmin(axis=1)]), 0),
        np.log1p(near),
    ]


def _frame_features(
    boxes: Array, frames: Array, width: float, height: float, unit: float
) -> list[Array]:
    inner = innermost(frames, boxes)
    has_frame = inner >= 0
    if not has_frame.any():
        return [np.zeros(len(boxes), np.float32)] * 5
    around = frames[inner]
    share = (around[:, 2:] - around[:, :2]) / (width, height)
    counts = np.bincount(inner[has_frame], minlength=len(frames))[inner]
    columns = [
        np.ones(len(boxes)), share[:, 0], share[:, 1], np.log1p(counts),
        np.log(np.maximum((around[:, 3] - around[:, 1]) / unit, 0.1)),
    ]  # fmt: skip
    return [np.where(has_frame, column, 0) for column in columns]


def _neighbor_features(runs: Runs, text: Array, near: Neighbors, unit: float) -> Array:
    if not len(runs):
        return np.zeros((0, _NEIGHBORS), np.float32)
    x0, _, x1, _ = runs.boxes.T
    widths, sizes = np.maximum(x1 - x0, 1e-3), np.maximum(runs.sizes, _SMALLEST)
    mates = near.same.sum(axis=1)
    parts = []
    for side in SIDES:
        j = near.indices[side]
        part = np.column_stack([
            np.ones(len(j)), squash(near.gaps[side] / unit), np.log(sizes[j] / sizes),
            squash((x0[j] - x0) / unit), squash((x1[j] - x1) / unit), np.log(widths[j] / widths),
            text[j][:, _OF_NEIGHBORS], np.log1p(mates[j]), runs.styles[j] == runs.styles,
        ])  # fmt: skip
        part[j < 0] = 0
        parts.append(part)
    return np.hstack(parts).astype(np.float32)
