"""Hot areas that no region covers."""

import numpy as np
import pytest

from snappy_core.scoring.hot_areas import hot_areas

GRID = (4, 6)


def areas(*spots, covered=(), value=9.0, grid=GRID):
    heat = np.zeros(grid, np.float32)
    for row, column, *heats in spots:
        heat[row, column] = heats[0] if heats else value
    mask = np.zeros(grid, bool)
    for row, column in covered:
        mask[row, column] = True
    found = hot_areas(heat.ravel(), mask.ravel(), grid, hot=1.0)
    return [[divmod(int(patch), grid[1]) for patch in area] for area in found]


def test_patches_that_touch_make_an_area():
    assert areas((1, 2), (1, 3), (2, 3)) == [[(1, 2), (1, 3), (2, 3)]]


def test_patches_at_a_corner_or_across_the_edge_do_not_touch():
    assert areas((1, 2), (2, 3)) == []
    assert areas((1, 5), (2, 0)) == []  # neighbors in raster order


def test_the_hottest_area_comes_first():
    found = areas((0, 0, 6), (0, 1, 6), (3, 4, 9), (3, 5, 9))
    assert found == [[(3, 4), (3, 5)], [(0, 0), (0, 1)]]


def test_what_a_region_covers_is_no_area_of_its_own():
    assert areas((1, 2), (1, 3), covered=[(1, 2), (1, 3)]) == []


@pytest.mark.parametrize(("elsewhere", "found"), [(8.0, 1), (9.5, 0)])
def test_an_area_must_be_hotter_than_all_regions(elsewhere, found):
    assert len(areas((1, 2), (1, 3), (3, 0, elsewhere), covered=[(3, 0)])) == found


def test_a_page_of_even_heat_has_none():
    flat = np.full(24, 0.5, np.float32)
    assert hot_areas(flat, np.zeros(24, bool), GRID) == []
