"""Images of pages: drawn from their source, with heat maps and hits, or cropped to a region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor
from typing import TYPE_CHECKING

from snappy_core.boxes import as_boxes, to_pixels
from snappy_core.display.heat import colors, heat_field
from snappy_core.search.hits import HeatMap, Hit
from snappy_core.types import Box

if TYPE_CHECKING:
    from PIL.Image import Image

BEST, OTHER = "#2440b3", "#6d7fc9"
"""Colors of the boxes of the best hit and of other hits."""

MARKER = (255, 221, 64)
"""Color that is multiplied with the lines that answer, like a highlighter pen."""

# Sizes in hundredths of the shorter side of the image
BEST_STROKE, OTHER_STROKE = 0.32, 0.18
BOX_GAP = 0.45  # between a region and the box around it
CORNER_RADIUS = 0.8
BADGE_RADIUS = 1.25

MIN_BADGE_RADIUS = 6
"""Radius in pixels below which a rank is illegible."""


def draw_page(image: Image, heat: HeatMap | None, hits: Sequence[Hit]) -> Image:
    """Return a page image with a heat map and with boxes around hits, labeled with their ranks.

    The parts that answer are marked in yellow; the boxes of the regions are thin. The heat map and
    the marks are multiplied with the image, so that they tint the paper and leave the text legible.

    Args:
        image: the page, from `RegionIndex.page_image`; it is not changed.
        heat: from `RegionIndex.heatmap`; None for no heat map.
        hits: hits on this page, in any order; the box of the best is emphasized.

    Raises:
        ValueError: the hits are on several pages.
    """
    from PIL import Image, ImageChops

    if len({(hit.document_id, hit.page_number) for hit in hits}) > 1:
        raise ValueError("the hits are on several pages; `on_page` selects those of one")
    canvas = image.convert("RGB")  # a copy, even if the image is RGB already
    if heat is not None:
        tint = Image.fromarray(colors(heat_field(heat, *canvas.size)))
        canvas = ImageChops.multiply(canvas, tint)
    ranked = sorted(hits, key=lambda hit: hit.rank)
    canvas = ImageChops.multiply(canvas, _marks(canvas, ranked))
    badge_centers: list[tuple[int, int]] = []
    for hit in ranked:
        badge_centers.append(_badge_center(canvas, hit.region.box, badge_centers))
    # The best hit is drawn last, on top of the others.
    for hit, badge_center in reversed(list(zip(ranked, badge_centers, strict=True))):
        is_best = hit is ranked[0]
        _draw_box(canvas, hit.region.box, is_best)
        _draw_badge(canvas, badge_center, str(hit.rank), is_best)
    return canvas


def on_page(hits: Sequence[Hit], hit: Hit) -> list[Hit]:
    """Return the hits on the same page as `hit`, or their parts there."""
    return parts_on_page(hits, hit.document_id, hit.page_number)


def parts_on_page(hits: Sequence[Hit], document_id: str, page_number: int) -> list[Hit]:
    """Return the parts of hits that are on a page, with the ranks of the hits."""
    return [
        replace(part, rank=hit.rank)
        for hit in hits
        for part in hit.parts
        if (part.document_id, part.page_number) == (document_id, page_number)
    ]


def crop(image: Image, box: Box, margin: float = 0.01) -> Image:
    """Cut a region out of a page image; the result has at least one pixel.

    Args:
        box: page fractions.
        margin: added on all sides, as a fraction of the shorter side of the page, up to the edge
            of the page.

    >>> from PIL import Image
    >>> crop(Image.new("RGB", (200, 400)), (0.25, 0.5, 0.5, 0.75), margin=0.05).size
    (70, 120)
    """
    width, height = image.size
    x0, y0, x1, y1 = to_pixels(as_boxes([box]), width, height)[0].tolist()
    pixels = margin * min(width, height)
    left = min(max(floor(x0 - pixels), 0), width - 1)
    top = min(max(floor(y0 - pixels), 0), height - 1)
    right = max(min(ceil(x1 + pixels), width), left + 1)
    bottom = max(min(ceil(y1 + pixels), height), top + 1)
    return image.crop((left, top, right, bottom))


def _marks(canvas: Image, hits: Sequence[Hit]) -> Image:
    """Return a white image with the lines that answer filled."""
    from PIL import Image, ImageDraw

    marks = Image.new("RGB", canvas.size, "white")
    draw = ImageDraw.Draw(marks)
    for hit in hits:
        for highlight in hit.highlights:
            for x0, y0, x1, y1 in to_pixels(as_boxes(highlight.rects), *canvas.size).tolist():
                draw.rectangle((floor(x0), floor(y0), ceil(x1), ceil(y1)), fill=MARKER)
    return marks


def _draw_box(canvas: Image, box: Box, is_best: bool) -> None:
    unit = _unit(canvas)
    stroke = max(round(BEST_STROKE * unit), 2) if is_best else max(round(OTHER_STROKE * unit), 1)
    x0, y0, x1, y1 = _outline(canvas, box)
    x0, y0, x1, y1 = x0 - stroke, y0 - stroke, x1 + stroke, y1 + stroke
    # A frame may be large and has few slanted edges: less oversampling than for a badge.
    frame = _rounded_frame(x1 - x0, y1 - y0, CORNER_RADIUS * unit, stroke, oversampling=2)
    canvas.paste(BEST if is_best else OTHER, (x0, y0, x1, y1), frame)


def _draw_badge(canvas: Image, center: tuple[int, int], rank: str, is_best: bool) -> None:
    from PIL import ImageDraw, ImageFont

    radius = _badge_radius(canvas)
    disc = _rounded_frame(2 * radius, 2 * radius, radius, radius, oversampling=4)
    top_left = (center[0] - radius, center[1] - radius)
    canvas.paste(BEST if is_best else OTHER, top_left, disc)
    font = ImageFont.load_default(size=radius * (1.35 if len(rank) < 3 else 0.9))
    ImageDraw.Draw(canvas).text(center, rank, fill="white", font=font, anchor="mm")


def _rounded_frame(width: int, height: int, radius: float, stroke: int, oversampling: int) -> Image:
    """Return the anti-aliased mask of a frame with round corners."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", (width * oversampling, height * oversampling))
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, mask.width - 1, mask.height - 1),
        radius=radius * oversampling,
        outline=255,
        width=stroke * oversampling,
    )
    return mask.reduce(oversampling)


def _badge_center(canvas: Image, box: Box, others: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the center of a badge at the top left of a box, moved down to clear other badges."""
    radius = _badge_radius(canvas)
    x, y, _, _ = _outline(canvas, box)
    x, y = max(x - radius * 4 // 5, radius), max(y + radius * 4 // 5, radius)
    while any(abs(x - u) < 2 * radius and abs(y - v) < 2 * radius for u, v in others):
        y += radius // 2
    return x, y


def _outline(canvas: Image, box: Box) -> tuple[int, int, int, int]:
    """Return a box in pixels, enlarged by `BOX_GAP`."""
    gap = BOX_GAP * _unit(canvas)
    x0, y0, x1, y1 = to_pixels(as_boxes([box]), *canvas.size)[0]
    return round(x0 - gap), round(y0 - gap), round(x1 + gap), round(y1 + gap)


def _unit(canvas: Image) -> float:
    return min(canvas.size) / 100


def _badge_radius(canvas: Image) -> int:
    return max(round(BADGE_RADIUS * _unit(canvas)), MIN_BADGE_RADIUS)
