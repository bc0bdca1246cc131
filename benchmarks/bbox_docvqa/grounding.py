"""Measures of predicted boxes against evidence boxes: pure functions on boxes of one page.

The paper (arXiv 2512.02660) takes the best IoU over all predicted boxes for each evidence box and
averages these over the evidence boxes; a question is a hit if that mean reaches a threshold. This
measures the best of several guesses. Therefore the first guess, the first three, and the area of
the predicted boxes are measured, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, iou

T = TypeVar("T")

THRESHOLDS: Mapping[str, float] = {"hit25": 0.25, "hit50": 0.5, "hit70": 0.7}


def best_overlaps(predicted: Boxes, evidence: Boxes) -> NDArray[np.float32]:
    """Return the best IoU of a predicted box for each evidence box, 0..1, shape (evidence,).

    >>> predicted = np.array([[0, 0, 2, 1], [0, 0, 1, 4]], np.float32)
    >>> best_overlaps(predicted, np.array([[0, 0, 1, 1], [5, 5, 6, 6]], np.float32)).tolist()
    [0.5, 0.0]
    """
    return np.asarray(iou(predicted, evidence).max(axis=0, initial=0))


def grounding(overlaps: Sequence[float] | NDArray[np.float32]) -> dict[str, float]:
    """Return the mean of a question's best IoUs (evidence,), and which thresholds it reaches.

    >>> grounding([0.9, 0.2])
    {'mean_iou': 0.55, 'hit25': 1.0, 'hit50': 1.0, 'hit70': 0.0}

    Raises:
        ValueError: there is no evidence box.
    """
    if len(overlaps) == 0:
        raise ValueError("a question needs a box of evidence")
    mean = float(np.mean(np.asarray(overlaps, dtype=np.float64)))
    hits = {name: float(mean >= threshold) for name, threshold in THRESHOLDS.items()}
    return {"mean_iou": mean, **hits}


def prefixed(prefix: str, measures: Mapping[str, float]) -> dict[str, float]:
    """Return measures with "`prefix`_" added before their names."""
    return {f"{prefix}_{name}": value for name, value in measures.items()}


def shared_area(predicted: Boxes, evidence: Boxes) -> tuple[float, float]:
    """Return area recall and area precision: shares of the evidence and of the predicted area.

    Area covered by several boxes counts once. Without predicted boxes, precision is 0.

    >>> left, whole = np.array([[0, 0, 1, 2]], np.float32), np.array([[0, 0, 4, 2]], np.float32)
    >>> shared_area(whole, left), shared_area(left, whole)
    ((1.0, 0.25), (0.25, 1.0))
    """
    corners = np.concatenate([predicted, evidence]).astype(np.float64)
    xs, ys = np.unique(corners[:, 0::2]), np.unique(corners[:, 1::2])
    areas = np.diff(ys)[:, None] * np.diff(xs)[None, :]  # of the cells between all edges
    in_predicted, in_evidence = _covered(predicted, xs, ys), _covered(evidence, xs, ys)
    shared = float(areas[in_predicted & in_evidence].sum())
    evidence_area = float(areas[in_evidence].sum())
    predicted_area = float(areas[in_predicted].sum())
    return (
        shared / evidence_area if evidence_area else 0.0,
        shared / predicted_area if predicted_area else 0.0,
    )


def _covered(boxes: Boxes, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which cells between the edges `xs` and `ys` are in a box, shape (rows, columns)."""
    mask = np.zeros((max(len(ys) - 1, 0), max(len(xs) - 1, 0)), dtype=bool)
    for x0, y0, x1, y1 in boxes.astype(np.float64):
        rows = slice(*np.searchsorted(ys, [y0, y1]))
        mask[rows, slice(*np.searchsorted(xs, [x0, x1]))] = True
    return mask


def at_random(overlaps: NDArray[np.float32], draws: Iterable[NDArray[np.intp]]) -> dict[str, float]:
    """Return the mean grounding of randomly drawn regions, over the draws.

    Args:
        overlaps: (regions, evidence) IoUs.
        draws: indices of the regions of each draw.
    """
    return means([grounding(overlaps[draw].max(axis=0, initial=0)) for draw in draws], digits=None)


def means(rows: Sequence[Mapping[str, float]], digits: int | None = 6) -> dict[str, float]:
    """Return the mean of each measure over questions, rounded; all rows have the same measures.

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError("there are no questions to take the mean of")
    exact = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return exact if digits is None else {name: round(mean, digits) for name, mean in exact.items()}


def group(items: Iterable[T], key: Callable[[T], object]) -> dict[str, list[T]]:
    """Return the items of each key, sorted by its text.

    >>> group(["a1", "b1", "a2"], lambda item: item[0])
    {'a': ['a1', 'a2'], 'b': ['b1']}
    """
    groups: dict[str, list[T]] = defaultdict(list)
    for item in items:
        groups[str(key(item))].append(item)
    return dict(sorted(groups.items()))
