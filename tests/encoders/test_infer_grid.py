"""Grids inferred from the number of tokens and the page size, against those of processors."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from snappy_core.encoders.precomputed import infer_grid

SIZES = st.tuples(st.integers(200, 3000), st.integers(200, 3000))


def smart_resize(width, height, factor, most):
    """Rows and columns of tokens as the Qwen processors choose them."""
    high, wide = (max(round(side / factor), 1) for side in (height, width))
    if high * wide * factor**2 > most:
        shrink = math.sqrt(height * width / most)
        high, wide = (max(int(side / shrink / factor), 1) for side in (height, width))
    return high, wide


def tiles(width, height, per_edge):
    """Rows and columns of tiles: `per_edge` on the longer edge, fewer on the other."""
    long, short = max(width, height), min(width, height)
    few = math.ceil(short * per_edge / long)
    return (per_edge, few) if height >= width else (few, per_edge)


@pytest.mark.parametrize(
    ("family", "count", "size", "grid"),
    [
        # Counts and grids as measured with the processors of these models.
        ("ColPali", 1024, None, (32, 32)),
        ("ColGemma3", 256, (620, 877), (16, 16)),
        ("ColQwen2", 682, (620, 877), (31, 22)),
        ("colqwen2.5", 540, (1000, 430), (15, 36)),
        ("ColQwen3", 513, (620, 877), (27, 19)),
        ("ColQwen3.5", 403, (1000, 430), (13, 31)),
        ("ColIdefics3", 832, (620, 877), (32, 24)),
        ("ColModernVBert", 576, (1000, 430), (16, 32)),
        ("ColSmol", 64, (620, 877), (8, 8)),  # a page that is not cut
    ],
)
def test_grids_of_real_pages(family, count, size, grid):
    assert infer_grid(family, count, size).grid == grid


@given(SIZES, st.sampled_from([28, 32]), st.integers(256, 1280))
def test_finds_the_grids_of_the_qwen_processors(size, factor, tokens):
    rows, columns = smart_resize(*size, factor, tokens * factor**2)
    assume(rows >= 8 and columns >= 8)  # coarser grids round too far from square to be sure
    page = infer_grid("ColQwen2", rows * columns, size)
    assert page.grid == (rows, columns)
    assert page.local.all()


@given(SIZES, st.sampled_from([3, 4]))
def test_finds_the_tiles(size, per_edge):
    rows, columns = tiles(*size, per_edge)
    assume(max(size) <= 2 * min(size))  # on a longer page some counts have two readings
    page = infer_grid("ColModernVBert", (rows * columns + 1) * 64, size)
    assert page.grid == (rows * 8, columns * 8)
    assert int((~page.local).sum()) == 64


@pytest.mark.parametrize(
    ("family", "count", "size", "message"),
    [
        ("Contriever", 1024, None, "family must be one of ColPali, .*, not 'Contriever'"),
        ("ColPali", 1030, None, "1030 image tokens do not form a square"),
        ("ColQwen2", 682, None, r"needs the page_size, \(width, height\), not None"),
        ("ColQwen2", 682, (0, 877), "needs the page_size"),
        (
            "ColQwen2",
            683,
            (620, 877),
            "a grid of ColQwen2 on a page of 620 x 877; if special",
        ),
        ("ColQwen2", 682, (877, 62), "a grid of ColQwen2 on a page of 877 x 62"),
        ("ColQwen2", 0, (620, 877), "0 image tokens do not form a grid"),
        ("ColSmol", 833, (620, 877), "833 image tokens, but a grid .* has 832"),
        ("ColSmol", 40, (620, 877), "40 image tokens do not form a grid"),
    ],
)
def test_impossible_counts(family, count, size, message):
    with pytest.raises(ValueError, match=message):
        infer_grid(family, count, size)
