"""For tests of code that uses Snappy: encoders without a model, and pages without a document.

`snappy_core.testing.encoders` and `snappy_core.testing.stores` are conformance suites for your
own encoders and stores.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import as_boxes, enclose, grid_cells, intersection
from snappy_core.encoders.word_encoder import word_query
from snappy_core.scoring.idf import term
from snappy_core.types import Page, Patches, Query, Region, Words
from snappy_core.vectors import normalize, quantize


class FakeEncoder:
    """A deterministic text encoder without a model: the vector of a word is a hash of its term.

    The cosine of equal terms (lower case, without punctuation and plural s) is 1, that of different
    terms about 0. Only the words of the question are found, not synonyms.
    """

    def __init__(self, dim: int = 64, name: str = "fake-1") -> None:
        self.dim = dim
        self.name = name

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return one patch per word."""
        patches = []
        for page in pages:
            codes, scales = quantize(self._vectors(page.words.texts))
            patches.append(Patches(codes, scales, page.words.boxes, np.ones(len(codes), bool)))
        return patches

    def encode_query(self, text: str) -> Query:
        """Return one vector per word of the question."""
        words = text.split()
        if not words:
            raise ValueError("the question is empty")
        return word_query(text, words, self._vectors(words))

    def _vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        rows = [_hash_vector(term(word) or word.casefold(), self.dim) for word in words]
        return np.array(rows, dtype=np.float32).reshape(len(words), self.dim)


class FakeGridEncoder:
    """A deterministic vision encoder without a model: a grid of patches, and tokens without terms.

    The vector of a patch is the mean of the `FakeEncoder` vectors of the words in it, weighted by
    their area within the patch. The first patch is global: the mean of all words. Pages need no
    renderer.

    Args:
        rows, columns: of the grid, on every page.
    """

    def __init__(
        self, rows: int = 7, columns: int = 5, dim: int = 64, name: str = "fake-grid-1"
    ) -> None:
        self.dim = dim
        self.name = name
        self._grid = (rows, columns)
        self._text_encoder = FakeEncoder(dim)

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return a global patch and the patches of the grid."""
        return list(map(self._pool, self._text_encoder.encode_pages(pages)))

    def encode_query(self, text: str) -> Query:
        """Return one vector per word of the question; all have the same weight."""
        query = self._text_encoder.encode_query(text)
        return Query(query.text, query.vectors, query.tokens, query.content_mask)

    def _pool(self, words: Patches) -> Patches:
        boxes = np.concatenate([as_boxes([[0, 0, 1, 1]]), grid_cells(*self._grid)])
        vectors = intersection(boxes, words.boxes) @ (words.vectors * words.scales[:, None])
        local = np.arange(len(boxes)) > 0
        return Patches(*quantize(normalize(vectors)), boxes, local, self._grid)


@lru_cache(maxsize=100_000)
def _hash_vector(key: str, dim: int) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).digest())
    vector = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def make_page(*paragraphs: str, number: int = 1, width: float = 400, height: float = 600) -> Page:
    """Return a page in points with a region for each paragraph, from top to bottom.

    Lines have six words, so that boxes are neither square nor on the diagonal of the page.

    >>> page = make_page("Tides turn twice a day.", "Wind does not.")
    >>> [region.text for region in page.regions], len(page.words)
    (['Tides turn twice a day.', 'Wind does not.'], 8)
    """
    texts: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    regions: list[Region] = []
    first_line = 0
    for order, paragraph in enumerate(paragraphs):
        words = paragraph.split()
        indices = tuple(range(len(texts), len(texts) + len(words)))
        for position, word in enumerate(words):
            row, column = divmod(position, 6)
            x, y = 0.1 + 0.13 * column, 0.05 + 0.03 * (first_line + row)
            boxes.append((x, y, min(x + 0.012 * len(word), x + 0.12), y + 0.02))
            texts.append(word)
        box = enclose(np.array([boxes[index] for index in indices], dtype=np.float32))
        regions.append(Region(box, paragraph, indices, "paragraph", order))
        first_line += -(-len(words) // 6) + 1
    word_boxes = np.array(boxes, dtype=np.float32).reshape(-1, 4)
    return Page(
        number, str(number), width, height, "pt", Words(tuple(texts), word_boxes), tuple(regions)
    )
