"""Figures absorb the text in them and their captions; boxes of text are none."""

import pytest

from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.figures import add_figures
from tests.parsing.layout.pages import make_page

CHART = (50.0, 100.0, 350.0, 260.0)


WORDS = ("Axis", "Figure", "3", "Table", "4", "Above", "prose")


def find(blocks, areas, words=WORDS):
    """The blocks of a page of 400 x 600 points with its figures."""
    return add_figures(blocks, make_page(words, areas=areas))


def block(*words, y, x0=60, x1=340, label="paragraph", high=10, lines=1):
    return Block(tuple(words), (x0, y, x1, y + high), 10, lines, label=label)


def figure(box=CHART, score=0.9):
    return Area(box, "figure", score, from_model=True)


def only(found, label):
    (one,) = [block for block in found if block.label == label]
    return one


AXIS = block(0, y=240, x0=60, x1=90)
CAPTION = block(1, 2, y=266, label="caption")


def test_a_figure_takes_in_its_labels_and_its_caption():
    chart = only(find([AXIS, CAPTION], [figure()]), "figure")
    assert chart.words == (0, 1, 2)
    assert chart.box == (50, 100, 350, 276)


def test_a_caption_above_comes_first():
    caption = block(1, 2, y=84, label="caption")
    chart = only(find([AXIS, caption], [figure()]), "figure")
    assert chart.words == (1, 2, 0)
    assert chart.box == (50, 84, 350, 260)


@pytest.mark.parametrize(
    "caption",
    [
        block(1, 2, y=320, label="caption"),  # too far below
        block(1, 2, y=266, x0=352, x1=398, label="caption"),  # beside
    ],
)
def test_a_caption_elsewhere_stays_by_itself(caption):
    chart = only(find([AXIS, caption], [figure()]), "figure")
    assert chart.words == (0,)


def test_each_caption_goes_to_the_nearest_and_a_table_takes_that_of_a_table():
    table = block(6, y=290, high=60, label="table")
    named = block(3, 4, y=280, label="caption")
    found = find([AXIS, table, named, CAPTION], [figure()])
    assert only(found, "figure").words == (0, 1, 2)
    assert only(found, "table").words == (3, 4, 6)


@pytest.mark.parametrize(("words", "is_taken"), [((1, 2), True), ((5, 6), False)])
def test_behind_the_title_of_an_axis_a_caption_is_taken_in_too(words, is_taken):
    title, behind = block(0, y=264, label="caption"), block(*words, y=294, label="caption")
    chart = only(find([title, behind], [figure()]), "figure")
    assert chart.words == (0, *words[: 2 * is_taken])


def test_what_stands_above_leads_in():
    far, near = block(5, y=20), block(6, y=80)
    found = find([far, near, AXIS], [figure()])
    assert only(found, "figure").context == near.words
    assert {b.words for b in found if b.label == "paragraph"} == {far.words, near.words}


def test_a_picture_without_words_is_a_figure():
    assert only(find([], [figure()]), "figure").words == ()


def test_the_frame_of_a_page_is_none():
    assert find([AXIS], [figure((0, 0, 400, 480))]) == [AXIS]


def test_a_frame_around_text_is_none():
    words = ["word"] * 40
    text = Block(tuple(range(40)), (60, 110, 340, 250), 10, lines=8)
    assert find([text], [figure()], words) == [text]


def test_of_areas_that_overlap_the_largest_is_the_figure():
    inner = (60.0, 110.0, 300.0, 250.0)
    assert only(find([], [figure(inner), figure()]), "figure").box == CHART


def test_areas_in_a_figure_that_is_known_are_no_other():
    known = Block((0,), CHART, label="figure")
    assert find([known], [figure((60.0, 110.0, 300.0, 250.0))]) == [known]


DRAWN = Area(CHART, "figure", 0.5)  # an object of the page, which the network calls no figure
BEHIND = (  # boxes of as many words as WORDS, of which the first ones lie on the area
    *((60 + 70 * (n % 4), 110 + 30 * (n // 4), 120 + 70 * (n % 4), 135) for n in range(4)),
    *((60, 300 + 20 * n, 120, 310 + 20 * n) for n in range(3)),
)


def find_drawn(blocks, words=WORDS, boxes=BEHIND, area=DRAWN):
    return add_figures(blocks, make_page(words, boxes, areas=(area,)))


def test_a_drawing_with_little_text_on_it_is_a_figure():
    boxes = [(60, 110, 90, 120), *BEHIND[4:], *BEHIND[4:]]
    label, name = block(0, y=110, x1=90), block(1, y=300)
    found = find_drawn([label, name], boxes=boxes)
    assert only(found, "figure").words == (0,)
    assert only(found, "paragraph") == name


@pytest.mark.parametrize("label", ["title", "heading"])
def test_a_heading_on_a_photograph_stays_one(label):
    boxes = [(60, 110, 90, 120), *BEHIND[4:], *BEHIND[4:]]
    heading = block(0, y=110, x1=90, label=label)
    found = find_drawn([heading], boxes=boxes)
    assert only(found, "figure").words == ()
    assert heading in found


def test_long_text_on_a_photograph_stays_by_itself():
    words = ["tide"] * 16
    boxes = [(60 + 10 * n, 110, 65 + 10 * n, 114) for n in range(16)]
    text = block(*range(16), y=110)
    found = find_drawn([text], words, boxes)
    assert (only(found, "figure").words, only(found, "paragraph")) == ((), text)


def test_the_background_of_text_is_no_figure():
    text = block(0, 1, 2, 3, y=110)
    assert find_drawn([text]) == [text]


def test_a_drawing_full_of_text_is_a_figure_if_it_has_a_caption():
    words = ("One", "two", "three", "four", "Figure", "3", "boats")
    text, caption = block(0, 1, 2, 3, y=110), block(4, 5, 6, y=266, label="caption")
    assert only(find_drawn([text, caption], words), "figure").words == tuple(range(7))
    for y in (320, 245):  # too far below; on it
        other = block(4, 5, 6, y=y, label="caption")
        assert find_drawn([text, other], words) == [text, other]
    of_table = ("One", "two", "three", "four", "Table", "3", "boats")
    assert find_drawn([text, caption], of_table) == [text, caption]


def test_a_caption_of_a_figure_makes_no_other():
    words = ("One", "two", "three", "four", "Figure", "3", "boats")
    text, caption = block(0, 1, 2, 3, y=110), block(4, 5, 6, y=266, label="caption")
    chart = Block((), (50, 280, 350, 400), label="figure")
    found = find_drawn([text, caption, chart], words)
    assert only(found, "figure").words == (4, 5, 6)
    assert only(found, "paragraph") == text


@pytest.mark.parametrize("box", [(50, 100, 80, 130), (0, 0, 400, 500)])
def test_icons_and_the_frame_of_a_page_are_no_figures(box):
    assert find_drawn([], area=Area(box, "figure", 0.5)) == []


def test_a_drawn_table_is_no_figure():
    table = block(0, y=110, x0=50, x1=350, high=140, label="table")
    boxes = [(60, 110, 90, 120), *BEHIND[4:], *BEHIND[4:]]
    assert find_drawn([table], boxes=boxes) == [table]
