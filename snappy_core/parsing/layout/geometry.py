"""Sizes, distances and overlaps of two boxes in points."""

from __future__ import annotations

from snappy_core.types import Box


def box_area(box: Box) -> float:
    """Return the area of a box in square points."""
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def box_gaps(a: Box, b: Box) -> tuple[float, float]:
    """Return the horizontal and the vertical gap between two boxes, negative where they overlap.

    >>> box_gaps((0, 0, 10, 10), (15, 2, 20, 8))
    (5, -6)
    """
    return max(a[0], b[0]) - min(a[2], b[2]), max(a[1], b[1]) - min(a[3], b[3])


def overlap_share(a: Box, b: Box) -> float:
    """Return the share of the smaller of two boxes that lies in the other, 0..1."""
    across, down = box_gaps(a, b)
    smaller = min(box_area(a), box_area(b))
    return max(-across, 0) * max(-down, 0) / max(smaller, 1e-6)
