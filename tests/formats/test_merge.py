"""Supplied regions over pages: whose the words are, and what stands in for words that lack."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core import FormatError
from snappy_core.boxes import as_boxes, contains_center
from snappy_core.formats import SuppliedPage, SuppliedRegion, merge_regions
from snappy_core.testing import make_page
from snappy_core.types import NO_WORDS, Words

PAGE = make_page("Tides turn twice a day.", "Wind does not.")  # lines at y .05 and .11, 400 x 600
TOP, BOTTOM = (0.05, 0.04, 0.95, 0.08), (0.05, 0.1, 0.95, 0.14)


def supplied(*regions, words=NO_WORDS, size=(None, None)):
    return SuppliedPage(1, tuple(regions), words, *size)


def laid(*regions, page=PAGE, **more):
    return merge_regions(page, supplied(*regions, **more))


def texts(page):
    return [[page.words.texts[word] for word in region.words] for region in page.regions]


def blank(page=PAGE):
    return replace(page, words=NO_WORDS, regions=())


def test_regions_take_the_place_of_those_found():
    page = laid(SuppliedRegion(BOTTOM, "The wind", "caption"), SuppliedRegion(TOP, "", "title"))
    assert [(r.box, r.text, r.label, r.order) for r in page.regions] == [
        (BOTTOM, "The wind", "caption", 0),
        (TOP, "Tides turn twice a day.", "title", 1),
    ]
    assert texts(page) == [["Wind", "does", "not."], ["Tides", "turn", "twice", "a", "day."]]
    assert page.words.texts[:3] == ("Wind", "does", "not.")  # in the order of the regions
    np.testing.assert_array_equal(page.words.boxes[0], PAGE.words.boxes[5])


def test_words_outside_of_all_stay_on_the_page():
    page = laid(SuppliedRegion(BOTTOM))
    assert page.words.texts == ("Wind", "does", "not.", "Tides", "turn", "twice", "a", "day.")
    assert page.regions[0].words == (0, 1, 2)


def test_a_word_belongs_to_the_smallest_and_to_what_holds_it():
    whole, part = (0, 0, 1, 0.5), (0.05, 0.04, 0.45, 0.08)
    page = laid(
        SuppliedRegion(whole, "", "table"),
        SuppliedRegion(part, "", "table_row", parent=0),
        SuppliedRegion((0, 0, 1, 0.9), "", "other"),
    )
    assert texts(page)[1] == ["Tides", "turn", "twice"]
    assert sorted(texts(page)[0]) == sorted(PAGE.words.texts)
    assert texts(page)[2] == []


def test_of_two_of_one_size_the_inner_one_has_the_words():
    page = laid(SuppliedRegion(TOP, "", "list_item", parent=1), SuppliedRegion(TOP, "", "list"))
    assert texts(page)[0] == texts(page)[1] == ["Tides", "turn", "twice", "a", "day."]


def test_parents_own_words_of_parts_that_stand_outside_of_them():
    page = laid(SuppliedRegion(TOP, "", "figure"), SuppliedRegion(BOTTOM, "", "caption", parent=0))
    assert page.regions[0].text == "Tides turn twice a day. Wind does not."
    assert page.regions[0].box == TOP


def test_context_is_words_elsewhere():
    page = laid(SuppliedRegion(BOTTOM, context=(0.05, 0.04, 0.3, 0.14)), SuppliedRegion(TOP))
    assert [page.words.texts[word] for word in page.regions[0].context] == ["Tides", "turn"]
    assert not set(page.regions[0].context) & set(page.regions[0].words)


@given(
    st.lists(
        st.tuples(*[st.floats(0, 1)] * 4).map(
            lambda v: (min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3]))
        ),
        min_size=1, max_size=6,
    ),
    st.data(),
)  # fmt: skip
def test_every_word_stays_and_is_owned_as_it_lies(boxes, data):
    parents = [
        data.draw(st.none() | st.integers(0, i - 1)) if i else None for i in range(len(boxes))
    ]
    made = laid(*(SuppliedRegion(b, "", "other", p) for b, p in zip(boxes, parents, strict=True)))
    assert sorted(made.words.texts) == sorted(PAGE.words.texts)
    inside = contains_center(as_boxes(boxes), made.words.boxes)
    for number, region in enumerate(made.regions):
        parts = {number}
        for other, parent in enumerate(parents):
            if parent in parts:
                parts.add(other)
        assert all(inside[sorted(parts), word].any() for word in region.words)
        if parents[number] is not None:
            assert set(region.words) <= set(made.regions[parents[number]].words)
    owned = {word for region in made.regions for word in region.words}
    assert owned == set(np.flatnonzero(inside.any(axis=0)).tolist())


class TestPagesWithoutWords:
    def test_take_the_supplied_ones(self):
        words = Words(
            ("Tides", "Wind", "stray"),
            as_boxes([TOP, BOTTOM, (0, 0.9, 1, 1)]),
            np.float32([0.5, 0.75, 1]),
        )
        page = laid(
            SuppliedRegion(BOTTOM), SuppliedRegion(TOP, "The tides"), page=blank(), words=words
        )
        assert page.words.texts == ("Wind", "Tides", "stray")
        assert page.words.confidences.tolist() == [0.75, 0.5, 1]
        assert [region.text for region in page.regions] == ["Wind", "The tides"]
        assert texts(page) == [["Wind"], ["Tides"]]

    def test_get_texts_spread_over_their_regions(self):
        page = laid(
            SuppliedRegion(BOTTOM, "| Wind | no |\n| --- | --- |"),
            SuppliedRegion(TOP, "Tides"),
            page=blank(),
        )
        assert texts(page) == [["Wind", "no"], ["Tides"]]
        assert page.words.confidences is None
        assert contains_center(as_boxes([BOTTOM]), page.words.boxes[:2]).all()

    def test_parts_are_spread_before_what_holds_them(self):
        page = laid(
            SuppliedRegion((0, 0, 1, 0.5), "Tides Wind", "table"),
            SuppliedRegion(TOP, "Tides", "table_row", parent=0),
            page=blank(),
        )
        assert texts(page) == [["Tides"], ["Tides"]]

    def test_regions_without_text_have_none(self):
        page = laid(SuppliedRegion(TOP, "", "figure"), page=blank())
        assert (page.regions[0].words, page.regions[0].text, len(page.words)) == ((), "", 0)


class TestPagesWithSomeWords:
    def test_get_those_that_lack(self):
        half = replace(PAGE, words=Words(PAGE.words.texts[:5], PAGE.words.boxes[:5]))
        words = Words(("Tide", "Gale"), as_boxes([TOP, BOTTOM]), np.float32([0.5, 0.25]))
        page = laid(SuppliedRegion(TOP), SuppliedRegion(BOTTOM), page=half, words=words)
        assert texts(page) == [list(PAGE.words.texts[:5]), ["Gale"]]
        assert page.words.confidences.tolist() == [1, 1, 1, 1, 1, 0.25]

    def test_are_spread_where_none_are_supplied(self):
        seen = Words(PAGE.words.texts[:5], PAGE.words.boxes[:5], np.full(5, 0.5, np.float32))
        page = laid(
            SuppliedRegion(BOTTOM, "a gale"),
            SuppliedRegion(TOP, "x"),
            page=replace(PAGE, words=seen),
        )
        assert texts(page) == [["a", "gale"], list(PAGE.words.texts[:5])]
        assert page.words.confidences.tolist() == [1, 1, 0.5, 0.5, 0.5, 0.5, 0.5]

    def test_do_not_count_what_lies_outside(self):
        words = Words(("stray",), as_boxes([(0, 0.9, 1, 1)]))
        assert "stray" not in laid(SuppliedRegion(TOP), words=words).words.texts


class TestShape:
    @pytest.mark.parametrize("size", [(400, 600), (2, 3), (1000, 1510), (1010, 1510)])
    def test_of_the_same_proportions(self, size):
        assert len(laid(SuppliedRegion(TOP), size=size).regions) == 1

    @pytest.mark.parametrize("size", [(600, 400), (400, 612), (1, 1)])
    def test_of_others_is_an_error(self, size):
        with pytest.raises(
            FormatError, match=r"page 1: .* this one has 400 x 600 pt; .* turned or cropped"
        ):
            laid(SuppliedRegion(TOP), size=size)
        with pytest.raises(FormatError):
            laid(size=size)


def test_pages_without_supplied_regions_keep_their_own():
    assert laid(size=(400, 600)) is PAGE


def test_pages_that_could_not_be_read_stay_as_they_are():
    lost = replace(blank(), warning="cannot be loaded", width=612, height=792)
    assert laid(SuppliedRegion(TOP, "x"), page=lost, size=(400, 600)) is lost
