"""Is there ink where the text layer says a word stands?"""

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes

CONTRAST = 10
"""Grey levels (of 255) between neighbouring pixels that count as an edge of ink."""


def shows_ink(picture: NDArray[np.uint8], boxes: Boxes) -> NDArray[np.bool_]:
    """Say for each box (n, 4) whether the grey picture (h, w) has an edge inside it.

    White text on white, text under an opaque shape and text without ink have none. Boxes are
    taken a pixel larger when they are smaller than a pixel, so that fine print counts.
    """
    height, width = picture.shape
    grey = picture.astype(np.int16)
    edge = np.zeros((height, width), dtype=np.int32)
    edge[:, 1:] |= np.abs(np.diff(grey, axis=1)) >= CONTRAST
    edge[1:] |= np.abs(np.diff(grey, axis=0)) >= CONTRAST
    total = np.zeros((height + 1, width + 1), dtype=np.int32)  # integral image
    total[1:, 1:] = edge.cumsum(axis=0).cumsum(axis=1)
    size = np.array([width, height])
    low = np.clip(np.floor(boxes[:, :2] * size).astype(np.intp), 0, size - 1)
    high = np.clip(np.ceil(boxes[:, 2:] * size).astype(np.intp), low + 1, size)
    (x0, y0), (x1, y1) = low.T, high.T
    found = total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0]
    return np.asarray(found > 0, dtype=bool)
