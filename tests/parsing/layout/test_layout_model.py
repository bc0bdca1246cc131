"""Which layout model the reading options select."""

import pytest

from snappy_core.parsing import ReadingOptions
from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.layout_model import LAYOUT_MODELS, select_layout_model
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
    with pytest.raises(ValueError, match=r"\(rapid-layout, whole-page\), not 'yolo'"):
        ReadingOptions(layout_model="yolo")
