"""Whether words are visible: whether their boxes have ink, and how much of all ink is theirs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, covered_cells

CONTRAST = 10  # gray levels (of 255) between neighboring pixels that make an edge of ink


def edge_mask(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where pixels of a gray image (h, w) differ from those to the left or above."""
    edges = np.zeros(image.shape, dtype=bool)
    edges[:, 1:] = _differ(image[:, 1:], image[:, :-1])
    edges[1:] |= _differ(image[1:], image[:-1])
    return edges


def _differ(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray(np.maximum(a, b) - np.minimum(a, b) >= CONTRAST)  # without an overflow


def has_edges(edges: NDArray[np.bool_], boxes: Boxes) -> NDArray[np.bool_]:
    """Return (n,) bool: whether each box (n, 4) contains an edge of the mask (h, w).

    White text on white, text under an opaque shape and text without ink have none. Boxes
    smaller than a pixel are enlarged to one, so that fine print counts.
    """
    (x0, y0), (x1, y1) = _pixels(edges, boxes)
    # Words cover little of a page: checking each is faster than a sum over all pixels.
    sides = zip(x0.tolist(), y0.tolist(), x1.tolist(), y1.tolist(), strict=True)
    contain_edge = (edges[top:bottom, left:right].any() for left, top, right, bottom in sides)
    return np.fromiter(contain_edge, dtype=bool, count=len(boxes))


def covered_share(edges: NDArray[np.bool_], boxes: Boxes) -> float:
    """Return the share of the edges in a mask (h, w) that boxes (n, 4) cover; 1 without edges."""
    covered = edges & covered_cells(edges.shape, *_pixels(edges, boxes))
    total = int(edges.sum())
    return int(covered.sum()) / total if total else 1.0


def _pixels(edges: NDArray[np.bool_], boxes: Boxes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pixels that boxes touch as (x0, y0) and (x1, y1), each (2, n), end excluded."""
    size = np.array([edges.shape[1], edges.shape[0]])
    low = np.clip(np.floor(boxes[:, :2] * size).astype(np.intp), 0, size - 1)
    high = np.clip(np.ceil(boxes[:, 2:] * size).astype(np.intp), low + 1, size)
    return low.T, high.T
