"""Pictures of a page: where it speaks to the question, and the regions that answer.

Pure functions on pictures and arrays; nothing here reads a document or an index. The ink of the
page is never covered: heat is multiplied onto the paper, as a text marker would do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from snappy_core.boxes import as_boxes, enclose, to_pixels
from snappy_core.search.hits import HeatMap, Hit
from snappy_core.types import Box

STOPS = ("#ffffff", "#fff6cf", "#ffe48a", "#ffc34d", "#ff9a3f", "#f9703e")
"""Colours of heat from none to most, in steps of about equal lightness; black stays legible."""

BEST, OTHER = "#2440b3", "#6d7fc9"
"""Colours of the boxes: the best hit, the others."""

_CONTRAST = 1.4  # above 1: the many words a little over the median stay pale


def draw_page(image: Image.Image, heat: HeatMap | None, hits: Sequence[Hit]) -> Image.Image:
    """Return the picture of a page with heat and with boxes around the hits, ranks beside them.

    Args:
        image: the page, as `RegionIndex.page_image` draws it; it is left as it is.
        heat: what `RegionIndex.heatmap` found; None leaves the paper white.
        hits: hits on this page, in any order; the best of them has the strongest box. See
            `on_page`.

    Raises:
        ValueError: the hits stand on several pages.
    """
    if len({(hit.document_id, hit.page_number) for hit in hits}) > 1:
        raise ValueError("the hits stand on several pages; `on_page` picks those of one")
    picture = image.convert("RGB")  # a copy, also of a picture that is RGB already
    if heat is not None:
        tint = colors(heat_field(heat, *picture.size))
        picture = ImageChops.multiply(picture, Image.fromarray(tint))
    ranked = sorted(hits, key=lambda hit: hit.rank)
    taken: list[tuple[int, int]] = []
    # The best is drawn last, over the others; its badge is placed first.
    places = [_badge_place(picture, hit.region.box, taken) for hit in ranked]
    for hit, place in reversed(list(zip(ranked, places, strict=True))):
        best = hit is ranked[0]
        _draw_box(picture, hit.region.box, best)
        _draw_badge(picture, place, str(hit.rank), best)
    return picture


def on_page(hits: Sequence[Hit], hit: Hit) -> list[Hit]:
    """Return those of the hits that stand on the page of `hit`."""
    page = (hit.document_id, hit.page_number)
    return [other for other in hits if (other.document_id, other.page_number) == page]


def crop(image: Image.Image, box: Box, margin: float = 0.01) -> Image.Image:
    """Cut a region out of the picture of its page.

    Args:
        box: fractions of the page.
        margin: kept around it on all sides, as a fraction of the shorter side of the page.

    The picture ends at the edge of the page and has at least one pixel.

    >>> crop(Image.new("RGB", (200, 400)), (0.25, 0.5, 0.5, 0.75), margin=0.05).size
    (70, 120)
    """
    width, height = image.size
    x0, y0, x1, y1 = to_pixels(as_boxes([box]), width, height)[0]
    room = margin * min(width, height)
    left = min(max(int(np.floor(x0 - room)), 0), width - 1)
    top = min(max(int(np.floor(y0 - room)), 0), height - 1)
    right = max(min(int(np.ceil(x1 + room)), width), left + 1)
    bottom = max(min(int(np.ceil(y1 + room)), height), top + 1)
    return image.crop((left, top, right, bottom))


def heat_field(heat: HeatMap, width: int, height: int) -> NDArray[np.float32]:
    """Return the heat of each pixel, 0..1, shape (height, width).

    The median of the values and all below is 0 and their maximum 1, so that what stands out
    glows. A grid is spread smoothly; words glow softly around their boxes.
    """
    if len(heat.values) == 0:
        return np.zeros((height, width), dtype=np.float32)
    low, high = float(np.median(heat.values)), float(heat.values.max())
    scaled = np.clip((heat.values - low) / max(high - low, 1e-6), 0, 1)
    values = (scaled**_CONTRAST).astype(np.float32)
    if heat.grid is not None:
        return _grid_field(values.reshape(heat.grid), enclose(heat.boxes), width, height)
    return _word_field(values, to_pixels(heat.boxes, width, height), width, height)


def colors(field: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the colour of each value 0..1 along `STOPS`: (h, w) gives (h, w, 3)."""
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in STOPS])
    where, steps = np.linspace(0, 255, len(stops)), np.arange(256)
    table = np.stack([np.interp(steps, where, channel) for channel in stops.T], axis=1)
    return np.asarray(table.round().astype(np.uint8)[(field * 255).astype(np.uint8)])


