"""Pages of random words, regions and vectors, made without reading or encoding anything."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from snappy_core.boxes import enclose, grid_cells
from snappy_core.ingest.jobs import prepare
from snappy_core.quantization import quantize
from snappy_core.stores.base import PageRecord
from snappy_core.types import NO_WORDS, Page, Patches, Region, Words


def word_record(
    rng: np.random.Generator, words: int = 400, number: int = 1, dim: int = 384
) -> PageRecord:
    """Return a page of `words` words in lines of ten, and regions of about 27 words."""
    place = np.arange(words)
    row, column = place // 10, place % 10
    x, y = 0.05 + 0.09 * column, 0.05 + 0.9 * row / max(row.max(), 1)
    boxes = np.stack([x, y, x + 0.07, y + 0.012], axis=1).astype(np.float32)
    texts = tuple(f"w{n}" for n in rng.integers(0, 50_000, words))
    spans = np.array_split(place, max(words // 27, 1))
    regions = tuple(
        Region(enclose(boxes[span]), " ".join(texts[i] for i in span), tuple(span.tolist()),
               "paragraph", order)
        for order, span in enumerate(spans)
    )  # fmt: skip
    page = Page(number, str(number), 612, 792, "pt", Words(texts, boxes), regions)
    codes, scales = quantize(rng.standard_normal((words, dim)).astype(np.float32))
    return prepare(page, Patches(codes, scales, boxes, np.ones(words, dtype=bool)))


def grid_record(
    rng: np.random.Generator,
    number: int,
    grid: tuple[int, int] = (32, 32),
    regions: int = 15,
    dim: int = 128,
) -> PageRecord:
    """Return a page of a vision encoder with regions one below the other, without words."""
    edges = np.linspace(0.06, 0.94, regions + 1)
    boxes = [
        (0.08, float(top), float(right), float(bottom) - 0.01)
        for top, bottom, right in zip(
            edges[:-1], edges[1:], rng.uniform(0.4, 0.92, regions), strict=True
        )
    ]
    made = tuple(Region(box, "", (), "paragraph", order) for order, box in enumerate(boxes))
    page = Page(number, str(number), 612, 792, "pt", NO_WORDS, made)
    cells = grid_cells(*grid)
    codes, scales = quantize(rng.standard_normal((len(cells), dim)).astype(np.float32))
    return prepare(page, Patches(codes, scales, cells, np.ones(len(cells), dtype=bool), grid))


def documents(
    pages: int, per_document: int = 100, seed: int = 0
) -> Iterator[tuple[str, list[PageRecord]]]:
    """Yield documents of `per_document` pages until there are `pages` pages."""
    rng = np.random.default_rng(seed)
    for start in range(0, pages, per_document):
        count = min(per_document, pages - start)
        yield f"doc{start}", [word_record(rng, number=n) for n in range(1, count + 1)]
