"""Pages with random words, regions and vectors, for benchmarks of stores and searches."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, islice, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import enclose, grid_cells
from snappy_core.ingest.jobs import prepare
from snappy_core.stores.base import DocumentRecord, PageRecord, Store
from snappy_core.types import NO_WORDS, Page, Patches, Query, Region, Words
from snappy_core.vectors import normalize, quantize

GRID = (32, 32)  # rows and columns of patches
GRID_REGIONS = 15  # of a page


def word_record(
    rng: np.random.Generator, words: int = 400, number: int = 1, dim: int = 384
) -> PageRecord:
    """Return a page of `words` words in lines of ten, and regions of about 27 words."""
    indices = np.arange(words)
    row, column = indices // 10, indices % 10
    x, y = 0.05 + 0.09 * column, 0.05 + 0.9 * row / max(row.max(), 1)
    boxes = np.stack([x, y, x + 0.07, y + 0.012], axis=1).astype(np.float32)
    texts = tuple(f"w{n}" for n in rng.integers(0, 50_000, words))
    spans = np.array_split(indices, max(words // 27, 1))
    regions = tuple(
        Region(enclose(boxes[span]), " ".join(texts[i] for i in span), tuple(span.tolist()),
               "paragraph", order)
        for order, span in enumerate(spans)
    )  # fmt: skip
    page = Page(number, str(number), 612, 792, "pt", Words(texts, boxes), regions)
    codes, scales = quantize(rng.standard_normal((words, dim)).astype(np.float32))
    return prepare(page, Patches(codes, scales, boxes, np.ones(words, dtype=bool)))


def grid_record(rng: np.random.Generator, number: int) -> PageRecord:
    """Return a page of a vision encoder with random vectors."""
    return _grid_record(number, rng.standard_normal((GRID[0] * GRID[1], 128)))


def _grid_record(number: int, vectors: NDArray[Any]) -> PageRecord:
    """Return a page with these patch vectors and regions one below another, without words."""
    regions = tuple(
        Region((0.1, float(top), 0.9, float(bottom) - 0.01), "", (), "paragraph", order)
        for order, (top, bottom) in enumerate(pairwise(np.linspace(0.05, 0.95, GRID_REGIONS + 1)))
    )
    page = Page(number, str(number), 612, 792, "pt", NO_WORDS, regions)
    codes, scales = quantize(vectors.astype(np.float32))
    patches = Patches(codes, scales, grid_cells(*GRID), np.ones(len(codes), dtype=bool), GRID)
    return prepare(page, patches)


class Clustered:
    """Generates pages of a vision encoder in which neighboring patches have similar vectors.

    A page is divided into areas around random points; the patches of an area share a concept.
    A few concepts are frequent, many are rare, and all vectors share a mean, as in real models.
    """

    dim, concepts, areas = 128, 4_000, 40

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self._mean = self._rng.standard_normal(self.dim, dtype=np.float32)
        self._concepts = self._rng.standard_normal((self.concepts, self.dim), dtype=np.float32)
        frequency = 1 / np.arange(1, self.concepts + 1)
        self._sums = np.cumsum(frequency / frequency.sum())

    def record(self, number: int) -> PageRecord:
        """Return a page with regions one below another, without words."""
        rng = self._rng
        points = rng.random((self.areas, 2), dtype=np.float32)
        distances = ((grid_cells(*GRID)[:, None, :2] - points) ** 2).sum(axis=2)
        concepts = np.searchsorted(self._sums, rng.random(self.areas)).clip(max=self.concepts - 1)
        vectors = self._concepts[concepts[distances.argmin(axis=1)]] + self._mean
        vectors += 0.8 * rng.standard_normal(vectors.shape, dtype=np.float32)
        return _grid_record(number, normalize(vectors))

    def pooled(self, seed: int, pages: int, vectors: int = 64) -> NDArray[np.float32]:
        """Return pooled vectors, each from four patches of an area: (pages, vectors, d)."""
        rng = np.random.default_rng(seed)
        shares = rng.random((pages, self.areas))
        concepts = np.searchsorted(self._sums, shares).clip(max=self.concepts - 1)
        areas = rng.integers(0, self.areas, (pages, vectors))
        pooled = self._concepts[np.take_along_axis(concepts, areas, axis=1)] + self._mean
        pooled += 0.8 / 4**0.5 * rng.standard_normal(pooled.shape, dtype=np.float32)
        return normalize(pooled.reshape(-1, self.dim)).reshape(pooled.shape)

    def query(self, patches: Patches, tokens: int = 20) -> Query:
        """Return a query about three patches of a page."""
        rng = self._rng
        indices = np.repeat(rng.choice(len(patches), 3, replace=False), -(-tokens // 3))[:tokens]
        vectors = patches.vectors[indices] * patches.scales[indices, None]
        vectors += 0.8 / self.dim**0.5 * rng.standard_normal(vectors.shape, dtype=np.float32)
        names = tuple(f"token{n}" for n in range(tokens))
        return Query("planted", normalize(vectors), names, np.ones(tokens, dtype=bool))


def fill(
    store: Store, records: Iterable[PageRecord], per_document: int = 20, encoder: str = "synthetic"
) -> None:
    """Write pages into a new store, as documents of `per_document` pages."""
    pages = iter(records)
    for number in count():
        document = list(islice(pages, per_document))
        if not document:
            return
        if not number:
            store.bind_encoder(encoder, document[0].patches.vectors.shape[1])
        name = f"doc{number}"
        store.write(DocumentRecord(name, name, "0" * 64, "synthetic"), document)
