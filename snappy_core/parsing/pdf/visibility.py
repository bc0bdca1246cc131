"""Is there ink where the text layer says a word stands, and ink that it does not speak of?"""

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes

CONTRAST = 10
"""Grey levels (of 255) between neighbouring pixels that count as an edge of ink."""


def edges(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where a grey picture (h, w) differs from the pixel to the left or above."""
    grey = picture.astype(np.int16)
    found = np.zeros(picture.shape, dtype=bool)
    found[:, 1:] |= np.abs(np.diff(grey, axis=1)) >= CONTRAST
    found[1:] |= np.abs(np.diff(grey, axis=0)) >= CONTRAST
    return found


def shows_ink(edges: NDArray[np.bool_], boxes: Boxes) -> NDArray[np.bool_]:
    """Say for each box (n, 4) whether there is an edge inside it.

    White text on white, text under an opaque shape and text without ink have none. Boxes are
    taken a pixel larger when they are smaller than a pixel, so that fine print counts.
    """
    height, width = edges.shape
    total = np.zeros((height + 1, width + 1), dtype=np.int32)  # integral image
    along = np.cumsum(edges, axis=1, dtype=np.int32)
    for row in range(height):  # four times as fast as `cumsum` down the columns
        np.add(total[row, 1:], along[row], out=total[row + 1, 1:])
    (x0, y0), (x1, y1) = _pixels(edges, boxes)
    found = total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0]
    return np.asarray(found > 0, dtype=bool)


def share_in(edges: NDArray[np.bool_], boxes: Boxes) -> float:
    """Return the share of all edges that lies in any of the boxes (n, 4); 1 without edges."""
    whole = int(edges.sum())
    if whole == 0:
        return 1.0
    # How many boxes lie over a pixel, in one sum however many and large the boxes are.
    steps = np.zeros((edges.shape[0] + 1, edges.shape[1] + 1), dtype=np.int32)
    (x0, y0), (x1, y1) = _pixels(edges, boxes)
    for sign, ys, xs in ((1, y0, x0), (-1, y0, x1), (-1, y1, x0), (1, y1, x1)):
        np.add.at(steps, (ys, xs), sign)
    inside = steps.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0
    return int((edges & inside).sum()) / whole


def _pixels(edges: NDArray[np.bool_], boxes: Boxes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pixels that boxes touch as (x0, y0) and (x1, y1), each (2, n), end excluded."""
    size = np.array([edges.shape[1], edges.shape[0]])
    low = np.clip(np.floor(boxes[:, :2] * size).astype(np.intp), 0, size - 1)
    high = np.clip(np.ceil(boxes[:, 2:] * size).astype(np.intp), low + 1, size)
    return low.T, high.T
