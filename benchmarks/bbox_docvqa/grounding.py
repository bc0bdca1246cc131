"""How well boxes found cover boxes of evidence: pure functions on boxes of one frame.

The paper (arXiv 2512.02660) takes for each evidence box the best IoU over all boxes returned and
means over the evidence boxes; a question hits when that mean reaches a threshold. The best of
several guesses: what it hides is measured beside it, by the first one and three of them and by
the area that they return.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, iou

THRESHOLDS: Mapping[str, float] = {"hit25": 0.25, "hit50": 0.5, "hit70": 0.7}
GROUNDING = ("mean_iou", *THRESHOLDS)
"""What `grounding` returns."""


def best_overlaps(found: Boxes, evidence: Boxes) -> NDArray[np.float32]:
    """Return for each evidence box the best IoU of a box found, 0..1, shape (evidence,).

    >>> found = np.array([[0, 0, 2, 1], [0, 0, 1, 4]], np.float32)
    >>> best_overlaps(found, np.array([[0, 0, 1, 1], [5, 5, 6, 6]], np.float32)).tolist()
    [0.5, 0.0]
    """
    return np.asarray(iou(found, evidence).max(axis=0, initial=0))


def grounding(overlaps: Sequence[float] | NDArray[np.float32]) -> dict[str, float]:
    """Return the mean of the best IoUs (evidence,) of a question, and whether it hits.

    >>> grounding([0.9, 0.2])
    {'mean_iou': 0.55, 'hit25': 1.0, 'hit50': 1.0, 'hit70': 0.0}

    Raises:
        ValueError: there is no evidence box.
    """
    if len(overlaps) == 0:
        raise ValueError("a question needs a box of evidence")
    mean = float(np.mean(np.asarray(overlaps, dtype=np.float64)))
    return {"mean_iou": mean, **{name: float(mean >= least) for name, least in THRESHOLDS.items()}}


def prefixed(prefix: str, measures: Mapping[str, float]) -> dict[str, float]:
    """Return measures under names that begin with "`prefix`_"."""
    return {f"{prefix}_{name}": value for name, value in measures.items()}


def shared_area(found: Boxes, evidence: Boxes) -> tuple[float, float]:
    """Return the share of the evidence's area that is found, and of the found that is evidence.

    Both are unions: area that several boxes cover counts once. Nothing found has precision 0.

    >>> left, around = np.array([[0, 0, 1, 2]], np.float32), np.array([[0, 0, 4, 2]], np.float32)
    >>> shared_area(around, left), shared_area(left, around)
    ((1.0, 0.25), (0.25, 1.0))
    """
    corners = np.concatenate([found, evidence]).astype(np.float64)
    xs, ys = np.unique(corners[:, 0::2]), np.unique(corners[:, 1::2])
    cells = np.diff(ys)[:, None] * np.diff(xs)[None, :]
    in_found, in_evidence = _cover(found, xs, ys), _cover(evidence, xs, ys)
    shared = float(cells[in_found & in_evidence].sum())
    wanted, returned = float(cells[in_evidence].sum()), float(cells[in_found].sum())
    return shared / wanted if wanted else 0.0, shared / returned if returned else 0.0


def _cover(boxes: Boxes, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which cells between the lines `xs` and `ys` lie in a box, shape (rows, columns)."""
    covered = np.zeros((max(len(ys) - 1, 0), max(len(xs) - 1, 0)), dtype=bool)
    for x0, y0, x1, y1 in boxes.astype(np.float64):
        rows = slice(*np.searchsorted(ys, [y0, y1]))
        covered[rows, slice(*np.searchsorted(xs, [x0, x1]))] = True
    return covered


def at_random(overlaps: NDArray[np.float32], draws: Iterable[NDArray[np.intp]]) -> dict[str, float]:
    """Return the measures of regions drawn at random, on average over the draws.

    Args:
        overlaps: (regions, evidence) IoUs.
        draws: places of the regions drawn.
    """
    judged = [grounding(overlaps[draw].max(axis=0, initial=0)) for draw in draws]
    return {name: float(np.mean([row[name] for row in judged])) for name in GROUNDING}


def means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each measure over questions, all of which have the same measures.

    Raises:
        ValueError: there are no questions.
    """
    if not rows:
        raise ValueError("there are no questions to take the mean of")
    return {name: round(float(np.mean([row[name] for row in rows])), 6) for name in rows[0]}
