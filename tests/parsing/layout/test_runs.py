"""Runs of words on one base line."""

import numpy as np
import pytest

from snappy_core.parsing.drawings import RulingLines
from tests.parsing.layout.pages import make_page, page_of_rows

ROWS = [(30, 100, "low water at"), (30, 112, "six and high"), (30, 124, "water at noon")]


def runs_of(*rows):
    return list(page_of_rows(*rows).runs.texts)


def test_each_line_is_a_run_in_the_order_of_the_file():
    assert runs_of(*ROWS) == ["low water at", "six and high", "water at noon"]
    assert runs_of(*ROWS[::-1]) == ["water at noon", "six and high", "low water at"]
    assert runs_of() == []


def test_a_wide_gap_ends_a_run():
    assert runs_of(ROWS[0], (200, 100, "the ferry")) == ["low water at", "the ferry"]


def test_words_that_are_scattered_over_the_file_make_one_run():
    words = [("water", 48), ("at", 76), ("low", 30)]
    boxes = [(x, 100, x + 5 * len(word), 110) for word, x in words]
    assert make_page([word for word, _ in words], boxes).runs.texts == ("low water at",)


def test_superscripts_belong_to_the_run_and_drop_capitals_do_not():
    boxes = [(30, 100, 50, 112), (51, 98, 54, 105)]
    assert make_page(("tide", "2"), boxes, sizes=(12, 7)).runs.texts == ("tide 2",)
    boxes = [(30, 100, 50, 136), (51, 100, 80, 112)]
    assert make_page(("T", "ides"), boxes, sizes=(36, 12)).runs.texts == ("T", "ides")


def test_boxes_are_around_the_words():
    runs = page_of_rows((30, 100, "low water")).runs
    assert runs.boxes.tolist() == [[30, 100, 73, 110]]
    assert (runs.words, runs.sizes.tolist(), runs.bold.tolist()) == (((0, 1),), [10], [0])


@pytest.mark.parametrize(
    ("ruling_line", "expected"),
    [
        ((46, 90, 47, 130), ("low", "water")),
        ((46, 90, 47, 104), ("low water",)),  # ends above the middle of the line
        ((75, 90, 76, 130), ("low water",)),  # beside it
    ],
)
def test_a_vertical_ruling_line_ends_the_runs_that_it_crosses(ruling_line, expected):
    boxes = [(30, 100, 45, 110), (48, 100, 73, 110)]
    lines = RulingLines(vertical=np.array([ruling_line], np.float32))
    assert make_page(("low", "water"), boxes, drawn_lines=lines).runs.texts == expected


def test_take():
    runs = page_of_rows(*ROWS).runs.take(np.array([2, 0]))
    assert runs.texts == ("water at noon", "low water at")
    assert runs.boxes[:, 1].tolist() == [124, 100]


def test_a_run_has_the_style_of_most_of_its_words():
    words = ("low", "water", "tide")
    boxes = [(30, 100, 45, 110), (48, 100, 73, 110), (76, 100, 96, 110)]
    page = make_page(words, boxes, bold=(True, False, False))
    assert page.runs.styles.tolist() == [0]
