"""Encoding page images against the bare model, and int8 vectors against its float vectors.

The models are tiny, with random weights, so Snappy's overhead shows more than with real ones.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Result, alternate, speedup
from snappy_core.encoders.colvision import ColVisionEncoder
from snappy_core.encoders.colvision.pages import prepare
from snappy_core.types import NO_WORDS, Page

MODELS = ("native ColPali", "native ColModernVBert")
QUESTIONS = ("What did the port of Brae charge?", "net debt", "Who signed it, and when?")


def run(pages: int = 8) -> list[Result]:
    """Encode page images with Snappy's encoder, and its processor and model in a plain loop."""
    import torch

    from tests.encoders.colvision import tiny

    shim = tiny.import_torchvision()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # otherwise its threads wait for each other on few cores
    rng = np.random.default_rng(0)
    images = [_image(rng) for _ in range(pages)]
    documents = [_page(image, number) for number, image in enumerate(images, 1)]
    results = []
    for name in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            tiny.save(name, Path(folder))
            encoder = ColVisionEncoder(folder, device="cpu")
        loaded = encoder._loaded

        def bare(loaded: Any = loaded, size: int = encoder.batch_size) -> list[Any]:
            embeddings: list[Any] = []
            for start in range(0, pages, size):
                batch = loaded.processor.process_images(images=images[start : start + size])
                batch.pop("labels", None)
                with torch.inference_mode():
                    output = loaded.model(**batch).embeddings
                masks = batch["attention_mask"].bool()
                embeddings += [page[mask] for page, mask in zip(output, masks, strict=True)]
            return embeddings

        ours, floor = alternate(partial(encoder.encode_pages, documents), bare)
        title = f"pages per second, {name} / its bare model loop"
        results.append(speedup(title, ours, floor, 0.9, f"{pages} pages: "))
        results.append(_agreement(name, encoder, documents))
    torch.set_num_threads(threads)
    del shim  # it had to stay alive until here
    return results


def _agreement(name: str, encoder: ColVisionEncoder, pages: list[Page]) -> Result:
    """Compare the cosines of queries and patches, and the page scores computed from them."""
    cosines, scores = 0.0, 0.0
    questions = [encoder.encode_query(text).vectors for text in QUESTIONS]
    for page, patches in zip(pages, encoder.encode_pages(pages), strict=True):
        batch = prepare([page], encoder._loaded)
        exact = encoder._loaded.embed(batch.inputs)[0].numpy()[batch.layouts[0].order]
        for question in questions:
            ours = (question @ patches.vectors.T.astype(np.float32)) * patches.scales
            floats = question @ exact.T
            cosines = max(cosines, float(np.abs(ours - floats).max()))
            difference = ours.max(axis=1).mean() - floats.max(axis=1).mean()
            scores = max(scores, float(abs(difference)))
    detail = f"largest difference of a page score {scores:.1e}, of a cosine {cosines:.1e}"
    return Result(f"cosines in int8 against float32, {name}", cosines, 0.01, False, detail)


def _image(rng: np.random.Generator) -> Any:
    """Return a page of dark lines on white, 1240 x 1754 pixels: A4 at 150 dpi."""
    from PIL import Image

    levels = np.full((1754, 1240, 3), 255, dtype=np.uint8)
    for top in range(100, 1650, 34):
        right = int(rng.integers(300, 1140))
        levels[top : top + 18, 100:right] = rng.integers(0, 200, (18, right - 100, 1))
    return Image.fromarray(levels)


def _page(image: Any, number: int) -> Page:
    return Page(number, str(number), 595, 842, "pt", NO_WORDS, (), renderer=lambda dpi: image)
