"""From pages to what the model takes, and from what it gives to located patches."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes
from snappy_core.encoders import grids
from snappy_core.encoders.colvision import resolution
from snappy_core.encoders.colvision.load import Loaded
from snappy_core.errors import ModelError
from snappy_core.types import Page, Patches
from snappy_core.vectors import quantize

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where the tokens of a page lie, in the order in which its patches are kept.

    Attributes:
        order: (n,) places in the sequence: the grid, a global tile, then what is no image.
        boxes: (n, 4).
        local: (n,) bool.
        grid: (rows, cols).
        images: how many of them are of the picture, the global tile included.
    """

    order: NDArray[np.intp]
    boxes: Boxes
    local: NDArray[np.bool_]
    grid: tuple[int, int]
    images: int


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Pages as a model takes them, and where their tokens lie."""

    numbers: list[int]
    inputs: Any
    layouts: list[Layout]


def process(pictures: Sequence[Image], loaded: Loaded) -> Any:
    """Return the model's inputs for a batch of pictures.

    Raises:
        ModelError: the processor cannot take them.
    """
    try:
        with warnings.catch_warnings():
            # What transformers still does to NumPy is not for those to hear who turn warnings
            # into errors.
            warnings.simplefilter("ignore", DeprecationWarning)
            return loaded.processor.process_images(images=list(pictures))
    except Exception as error:  # the processors complain in many ways
        sizes = ", ".join("{} x {}".format(*picture.size) for picture in pictures)
        raise ModelError(
            f"{loaded.checkpoint.source}: its processor cannot take pictures of {sizes} pixels "
            f"({error})"
        ) from error


def lay_out(inputs: Any, row: int, loaded: Loaded) -> Layout:
    """Return where the tokens of one page of a processed batch lie.

    Raises:
        ModelError: the image tokens do not fill the grid.
    """
    ids = inputs["input_ids"][row].numpy()
    attended = inputs["attention_mask"][row].numpy().astype(bool)
    image = ids == loaded.image_token
    count = int(image.sum())
    processor = loaded.processor
    try:
        match loaded.checkpoint.family.geometry:
            case "square":
                tokens = grids.square(count)
            case "merged":
                patches = tuple(inputs["image_grid_thw"][row].tolist())
                tokens = grids.merged(count, patches, processor.image_processor.merge_size)
            case "tiled":
                names = processor.tokenizer.convert_ids_to_tokens(ids[attended & ~image].tolist())
                tokens = grids.tiled(count, grids.count_tiles(names), processor.image_seq_len)
    except (ValueError, KeyError, AttributeError) as error:
        raise ModelError(
            f"{loaded.checkpoint.source}: the processor does not fit the model: {error}"
        ) from error
    others = np.flatnonzero(attended & ~image)
    whole = np.tile(np.array([0, 0, 1, 1], dtype=np.float32), (len(others), 1))
    return Layout(
        np.concatenate([np.flatnonzero(image)[tokens.order], others]),
        np.concatenate([tokens.boxes, whole]),
        np.concatenate([tokens.local, np.zeros(len(others), dtype=bool)]),
        tokens.grid,
        count,
    )


def try_out(loaded: Loaded) -> None:
    """Raise ModelError if the processor makes something else of a picture than the model takes."""
    from PIL import Image

    lay_out(process([Image.new("RGB", (64, 48), "white")], loaded), 0, loaded)


def prepare(pages: Sequence[Page], loaded: Loaded) -> Batch:
    """Draw and process pages."""
    family, processor = loaded.checkpoint.family, loaded.processor
    inputs = process([resolution.draw(page, processor, family) for page in pages], loaded)
    layouts = [lay_out(inputs, row, loaded) for row in range(len(pages))]
    return Batch([page.number for page in pages], inputs, layouts)


def encode(batch: Batch, loaded: Loaded, dim: int) -> list[Patches]:
    """Run the model on a batch.

    Raises:
        ModelError: a vector is zero, not finite or of another length.
    """
    embedded = loaded.embed(batch.inputs).float().cpu().numpy()
    made = []
    for number, layout, vectors in zip(batch.numbers, batch.layouts, embedded, strict=True):
        vectors = check(vectors[layout.order], dim, f"page {number}", loaded)
        made.append(Patches(*quantize(vectors), layout.boxes, layout.local, layout.grid))
    return made


def check(vectors: NDArray[np.float32], dim: int, what: str, loaded: Loaded) -> NDArray[np.float32]:
    """Return the vectors (n, dim) as they are.

    Raises:
        ModelError: a vector is zero, not finite or of another length.
    """
    source = loaded.checkpoint.source
    if vectors.shape[1] != dim:
        raise ModelError(f"{source}: {what}: vectors of {vectors.shape[1]} dimensions, not {dim}")
    for wrong, name in (
        (~np.isfinite(vectors).all(axis=1), "not finite"),
        (~vectors.any(axis=1), "zero"),
    ):
        if wrong.any():
            raise ModelError(
                f"{source}: {what}: {wrong.sum()} of {len(vectors)} vectors are {name}; try "
                "dtype='float32', else the weights are damaged"
            )
    return vectors
