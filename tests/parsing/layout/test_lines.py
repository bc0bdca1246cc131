"""Lines of upright words."""

import numpy as np
import pytest

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.lines import BULLET, group_rows
from tests.parsing.layout.pages import make_page, page_of_rows

ROWS = [(30, 100, "low water at"), (30, 112, "six and high"), (30, 124, "water at noon")]


def texts_of(page):
    return [" ".join(page.layer.texts[word] for word in line.words) for line in page.lines]


def lines_of(*rows):
    return texts_of(page_of_rows(*rows))


def test_lines():
    assert lines_of(*ROWS) == ["low water at", "six and high", "water at noon"]
    assert lines_of() == []


def test_a_wide_gap_ends_a_line():
    assert sorted(lines_of(ROWS[0], (200, 100, "the ferry"))) == ["low water at", "the ferry"]


def test_the_box_of_a_line_is_around_its_words():
    (line,) = page_of_rows((30, 100, "low water")).lines
    assert (line.x0, line.y0, line.x1, line.y1) == (30, 100, 73, 110)
    assert (line.size, line.middle) == (10, 105)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(30, 100, "\u2022"), (60, 100, "low water")], ["\u2022 low water"]),
        ([(30, 100, "2."), (65, 100, "low water")], ["2. low water"]),
        ([(30, 100, "or"), (60, 100, "low water")], ["or", "low water"]),  # no bullet
        ([(30, 100, "\u2022"), (60, 130, "low water")], ["\u2022", "low water"]),  # further down
        ([(30, 100, "\u2022"), (300, 100, "low water")], ["\u2022", "low water"]),  # far away
    ],
)
def test_a_bullet_opens_the_line_to_its_right(rows, expected):
    assert lines_of(*rows) == expected


@pytest.mark.parametrize("word", ["\u2022", "-", "–", "*", "1.", "12)", "(3)", "a)", "iv.", "[7]"])
def test_bullets(word):
    assert BULLET.match(word)


@pytest.mark.parametrize(
    "word", ["1", "1823.5", "tide.", "well-known", "--", "(sic)", "\u2022low", "1999."]
)
def test_no_bullets(word):
    assert not BULLET.match(word)


@pytest.mark.parametrize(
    ("ruling_line", "expected"),
    [
        ((46, 90, 47, 130), ["low", "water"]),
        ((46, 90, 47, 104), ["low water"]),  # ends above the middle of the line
        ((75, 90, 76, 130), ["low water"]),  # beside it
    ],
)
def test_a_vertical_ruling_line_splits_the_lines_that_it_crosses(ruling_line, expected):
    boxes = [(30, 100, 45, 110), (48, 100, 73, 110)]
    lines = RulingLines(vertical=np.array([ruling_line], np.float32))
    assert texts_of(make_page(("low", "water"), boxes, ruling_lines=lines)) == expected


def test_rows_are_lines_at_one_height():
    page = page_of_rows((200, 101, "b"), (30, 115, "c"), (30, 100, "a"))
    texts = [[page.layer.texts[line.words[0]] for line in row] for row in group_rows(page.lines)]
    assert texts == [["a", "b"], ["c"]]
