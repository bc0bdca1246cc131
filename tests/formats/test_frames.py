import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core import FormatError
from snappy_core.formats.frames import Frame, check_page_number, check_sequence

sides = st.floats(20, 5000)


@st.composite
def boxes(draw):
    """A box in fractions, wider than nothing, with corners anywhere."""
    x0, x1 = sorted(draw(st.tuples(st.floats(0, 1), st.floats(0.1, 1))))
    y0, y1 = sorted(draw(st.tuples(st.floats(0, 1), st.floats(0.1, 1))))
    return x0, y0, x1, y1


@given(boxes(), sides, sides)
def test_boxes_of_either_origin_become_fractions(box, width, height):
    x0, y0, x1, y1 = box
    down = [x0 * width, y0 * height, x1 * width, y1 * height]
    up = [x0 * width, (1 - y1) * height, x1 * width, (1 - y0) * height]
    np.testing.assert_allclose(Frame(1, width, height).to_fractions(down, "box"), box, atol=1e-5)
    placed = Frame(1, width, height, "bottom_left").to_fractions(up, "box")
    np.testing.assert_allclose(placed, box, atol=1e-5)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([10, 20, 5, 30], r"x0 <= x1"),
        ([10, 30, 20, 20], r"x0 <= x1"),
        ([10, 20, 205, 30], r"outside of the page, which is 200 x 300"),
        ([10, 20, 30, 310], r"outside of the page"),
        ([-5, 20, 30, 40], r"outside of the page"),
        ([10, -20, 30, 40], r"outside of the page"),
        ([0.1, 0.2, 0.5, 0.9], r"looks like fractions"),
        ([1, 2, 3], r"four numbers, not \[1, 2, 3\]"),
        ("1234", r"four numbers"),
        ([1, 2, True, 4], r"four numbers"),
        ([1, 2, float("nan"), 4], r"four numbers"),
        ([1, 2, 10**400, 4], r"four numbers"),
        (None, r"four numbers"),
    ],
)
def test_refuses_wrong_boxes(values, message):
    with pytest.raises(FormatError, match=rf"^page 7, table 2: .*{message}"):
        Frame(7, 200, 300).to_fractions(values, "table 2")


def test_lets_ink_stand_out_a_little():
    assert Frame(1, 200, 300).to_fractions([-1, 0, 201.5, 302], "box") == (0, 0, 1, 1)
    with pytest.raises(FormatError, match="outside"):
        Frame(1, 999, 999, slack=0).to_fractions([0, 0, 999.5, 999], "box")


def test_takes_arrays_and_empty_boxes():
    assert Frame(1, 200, 400).to_fractions(np.array([50, 100, 50, 100]), "box") == (0.25, 0.25) * 2


@pytest.mark.parametrize(
    "size", [(None, None), (0, 5), (5, -1), ("5", 5), (5, float("inf")), (True, 5)]
)
def test_refuses_pages_without_size(size):
    with pytest.raises(FormatError, match="page 3: the size of the page must be"):
        Frame(3, *size)


@pytest.mark.parametrize("number", [0, -1, None, "1", 1.0, True])
def test_pages_are_numbered_from_one(number):
    with pytest.raises(FormatError, match="region 4: pages are numbered from 1"):
        check_page_number(number, "region 4")


@pytest.mark.parametrize(
    "numbers", [[], [17], [0, 1, 2], [1, 2], [17, 18, 19], [0, 0, 0], [None, 5]]
)
def test_pages_in_a_file_follow_each_other(numbers):
    check_sequence(numbers, "'ppageno'")


@pytest.mark.parametrize("numbers", [[1, 3], [2, 1], [1, 1, 2]])
def test_pages_left_out_are_an_error(numbers):
    with pytest.raises(FormatError, match=r"'ppageno' .* it is unclear which pages"):
        check_sequence(numbers, "'ppageno'")


def test_the_corner_of_a_page_may_have_other_coordinates():
    cropped = Frame(1, 200, 400, x0=100, y0=50)
    assert cropped.to_fractions([150, 150, 200, 250], "box") == (0.25, 0.25, 0.5, 0.5)
    upwards = Frame(1, 200, 400, "bottom_left", x0=100, y0=50)
    assert upwards.to_fractions([150, 150, 200, 250], "box") == (0.25, 0.5, 0.5, 0.75)
