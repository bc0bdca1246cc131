"""Underlines, which separate nothing."""

import numpy as np
import pytest

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.layout.underlines import are_underlines
from tests.parsing.layout.pages import page_of_rows

RUNS = np.array([[0, 0, 100, 10], [120, 0, 160, 10], [0, 15, 60, 25]], np.float32)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ((60, 8, 100, 8.5), True),
        ((10, 9, 40, 9.8), True),
        ((0, 8, 100, 8.5), False),  # the whole line
        ((0, 23, 60, 23.5), False),
        ((60, 11, 100, 11.5), False),  # below the font: a ruling line
        ((60, 4, 100, 4.5), False),  # through the letters
        ((60, 8, 150, 8.5), False),  # under two cells, and between them
        ((90, 8, 118, 8.5), False),  # half of it is beside the text
    ],
)
def test_a_line_under_a_part_of_a_line_of_text(rule, expected):
    assert are_underlines(np.array([rule], np.float32), RUNS).tolist() == [expected]


def test_without_lines_or_text():
    none = np.zeros((0, 4), np.float32)
    assert are_underlines(none, RUNS).shape == (0,)
    assert are_underlines(RUNS, none).tolist() == [False] * 3


def test_a_page_has_no_underlines_among_its_ruling_lines():
    lines = np.array([[30, 108, 50, 109], [30, 130, 300, 131]], np.float32)
    upright = np.array([[20, 90, 21, 200]], np.float32)
    drawn = RulingLines(lines, upright)
    page = page_of_rows((30, 100, "low water at ten"))
    page = type(page)(
        page.layer, 0, 400, 600, page.word_boxes, page.line_boxes, drawn_lines=drawn
    )  # fmt: skip
    assert page.ruling_lines.horizontal.tolist() == [lines[1].tolist()]
    assert page.ruling_lines.vertical is upright
