"""Embeddings that somebody already has: arrays of page vectors, and a function for questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snappy_core.boxes import as_boxes
from snappy_core.encoders.grids import raster
from snappy_core.encoders.inferred import infer
from snappy_core.types import Page, Patches, Query
from snappy_core.vectors import normalize, quantize

_WHOLE_PAGE = as_boxes([[0, 0, 1, 1]])


class PrecomputedEncoder:
    """The encoder of an index whose pages come as arrays; it encodes questions alone.

    Example, pages embedded elsewhere:
        def ask(text):
            return query_from_embeddings(text, my_model.embed_query(text))

        encoder = PrecomputedEncoder("vidore/colpali-v1.3", 128, ask)
        with RegionIndex.open("papers.snappy", encoder) as index:
            pages = [patches_from_embeddings(array, family="ColPali") for array in arrays]
            index.add_document("paper.pdf", patches=pages)

    Args:
        name: what the index calls it. When it is that of a model Snappy can open, the index
            opens later without this encoder.
        dim: length of the vectors.
        query: gives the token vectors of a question; see `query_from_embeddings`.
    """

    def __init__(self, name: str, dim: int, query: Callable[[str], Query]) -> None:
        if dim < 1:
            raise ValueError(f"dim must be at least 1, not {dim}")
        self.name = name
        self.dim = dim
        self._query = query

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Raise ValueError: the vectors of pages have to be given."""
        raise ValueError(
            f"the encoder {self.name} cannot encode pages; give their vectors to "
            "`add` as `patches`, see snappy_core.encoders.precomputed"
        )

    def encode_query(self, text: str) -> Query:
        """Return the token vectors of a question.

        Raises:
            ValueError: the function gave vectors of another length.
        """
        query = self._query(text)
        if query.vectors.shape[1] != self.dim:
            raise ValueError(
                f"the encoder {self.name} has {self.dim} dimensions, the vectors of its question "
                f"{query.vectors.shape[1]}"
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
    """Return the patches of one page from the vectors a vision encoder gave for it.

    The cells of the grid come first, in raster order, then the other vectors (special tokens, a
    thumbnail of the page), which count for the page but never for a region.

    Args:
        vectors: (n, d) finite numbers of any length but 0, in the order of the model.
        grid: (rows, columns) onto which the model stretched the page, its cells in raster order.
        image_mask: (n,) which of the vectors are of the picture and no special tokens; all of
            them by default.
        family: or else that of the model, such as "ColQwen2.5", from which the grid follows,
            together with the number of image vectors and the page_size; see
            `snappy_core.encoders.inferred`.
        page_size: (width, height) of the page in any unit, for a family.

    >>> page = patches_from_embeddings(np.eye(9), grid=(2, 4), image_mask=[False] + [True] * 8)
    >>> page.grid, page.boxes[0].tolist()
    ((2, 4), [0.0, 0.0, 0.25, 0.5])

    Raises:
        ValueError: another shape, a vector of zeros or not finite, a count that does not fit,
            or both or neither of grid and family.
    """
    made = _unit_vectors(vectors)
    mask = np.ones(len(made), bool) if image_mask is None else np.asarray(image_mask, bool)
    if mask.shape != (len(made),):
        raise ValueError(f"{len(made)} vectors but an image_mask of shape {mask.shape}")
    image, special = np.flatnonzero(mask), np.flatnonzero(~mask)
    if grid is not None and family is None:
        tokens = raster(*grid)
    elif family is not None and grid is None:
        tokens = infer(family, len(image), page_size)
    else:
        raise ValueError("give either the grid or the family of the model")
    if len(tokens) != len(image):
        raise ValueError(
            f"{len(image)} image vectors do not fill a grid of {tokens.grid[0]} rows x "
            f"{tokens.grid[1]} columns; `image_mask` leaves out those that are no cells of it"
        )
    codes, scales = quantize(made[np.concatenate([image[tokens.order], special])])
    boxes = np.concatenate([tokens.boxes, np.tile(_WHOLE_PAGE, (len(special), 1))])
    local = np.concatenate([tokens.local, np.zeros(len(special), bool)])
    return Patches(codes, scales, boxes, local, tokens.grid)


def query_from_embeddings(
    text: str,
    vectors: ArrayLike,
    tokens: Sequence[str] | None = None,
    content_mask: ArrayLike | None = None,
) -> Query:
    """Return a question from its token vectors.

    Args:
        vectors: (m, d) finite numbers of any length but 0.
        tokens: m readable strings; their numbers by default.
        content_mask: (m,) which tokens count for the heat map: words of the question, not its
            prefix or padding. All by default.

    >>> query_from_embeddings("net debt", [[3, 0], [0, 4]], ["net", "debt"]).vectors.tolist()
    [[1.0, 0.0], [0.0, 1.0]]

    Raises:
        ValueError: another shape, a vector of zeros or not finite, or counts that differ.
    """
    made = _unit_vectors(vectors)
    names = tuple(map(str, range(len(made)))) if tokens is None else tuple(tokens)
    heard = np.ones(len(made), bool) if content_mask is None else np.asarray(content_mask, bool)
    if not heard.any():
        raise ValueError("no token of the question counts for the heat map")
    return Query(text, made, names, heard)


def _unit_vectors(vectors: ArrayLike) -> NDArray[np.float32]:
    """Return vectors (n, d) at length 1, checked."""
    made = np.asarray(vectors, dtype=np.float32)
    if made.ndim != 2 or made.size == 0:
        raise ValueError(f"embeddings must have the shape (n, d), not {made.shape}")
    wrong = ~np.isfinite(made).all(axis=1) | ~made.any(axis=1)
    if wrong.any():
        raise ValueError(
            f"{wrong.sum()} of {len(made)} vectors are zero or not finite, the first is number "
            f"{wrong.argmax()}"
        )
    return normalize(made)
