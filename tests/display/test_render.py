"""Images of pages with heat maps and boxes, and crops of them."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageColor

from snappy_core.display.render import BEST, MARKER, OTHER, crop, draw_page, on_page
from snappy_core.search.hits import Highlight, Hit
from snappy_core.types import Region
from tests.display.test_heat import WORDS

WIDTH, HEIGHT = 600, 400


def make_hit(box, rank=1, page=1, document="a.pdf"):
    return Hit(
        region=Region(box, "words", (), "paragraph", 0),
        region_id=f"{document}#p{page}r{rank}",
        document_id=document,
        source=document,
        page_number=page,
        page_label=str(page),
        page_width=WIDTH,
        page_height=HEIGHT,
        page_unit="pt",
        score=1 / rank,
        region_score=1 / rank,
        page_score=0.5,
        page_maxsim=1.0,
        rank=rank,
    )


@pytest.fixture
def page():
    return Image.new("RGB", (WIDTH, HEIGHT), "white")


def count(picture, color):
    return int((np.asarray(picture) == ImageColor.getrgb(color)).all(axis=2).sum())


def test_heat_tints_the_paper_and_keeps_the_ink(page):
    page.paste("black", (430, 85, 450, 95))  # inside the hot word
    picture = draw_page(page, WORDS, [])
    assert picture.getpixel((440, 90)) == (0, 0, 0)
    red, green, blue = picture.getpixel((460, 90))
    assert red > green > blue
    assert picture.getpixel((10, 390)) == (255, 255, 255)


def test_the_best_hit_has_the_strongest_box(page):
    hits = [make_hit((0.2, 0.6, 0.8, 0.8), rank=2), make_hit((0.2, 0.2, 0.8, 0.4), rank=1)]
    picture = draw_page(page, None, hits)
    assert count(picture, BEST) > 1.3 * count(picture, OTHER) > 0
    middle = picture.crop((130, 85, 470, 155))
    assert middle.getextrema() == ((255, 255),) * 3  # nothing is drawn over the region itself
    # Each box lies around its region: the column through the middle meets its two edges.
    column = (np.asarray(picture)[:, WIDTH // 2] != 255).any(axis=1).nonzero()[0] / HEIGHT
    assert (np.abs(column[:, None] - [0.2, 0.4, 0.6, 0.8]).min(axis=1) < 0.02).all()
    assert {0.2, 0.4, 0.6, 0.8} == set(column.round(1))


def test_the_best_hit_has_the_strong_color_whatever_its_rank(page):
    picture = draw_page(page, None, [make_hit((0.2, 0.2, 0.8, 0.4), rank=7)])
    assert count(picture, BEST) > 0
    assert count(picture, OTHER) == 0


def test_badges_of_regions_with_the_same_corner_do_not_overlap(page):
    box = (0.2, 0.2, 0.8, 0.6)
    one = draw_page(page, None, [make_hit(box, 1)])
    two = draw_page(page, None, [make_hit(box, 1), make_hit(box, 2)])
    assert count(two, OTHER) > 50
    assert abs(count(two, BEST) - count(one, BEST)) < 10


def test_the_lines_that_answer_are_marked(page):
    lines = ((0.3, 0.4, 0.5, 0.45), (0.3, 0.5, 0.4, 0.55))
    highlight = Highlight("sentence", "words", 0.5, (), lines)
    hit = replace(make_hit((0.2, 0.3, 0.7, 0.8)), highlights=(highlight,))
    picture = np.asarray(draw_page(page, None, [hit]))
    marked = (picture == MARKER).all(axis=2)
    assert marked[165:175, 185:295].all()
    assert marked[205:215, 185:235].all()
    assert marked.sum() == pytest.approx(120 * 20 + 60 * 20, rel=0.1)


def test_the_input_image_is_not_changed(page):
    before = page.copy()
    picture = draw_page(page, WORDS, [make_hit((0.1, 0.1, 0.9, 0.3))])
    assert picture is not page
    assert ImageChops.difference(page, before).getbbox() is None
    plain = draw_page(page, None, [])
    assert plain is not page
    assert ImageChops.difference(page, plain).getbbox() is None


def test_drawing_is_deterministic(page):
    hits = [make_hit((0.1, 0.1, 0.9, 0.3)), make_hit((0.1, 0.5, 0.5, 0.8), rank=12)]
    assert draw_page(page, WORDS, hits).tobytes() == draw_page(page, WORDS, hits[::-1]).tobytes()


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (40, 30)])
@pytest.mark.parametrize("mode", ["L", "RGBA", "1"])
def test_small_and_gray_pages_are_drawn_too(size, mode):
    hits = [make_hit((0, 0, 1, 1)), make_hit((0.5, 0.5, 0.5, 0.5), rank=100)]
    picture = draw_page(Image.new(mode, size), WORDS, hits)
    assert picture.size == size
    assert picture.mode == "RGB"


def test_hits_on_several_pages_are_refused(page):
    hits = [make_hit((0.1, 0.1, 0.9, 0.3)), make_hit((0.1, 0.1, 0.9, 0.3), rank=2, page=2)]
    with pytest.raises(ValueError, match="several pages"):
        draw_page(page, None, hits)


def test_on_page_keeps_those_of_the_same_page_and_document():
    box = (0.1, 0.1, 0.9, 0.3)
    first = make_hit(box)
    others = [make_hit(box, 2, page=2), make_hit(box, 3, document="b.pdf"), make_hit(box, 4)]
    assert on_page([first, *others], first) == [first, others[2]]
    assert on_page(others, replace(first, page_number=2)) == [others[0]]


@pytest.mark.parametrize(
    ("box", "margin", "corner", "size"),
    [
        ((0.5, 0.25, 0.75, 0.5), 0.0, (300, 100), (150, 100)),
        ((0.5, 0.25, 0.75, 0.5), 0.05, (280, 80), (190, 140)),  # of the shorter side, 400
        ((0.0, 0.75, 1.0, 1.0), 0.1, (0, 260), (600, 140)),  # ends at the edges
        ((1.0, 1.0, 1.0, 1.0), 0.0, (599, 399), (1, 1)),  # never empty
    ],
)
def test_crop(box, margin, corner, size):
    ramp = np.arange(WIDTH * HEIGHT, dtype=np.int32).reshape(HEIGHT, WIDTH)
    cut = crop(Image.fromarray(ramp), box, margin)
    assert cut.size == size
    assert divmod(cut.getpixel((0, 0)), WIDTH)[::-1] == corner
