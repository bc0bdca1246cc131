"""Estimates the skew of the text in the image of a page from the edges of its letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SKEW = 10.0
"""Degrees; a page that is skewed by more is left as it is."""

MIN_SKEW = 0.3
"""Degrees; less counts as straight for OCR and layout."""

_SIDE = 1000  # pixels of the longer side when edges are measured: letters are about 8 high
_MIN_CONTRAST = 24  # gray levels (of 255) between the pixels above and below an edge
_MIN_EDGES, _MAX_EDGES = 300, 60_000  # a few letters have fewer; a full page has up to the maximum
_COARSE, _FINE = 0.5, 0.1  # degrees between the angles that are tried
# How many times sharper than at the median angle the profile of lines of text is at the best one.
# Photographs have up to 1.3, the columns of upright text 1.5, a single line of text 3.
_MIN_SHARPNESS = 2.0
_MIN_GAIN = 1.1  # the same, than at no skew


def estimate_skew(image: Image) -> float:
    """Return the clockwise skew of the text in an image, in degrees.

    It is 0 for straight pages, for pages without text, and for skews above `MAX_SKEW`. Lines may
    run in any of the four directions. The profile of a page is sharpest at the angle of its lines
    (Postl, 1986). Takes about 40 ms.
    """
    from PIL.Image import Resampling

    scale = min(1.0, _SIDE / max(image.size))
    size = max(round(image.width * scale), 1), max(round(image.height * scale), 1)
    gray = np.asarray(image.convert("L").resize(size, Resampling.BOX), dtype=np.int16)
    level, best_skew = _MIN_SHARPNESS, 0.0
    for values, sign in ((gray, 1), (gray.T, -1)):  # turned lines slope down to the left, not right
        skew, sharpness = _find_skew(values)
        if sharpness > level:
            level, best_skew = sharpness, sign * skew
    return best_skew if MIN_SKEW <= abs(best_skew) <= MAX_SKEW else 0.0


def _find_skew(gray: NDArray[np.int16]) -> tuple[float, float]:
    """Return the skew of lines along x, and how much sharper its profile is than others."""
    y, x = np.nonzero(np.abs(np.diff(gray, axis=0)) > _MIN_CONTRAST)
    if len(y) < _MIN_EDGES:
        return 0.0, 0.0
    step = -(-len(y) // _MAX_EDGES)
    points = np.stack([x[::step], y[::step]]).astype(np.float32)
    reach = MAX_SKEW + 2 * _COARSE  # beyond the limit, or larger skews would seem smaller
    angles = np.arange(-reach, reach + _COARSE / 2, _COARSE)
    levels = [_sharpness(points, angle) for angle in angles.tolist()]
    best = angles[int(np.argmax(levels))]
    angles = best + np.arange(-_COARSE, _COARSE + _FINE / 2, _FINE)
    fine = [_sharpness(points, angle) for angle in angles.tolist()]
    skew, peak = float(angles[int(np.argmax(fine))]), max(fine)
    if peak < _MIN_GAIN * _sharpness(points, 0.0):
        skew = 0.0
    return round(skew, 1), peak / max(float(np.median(levels)), 1.0)


def _sharpness(points: NDArray[np.float32], angle: float) -> float:
    """Return how much the profile of points (x, y) along an angle in degrees varies."""
    rows = points[1] - points[0] * np.float32(np.tan(np.radians(angle)))
    profile = np.bincount((rows - rows.min()).astype(np.intp))
    return float(np.square(np.diff(profile.astype(np.float64))).sum())
