"""Precomputed embeddings: arrays of page vectors, and a function for questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snappy_core.encoders.colvision.families import FAMILIES, FAMILY_NAMES
from snappy_core.encoders.grids import PageTokens, raster, square, tiled
from snappy_core.types import Page, Patches, Query
from snappy_core.vectors import normalize, quantize

TILE_TOKENS = 64
"""Image tokens per tile of ColSmol and ColModernVBert."""

MAX_CELL_ASPECT_RATIO = 2.0
"""Maximum of the cells of a grid on the page; cells further from square are an error."""

_GEOMETRIES = {family.name.casefold(): family.geometry for family in FAMILIES}
_GEOMETRIES["colsmol"] = _GEOMETRIES["colidefics3"]


class PrecomputedEncoder:
    """An encoder for indexes whose page vectors are supplied as arrays; it only encodes questions.

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
        dim: length of the vectors, at least 1.
        query: returns the token vectors of a question; see `query_from_embeddings`.
    """

    def __init__(self, name: str, dim: int, query: Callable[[str], Query]) -> None:
        if dim < 1:
            raise ValueError(f"dim must be at least 1, not {dim}")
        self.name = name
        self.dim = dim
        self._query = query

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        raise ValueError(
            f"the encoder {self.name} cannot encode pages; supply their vectors to "
            "`add_document` as `patches`, see snappy_core.encoders.precomputed"
        )

    def encode_query(self, text: str) -> Query:
        """Return the result of the function; ValueError if its vectors have the wrong length."""
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
    """Return the patches of one page, given its vectors from a vision encoder.

    The cells of the grid come first, in raster order, then the vectors of special tokens and of a
    thumbnail, which count in page scores but not in region scores.

    Args:
        vectors: (n, d) finite numbers, no zero vectors, in the order of the model.
        grid: (rows, columns) of a grid over the whole page whose cells are in raster order.
        image_mask: (n,) True for image tokens, False for special tokens; by default all True.
        family: the family of the model, such as "ColQwen2.5", instead of the grid; `infer_grid`
            then infers the grid from the number of image tokens and the page size.
        page_size: (width, height) of the page in any unit, with `family`.

    >>> page = patches_from_embeddings(np.eye(9), grid=(2, 4), image_mask=[False] + [True] * 8)
    >>> page.grid, page.boxes[0].tolist()
    ((2, 4), [0.0, 0.0, 0.25, 0.5])

    Raises:
        ValueError: the vectors or the number of image tokens do not match, or both or neither of
            `grid` and `family` are given.
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


def infer_grid(family: str, count: int, page_size: tuple[float, float] | None) -> PageTokens:
    """Return the layout of the image tokens of a page.

    All supported models scale the whole page to their grid so that its cells are about square. So
    of all grids with this number of cells (or tiles), the one with the most nearly square cells
    (or tiles) is chosen.

    >>> infer_grid("ColQwen2.5", 682, (620, 877)).grid  # width, height
    (31, 22)
    >>> page = infer_grid("ColSmol", 3 * 64, (100, 190))  # two tiles and a thumbnail of the page
    >>> page.grid, page.local.sum()
    ((16, 8), np.int64(128))

    Args:
        family: "ColPali", "ColQwen2.5", "ColSmol", ..., in upper or lower case.
        count: image tokens of the page.
        page_size: width and height in any unit; not needed for ColPali and ColGemma3, which
            scale every page to a square.

    Raises:
        ValueError: the family is unknown, the page size is missing or not positive, or no grid
            with this count is possible.
    """
    geometry = _GEOMETRIES.get(family.casefold())
    if geometry is None:
        raise ValueError(f"family must be one of {FAMILY_NAMES}, ColSmol, not {family!r}")
    if geometry == "square":
        return square(count)
    if page_size is None or len(page_size) != 2 or not min(page_size) > 0:
        raise ValueError(f"{family} needs the page_size, (width, height), not {page_size}")
    if geometry == "merged":
        return raster(*_most_nearly_square(family, count, count, page_size))
    if count == TILE_TOKENS:
        return tiled(count, (0, 0), TILE_TOKENS)
    tile_count = count // TILE_TOKENS - 1  # without the thumbnail
    tiles = _most_nearly_square(family, tile_count, count, page_size)
    return tiled(count, tiles, TILE_TOKENS)


def _most_nearly_square(
    family: str, cell_count: int, token_count: int, page_size: tuple[float, float]
) -> tuple[int, int]:
    """Return the (rows, columns) whose cells on the page have the aspect ratio closest to 1."""
    width, height = page_size
    rows = np.array([n for n in range(1, cell_count + 1) if cell_count % n == 0], dtype=np.int64)
    if len(rows):
        columns = cell_count // rows
        log_ratios = np.abs(np.log((width / columns) / (height / rows)))
        best = int(log_ratios.argmin())
        if log_ratios[best] <= np.log(MAX_CELL_ASPECT_RATIO):
            return int(rows[best]), int(columns[best])
    raise ValueError(
        f"{token_count} image tokens do not form a grid of {family} on a page of {width:g} x "
        f"{height:g}; if special tokens are among them, exclude these with `image_mask`"
    )


def query_from_embeddings(
    text: str,
    vectors: ArrayLike,
    tokens: Sequence[str] | None = None,
    content_mask: ArrayLike | None = None,
) -> Query:
    """Return a question from its token vectors; ValueError if they do not fit together.

    Args:
        vectors: (m, d) finite numbers, no zero vectors.
        tokens: m strings to display; by default "0", "1", ...
        content_mask: (m,) True for tokens with content, not prefixes or padding: only they count
            for heat maps. By default all True.

    >>> query_from_embeddings("net debt", [[3, 0], [0, 4]], ["net", "debt"]).vectors.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    unit_vectors = _normalize(vectors)
    count = len(unit_vectors)
    token_texts = tuple(map(str, range(count)) if tokens is None else tokens)
    is_content = np.ones(count, bool) if content_mask is None else np.asarray(content_mask, bool)
    if not is_content.any():
        raise ValueError("no token of the question carries content")
    return Query(text, unit_vectors, token_texts, is_content)


def _normalize(vectors: ArrayLike) -> NDArray[np.float32]:
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
