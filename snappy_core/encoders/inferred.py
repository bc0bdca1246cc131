"""Where image tokens lie when only their number and the shape of the page are known.

With a processor at hand the grid is read from what it made of the page (`snappy_core.encoders.
grids`). Of vectors that somebody kept it has to be inferred: every family stretches the whole page
onto cells that are about square on it.
"""

from __future__ import annotations

import numpy as np

from snappy_core.encoders.grids import ImageTokens, raster, square, tiled

TILE_TOKENS = 64
"""Of a tile of ColSmol and ColModernVBert."""

MAX_STRETCH = 2.0
"""How far from square a cell may be on the page; a count that needs more is not of this page."""


def infer(family: str, count: int, page_size: tuple[float, float] | None) -> ImageTokens:
    """Return where the image tokens of a page lie, from their number and the page's size.

    Of all grids with that many cells (or tiles) it is the one whose are closest to square.

    >>> infer("ColQwen2.5", 682, (620, 877)).grid  # width, height
    (31, 22)
    >>> page = infer("ColSmol", 3 * 64, (100, 190))  # two tiles and the whole page once more
    >>> page.grid, page.local.sum()
    ((16, 8), np.int64(128))

    Args:
        family: "ColPali", "ColQwen2.5", "ColSmol", ..., in any case.
        count: image tokens of the page.
        page_size: its width and height in any unit; not needed by ColPali and ColGemma3, for
            which all pages are squares.

    Raises:
        ValueError: an unknown family, no page size, or a count that such a page cannot have.
    """
    geometry = _geometry(family)
    if geometry == "square":
        return square(count)
    if page_size is None or len(page_size) != 2 or not min(page_size) > 0:
        raise ValueError(f"{family} needs the page_size, (width, height), not {page_size}")
    if geometry == "merged":
        return raster(*_closest_to_square(family, count, count, page_size))
    if count == TILE_TOKENS:
        return tiled(count, (0, 0), TILE_TOKENS)
    tiles = count // TILE_TOKENS - 1  # the last one is the whole page
    return tiled(count, _closest_to_square(family, tiles, count, page_size), TILE_TOKENS)


def _geometry(family: str) -> str:
    from snappy_core.encoders.colvision.families import FAMILIES

    known = {found.name.casefold(): found.geometry for found in FAMILIES}
    known["colsmol"] = known["colidefics3"]
    if family.casefold() not in known:
        names = ", ".join(found.name for found in FAMILIES)
        raise ValueError(f"family must be one of {names}, ColSmol, not {family!r}")
    return known[family.casefold()]


def _closest_to_square(
    family: str, cells: int, count: int, page_size: tuple[float, float]
) -> tuple[int, int]:
    width, height = page_size
    rows = np.array([n for n in range(1, cells + 1) if cells % n == 0], dtype=np.int64)
    if len(rows):
        columns = cells // rows
        stretch = np.abs(np.log((width / columns) / (height / rows)))
        best = int(stretch.argmin())
        if stretch[best] <= np.log(MAX_STRETCH):
            return int(rows[best]), int(columns[best])
    raise ValueError(
        f"{count} image tokens are no grid of {family} on a page of {width:g} x {height:g}; are "
        "special tokens among them? `image_mask` leaves them out"
    )
