import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core import FormatError
from snappy_core.boxes import as_boxes, line_boxes
from snappy_core.formats.region_builder import (
    NestedRegion,
    SuppliedWord,
    build_page,
    enclose_all,
    estimate_word_boxes,
)

BOX = (0.1, 0.2, 0.5, 0.3)


def test_children_follow_their_parents():
    row = NestedRegion(BOX, "table_row", "row", context=(0, 0, 1, 0.1))
    table = NestedRegion(BOX, "table", "table", children=[row, NestedRegion(BOX, "caption")])
    page = build_page(3, [table, NestedRegion(BOX, "paragraph", "text")], size=(200, 300))
    assert (page.number, page.width, page.height) == (3, 200, 300)
    assert [(r.label, r.parent) for r in page.regions] == [
        ("table", None),
        ("table_row", 0),
        ("caption", 0),
        ("paragraph", None),
    ]
    assert page.regions[1].context == (0, 0, 1, 0.1)


def test_deep_nesting_needs_no_recursion():
    region = NestedRegion(BOX, "other")
    for _ in range(5000):
        region = NestedRegion(BOX, "other", children=[region])
    assert build_page(1, [region]).regions[-1].parent == 4999


def test_texts_can_be_stored():
    page = build_page(1, [NestedRegion(BOX, "other", " a\0b\ud800 ")])
    assert page.regions[0].text == "a b?"


def test_texts_with_spaces_are_several_words():
    words = build_page(1, [], [SuppliedWord("low water", BOX, 0.5), SuppliedWord(" ", BOX)]).words
    assert words.texts == ("low", "water")
    assert words.confidences.tolist() == [0.5, 0.5]
    assert enclose_all(map(tuple, words.boxes)) == pytest.approx((0.1, 0.21, 0.5, 0.29))


def test_words_without_confidence_are_certain_beside_those_with_one():
    words = [SuppliedWord("a", BOX, 0.25), SuppliedWord("b", BOX)]
    np.testing.assert_equal(build_page(1, [], words).words.confidences, [0.25, 1])
    assert build_page(1, [], words[1:]).words.confidences is None


@pytest.mark.parametrize("confidence", [-0.1, 1.01, float("nan")])
def test_confidences_are_checked(confidence):
    with pytest.raises(FormatError, match=r"page 2: the confidence of 'a' is .* between 0 and 1"):
        build_page(2, [], [SuppliedWord("a", BOX, confidence)])


def test_nothing_has_no_box():
    assert enclose_all([]) is None


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
