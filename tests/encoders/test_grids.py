"""The layout of image tokens, for grids that are not square."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.encoders import grids

sizes = st.integers(1, 7)


def assert_raster(tokens):
    """The local boxes tile the page row by row."""
    rows, columns = tokens.grid
    boxes = tokens.boxes[tokens.local].reshape(rows, columns, 4)
    assert np.allclose(boxes[0, 0], [0, 0, 1 / columns, 1 / rows])
    assert np.allclose(boxes[:, 1:, 0], boxes[:, :-1, 2])
    assert np.allclose(boxes[1:, :, 1], boxes[:-1, :, 3])
    assert np.allclose(boxes[-1, -1], [1 - 1 / columns, 1 - 1 / rows, 1, 1], atol=1e-6)
    assert tokens.local[: rows * columns].all()
    assert sorted(tokens.order) == list(range(len(tokens)))


@given(rows=sizes, columns=sizes)
def test_merged_patches_come_row_by_row(rows, columns):
    tokens = grids.merged(rows * columns, (1, 3 * rows, 3 * columns), 3)
    assert tokens.grid == (rows, columns)
    assert tokens.order.tolist() == list(range(rows * columns))
    assert_raster(tokens)


@given(side=sizes)
def test_a_square(side):
    tokens = grids.square(side**2)
    assert tokens.grid == (side, side)
    assert tokens.local.all()
    assert_raster(tokens)


@given(rows=sizes, columns=sizes, side=st.integers(1, 4))
def test_tiles(rows, columns, side):
    """Compared token by token with the order of the processors."""
    count = (rows * columns + 1) * side**2
    tokens = grids.tiled(count, (rows, columns), side**2)
    assert tokens.grid == (rows * side, columns * side)
    assert_raster(tokens)
    boxes = np.empty((count, 4))
    boxes[tokens.order] = tokens.boxes
    for k in range(count - side**2):
        tile, inside = divmod(k, side**2)
        x = tile % columns * side + inside % side
        y = tile // columns * side + inside // side
        width, height = columns * side, rows * side
        expected = [x / width, y / height, (x + 1) / width, (y + 1) / height]
        assert np.allclose(boxes[k], expected)
    assert np.allclose(boxes[count - side**2 :], grids.square(side**2).boxes)
    assert (~tokens.local).sum() == side**2


def test_a_page_that_is_not_cut_is_its_own_grid():
    tokens = grids.tiled(16, (0, 0), 16)
    assert tokens.grid == (4, 4)
    assert tokens.local.all()


@given(rows=sizes, columns=sizes)
def test_tiles_are_counted_by_their_tokens(rows, columns):
    names = [f"<row_{r}_col_{c}>" for r in range(1, rows + 1) for c in range(1, columns + 1)]
    assert grids.count_tiles(["<bos>", *names, "<global-img>", "Ġdog"]) == (rows, columns)


def test_no_tile():
    assert grids.count_tiles(["<global-img>"]) == (0, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: grids.square(1023), "1023 image tokens do not form a square"),
        (lambda: grids.square(0), "0 image tokens do not form a square"),
        (lambda: grids.raster(0, 3), "a grid of 0 rows x 3 columns has no cell"),
        (
            lambda: grids.merged(7, (1, 4, 6), 2),
            "7 image tokens, but a grid of 2 rows x 3 columns has 6",
        ),
        (
            lambda: grids.merged(6, (1, 5, 6), 2),
            "1 x 5 x 6 patches cannot be merged 2 x 2",
        ),
        (lambda: grids.merged(6, (2, 4, 6), 2), "2 x 4 x 6 patches cannot be merged 2 x 2"),
        (
            lambda: grids.tiled(8, (1, 2), 4),
            "8 image tokens, but a grid of 2 rows x 4 columns and a thumbnail of 4 has 12",
        ),
        (lambda: grids.tiled(8, (0, 0), 4), "8 image tokens, but a grid of 2 rows x 2 columns"),
        (lambda: grids.tiled(15, (1, 2), 5), "5 image tokens do not form a square"),
        (
            lambda: grids.count_tiles(["<row_1_col_2>", "<row_1_col_1>"]),
            "do not form 1 rows x 2 columns",
        ),
        (lambda: grids.count_tiles(["<row_2_col_1>"]), "do not form 2 rows x 1 columns"),
    ],
)
def test_counts_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
