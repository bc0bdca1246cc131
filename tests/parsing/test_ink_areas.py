"""Areas of ink on pictures of pages, held against what was drawn there."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from snappy_core.boxes import iou
from snappy_core.parsing.area_groups import MAX_SHARE
from snappy_core.parsing.drawings import NO_BOXES, Area, RulingLines
from snappy_core.parsing.ink_areas import find_areas, find_ink_areas
from snappy_core.parsing.layout.ruling_lines import find_ruling_lines
from tests.parsing.drawing import HEIGHT, WIDTH, WORDS, drawn_boxes, sheet
from tests.parsing.layout.pages import make_layer

SIZE = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT])
BARS = np.array([200, 300, 430, 560])  # the drawing: three bars that overlap, off the center


def page_with_bars(**options):
    picture = sheet(**options)
    draw = ImageDraw.Draw(picture)
    for x0, y0, x1, y1 in ((200, 420, 290, 560), (280, 300, 350, 560), (340, 380, 430, 560)):
        draw.rectangle((x0, y0, x1 - 1, y1 - 1), fill=60)
    return picture


def word_boxes():
    return np.array([box for _, box in drawn_boxes()], np.float32) / SIZE


def boxes_of(areas):
    return np.array([area.box for area in areas], np.float32).reshape(-1, 4)


def areas_of(picture, words=None, lines=None):
    words = word_boxes() if words is None else words
    return boxes_of(find_ink_areas(picture, words, lines or RulingLines()))


def test_ink_without_words_is_an_area():
    (box,) = areas_of(page_with_bars())
    assert np.abs(box * SIZE - BARS).max() <= 3


def test_words_are_no_areas():
    assert not len(areas_of(sheet()))


def test_words_that_ocr_missed_are_too_small_for_an_area():
    assert not len(areas_of(sheet(letters=14), words=NO_BOXES))


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_bright_ink_on_dark_paper_is_an_area(mode):
    (box,) = areas_of(ImageOps.invert(page_with_bars()).convert(mode))
    assert np.abs(box * SIZE - BARS).max() <= 3


def test_ruling_lines_are_no_areas():
    picture = page_with_bars()
    draw = ImageDraw.Draw(picture)
    for y in (640, 700, 760):
        draw.line((80, y, 540, y), fill=0, width=2)
    for x in (80, 300, 539):
        draw.line((x, 640, x, 760), fill=0, width=2)
    (box,) = areas_of(picture, lines=find_ruling_lines(picture))
    assert np.abs(box * SIZE - BARS).max() <= 3
    assert len(areas_of(picture)) == 2


def test_the_dark_edge_of_a_sheet_is_no_area():
    picture = ImageOps.expand(page_with_bars().crop((30, 30, WIDTH - 30, HEIGHT - 30)), 30, fill=0)
    (box,) = areas_of(picture)
    assert np.abs(box * SIZE - BARS).max() <= 3


@pytest.mark.parametrize("factor", [0.6, 3])
def test_areas_do_not_depend_on_the_resolution(factor):
    picture = page_with_bars()
    scaled = picture.resize((int(WIDTH * factor), int(HEIGHT * factor)), Image.Resampling.BICUBIC)
    (box,) = areas_of(scaled)
    assert iou(box[None], (BARS / SIZE).astype(np.float32)[None])[0, 0] > 0.95


def test_an_empty_page_has_no_areas():
    assert not len(areas_of(Image.new("L", (WIDTH, HEIGHT), 255), NO_BOXES))


class Seeing:
    """A layout model that sees one figure."""

    name = "seeing"

    def __init__(self, *box):
        self.areas = [Area(box, "figure", 0.9, from_model=True)]

    def detect(self, image):
        return self.areas


def test_the_figures_of_a_layout_model_are_better_than_ink():
    model = Seeing(0.3, 0.3, 0.8, 0.7)
    areas = find_areas(page_with_bars(), make_layer(WORDS, word_boxes()), RulingLines(), model)
    np.testing.assert_allclose(boxes_of(areas), [model.areas[0].box], atol=1e-6)


def test_a_layout_model_that_takes_the_page_for_a_figure_leaves_the_ink():
    model = Seeing(0.01, 0.02, 0.98, 0.99)
    assert MAX_SHARE < 0.97**2
    _, ink = find_areas(page_with_bars(), make_layer(WORDS, word_boxes()), RulingLines(), model)
    assert np.abs(boxes_of([ink]) * SIZE - BARS).max() <= 3


def test_where_no_words_were_found_ink_may_be_text():
    assert find_areas(page_with_bars(), make_layer((), ()), RulingLines(), None) == ()
