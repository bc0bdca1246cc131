"""Pages turned upright and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.parsing.drawings import Area, Drawings
from snappy_core.parsing.layout.upright_page import UprightPage, to_upright
from snappy_core.parsing.text import NOTHING
from tests.parsing.layout.pages import make_page

BOX = np.array([[0.5, 0.25, 0.75, 0.3]], np.float32)  # of a page of 200 x 400


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (0, (100, 100, 150, 120)),
        (1, (100, 50, 120, 100)),  # reads downwards: its top is the right edge of the page
        (2, (50, 280, 100, 300)),
        (3, (280, 100, 300, 150)),  # reads upwards: its top is the left edge
    ],
)
def test_boxes_on_the_upright_page(turn, expected):
    assert to_upright(BOX, turn, 200, 400)[0] == pytest.approx(expected, abs=1e-3)
    area = Area(tuple(BOX[0].tolist()), "figure")
    page = UprightPage.from_layer(NOTHING, 200, 400, turn, Drawings((area,)))
    assert page.areas[0].box == pytest.approx(expected, abs=1e-3)
    assert (page.width, page.height) == ((400, 200) if turn % 2 else (200, 400))


@given(
    st.integers(0, 3),
    st.tuples(*[st.floats(0, 1, width=32)] * 4),
    st.floats(1, 2000),
    st.floats(1, 2000),
)
def test_boxes_come_back_from_the_upright_page(turn, corners, width, height):
    x0, y0, x1, y1 = corners
    box = np.array([[min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)]], np.float32)
    page = UprightPage.from_layer(NOTHING, width, height, turn, Drawings())
    upright = to_upright(box, turn, width, height)
    assert (upright[:, :2] <= upright[:, 2:] + 1e-3).all()
    assert (upright[:, 2:] <= np.array([page.width, page.height]) + 1e-2).all()
    assert page.to_page(upright)[0] == pytest.approx(box[0], abs=1e-4)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("the amorti- sation of a well- known loan-", "the amortisation of a wellknown loan-"),
        ("Ashmouth- Brae 12- 14", "Ashmouth- Brae 12- 14"),
        ("港湾 委員会 at 水深 4", "港湾委員会 at 水深 4"),
        ("", ""),
    ],
)
def test_words_are_joined_over_the_ends_of_lines(words, text):
    page = make_page(words.split())
    assert page.joined(range(len(page.layer))) == text
