"""Groups boxes that are close together into areas, both for drawn objects and for ink."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, covered_cells, enclose_groups
from snappy_core.parsing.pixel_runs import connect_runs, find_runs

# Lengths are in points on a page as large as Letter or A4, and grow with the page.
PAGE_SIDE = 700.0  # square root of the area of such a page
MAX_GAP = 3.0  # between the parts of a figure or of a dashed line: less than between text lines
MIN_SIDE = 20.0  # of a figure
MAX_SHARE = 0.6  # of the page; a larger area is its frame or background, or fills it
_MAX_AREAS = 300  # of a page: the largest ones

Kinds = NDArray[np.int8]


def group_boxes(boxes: Boxes, kinds: Kinds, size: Boxes) -> tuple[Boxes, Kinds]:
    """Return the box around each cluster and its highest kind; only the largest clusters if many.

    Kinds are 0 or more.
    """
    clusters = _clusters(boxes, size)
    highest = np.zeros(clusters.max(initial=-1) + 1, np.int8)
    np.maximum.at(highest, clusters, kinds)
    groups = enclose_groups(boxes, clusters)
    largest = np.argsort(-page_share(groups, size), kind="stable")[:_MAX_AREAS]
    return groups[largest], highest[largest]


def page_share(boxes: Boxes, size: Boxes) -> NDArray[np.float32]:
    """Return the share of a page of `size` (width, height) that each box (n, 4) covers."""
    return np.asarray(((boxes[:, 2:] - boxes[:, :2]) / size).prod(axis=1), dtype=np.float32)


def _clusters(boxes: Boxes, size: Boxes) -> NDArray[np.intp]:
    """Return the cluster number of each box; boxes whose grid cells touch share a cluster.

    The page is divided into cells as wide as the gap, so that time does not grow with the square
    of the number of boxes.
    """
    columns, rows = (size // MAX_GAP).astype(int) + 1
    cells = (boxes // MAX_GAP).astype(np.intp).T
    is_filled = covered_cells((rows, columns), cells[:2], cells[2:] + 1)
    runs = find_runs(is_filled)
    starts, places = (y * (columns + 1) + x for x, y in (runs[:, :2].T, cells[:2]))
    run_numbers = np.searchsorted(starts, places, side="right") - 1
    return np.asarray(connect_runs(runs)[run_numbers], dtype=np.intp)
