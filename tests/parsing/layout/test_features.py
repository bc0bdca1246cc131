"""Features of nodes: finite on any page, and the same at any scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.parsing.drawings import NO_BOXES, RulingLines
from snappy_core.parsing.layout.features import line_height, page_nodes
from snappy_core.parsing.layout.neighbors import innermost
from snappy_core.parsing.layout.runs import Runs

ROWS = [(30, 100, 140, "low water at six"), (30, 112, 90, "14,300"), (200, 112, 240, "Figure 2:")]


def make_nodes(rows, scale=1.0):
    boxes = np.array([(x0, y, x1, y + 10) for x0, y, x1, _ in rows], np.float32) * scale
    count = len(rows)
    runs = Runs(
        tuple((n,) for n in range(count)), boxes.reshape(-1, 4), boxes.reshape(-1, 4),
        np.full(count, 10 * scale, np.float32), np.zeros(count, np.float32),
        np.arange(count, dtype=np.int32) % 2,
        tuple(text for *_, text in rows),
    )  # fmt: skip
    areas = np.array([[20, 300, 200, 450]], np.float32) * scale
    frames = np.array([[20, 90, 300, 130]], np.float32) * scale
    line = np.array([[20, 111, 300, 111.5]], np.float32) * scale
    return page_nodes(
        runs, areas, np.array([0.5], np.float32), frames, RulingLines(line, NO_BOXES),
        400 * scale, 600 * scale,
    )  # fmt: skip


@given(st.floats(0.2, 5))
def test_a_page_has_the_same_features_at_any_scale(scale):
    nodes, scaled = make_nodes(ROWS), make_nodes(ROWS, scale)
    assert scaled.features == pytest.approx(nodes.features, abs=1e-3)
    assert scaled.pairs == pytest.approx(nodes.pairs, abs=1e-3)
    assert scaled.unit == pytest.approx(nodes.unit * scale, rel=1e-4)


position = st.integers(0, 380)
rows = st.lists(st.tuples(position, st.integers(0, 590), st.text(max_size=9)), max_size=12)


@given(rows)
def test_features_are_finite_on_any_page(rows):
    nodes = make_nodes([(x, y, x + 5 + len(text), text) for x, y, text in rows])
    assert nodes.features.shape[0] == len(rows) + 1 == nodes.pairs.shape[0] == nodes.pairs.shape[1]
    assert np.isfinite(nodes.features).all()
    assert np.isfinite(nodes.pairs).all()


def test_pairs_know_the_ruling_line_between_two_lines():
    pairs, flipped = make_nodes(ROWS).pairs, make_nodes(ROWS[::-1]).pairs
    assert (pairs[0, 1] != pairs[1, 0]).any()  # above is not below
    assert flipped[2, 1] == pytest.approx(pairs[0, 1], abs=1e-5)  # whatever their numbers


def test_pairs_know_whether_they_look_the_same():
    pairs = make_nodes(ROWS).pairs  # the first and the third share a style
    columns = np.flatnonzero((pairs[0, 2] == 1) & (pairs[0, 1] == 0) & (pairs[2, 1] == 0))
    assert len(columns) >= 2  # the style, and the style at this size
    area = pairs[0, len(ROWS)]
    assert not area[columns].any()


def test_line_height_is_that_of_most_letters():
    heights = [10, 10, 30]
    boxes = np.array([(0, 0, 9, height) for height in heights], np.float32)
    runs = Runs(
        ((0,),) * 3,
        boxes,
        boxes,
        boxes[:, 3],
        boxes[:, 0],
        np.zeros(3, np.int32),
        ("a" * 40, "b" * 30, "c"),
    )
    assert line_height(runs) == 10
    assert line_height(runs.take(np.zeros(0, np.intp))) > 0


def test_innermost_is_the_smallest_frame_around():
    frames = np.array([[0, 0, 100, 100], [10, 10, 50, 50]], np.float32)
    boxes = np.array([[20, 20, 30, 30], [60, 60, 70, 70], [200, 200, 210, 210]], np.float32)
    assert innermost(frames, boxes).tolist() == [1, 0, -1]
    assert innermost(NO_BOXES, boxes).tolist() == [-1, -1, -1]


@pytest.mark.parametrize("text", ["\u2022 low", "- low", "1. low", "12) low", "(3) low", "iv. low"])
def test_bullets_and_enumerators_open_items(text):
    assert is_item(text)


@pytest.mark.parametrize("text", ["1823.5 low", "tide. low", "well-known", "-- low", "\u2022low"])
def test_other_words_do_not(text):
    assert not is_item(text)


def is_item(text):
    item, plain = make_nodes([(30, 100, 90, text)]), make_nodes([(30, 100, 90, "low water")])
    return item.features[0, 5] > plain.features[0, 5]
