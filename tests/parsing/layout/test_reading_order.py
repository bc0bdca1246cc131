"""Reading order by cutting the page at its lanes."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.parsing.layout.reading_order import follow_tags, reading_order

HEAD = (0.1, 0.05, 0.9, 0.1)
LEFT = [(0.1, 0.15, 0.45, 0.4), (0.1, 0.45, 0.45, 0.8)]
RIGHT = [(0.55, 0.15, 0.9, 0.3), (0.55, 0.35, 0.9, 0.8)]
EVEN = [(0.55, 0.15, 0.9, 0.4), (0.55, 0.45, 0.9, 0.7)]
LOW = (0.1, 0.81, 0.9, 0.82)
LOWER = [
    (0.1, 0.83, 0.3, 0.84),
    (0.1, 0.85, 0.3, 0.86),
    (0.6, 0.83, 0.9, 0.84),
    (0.6, 0.85, 0.9, 0.86),
]
FOOT = (0.4, 0.9, 0.6, 0.95)


@pytest.mark.parametrize(
    "boxes",
    [
        [],
        [HEAD],
        [HEAD, *LEFT],
        [*LEFT, *RIGHT],  # two columns
        [HEAD, *LEFT, *RIGHT, FOOT],  # between a heading and a page number
        [HEAD, LEFT[0], RIGHT[0], FOOT],  # a row of two boxes is read across
        [HEAD, *LEFT, *EVEN, FOOT],  # their paragraphs end at the same height
        [HEAD, *LEFT, *EVEN, LOW, *LOWER, FOOT],  # twice two columns, a heading between them
        [(0.1, 0.1, 0.3, 0.5), (0.2, 0.4, 0.6, 0.8), (0.15, 0.6, 0.5, 0.9)],  # they overlap
        [(0.1, 0.2, 0.2, 0.25), (0.4, 0.19, 0.5, 0.26), (0.7, 0.2, 0.9, 0.24)],  # cells
    ],
    ids=lambda boxes: f"{len(boxes)} boxes",
)
def test_in_the_order_given(boxes):
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    for seed in range(4):
        shuffled = np.random.default_rng(seed).permutation(len(boxes))
        order = reading_order(boxes[shuffled])
        assert shuffled[order].tolist() == list(range(len(boxes)))


def test_swapping_x_and_y_gives_another_order():
    boxes = np.array([(0.1, 0.5, 0.4, 0.9), (0.5, 0.1, 0.9, 0.3)], np.float32)
    assert reading_order(boxes) == [1, 0]  # the upper one first
    assert reading_order(boxes[:, [1, 0, 3, 2]]) == [0, 1]


@given(st.integers(0, 10_000), st.integers(0, 30))
def test_each_box_once(seed, n):
    corners = np.sort(np.random.default_rng(seed).random((n, 2, 2)), axis=1)
    order = reading_order(corners.reshape(n, 4).astype(np.float32))
    assert sorted(order) == list(range(n))


def test_many_rows_of_many_boxes_are_read_in_time():
    n = 40
    x, y = (grid.ravel() / n for grid in np.meshgrid(np.arange(n), np.arange(n)))
    boxes = np.stack([x, y, x + 0.5 / n, y + 0.5 / n], axis=1)
    boxes = np.vstack([boxes, [[0, 1, 1, 1.1]]]).astype(np.float32)  # which bars the columns
    started = time.thread_time()
    order = reading_order(boxes)
    assert time.thread_time() - started < 10
    assert order[:2] == [0, n]  # down the first column
    assert order[-1] == n * n


def test_a_hostile_page_neither_recurses_nor_hangs():
    """Boxes nested like stairs can only be cut one by one."""
    n = 1500
    low = np.arange(n) / (2 * n)
    boxes = np.stack([low, low, 1 - low, low + 0.4 / n], axis=1).astype(np.float32)
    started = time.thread_time()
    assert sorted(reading_order(boxes)) == list(range(n))
    assert time.thread_time() - started < 10


COLUMN = np.array([[0, top, 4, top + 1] for top in (0, 2, 4, 6)], np.float32)


def test_untagged_boxes_stay_behind_what_they_follow():
    beside = COLUMN + np.float32([6, 0, 6, 0])
    boxes = np.vstack([COLUMN[:1], beside[:3]])
    assert follow_tags([0, 1, 2, 3], [None, 7, None, 9], boxes) == [0, 1, 2, 3]
    assert follow_tags([1, 2, 3, 0], [4, 7, None, 9], boxes) == [0, 1, 2, 3]
    assert follow_tags([], [], boxes[:0]) == []


def test_tags_that_go_up_a_column_leave_the_order_alone():
    assert follow_tags([0, 1, 2, 3], [1, 3, 2, 4], COLUMN) == [0, 1, 2, 3]
    touching = COLUMN + np.float32([0, 0, 0, 1.5])  # none is right above another
    assert follow_tags([0, 1], [2, 1], touching[:2]) == [1, 0]
