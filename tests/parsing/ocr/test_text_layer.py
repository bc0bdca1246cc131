"""Words of an OCR engine as a text layer: lines, sizes in points, directions and hyphens."""

import numpy as np
import pytest

from snappy_core.parsing.ocr.engine import OcrWords
from snappy_core.parsing.ocr.text_layer import to_text_layer

SIZE = (400, 200)  # pixels, of a page 100 points wide


def words(*rows):
    """OCR words from rows (text, box, line); each line is a paragraph of its own."""
    texts, boxes, lines = zip(*rows, strict=True)
    lines = np.array(lines, dtype=np.int64)
    confidences = np.full(len(texts), 0.5, np.float32)
    return OcrWords(texts, np.array(boxes, dtype=np.float64), confidences, lines, lines)


def test_boxes_of_a_line_are_evened_and_sizes_are_in_points():
    layer = to_text_layer(
        words(
            ("more", (40, 24, 80, 32), 0), ("(Apply", (88, 20, 140, 36), 0),
            ("Second", (40, 60, 100, 72), 1),
        ),
        SIZE,
        width=100,
    )  # fmt: skip
    assert layer.boxes[0] == pytest.approx((0.1, 0.12, 0.2, 0.16))
    assert layer.lines[0] == pytest.approx((0.1, 0.1, 0.2, 0.18))
    assert layer.lines[1] == pytest.approx((0.22, 0.1, 0.35, 0.18))
    assert layer.sizes == pytest.approx([1.2 * 12 / 4] * 3)  # heights: median 12 of 8 and 16; 12
    assert layer.confidences == pytest.approx([0.5] * 3)


@pytest.mark.parametrize(
    ("second", "turn"),
    [
        ((60, 20, 70, 30), 0),
        ((20, 60, 30, 70), 1),
        ((0, 20, 10, 30), 2),
        ((20, 0, 30, 10), 3),
    ],
)
def test_a_line_is_turned_as_its_words_follow_each_other(second, turn):
    rows = ("one", (20, 20, 30, 30), 0), ("two", second, 0), ("alone", (90, 90, 99, 95), 1)
    assert to_text_layer(words(*rows), SIZE, 100).turns.tolist() == [turn] * 3


@pytest.mark.parametrize(
    ("second", "turn"), [((0, 20, 10, 30), 0), ((20, 0, 30, 10), 1), ((60, 20, 70, 30), 2)]
)
def test_lines_from_right_to_left_are_turned_against_their_words(second, turn):
    rows = ("שומר", (20, 20, 30, 30), 0), ("הסכר", second, 0)
    below = ("Brae", (90, 90, 99, 95), 1), ("2014", (70, 90, 79, 95), 1)
    assert to_text_layer(words(*rows, *below), SIZE, 100).turns.tolist() == [turn] * 4


def test_hyphens_are_those_at_the_end_of_a_line():
    layer = to_text_layer(
        words(
            ("well-", (0, 0, 9, 9), 0), ("har-", (20, 0, 29, 9), 0), ("bour", (0, 20, 9, 29), 1),
            ("4-", (20, 20, 29, 29), 1),
        ),
        SIZE,
        width=100,
    )  # fmt: skip
    assert layer.hyphens.tolist() == [False, True, False, False]


def test_no_words():
    nothing = np.zeros(0, np.int64)
    none = OcrWords((), np.zeros((0, 4)), np.zeros(0, np.float32), nothing, nothing)
    assert len(to_text_layer(none, SIZE, 100)) == 0
