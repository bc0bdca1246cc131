"""Which words are encoded together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.encoders.windows import CONTEXT_WORDS, LONG_TABLE, cut_windows
from snappy_core.types import Page, Region, Words


def page_of(*regions, words=None):
    """A page of regions `(words, section, label)`, words a sequence of indices."""
    made = [
        Region((0, 0, 1, 1), "", tuple(held), label, place, section=section)
        for place, (held, section, label) in enumerate(regions)
    ]
    if words is None:
        words = sum(len(region.words) for region in made)
    texts = tuple(f"w{i}" for i in range(words))
    boxes = np.zeros((words, 4), np.float32)
    return Page(1, "1", 300, 500, "pt", Words(texts, boxes), tuple(made))


def one_each(texts):
    return [1] * len(texts)


def cut(pages, limit, count=one_each):
    return [
        (window.page, window.words, window.context) for window in cut_windows(pages, count, limit)
    ]


def test_the_words_of_a_region_go_together():
    pages = [
        page_of(([0, 1], "", "heading"), ([2, 3, 4], "", "paragraph")),
        page_of(),
        page_of(([1, 0], "", "table")),  # in the order of the region
    ]
    assert cut(pages, 10) == [
        (0, (0, 1), ()),
        (0, (2, 3, 4), ()),
        (2, (1, 0), ()),
    ]


def test_words_outside_regions_go_together():
    page = page_of(([1, 2], "", "paragraph"), words=5)
    assert cut([page], 10) == [(0, (1, 2), ()), (0, (0, 3, 4), ())]


def test_only_top_regions_count():
    page = page_of(([0, 1, 2], "", "table"))
    row = Region((0, 0, 1, 1), "", (1,), "table_row", 1, parent=0)
    nested = Page(1, "1", 300, 500, "pt", page.words, (*page.regions, row))
    assert cut([nested], 10) == [(0, (0, 1, 2), ())]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (4, [(0, 1, 2, 3), (4,)]),
        (3, [(0, 1, 2), (3, 4)]),
        (1, [(0,), (1,), (2,), (3,), (4,)]),
        (5, [(0, 1, 2, 3, 4)]),
    ],
)
def test_a_long_region_is_cut(limit, expected):
    page = page_of((range(5), "", "paragraph"))
    assert [words for _, words, _ in cut([page], limit)] == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([3, 2, 1], [(0,), (1, 2)]),
        ([1, 2, 3], [(0, 1), (2,)]),
        ([1, 9, 1], [(0,), (1,), (2,)]),  # a word longer than a window stands alone
        ([9], [(0,)]),
        ([0, 4, 0], [(0, 1, 2)]),  # words without pieces take no room
    ],
)
def test_words_of_several_tokens(pieces, expected):
    page = page_of((range(len(pieces)), "", "paragraph"))

    def count(texts):
        return [pieces[int(text[1:])] for text in texts]

    made = cut_windows([page], count, 4)
    assert [window.words for window in made] == expected


def test_a_heading_goes_before_the_words_of_its_section():
    page = page_of(([0], "", "title"), ([1, 2], "The salt pans", "paragraph"))
    assert cut([page], 10) == [(0, (0,), ()), (0, (1, 2), ("The", "salt", "pans"))]


def test_the_heading_counts_in_every_window():
    page = page_of((range(5), "The salt", "paragraph"))
    assert cut([page], 5) == [(0, (0, 1, 2), ("The", "salt")), (0, (3, 4), ("The", "salt"))]


def test_a_heading_too_long_for_the_window_is_left_out():
    page = page_of((range(3), "The salt pans", "paragraph"))
    assert cut([page], 4) == [(0, (0, 1, 2), ())]


def test_only_the_beginning_of_a_heading_is_used():
    words = [f"word{i}" for i in range(CONTEXT_WORDS + 5)]
    ((_, _, context),) = cut([page_of(([0], " ".join(words), "paragraph"))], 100)
    assert context == tuple(words[:CONTEXT_WORDS])


@given(
    st.lists(st.integers(0, 9), max_size=30), st.integers(1, 8), st.sampled_from(["", "a", "a b c"])
)
def test_every_word_once_in_order_and_within_the_limit(pieces, limit, section):
    middle = len(pieces) // 2
    page = page_of((range(middle), section, "paragraph"), words=len(pieces))

    def count(texts):
        return [pieces[int(text[1:])] if text[0] == "w" else 1 for text in texts]

    made = cut_windows([page], count, limit)
    assert [word for window in made for word in window.words] == list(range(len(pieces)))
    for window in made:
        held = sum(pieces[word] for word in window.words)
        assert held + len(window.context) <= limit or len(window.words) == 1


@pytest.mark.parametrize(("words", "by_row"), [(LONG_TABLE, False), (LONG_TABLE + 1, True)])
def test_a_long_table_goes_row_by_row(words, by_row):
    half = range(3, words // 2), range(words // 2, words)  # after a header of three words
    table = Region((0, 0, 1, 1), "", tuple(range(words)), "table", 0, section="Dues")
    rows = [Region((0, 0, 1, 1), "", tuple(row), "table_row", 1, parent=0) for row in half]
    words_on_page = Words(("w",) * words, np.zeros((words, 4), np.float32))
    page = Page(1, "1", 300, 500, "pt", words_on_page, (table, *rows))
    together = [tuple(half[0]), tuple(half[1]), (0, 1, 2)] if by_row else [tuple(range(words))]
    assert cut([page], 1000) == [(0, held, ("Dues",)) for held in together]


def test_letters_count_in_long_tables_where_there_are_no_spaces_between_words():
    page = page_of(([0, 1], "", "table"))
    row = Region((0, 0, 1, 1), "", (0,), "table_row", 1, parent=0)
    for text, expected in (("港", [(0, 1)]), ("港" * LONG_TABLE, [(0,), (1,)])):
        words = Words((text, "港"), page.words.boxes)
        table = Page(1, "1", 300, 500, "pt", words, (*page.regions, row))
        assert [window.words for window in cut_windows([table], one_each, 10)] == expected
