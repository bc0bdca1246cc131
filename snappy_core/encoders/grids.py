"""The layout of vision models' image tokens on a page.

All models of the ColPali family scale the whole page to their input size, without padding or
cropping. A grid of the input is therefore a grid of the page, and its cells follow from the
numbers of rows and columns, which are read from the output of the model's processor. Numbers that
do not match raise ValueError.
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
class PageTokens:
    """The tokens of one page: the cells of the grid, then a thumbnail, then special tokens.

    Attributes:
        order: (n,) position of each in the sequence; without special tokens, the position among
            the image tokens.
        boxes: (n, 4), the part of the page that each token covers.
        local: (n,) bool; True for cells of the grid.
        grid: (rows, columns); its cells are in raster order.
    """

    order: NDArray[np.intp]
    boxes: Boxes
    local: NDArray[np.bool_]
    grid: tuple[int, int]

    def __len__(self) -> int:
        return len(self.order)

    def in_sequence(self, image: NDArray[np.intp], special: NDArray[np.intp]) -> PageTokens:
        """Add special tokens, which are not local, given the positions of all tokens."""
        whole_page = np.tile(grid_cells(1, 1), (len(special), 1))
        return PageTokens(
            np.concatenate([image[self.order], special]),
            np.concatenate([self.boxes, whole_page]),
            np.concatenate([self.local, np.zeros(len(special), dtype=bool)]),
            self.grid,
        )


def raster(rows: int, columns: int) -> PageTokens:
    """Return tokens in raster order; ValueError if the grid has no cell."""
    if min(rows, columns) < 1:
        raise ValueError(f"a grid of {rows} rows x {columns} columns has no cell")
    count = rows * columns
    local = np.ones(count, dtype=bool)
    return PageTokens(np.arange(count), grid_cells(rows, columns), local, (rows, columns))


def square(count: int) -> PageTokens:
    """Return the tokens of a model that scales every page to the same square.

    ColPali (32 x 32 tokens) and ColGemma3 (16 x 16). ValueError if `count` is not a square number.
    """
    side = math.isqrt(count)
    if count < 1 or side * side != count:
        raise ValueError(f"{count} image tokens do not form a square")
    return raster(side, side)


def merged(count: int, patches: tuple[int, int, int], merge: int) -> PageTokens:
    """Return the tokens of a model that merges `merge` x `merge` patches of the image into one.

    ColQwen2, 2.5, 3 and 3.5.

    Args:
        count: image tokens in the sequence.
        patches: frames, rows and columns of patches: the page's row of `image_grid_thw`.
        merge: rows, and columns, of patches per token.

    >>> merged(6, (1, 4, 6), 2).grid
    (2, 3)
    """
    frames, rows, columns = patches
    if frames != 1 or rows % merge or columns % merge:
        raise ValueError(
            f"{frames} x {rows} x {columns} patches cannot be merged {merge} x {merge}"
        )
    return _check_count(raster(rows // merge, columns // merge), count)


def tiled(count: int, tiles: tuple[int, int], tile_tokens: int) -> PageTokens:
    """Return the tokens of a model that cuts the page into tiles and appends a thumbnail of it.

    ColIdefics3 (ColSmol) and ColModernVBert. Tiles are in raster order, and so are the tokens
    within a tile. The thumbnail is one more tile that shows the whole page; its tokens are not
    local. A page that is not cut, with `tiles` (0, 0), is a single tile whose tokens are the
    grid.

    Args:
        count: image tokens in the sequence.
        tiles: rows and columns of tiles; see `count_tiles`.
        tile_tokens: image tokens per tile, a square number.

    >>> page = tiled(12, (1, 2), 4)
    >>> page.grid, page.order.tolist(), page.local.sum()
    ((2, 4), [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 10, 11], np.int64(8))
    """
    tile = square(tile_tokens)
    if tiles == (0, 0):
        return _check_count(tile, count)
    side = tile.grid[0]
    rows, columns = tiles
    cells = raster(rows * side, columns * side)
    # (tile row, tile column, row in it, column in it) -> (row, column) of the page
    order = cells.order.reshape(rows, columns, side, side).swapaxes(1, 2).ravel()
    tokens = PageTokens(
        np.concatenate([order, len(cells) + tile.order]),
        np.concatenate([cells.boxes, tile.boxes]),
        np.arange(len(cells) + len(tile)) < len(cells),
        cells.grid,
    )
    return _check_count(tokens, count)


def count_tiles(tokens: Iterable[str]) -> tuple[int, int]:
    """Return the rows and columns of tiles named by the tokens of a page; (0, 0) if it is uncut.

    >>> count_tiles(["<row_1_col_1>", "<row_1_col_2>", "<global-img>"])
    (1, 2)
    """
    matches = filter(None, map(_TILE.fullmatch, tokens))
    tiles = [(int(match[1]), int(match[2])) for match in matches]
    rows, columns = max(tiles, default=(0, 0))
    if tiles != [(r + 1, c + 1) for r in range(rows) for c in range(columns)]:
        raise ValueError(f"the tiles {tiles} do not form {rows} rows x {columns} columns")
    return rows, columns


def _check_count(tokens: PageTokens, count: int) -> PageTokens:
    if len(tokens) != count:
        rows, columns = tokens.grid
        thumbnail = int((~tokens.local).sum())
        raise ValueError(
            f"{count} image tokens, but a grid of {rows} rows x {columns} columns"
            + (f" and a thumbnail of {thumbnail}" if thumbnail else "")
            + f" has {len(tokens)}"
        )
    return tokens
