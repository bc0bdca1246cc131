"""Pages for vision models: images, model inputs, boxes of tokens, and patches from the output."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from snappy_core.encoders import grids
from snappy_core.encoders.colvision.families import Family
from snappy_core.encoders.colvision.model import LoadedModel
from snappy_core.errors import ModelError
from snappy_core.types import Page, Patches
from snappy_core.vectors import quantize

if TYPE_CHECKING:
    from PIL.Image import Image

OVERSAMPLING = 1.5
"""Pixels drawn per pixel that the model sees, as a factor of width and height: reduced images are
sharper than images drawn at the final size."""

PRINT_DPI = 150
"""Pages are oversampled up to this resolution, which is enough for print."""

MAX_DPI = 600
"""Maximum dots per inch, for tiny pages."""

MAX_ASPECT_RATIO = 200
"""Maximum aspect ratio of images that the Qwen processors accept."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Pages as model inputs: the output of the processor, and the tokens of each page."""

    page_numbers: list[int]
    inputs: Any
    layouts: list[grids.PageTokens]


def prepare(pages: Sequence[Page], loaded: LoadedModel) -> Batch:
    """Draw pages and turn them into model inputs."""
    family, processor = loaded.checkpoint.family, loaded.processor
    images = [draw_page(page, processor, family) for page in pages]
    inputs = process_images(images, loaded)
    layouts = [page_tokens(inputs, row, loaded) for row in range(len(pages))]
    return Batch([page.number for page in pages], inputs, layouts)


def encode_batch(batch: Batch, loaded: LoadedModel, dim: int) -> list[Patches]:
    """Run the model on a batch."""
    vectors = loaded.embed(batch.inputs).float().cpu().numpy()
    patches = []
    for row, (number, layout) in enumerate(zip(batch.page_numbers, batch.layouts, strict=True)):
        page_vectors = loaded.check_vectors(vectors[row][layout.order], dim, f"page {number}")
        patches.append(Patches(*quantize(page_vectors), layout.boxes, layout.local, layout.grid))
    return patches


def check_processor(loaded: LoadedModel) -> None:
    """Raise ModelError if the image tokens of the processor do not match the model."""
    from PIL import Image

    page_tokens(process_images([Image.new("RGB", (64, 48), "white")], loaded), 0, loaded)


def process_images(images: Sequence[Image], loaded: LoadedModel) -> Any:
    """Return the model inputs for a batch of images."""
    try:
        with warnings.catch_warnings():
            # transformers uses deprecated functions of NumPy.
            warnings.simplefilter("ignore", DeprecationWarning)
            return loaded.processor.process_images(images=list(images))
    except Exception as error:  # processors raise errors of many kinds
        sizes = ", ".join("{} x {}".format(*image.size) for image in images)
        raise ModelError(
            f"{loaded.checkpoint.source}: its processor fails on images of {sizes} pixels ({error})"
        ) from error


def page_tokens(inputs: Any, row: int, loaded: LoadedModel) -> grids.PageTokens:
    """Return the tokens of one page of a processed batch."""
    ids = inputs["input_ids"][row].numpy()
    is_attended = inputs["attention_mask"][row].numpy().astype(bool)
    is_image = ids == loaded.image_token
    image_count = int(is_image.sum())
    processor = loaded.processor
    try:
        match loaded.checkpoint.family.geometry:
            case "square":
                tokens = grids.square(image_count)
            case "merged":
                patches = tuple(inputs["image_grid_thw"][row].tolist())
                tokens = grids.merged(image_count, patches, processor.image_processor.merge_size)
            case "tiled":
                other_ids = ids[is_attended & ~is_image].tolist()
                tiles = grids.count_tiles(processor.tokenizer.convert_ids_to_tokens(other_ids))
                tokens = grids.tiled(image_count, tiles, processor.image_seq_len)
    except (ValueError, KeyError, AttributeError) as error:
        raise ModelError(
            f"{loaded.checkpoint.source}: the processor does not fit the model: {error}"
        ) from error
    return tokens.in_sequence(np.flatnonzero(is_image), np.flatnonzero(is_attended & ~is_image))


def draw_page(page: Page, processor: Any, family: Family) -> Image:
    """Return an RGB image of the page at the resolution that the model can use."""
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
