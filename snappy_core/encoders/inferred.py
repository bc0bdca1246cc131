"""Infers the grid of a vision model's image tokens from their number and the page size.

Given the processor of the model, the grid is read from its output (`colvision.pages`). For
vectors computed elsewhere it is inferred: all supported models scale the whole page to their
grid so that its cells are about square.
"""

from __future__ import annotations

import numpy as np

from snappy_core.encoders.colvision.families import FAMILIES, Geometry
from snappy_core.encoders.grids import PageTokens, raster, square, tiled

TILE_TOKENS = 64
"""Image tokens per tile of ColSmol and ColModernVBert."""

MAX_CELL_ASPECT_RATIO = 2.0
"""Of the cells of a grid on the page; a grid that is further from square is an error."""

_GEOMETRIES = {family.name.casefold(): family.geometry for family in FAMILIES}
_GEOMETRIES["colsmol"] = _GEOMETRIES["colidefics3"]


def infer_grid(family: str, count: int, page_size: tuple[float, float] | None) -> PageTokens:
    """Return the layout of the image tokens of a page.

    Of all grids with this number of cells (or tiles), the one with the most nearly square cells
    (or tiles) is taken.

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
    geometry = _geometry_of(family)
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


def _geometry_of(family: str) -> Geometry:
    try:
        return _GEOMETRIES[family.casefold()]
    except KeyError:
        names = ", ".join(supported.name for supported in FAMILIES)
        raise ValueError(f"family must be one of {names}, ColSmol, not {family!r}") from None


def _most_nearly_square(
    family: str, cell_count: int, token_count: int, page_size: tuple[float, float]
) -> tuple[int, int]:
    """Return the (rows, columns) whose cells on the page have the aspect ratio nearest to 1."""
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
