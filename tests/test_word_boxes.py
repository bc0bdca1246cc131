"""Estimated boxes of words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.boxes import as_boxes, line_boxes
from snappy_core.word_boxes import estimate_word_boxes

BOX = (0.1, 0.2, 0.5, 0.3)
words = st.lists(st.text("abcdefg", min_size=1, max_size=12), max_size=60)
corners = st.floats(0, 0.5)
sides = st.floats(0, 0.5)


@given(words, corners, corners, sides, sides, st.floats(0.2, 5))
def test_words_lie_in_the_box_in_order(words, x, y, width, height, aspect):
    box = (x, y, x + width, y + height)
    texts, boxes = estimate_word_boxes(" ".join(words), box, aspect)
    assert texts == words
    boxes = as_boxes(boxes)
    assert len(boxes) == len(words)
    low, high = np.float32(box[:2]), np.float32(box[2:])
    assert (boxes[:, :2] >= low).all()
    assert (boxes[:, 2:] <= high).all()
    on = boxes[:, 1]
    assert (np.diff(on) >= 0).all()
    same = np.diff(on) == 0
    assert (boxes[1:, 0] >= boxes[:-1, 2] - 1e-6)[same].all()


def test_lines_are_as_many_as_letters_of_usual_width_fill():
    text = "tide " * 40  # 200 letters
    high, flat = (0.1, 0.1, 0.4, 0.6), (0.1, 0.1, 0.9, 0.12)
    assert len(line_boxes(estimate_word_boxes("tide " * 15, flat, 0.7)[1])) == 1
    assert 8 <= len(line_boxes(estimate_word_boxes(text, high, 0.7)[1])) <= 14
    wide = len(line_boxes(estimate_word_boxes(text, high, 2)[1]))
    assert wide < len(line_boxes(estimate_word_boxes(text, high, 0.7)[1]))


def test_a_line_fills_the_box():
    texts, boxes = estimate_word_boxes("low water", (0.2, 0.4, 0.6, 0.42), 0.7)
    assert texts == ["low", "water"]
    np.testing.assert_allclose(
        boxes,
        [[0.2, 0.402, 0.2 + 0.4 * 3 / 9, 0.418], [0.2 + 0.4 * 4 / 9, 0.402, 0.6, 0.418]],
        rtol=1e-4,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("| a | b |\n| --- | :-: |\n| 1 | -2 |", ["a", "b", "1", "-2"]),
        ("## Tides", ["Tides"]),
        ("- one\n- two", ["one", "two"]),
        ("#5 a|b", ["#5", "a|b"]),
    ],
)
def test_signs_of_markdown_are_no_words(text, words):
    assert estimate_word_boxes(text, BOX, 1)[0] == words
