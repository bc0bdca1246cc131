"""The frame in which a page is held so that its text stands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.parsing.drawings import Frame

BOX = np.array([[0.5, 0.25, 0.75, 0.3]], np.float32)  # of a page of 200 x 400


@pytest.mark.parametrize(
    ("turn", "held"),
    [
        (0, (100, 100, 150, 120)),
        (1, (100, 50, 120, 100)),  # reads downwards: its top is the right edge of the page
        (2, (50, 280, 100, 300)),
        (3, (280, 100, 300, 150)),  # reads upwards: its top is the left edge
    ],
)
def test_boxes_on_a_page_held_upright(turn, held):
    assert Frame(turn, 200, 400).hold(BOX)[0] == pytest.approx(held, abs=1e-3)


@given(
    st.integers(0, 3),
    st.tuples(*[st.floats(0, 1, width=32)] * 4),
    st.floats(1, 2000),
    st.floats(1, 2000),
)
def test_laying_a_page_down_takes_holding_it_back(turn, corners, width, height):
    x0, y0, x1, y1 = corners
    box = np.array([[min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)]], np.float32)
    frame = Frame(turn, width, height)
    held = frame.hold(box)
    assert (held[:, :2] <= held[:, 2:] + 1e-3).all()
    assert (held[:, 2:] <= np.array(frame.size) + 1e-2).all()
    assert frame.lay(held)[0] == pytest.approx(box[0], abs=1e-4)
