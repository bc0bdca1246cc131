import numpy as np
import pytest

from snappy_core import FormatError
from snappy_core.formats.region_builder import (
    NestedRegion,
    SuppliedWord,
    build_page,
    enclose_all,
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
