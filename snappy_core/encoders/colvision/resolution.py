"""How much of a page a model sees: its budget of visual tokens, and the picture that fills it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from snappy_core.encoders.colvision.families import Family
from snappy_core.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

_PLENTY = 150  # dots per inch: what print needs, and about what the models are trained on
_MOST = 600
_LONGEST = 200  # times as long as wide: as far as the Qwen processors go


def limit(processor: Any, family: Family, tokens: int) -> None:
    """Have the processor make at most so many image tokens of a page.

    Raises:
        ValueError: the family cannot do with so few.
    """
    pictures = processor.image_processor
    match family.geometry:
        case "square":
            fewest = processor.image_seq_length
        case "merged":
            fewest = 1
            side = pictures.patch_size * pictures.merge_size
            pictures.size["longest_edge"] = tokens * side**2
            pictures.size["shortest_edge"] = min(pictures.size["shortest_edge"], tokens * side**2)
        case "tiled":
            fewest = processor.image_seq_len
            # Tiles of a square page, the longest there is, and the page once more as a tile.
            tiles = max(tokens // fewest - 1, 1)
            edge = math.isqrt(tiles) * pictures.max_image_size["longest_edge"]
            pictures.size["longest_edge"] = min(pictures.size["longest_edge"], edge)
    if tokens < fewest:
        raise ValueError(
            f"max_visual_tokens must be at least {fewest} for a {family.name}, not {tokens}"
        )


def draw(page: Page, processor: Any, family: Family) -> Image:
    """Return a picture of the page with as many dots as the model makes use of, or some more.

    Raises:
        ValueError: the page has no renderer.
    """
    picture = page.render(dots_per_inch(page, processor.image_processor.size, family))
    width, height = picture.size
    shortest = math.ceil(max(width, height) / _LONGEST)
    if min(width, height) < shortest:
        # The models stretch every page anyway: fractions of it stay what they are.
        picture = picture.resize((max(width, shortest), max(height, shortest)))
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def dots_per_inch(page: Page, size: Any, family: Family) -> float:
    """Return half as many dots again as the model sees, but not more than print needs.

    Args:
        size: of what the processor makes of a picture.
    """
    width, height = page.width / 72, page.height / 72
    match family.geometry:
        case "square":
            seen: float = max(size["width"] / width, size["height"] / height)
        case "merged":
            seen = math.sqrt(size["longest_edge"] / (width * height))
        case "tiled":
            seen = size["longest_edge"] / max(width, height)
    return min(max(seen, min(1.5 * seen, _PLENTY)), _MOST)
