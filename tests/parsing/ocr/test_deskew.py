"""The skew of pages drawn askew, in all four directions of reading."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from snappy_core.parsing.ocr.deskew import MAX_SKEW, estimate_skew
from tests.parsing.drawing import sheet, skewed

TEXT = tuple((60, 100 + 40 * line, "Every boat now pays forty crowns.") for line in range(12))


@pytest.mark.parametrize("skew", [-9.5, -3.5, -1.0, 0.5, 2.0, 9.5])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_skew_of_text(skew, turn):
    page = skewed(sheet(TEXT).rotate(turn, expand=True), skew)
    assert estimate_skew(page) == pytest.approx(skew, abs=0.2)


def test_light_text_on_dark_paper():
    page = Image.eval(skewed(sheet(TEXT), 4), lambda level: 255 - level)
    assert estimate_skew(page) == pytest.approx(4, abs=0.2)


@pytest.mark.parametrize("skew", [0, 0.1, -0.1, MAX_SKEW + 2, 20, 45])
def test_pages_that_are_straight_or_turned_by_more_are_left_alone(skew):
    assert estimate_skew(skewed(sheet(TEXT), skew)) == 0


def test_two_columns_that_do_not_stand_level():
    """Their lines are a profile of their own; the edges of the columns must not win."""
    lines = tuple((x, y + x // 20, "Salt is dear") for x in (40, 330) for _, y, _ in TEXT)
    assert estimate_skew(skewed(sheet(lines), 3)) == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("size", [(1, 1), (2, 3000), (620, 880)])
def test_blank_paper(size):
    assert estimate_skew(Image.new("RGB", size, "white")) == 0


def test_pictures_have_no_skew():
    noise = np.random.default_rng(5).integers(0, 255, (900, 600), np.uint8)
    assert estimate_skew(Image.fromarray(noise)) == 0
    fan = Image.new("L", (600, 900), 255)
    for x in range(0, 600, 20):
        ImageDraw.Draw(fan).line((300, 450, x, 0 if x % 40 else 899), fill=0, width=2)
    assert estimate_skew(fan) == 0
