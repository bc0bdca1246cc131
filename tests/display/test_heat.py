"""The heat of words and grids as pixels and colors."""

import numpy as np
import pytest
from PIL import ImageColor

from snappy_core.boxes import as_boxes
from snappy_core.display.heat import STOPS, colors, heat_field
from snappy_core.search.hits import HeatMap

WIDTH, HEIGHT = 600, 400


def make_heat(values, boxes, grid=None):
    return HeatMap("q", "a.pdf", 1, np.array(values, np.float32), as_boxes(boxes), grid)


WORDS = make_heat([0.1, 0.1, 0.1, 0.9], [[x, 0.2, x + 0.1, 0.25] for x in (0.1, 0.3, 0.5, 0.7)])


def test_only_words_above_the_median_have_heat():
    field = heat_field(WORDS, WIDTH, HEIGHT)
    assert field.shape == (HEIGHT, WIDTH)
    assert field.dtype == np.float32
    row = int(0.225 * HEIGHT)
    assert field[row, int(0.75 * WIDTH)] > 0.9
    assert field[row, : int(0.6 * WIDTH)].max() == 0
    assert field[int(0.6 * HEIGHT) :].max() == 0


def test_a_grid_is_drawn_over_its_boxes():
    # 2 rows of 3 cells over the lower right of the page; the hot one is in row 0, column 2.
    boxes = [
        [0.25 + 0.25 * c, 0.5 + 0.25 * r, 0.5 + 0.25 * c, 0.75 + 0.25 * r]
        for r in (0, 1)
        for c in (0, 1, 2)
    ]
    field = heat_field(make_heat([0, 0, 1, 0, 0, 0], boxes, (2, 3)), WIDTH, HEIGHT)
    y, x = np.unravel_index(field.argmax(), field.shape)
    assert 0.75 * WIDTH <= x < WIDTH
    assert 0.5 * HEIGHT <= y < 0.75 * HEIGHT
    assert field[:, : WIDTH // 4].max() == 0
    assert field[: HEIGHT // 2].max() == 0
    assert 0 <= field.min() <= field.max() <= 1


@pytest.mark.parametrize("values", [[], [0.5], [0.5, 0.5, 0.5]])
def test_equal_values_have_no_heat(values):
    boxes = [[0.1 * n, 0.1, 0.1 * n + 0.05, 0.2] for n in range(len(values))]
    assert heat_field(make_heat(values, boxes), WIDTH, HEIGHT).max() == 0


def test_words_at_the_edges_and_without_area():
    heat = make_heat([0, 0, 1, 1], [[0, 0, 0.1, 0.1], [1, 1, 1, 1], [0, 1, 0, 1], [0.9, 0, 1, 0.1]])
    assert np.isfinite(heat_field(heat, WIDTH, HEIGHT)).all()


def test_colors_run_from_white_to_the_last_stop_and_darken_steadily():
    table = colors(np.linspace(0, 1, 256, dtype=np.float32)[None])[0].astype(int)
    assert tuple(table[0]) == (255, 255, 255)
    assert tuple(table[-1]) == ImageColor.getrgb(STOPS[-1])
    lightness = table @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(lightness) <= 0).all()
    assert lightness[-1] > 120  # black text on the hottest color is still easily read
