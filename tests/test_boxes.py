"""Box arithmetic on asymmetric examples, and conversions between coordinate systems."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.boxes import (
    area,
    as_boxes,
    contains_center,
    coverage,
    enclose,
    from_bottom_left,
    from_pixels,
    intersection,
    iou,
    line_boxes,
    to_pixels,
)

WIDE = [0.125, 0.25, 0.625, 0.375]  # .5 x .125, left of the middle
TALL = [0.5, 0.125, 0.75, 0.875]  # .25 x .75, right of the middle


@st.composite
def boxes(draw, least=0, most=6):
    fraction = st.floats(0, 1, width=32)
    corners = draw(
        st.lists(st.tuples(fraction, fraction, fraction, fraction), min_size=least, max_size=most)
    )
    ordered = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    return as_boxes(ordered)


sizes = st.tuples(st.floats(0.5, 20_000), st.floats(0.5, 20_000))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0, 0, 1, 1], "shape"),  # one box without its list
        ([[0, 0, 1]], "shape"),  # three numbers
        ([[[0, 0, 1, 1]]], "shape"),  # one list too many
        ([[0, 0, float("nan"), 1]], "finite"),
        ([[0, float("-inf"), 1, 1]], "finite"),
        ([[0, 0, 1, 1], [0.5, 0, 0.25, 1]], r"\[0.5, 0.0, 0.25, 1.0\]"),  # right before left
        ([[0, 0.5, 1, 0.25]], "y0 <= y1"),  # foot above head
    ],
)
def test_invalid_boxes(values, message):
    with pytest.raises(ValueError, match=message):
        as_boxes(values)


@pytest.mark.parametrize("empty", [[], (), np.zeros((0, 4)), np.zeros(0)])
def test_an_empty_array_has_the_shape_of_boxes(empty):
    assert as_boxes(empty).shape == (0, 4)
    assert as_boxes(empty).dtype == np.float32


@pytest.mark.parametrize(
    ("a", "b", "shared", "union"),
    [
        (WIDE, TALL, 0.125 * 0.125, 0.0625 + 0.1875 - 0.015625),  # they cross
        (WIDE, WIDE, 0.0625, 0.0625),  # the same
        ([0, 0, 1, 1], TALL, 0.1875, 1),  # one inside the other
        (WIDE, [0.625, 0.25, 0.75, 0.375], 0, 0.078125),  # they share an edge
        (WIDE, [0.125, 0.5, 0.625, 0.75], 0, 0.1875),  # one below the other
        (WIDE, [0.75, 0.25, 1, 0.375], 0, 0.09375),  # one beside the other
        (WIDE, [0.25, 0.25, 0.25, 0.375], 0, 0.0625),  # a line inside a box
    ],
)
def test_intersection_and_iou_of_a_pair(a, b, shared, union):
    a, b = as_boxes([a]), as_boxes([b])
    assert intersection(a, b).tolist() == [[shared]]
    assert iou(a, b)[0, 0] == np.float32(shared / union)


def test_two_boxes_without_area_have_an_iou_of_zero():
    point = as_boxes([[0.5, 0.25, 0.5, 0.25]])
    assert iou(point, point).tolist() == [[0]]


def test_pairs_come_as_rows_and_columns():
    a, b = as_boxes([WIDE, TALL]), as_boxes([WIDE, TALL, [0, 0, 1, 1]])
    assert intersection(a, b).tolist() == [[0.0625, 0.015625, 0.0625], [0.015625, 0.1875, 0.1875]]
    assert area(b).tolist() == [0.0625, 0.1875, 1]
    assert iou(a, as_boxes([])).shape == (2, 0)


def test_swapping_x_and_y_gives_another_overlap():
    a, b = as_boxes([WIDE]), as_boxes([TALL])
    turned = a[:, [1, 0, 3, 2]]
    assert intersection(a, b) != intersection(turned, b)


def test_coverage_is_the_fraction_of_the_second_box():
    half = as_boxes([[0, 0, 0.5, 1]])
    crossing = as_boxes([[0.25, 0.25, 0.625, 0.5]])
    assert coverage(half, crossing)[0, 0] == np.float32(2 / 3)
    assert coverage(crossing, half)[0, 0] == 0.125


@pytest.mark.parametrize(
    ("dot", "covered"),
    [
        ([0.25, 0.75, 0.25, 0.75], 1),  # a point inside
        ([0.25, 0.625, 0.25, 0.875], 1),  # a line inside
        ([0.75, 0.25, 0.75, 0.25], 0),  # the same point with x and y swapped
    ],
)
def test_a_box_without_area_is_covered_by_its_center(dot, covered):
    assert coverage(as_boxes([[0, 0.5, 0.5, 1]]), as_boxes([dot])).tolist() == [[covered]]


def test_contains_center():
    frame = as_boxes([[0.25, 0, 1, 0.5]])
    inside, across, beside = [0.5, 0.125, 0.75, 0.25], [0, 0.375, 0.75, 0.5], [0, 0, 0.375, 0.5]
    found = contains_center(frame, as_boxes([inside, across, beside]))
    assert found.tolist() == [[True, True, False]]


def test_enclose():
    assert enclose(as_boxes([WIDE, TALL])) == (0.125, 0.125, 0.75, 0.875)
    with pytest.raises(ValueError, match="zero boxes"):
        enclose(as_boxes([]))


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ([], []),
        ([WIDE], [WIDE]),
        (  # a line of two, then back to the left
            [[0.25, 0.0, 0.5, 0.125], [0.5, 0.0, 0.75, 0.25], [0.25, 0.25, 0.375, 0.375]],
            [[0.25, 0.0, 0.75, 0.25], [0.25, 0.25, 0.375, 0.375]],
        ),
        (  # far to the left at the same height: another line
            [[0.75, 0.0, 1.0, 0.125], [0.0, 0.0, 0.125, 0.125]],
            [[0.75, 0.0, 1.0, 0.125], [0.0, 0.0, 0.125, 0.125]],
        ),
        (  # from right to left, with two words that run against the line, then back to the right
            [
                [0.75, 0.0, 1.0, 0.125],
                [0.25, 0.0, 0.5, 0.125],
                [0.5, 0.0, 0.625, 0.125],
                [0.0, 0.0, 0.125, 0.125],
                [0.75, 0.25, 1.0, 0.375],
                [0.5, 0.25, 0.75, 0.375],
            ],
            [[0.0, 0.0, 1.0, 0.125], [0.5, 0.25, 1.0, 0.375]],
        ),
    ],
)
def test_line_boxes(words, lines):
    assert line_boxes(as_boxes(words)).tolist() == lines


@pytest.mark.parametrize(
    ("convert", "values", "expected"),
    [
        (from_pixels, [[50, 100, 100, 300]], [[0.25, 0.25, 0.5, 0.75]]),
        (from_bottom_left, [[50, 0, 100, 100]], [[0.25, 0.75, 0.5, 1.0]]),
    ],
)
def test_conversions(convert, values, expected):
    assert convert(values, 200, 400).tolist() == expected
    assert convert(values, 400, 200).tolist() != expected  # width and height swapped


@pytest.mark.parametrize("convert", [from_pixels, from_bottom_left])
@pytest.mark.parametrize("size", [(0, 10), (10, 0), (-1, 10), (float("nan"), 10), (10, np.inf)])
def test_page_sizes_are_positive(convert, size):
    with pytest.raises(ValueError, match="page size must be positive"):
        convert([[1, 2, 3, 4]], *size)


@given(boxes(), boxes())
def test_iou_is_symmetric_and_between_0_and_1(a, b):
    found = iou(a, b)
    assert found.shape == (len(a), len(b))
    assert np.array_equal(found, iou(b, a).T)
    assert ((found >= 0) & (found <= 1 + 1e-6)).all()


@given(boxes(), boxes())
def test_overlap_is_never_larger_than_either_box(a, b):
    shared = intersection(a, b)
    assert (shared <= np.minimum(area(a)[:, None], area(b)[None])).all()
    assert ((coverage(a, b) >= 0) & (coverage(a, b) <= 1)).all()


@given(boxes(), sizes)
def test_pixels_round_trip(fractions, size):
    assert np.allclose(from_pixels(to_pixels(fractions, *size), *size), fractions, atol=1e-6)


@given(boxes(least=1), sizes)
def test_boxes_upside_down_are_mirrored(made, size):
    mirrored = np.stack([made[:, 0], 1 - made[:, 3], made[:, 2], 1 - made[:, 1]], axis=1)
    found = from_bottom_left(to_pixels(made, *size), *size)
    assert np.allclose(found, mirrored, rtol=0, atol=1e-6)


@given(boxes(least=1))
def test_the_enclosing_box_contains_every_box(made):
    around = as_boxes([enclose(made)])
    assert contains_center(around, made).all()
    assert np.array_equal(intersection(around, made)[0], area(made))
