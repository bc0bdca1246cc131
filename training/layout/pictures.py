"""Procedural photographs as JPEG data URIs: gradients, waves, blobs and noise."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.layout.markup import element
from training.layout.text import Writer

RESOLUTION = 110  # pixels of the longer side; pictures are shown larger


def _pixels(writer: Writer, width: int, height: int) -> NDArray[np.uint8]:
    generator = np.random.default_rng(writer.random.getrandbits(32))
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    light, dark = generator.uniform(90, 255, 3), generator.uniform(0, 140, 3)
    share = np.clip(x * generator.uniform(-1, 1) + y * generator.uniform(-1, 1) + 0.5, 0, 1)
    for _ in range(int(generator.integers(2, 9))):
        cx, cy, radius = (
            generator.uniform(0, 1),
            generator.uniform(0, 1),
            generator.uniform(0.05, 0.4),
        )
        blob = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / radius**2)
        share = share + generator.uniform(-0.8, 0.8) * blob
    share = share + 0.1 * np.sin(x * generator.uniform(4, 40) + y * generator.uniform(4, 40))
    image = light * share[..., None] + dark * (1 - share[..., None])
    image = image + generator.normal(0, generator.uniform(0, 14), image.shape)
    if writer.chance(0.12):
        image[:] = image.mean(axis=2, keepdims=True)
    pixels: NDArray[np.uint8] = np.clip(image, 0, 255).astype(np.uint8)
    return pixels


def data_uri(writer: Writer, ratio: float) -> str:
    """Return a random picture; ratio is its width divided by its height."""
    width = RESOLUTION if ratio >= 1 else max(8, round(RESOLUTION * ratio))
    height = RESOLUTION if ratio < 1 else max(8, round(RESOLUTION / ratio))
    buffer = io.BytesIO()
    Image.fromarray(_pixels(writer, width, height)).save(buffer, "JPEG", quality=60)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def photograph(writer: Writer, width: str, ratio: float, css: str = "") -> str:
    """Return an image with a CSS width."""
    shape = f"width:{width};aspect-ratio:{ratio:.3f};object-fit:cover;"
    return element("img", css=shape + css, src=data_uri(writer, ratio), alt=writer.title(2, 5))
