"""Where the image tokens of a vision model lie on the page.

All models of the ColPali family stretch or shrink the page onto their pixels as a whole, without
padding and without cropping. Fractions of the page are therefore fractions of the model's grid,
whatever the resize rounds: only the rows and columns have to be known, and they are taken from
what the processor made of the page, never worked out again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, grid_cells

_TILE = re.compile(r"<row_(\d+)_col_(\d+)>")


@dataclass(frozen=True, slots=True, eq=False)
class ImageTokens:
    """The image tokens of one page, put in order: first the cells of the grid, then the rest.

    Attributes:
        order: (n,) index of each among the image tokens as they come in the sequence.
        boxes: (n, 4), where each sees the page.
        local: (n,) bool; False for the tokens of a global tile, which come last.
        grid: (rows, cols) of the local tokens, in raster order.
    """

    order: NDArray[np.intp]
    boxes: Boxes
    local: NDArray[np.bool_]
    grid: tuple[int, int]

    def __len__(self) -> int:
        return len(self.order)


def raster(rows: int, columns: int) -> ImageTokens:
    """Return tokens that come row by row.

    >>> raster(1, 2).boxes.tolist()
    [[0.0, 0.0, 0.5, 1.0], [0.5, 0.0, 1.0, 1.0]]

    Raises:
        ValueError: the grid has no cell.
    """
    if min(rows, columns) < 1:
        raise ValueError(f"a grid of {rows} rows x {columns} columns has no cell")
    n = rows * columns
    local = np.ones(n, dtype=bool)
    return ImageTokens(np.arange(n), grid_cells(rows, columns), local, (rows, columns))


def square(count: int) -> ImageTokens:
    """Return the tokens of a model that squeezes every page into the same square.

    ColPali (32 x 32 tokens) and ColGemma3 (16 x 16).

    >>> square(1024).grid
    (32, 32)

    Raises:
        ValueError: the number of tokens is no square.
    """
    side = math.isqrt(count)
    if count < 1 or side * side != count:
        raise ValueError(f"{count} image tokens do not fill a square")
    return raster(side, side)


def merged(count: int, patches: tuple[int, int, int], merge: int) -> ImageTokens:
    """Return the tokens of a model that merges neighbouring patches of the page into one token.

    ColQwen2, 2.5, 3 and 3.5. Patches come block by block, tokens row by row.

    Args:
        count: image tokens in the sequence.
        patches: the page's row of `image_grid_thw`: frames, rows and columns of patches.
        merge: rows, and columns, of patches in a token.

    >>> merged(6, (1, 4, 6), 2).grid
    (2, 3)

    Raises:
        ValueError: the number of tokens is another, or the patches cannot be merged.
    """
    frames, high, wide = patches
    if frames != 1 or high % merge or wide % merge:
        raise ValueError(f"{frames} x {high} x {wide} patches cannot be merged {merge} x {merge}")
    return _counted(raster(high // merge, wide // merge), count)


def tiled(count: int, tiles: tuple[int, int], tile_tokens: int) -> ImageTokens:
    """Return the tokens of a model that cuts the page into tiles and adds the page as a last one.

    ColIdefics3 (ColSmol) and ColModernVBert. Tiles come row by row, tokens row by row in their
    tile. The tokens of the last tile, which holds the whole page, are not local. A page that is
    not cut, `tiles` (0, 0), is one tile: its tokens are the grid.

    Args:
        count: image tokens in the sequence.
        tiles: rows and columns of tiles; see `count_tiles`.
        tile_tokens: image tokens of a tile, a square number.

    >>> page = tiled(12, (1, 2), 4)
    >>> page.grid, page.order.tolist(), page.local.sum()
    ((2, 4), [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 10, 11], np.int64(8))

    Raises:
        ValueError: the number of tokens is another, or that of a tile no square.
    """
    tile = square(tile_tokens)
    if tiles == (0, 0):
        return _counted(tile, count)
    side = tile.grid[0]
    rows, columns = tiles
    cells = raster(rows * side, columns * side)
    # (tile row, tile column, row in it, column in it) -> (row, column) of the page
    order = cells.order.reshape(rows, columns, side, side).swapaxes(1, 2).ravel()
    made = ImageTokens(
        np.concatenate([order, len(cells) + tile.order]),
        np.concatenate([cells.boxes, tile.boxes]),
        np.arange(len(cells) + len(tile)) < len(cells),
        cells.grid,
    )
    return _counted(made, count)


def count_tiles(tokens: Iterable[str]) -> tuple[int, int]:
    """Return the rows and columns of tiles named by the tokens of a page; (0, 0) when uncut.

    >>> count_tiles(["<row_1_col_1>", "<row_1_col_2>", "<global-img>"])
    (1, 2)

    Raises:
        ValueError: the tiles named are not those of a grid, in order.
    """
    found = [(int(match[1]), int(match[2])) for match in map(_TILE.fullmatch, tokens) if match]
    rows, columns = max(found, default=(0, 0))
    if found != [(r + 1, c + 1) for r in range(rows) for c in range(columns)]:
        raise ValueError(f"the tiles {found} are not those of {rows} rows x {columns} columns")
    return rows, columns


def _counted(tokens: ImageTokens, count: int) -> ImageTokens:
    if len(tokens) != count:
        rows, columns = tokens.grid
        raise ValueError(
            f"{count} image tokens, but a grid of {rows} rows x {columns} columns"
            + ("" if tokens.local.all() else f" and a tile of {int((~tokens.local).sum())}")
            + f" takes {len(tokens)}"
        )
    return tokens
