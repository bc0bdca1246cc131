"""Image resolution: the number of visual tokens per page, and the pixels that they need."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from snappy_core.encoders.colvision.families import Family
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

OVERSAMPLING = 1.5
"""Pixels drawn per pixel that the model sees, as a factor of width and height: images that are
reduced are sharper than images drawn at the final size."""

PRINT_DPI = 150
"""Dots per inch up to which pages are oversampled: enough for print."""

MAX_DPI = 600
"""Dots per inch at the most, for tiny pages."""

MAX_ASPECT_RATIO = 200
"""Of an image that the Qwen processors accept."""


def limit_visual_tokens(processor: Any, family: Family, max_tokens: int) -> None:
    """Configure a processor to make at most `max_tokens` image tokens per page."""
    image_processor = processor.image_processor
    match family.geometry:
        case "square":
            minimum = processor.image_seq_length
        case "merged":
            minimum = 1
            max_area = max_tokens * (image_processor.patch_size * image_processor.merge_size) ** 2
            size = image_processor.size  # areas in pixels, despite the names
            size["longest_edge"] = max_area
            size["shortest_edge"] = min(size["shortest_edge"], max_area)
        case "tiled":
            minimum = processor.image_seq_len
            # The tiles of a square page, which has the most, and a thumbnail of the page.
            tile_count = max(max_tokens // minimum - 1, 1)
            edge = math.isqrt(tile_count) * image_processor.max_image_size["longest_edge"]
            size = image_processor.size
            size["longest_edge"] = min(size["longest_edge"], edge)
    if max_tokens < minimum:
        raise ValueError(
            f"max_visual_tokens must be at least {minimum} for a {family.name}, not {max_tokens}"
        )


def draw_page(page: Page, processor: Any, family: Family) -> Image:
    """Return an RGB image of the page at the resolution that the model makes use of."""
    image = page.render(choose_dpi(page, processor.image_processor.size, family))
    width, height = image.size
    shortest = math.ceil(max(width, height) / MAX_ASPECT_RATIO)
    if min(width, height) < shortest:
        # The models stretch every page to their grid: page fractions are not affected.
        image = image.resize((max(width, shortest), max(height, shortest)))
    return image if image.mode == "RGB" else image.convert("RGB")


def choose_dpi(page: Page, size: Any, family: Family) -> float:
    """Return the dots per inch at which to draw a page, given the processor's image size."""
    width, height = page.width / 72, page.height / 72
    match family.geometry:
        case "square":
            model_dpi: float = max(size["width"] / width, size["height"] / height)
        case "merged":
            model_dpi = math.sqrt(size["longest_edge"] / (width * height))
        case "tiled":
            model_dpi = size["longest_edge"] / max(width, height)
    return min(max(model_dpi, min(OVERSAMPLING * model_dpi, PRINT_DPI)), MAX_DPI)
