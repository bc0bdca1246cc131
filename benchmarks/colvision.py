"""Encoding page pictures against the bare model, and int8 vectors against its own.

The models are small ones with random weights: what Snappy adds to a page then weighs more than
beside the gigabytes of real ones.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Result, alternate, milliseconds
from snappy_core.encoders.colvision import ColVisionEncoder
from snappy_core.encoders.colvision.pages import prepare
from snappy_core.types import NO_WORDS, Page

MODELS = ("native ColPali", "native ColModernVBert")
QUESTIONS = ("What did the port of Brae charge?", "net debt", "Who signed it, and when?")


def run(pages: int = 8) -> list[Result]:
    """Encode page pictures by our encoder, and by its processor and model in a plain loop."""
    import torch

    from tests.encoders.colvision import tiny

    shim = tiny.import_torchvision()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # else its threads wait for one another where cores are few
    rng = np.random.default_rng(0)
    pictures = [_picture(rng) for _ in range(pages)]
    shown = [_page(picture, number) for number, picture in enumerate(pictures, 1)]
    results = []
    for name in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            tiny.save(name, Path(folder))
            encoder = ColVisionEncoder(folder, device="cpu")
        loaded = encoder._loaded

        def bare(loaded: Any = loaded, size: int = encoder.batch_size) -> list[Any]:
            made: list[Any] = []
            for start in range(0, pages, size):
                batch = loaded.processor.process_images(images=pictures[start : start + size])
                batch.pop("labels", None)
                with torch.inference_mode():
                    found = loaded.model(**batch).embeddings
                kept = batch["attention_mask"].bool()
                made += [vectors[mask] for vectors, mask in zip(found, kept, strict=True)]
            return made

        ours, theirs = alternate(partial(encoder.encode_pages, shown), bare)
        results.append(
            Result(
                f"pages per second, {name} / its bare model loop",
                theirs / ours,
                0.9,
                True,
                f"{pages} pages: {milliseconds(ours, theirs)}",
            )
        )
        results.append(_agreement(name, encoder, shown))
    torch.set_num_threads(threads)
    del shim  # it had to live until here
    return results


def _agreement(name: str, encoder: ColVisionEncoder, shown: list[Page]) -> Result:
    """Compare the cosines of questions and patches, and the page scores they make."""
    cosines, scores = 0.0, 0.0
    questions = [encoder.encode_query(text).vectors for text in QUESTIONS]
    for page, patches in zip(shown, encoder.encode_pages(shown), strict=True):
        batch = prepare([page], encoder._loaded)
        exact = encoder._loaded.embed(batch.inputs)[0].numpy()[batch.layouts[0].order]
        for question in questions:
            ours = (question @ patches.vectors.T.astype(np.float32)) * patches.scales
            theirs = question @ exact.T
            cosines = max(cosines, float(np.abs(ours - theirs).max()))
            difference = ours.max(axis=1).mean() - theirs.max(axis=1).mean()
            scores = max(scores, float(abs(difference)))
    detail = f"largest difference of a page score {scores:.1e}, of a cosine {cosines:.1e}"
    return Result(f"cosines in int8 against float32, {name}", cosines, 0.01, False, detail)


def _picture(rng: np.random.Generator) -> Any:
    """Return a page of dark lines on white, 1240 x 1754 pixels: A4 at 150 dpi."""
    from PIL import Image

    levels = np.full((1754, 1240, 3), 255, dtype=np.uint8)
    for top in range(100, 1650, 34):
        right = int(rng.integers(300, 1140))
        levels[top : top + 18, 100:right] = rng.integers(0, 200, (18, right - 100, 1))
    return Image.fromarray(levels)


def _page(picture: Any, number: int) -> Page:
    return Page(number, str(number), 595, 842, "pt", NO_WORDS, (), renderer=lambda dpi: picture)
