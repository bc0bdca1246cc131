"""Heat maps as pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import to_pixels
from snappy_core.search.hits import HeatMap

STOPS = ("#ffffff", "#fff6cf", "#ffe48a", "#ffc34d", "#ff9a3f", "#f9703e")
"""Colors from no heat to maximum heat, in about equal steps of lightness; black text is legible."""

CONTRAST = 1.4
"""Exponent of the heat, 0..1; above 1, the many words just above the median stay pale."""

WORD_MARGINS = (0.6, 0.5)
"""How far the heat of a word extends beyond its box, x and y, in line heights: the whole box
keeps about its full heat after the blur."""

WORD_BLUR = 0.4
"""Standard deviation of the blur of words, in line heights."""


def heat_field(heat: HeatMap, width: int, height: int) -> NDArray[np.float32]:
    """Return the heat of each pixel of a page image, 0..1, shape (height, width).

    Values up to the median become 0, and the maximum becomes 1. The cells of a grid are
    interpolated; the boxes of words are blurred.
    """
    if len(heat.values) == 0:
        return np.zeros((height, width), dtype=np.float32)
    low, high = float(np.median(heat.values)), float(heat.values.max())
    scaled = np.clip((heat.values - low) / max(high - low, 1e-6), 0, 1)
    values = (scaled**CONTRAST).astype(np.float32)
    boxes = to_pixels(heat.boxes, width, height)
    if heat.grid is not None:
        return _grid_field(values.reshape(heat.grid), boxes, width, height)
    return _word_field(values, boxes, width, height)


def colors(field: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the RGB color of each value 0..1 between `STOPS`: (h, w) gives (h, w, 3)."""
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in STOPS])
    positions, levels = np.linspace(0, 255, len(stops)), np.arange(256)
    table = np.stack([np.interp(levels, positions, channel) for channel in stops.T], axis=1)
    return np.asarray(table.round().astype(np.uint8)[(field * 255).astype(np.uint8)])


def _grid_field(
    values: NDArray[np.float32], boxes: NDArray[np.float64], width: int, height: int
) -> NDArray[np.float32]:
    from PIL import Image

    x0, y0 = boxes[:, :2].min(axis=0).round().astype(int).tolist()
    x1, y1 = boxes[:, 2:].max(axis=0).round().astype(int).tolist()
    size = (max(x1 - x0, 1), max(y1 - y0, 1))
    field = Image.new("F", (width, height))
    field.paste(Image.fromarray(values).resize(size, Image.Resampling.BICUBIC), (x0, y0))
    return np.asarray(field, dtype=np.float32).clip(0, 1)


def _word_field(
    values: NDArray[np.float32], boxes: NDArray[np.float64], width: int, height: int
) -> NDArray[np.float32]:
    from PIL import Image, ImageFilter

    line_height = max(float(np.median(boxes[:, 3] - boxes[:, 1])), 1.0)
    field = np.zeros((height, width), dtype=np.uint8)
    margin_x, margin_y = WORD_MARGINS
    corners = boxes + np.array([-margin_x, -margin_y, margin_x, margin_y]) * line_height
    corners = np.clip(corners, 0, (width, height, width, height)).round().astype(int)
    for (x0, y0, x1, y1), value in zip(corners.tolist(), values.tolist(), strict=True):
        pixels = field[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
        np.maximum(pixels, round(255 * value), out=pixels)
    blurred = Image.fromarray(field).filter(ImageFilter.GaussianBlur(WORD_BLUR * line_height))
    return np.asarray(blurred, dtype=np.float32) / np.float32(255)
