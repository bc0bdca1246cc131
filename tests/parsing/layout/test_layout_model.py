"""Which layout model the reading options select."""

import pytest
from PIL import Image

from snappy_core.parsing import ReadingOptions
from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.layout_model import (
    LAYOUT_MODELS,
    detect_upright,
    select_layout_model,
)
from snappy_core.parsing.layout.rapid_layout import RapidLayout


class WholePage:
    """A model that takes each page for one figure."""

    name = "whole-page-1"

    def available(self):
        return True

    def detect(self, image):
        return [Area((0, 0, 1, 1), "figure", 0.9, from_model=True)]


@pytest.fixture
def whole_page(monkeypatch):
    monkeypatch.setattr(LAYOUT_MODELS, "_registered", {})
    LAYOUT_MODELS.register("whole-page", WholePage)


def test_modes_select_the_default_model_or_none():
    assert select_layout_model("never") is None
    assert isinstance(select_layout_model("always"), RapidLayout)
    assert (select_layout_model("auto") is not None) == RapidLayout().available()


def test_the_name_of_a_registered_model_selects_it(whole_page):
    assert ReadingOptions(layout_model="whole-page").layout_model == "whole-page"
    assert isinstance(select_layout_model("whole-page"), WholePage)


def test_an_unknown_name_is_an_error_that_lists_the_known_ones(whole_page):
    with pytest.raises(ValueError, match=r"\(rapid-layout, whole-page\).* or file, not 'yolo'"):
        ReadingOptions(layout_model="yolo")


class DarkCorner(WholePage):
    """Finds what is dark in the upper left of a page 100 pixels wide and 200 high."""

    def detect(self, image):
        assert image.size == (100, 200)
        x0, y0, x1, y1 = Image.eval(image, lambda level: 255 - level).getbbox()
        assert (x0, y0, x1, y1) == (10, 20, 40, 30)
        return [Area((x0 / 100, y0 / 200, x1 / 100, y1 / 200), "figure", 0.9, from_model=True)]


@pytest.mark.parametrize("turn", range(4))
def test_a_model_sees_the_page_upright_and_its_areas_are_on_the_page_as_it_is(turn):
    upright = Image.new("L", (100, 200), 255)
    upright.paste(0, (10, 20, 40, 30))
    page = upright.rotate(-90 * turn, expand=True)
    (area,) = detect_upright(DarkCorner(), page, turn)
    width, height = page.size
    ink = Image.eval(page, lambda level: 255 - level).getbbox()
    expected = (ink[0] / width, ink[1] / height, ink[2] / width, ink[3] / height)
    assert area.box == pytest.approx(expected)
    assert (area.label, area.score, area.from_model) == ("figure", 0.9, True)
