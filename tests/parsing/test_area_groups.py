"""Boxes close together, held against flooding the cells they lie in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.parsing import area_groups
from snappy_core.parsing.area_groups import group_boxes

SIDES = np.array([90, 160], dtype=np.float32)


@st.composite
def boxes(draw):
    low = draw(
        st.lists(st.tuples(st.integers(0, 88), st.integers(0, 158)), min_size=1, max_size=40)
    )
    rows = [
        (x, y, min(x + draw(st.integers(0, 12)), 90), min(y + draw(st.integers(0, 30)), 160))
        for x, y in low
    ]
    return np.array(rows, dtype=np.float32)


@given(boxes())
def test_clusters_are_what_one_gets_by_flooding(boxes):
    clusters = area_groups._clusters(boxes, SIDES)
    cells = (boxes // area_groups.MAX_GAP).astype(int)
    touch = (cells[:, None, :2] <= cells[None, :, 2:] + 1).all(axis=2)
    touch &= touch.T
    reach = touch
    for _ in range(len(boxes)):
        reach = reach @ touch
    np.testing.assert_array_equal(clusters[:, None] == clusters[None], reach)


@given(boxes())
def test_groups_hold_every_box_and_have_the_highest_kind(boxes):
    kinds = np.arange(len(boxes), dtype=np.int8) % 4
    groups, highest = group_boxes(boxes, kinds, SIDES)
    inside = (groups[:, None, :2] <= boxes[None, :, :2]) & (
        boxes[None, :, 2:] <= groups[:, None, 2:]
    )
    assert inside.all(axis=2).any(axis=0).all()
    assert highest.max() == kinds.max()


def test_what_lies_in_the_box_of_a_curve_need_not_belong_to_it():
    curve = np.array([[0, 0, 60, 4], [0, 0, 4, 120]], np.float32)
    boxes = np.array([*curve, [20, 20, 40, 40]], np.float32)
    groups, kinds = group_boxes(boxes, np.array([2, 0, 1], np.int8), SIDES)
    assert groups.tolist() == [[0, 0, 60, 120], [20, 20, 40, 40]]
    assert kinds.tolist() == [2, 1]
