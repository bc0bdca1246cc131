"""For tests of code that uses Snappy: encoders without a model, and tiny pages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import as_boxes, enclose, grid_cells, intersection
from snappy_core.scoring.idf import term
from snappy_core.types import Label, Page, Patches, Query, Region, Words
from snappy_core.vectors import normalize, quantize


class FakeEncoder:
    """A deterministic encoder that knows words only by their spelling; instant, no model.

    Equal terms (lower case, without punctuation and plural s) have cosine 1, different ones
    nearly 0. It finds exact words; it understands nothing.

    Args:
        dim: length of the vectors.
        name: what the index calls it.
    """

    def __init__(self, dim: int = 64, name: str = "fake-1") -> None:
        self.dim = dim
        self.name = name

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return a patch for every word."""
        made = []
        for page in pages:
            codes, scales = quantize(self._vectors(page.words.texts))
            made.append(Patches(codes, scales, page.words.boxes, np.ones(len(codes), dtype=bool)))
        return made

    def encode_query(self, text: str) -> Query:
        """Return a vector for every word of the question."""
        words = tuple(text.split())
        if not words:
            raise ValueError("the question is empty")
        terms = tuple(map(term, words))
        content_mask = np.array([found is not None for found in terms])
        return Query(
            text,
            self._vectors(words),
            words,
            content_mask if content_mask.any() else ~content_mask,
            terms,
        )

    def _vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        rows = [_vector(term(word) or word.casefold(), self.dim) for word in words]
        return np.array(rows, dtype=np.float32).reshape(len(words), self.dim)


class FakeGridEncoder:
    """A deterministic stand-in for a vision encoder: a grid of patches, and tokens without terms.

    The vector of a patch is the mean of the words printed on it, known by their spelling as in
    `FakeEncoder`, each by the area it has there. Before the grid comes one global patch, the
    mean of all words, which is not local. Pages need no renderer.

    Args:
        rows, columns: of the grid, on every page.
        dim: length of the vectors.
        name: what the index calls it.
    """

    def __init__(
        self, rows: int = 7, columns: int = 5, dim: int = 64, name: str = "fake-grid-1"
    ) -> None:
        self.dim = dim
        self.name = name
        self._grid = (rows, columns)
        self._words = FakeEncoder(dim)

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return a global patch and the patches of the grid."""
        return list(map(self._encode, pages, self._words.encode_pages(pages)))

    def encode_query(self, text: str) -> Query:
        """Return a vector for every word of the question; all weigh the same."""
        query = self._words.encode_query(text)
        return Query(query.text, query.vectors, query.tokens, query.content_mask)

    def _encode(self, page: Page, words: Patches) -> Patches:
        boxes = np.concatenate([as_boxes([[0, 0, 1, 1]]), grid_cells(*self._grid)])
        vectors = intersection(boxes, words.boxes) @ (words.vectors * words.scales[:, None])
        local = np.arange(len(boxes)) > 0
        return Patches(*quantize(normalize(vectors)), boxes, local, self._grid)


@lru_cache(maxsize=100_000)
def _vector(key: str, dim: int) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).digest())
    vector = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def make_page(*paragraphs: str, number: int = 1, width: float = 400, height: float = 600) -> Page:
    """Return a page with a region for each paragraph, one below the other.

    Words stand in lines of six, so that boxes are neither square nor on the diagonal.

    >>> page = make_page("Tides turn twice a day.", "Wind does not.")
    >>> [region.text for region in page.regions], len(page.words)
    (['Tides turn twice a day.', 'Wind does not.'], 8)
    """
    texts: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    spans: list[range] = []
    line = 0
    for paragraph in paragraphs:
        words = paragraph.split()
        spans.append(range(len(texts), len(texts) + len(words)))
        for place, word in enumerate(words):
            row, column = divmod(place, 6)
            x, y = 0.1 + 0.13 * column, 0.05 + 0.03 * (line + row)
            boxes.append((x, y, min(x + 0.012 * len(word), x + 0.12), y + 0.02))
            texts.append(word)
        line += -(-len(words) // 6) + 1
    placed = np.array(boxes, dtype=np.float32).reshape(-1, 4)
    label: Label = "paragraph"
    regions = tuple(
        Region(enclose(placed[list(span)]), paragraph, tuple(span), label, order)
        for order, (span, paragraph) in enumerate(zip(spans, paragraphs, strict=True))
    )
    return Page(number, str(number), width, height, "pt", Words(tuple(texts), placed), regions)