def _grid_field(
    values: NDArray[np.float32], extent: Box, width: int, height: int
) -> NDArray[np.float32]:
    x0, y0, x1, y1 = to_pixels(as_boxes([extent]), width, height)[0].round().astype(int).tolist()
    size = (max(x1 - x0, 1), max(y1 - y0, 1))
    spread = Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)
    field = Image.new("F", (width, height))
    field.paste(spread, (x0, y0))
    return np.asarray(field, dtype=np.float32).clip(0, 1)


def _word_field(
    values: NDArray[np.float32], boxes: NDArray[np.float64], width: int, height: int
) -> NDArray[np.float32]:
    line = max(float(np.median(boxes[:, 3] - boxes[:, 1])), 1.0)
    field = np.zeros((height, width), dtype=np.uint8)
    # Wider than the word, so that after the blur its whole box still has about its full heat.
    corners = boxes + np.array([-0.6, -0.5, 0.6, 0.5]) * line
    corners = np.clip(corners, 0, (width, height, width, height)).round().astype(int)
    for (x0, y0, x1, y1), value in zip(corners.tolist(), values.tolist(), strict=True):
        part = field[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
        np.maximum(part, round(255 * value), out=part)
    soft = Image.fromarray(field).filter(ImageFilter.GaussianBlur(0.4 * line))
    return np.asarray(soft, dtype=np.float32) / np.float32(255)


def _draw_box(picture: Image.Image, box: Box, best: bool) -> None:
    unit = _unit(picture)
    stroke = max(round(0.32 * unit), 2) if best else max(round(0.18 * unit), 1)
    x0, y0, x1, y1 = _outline(picture, box)
    x0, y0, x1, y1 = x0 - stroke, y0 - stroke, x1 + stroke, y1 + stroke
    # It may be as large as the page, and has few slanted edges: smoothed less than a badge.
    frame = _rounded(x1 - x0, y1 - y0, 0.8 * unit, stroke=stroke, smooth=2)
    picture.paste(BEST if best else OTHER, (x0, y0, x1, y1), frame)


def _draw_badge(picture: Image.Image, place: tuple[int, int], rank: str, best: bool) -> None:
    radius = _radius(picture)
    disc = _rounded(2 * radius, 2 * radius, radius, stroke=radius, smooth=4)
    corner = (place[0] - radius, place[1] - radius)
    picture.paste(BEST if best else OTHER, corner, disc)
    font = ImageFont.load_default(size=radius * (1.35 if len(rank) < 3 else 0.9))
    ImageDraw.Draw(picture).text(place, rank, fill="white", font=font, anchor="mm")


def _rounded(width: int, height: int, radius: float, stroke: int, smooth: int) -> Image.Image:
    """Return the mask of a frame with round corners, drawn `smooth` times larger and reduced."""
    mask = Image.new("L", (width * smooth, height * smooth))
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, mask.width - 1, mask.height - 1),
        radius=radius * smooth,
        outline=255,
        width=stroke * smooth,
    )
    return mask.reduce(smooth)


def _badge_place(picture: Image.Image, box: Box, taken: list[tuple[int, int]]) -> tuple[int, int]:
    """Find the middle of a badge: left of the first line, or further down when that is taken."""
    radius = _radius(picture)
    x, y, _, _ = _outline(picture, box)
    x, y = max(x - radius * 4 // 5, radius), max(y + radius * 4 // 5, radius)
    while any(abs(x - u) < 2 * radius and abs(y - v) < 2 * radius for u, v in taken):
        y += radius // 2
    taken.append((x, y))
    return x, y


def _outline(picture: Image.Image, box: Box) -> tuple[int, int, int, int]:
    """Return the box in pixels, a little away from the ink."""
    gap = 0.45 * _unit(picture)
    x0, y0, x1, y1 = to_pixels(as_boxes([box]), *picture.size)[0]
    return round(x0 - gap), round(y0 - gap), round(x1 + gap), round(y1 + gap)


def _unit(picture: Image.Image) -> float:
    """Return a hundredth of the shorter side: what strokes and badges are measured by."""
    return min(picture.size) / 100


def _radius(picture: Image.Image) -> int:
    return max(round(1.25 * _unit(picture)), 6)
