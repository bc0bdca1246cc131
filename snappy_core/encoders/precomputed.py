"""Embeddings that exist already: arrays of page vectors, and a function for questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snappy_core.encoders.grids import raster
from snappy_core.encoders.inferred import infer_grid
from snappy_core.types import Page, Patches, Query
from snappy_core.vectors import normalize, quantize


class PrecomputedEncoder:
    """An encoder for indexes whose page vectors are supplied as arrays; it encodes only questions.

    Example:
        def encode_question(text):
            return query_from_embeddings(text, my_model.embed_query(text))

        encoder = PrecomputedEncoder("vidore/colpali-v1.3", 128, encode_question)
        with RegionIndex.open("papers.snappy", encoder) as index:
            pages = [patches_from_embeddings(array, family="ColPali") for array in arrays]
            index.add_document("paper.pdf", patches=pages)

    Args:
        name: the name stored in the index. If it is one that `open_encoder` accepts, the index
            can be opened later without this encoder.
        dim: length of the vectors.
        query: returns the token vectors of a question; see `query_from_embeddings`.

    Raises:
        ValueError: `dim` is below 1.
    """

    def __init__(self, name: str, dim: int, query: Callable[[str], Query]) -> None:
        if dim < 1:
            raise ValueError(f"dim must be at least 1, not {dim}")
        self.name = name
        self.dim = dim
        self._query = query

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Raise ValueError: page vectors must be supplied."""
        raise ValueError(
            f"the encoder {self.name} cannot encode pages; supply their vectors to "
            "`add_document` as `patches`, see snappy_core.encoders.precomputed"
        )

    def encode_query(self, text: str) -> Query:
        """Return the token vectors of a question.

        Raises:
            ValueError: the function returned vectors of another length.
        """
        query = self._query(text)
        if query.vectors.shape[1] != self.dim:
            raise ValueError(
                f"the encoder {self.name} has {self.dim} dimensions, but its question vectors "
                f"have {query.vectors.shape[1]}"
            )
        return query


def patches_from_embeddings(
    vectors: ArrayLike,
    grid: tuple[int, int] | None = None,
    image_mask: ArrayLike | None = None,
    *,
    family: str | None = None,
    page_size: tuple[float, float] | None = None,
) -> Patches:
    """Return the patches of one page from its vectors by a vision encoder.

    The patches are first the cells of the grid in raster order, then the vectors of special
    tokens and of a thumbnail, which count in page scores but not in region scores.

    Args:
        vectors: (n, d) finite numbers, no zero vectors, in the order of the model.
        grid: (rows, columns) of a grid over the whole page whose cells are in raster order.
        image_mask: (n,) True for image tokens, False for special tokens; by default all True.
        family: instead of the grid the family of the model, such as "ColQwen2.5"; the grid is
            inferred from the number of image tokens and the page size by `infer_grid`.
        page_size: (width, height) of the page in any unit, with `family`.

    >>> page = patches_from_embeddings(np.eye(9), grid=(2, 4), image_mask=[False] + [True] * 8)
    >>> page.grid, page.boxes[0].tolist()
    ((2, 4), [0.0, 0.0, 0.25, 0.5])

    Raises:
        ValueError: a wrong shape, a vector that is zero or not finite, a number of image tokens
            that does not fit, or both or neither of `grid` and `family`.
    """
    unit_vectors = _normalize(vectors)
    count = len(unit_vectors)
    is_image = np.ones(count, bool) if image_mask is None else np.asarray(image_mask, bool)
    if is_image.shape != (count,):
        raise ValueError(f"{count} vectors but an image_mask of shape {is_image.shape}")
    image, special = np.flatnonzero(is_image), np.flatnonzero(~is_image)
    if grid is not None and family is None:
        tokens = raster(*grid)
    elif family is not None and grid is None:
        tokens = infer_grid(family, len(image), page_size)
    else:
        raise ValueError("pass either the grid or the family of the model")
    if len(tokens) != len(image):
        raise ValueError(
            f"{len(image)} image vectors do not fill a grid of {tokens.grid[0]} rows x "
            f"{tokens.grid[1]} columns; exclude special tokens with `image_mask`"
        )
    tokens = tokens.in_sequence(image, special)
    return Patches(*quantize(unit_vectors[tokens.order]), tokens.boxes, tokens.local, tokens.grid)


def query_from_embeddings(
    text: str,
    vectors: ArrayLike,
    tokens: Sequence[str] | None = None,
    content_mask: ArrayLike | None = None,
) -> Query:
    """Return a question from its token vectors.

    Args:
        vectors: (m, d) finite numbers, no zero vectors.
        tokens: m strings to show to people; by default "0", "1", ...
        content_mask: (m,) True for tokens that carry content, not prefixes or padding: only they
            count for heat maps. By default all True.

    >>> query_from_embeddings("net debt", [[3, 0], [0, 4]], ["net", "debt"]).vectors.tolist()
    [[1.0, 0.0], [0.0, 1.0]]

    Raises:
        ValueError: a wrong shape, a vector that is zero or not finite, lengths that differ, or
            no token that carries content.
    """
    unit_vectors = _normalize(vectors)
    count = len(unit_vectors)
    token_texts = tuple(map(str, range(count))) if tokens is None else tuple(tokens)
    is_content = np.ones(count, bool) if content_mask is None else np.asarray(content_mask, bool)
    if not is_content.any():
        raise ValueError("no token of the question carries content")
    return Query(text, unit_vectors, token_texts, is_content)


def _normalize(vectors: ArrayLike) -> NDArray[np.float32]:
    """Return unit vectors (n, d).

    Raises:
        ValueError: a wrong shape, or a vector that is zero or not finite.
    """
    array = np.asarray(vectors, dtype=np.float32)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"embeddings must have the shape (n, d), not {array.shape}")
    is_invalid = ~np.isfinite(array).all(axis=1) | ~array.any(axis=1)
    if is_invalid.any():
        raise ValueError(
            f"{is_invalid.sum()} of {len(array)} vectors are zero or not finite, the first is "
            f"number {is_invalid.argmax()}"
        )
    return normalize(array)
