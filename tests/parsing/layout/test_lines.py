"""Lines of upright words, and rows of them."""

import pytest

from snappy_core.parsing.layout.lines import group_rows, order_lines, split_columns
from tests.parsing.layout.pages import page_of_rows


def test_a_line_is_a_run_with_its_box():
    (line,) = page_of_rows((30, 100, "low water")).runs.lines()
    assert (line.x0, line.y0, line.x1, line.y1) == (30, 100, 73, 110)
    assert (line.words, line.size, line.middle) == ((0, 1), 10, 105)


def test_rows_are_lines_at_one_height():
    page = page_of_rows((200, 101, "b"), (30, 115, "c"), (30, 100, "a"))
    texts = [
        [page.layer.texts[line.words[0]] for line in row] for row in group_rows(page.runs.lines())
    ]
    assert texts == [["a", "b"], ["c"]]


def test_lines_are_ordered_as_their_script_is_read():
    page = page_of_rows((200, 100, "b"), (30, 115, "c"), (30, 100, "a"))
    ordered = order_lines(page.runs.lines(), page.layer.texts)
    assert [page.layer.texts[line.words[0]] for line in ordered] == ["a", "b", "c"]
    page = page_of_rows((200, 100, "\u05d0"), (30, 115, "\u05d2 \u05d3"), (30, 100, "\u05d1"))
    ordered = order_lines(page.runs.lines(), page.layer.texts)
    texts = [page.layer.texts[word] for line in ordered for word in line.words]
    assert texts == ["\u05d0", "\u05d1", "\u05d3", "\u05d2"]


def columns_of(*rows):
    page = page_of_rows(*rows)
    return [
        [page.layer.texts[line.words[0]] for line in order_lines(lines, page.layer.texts)]
        for lines in split_columns(page.runs.lines(), page.layer.texts)
    ]


def test_a_block_that_continues_in_the_next_column_has_two():
    left = [(30, 500, "a"), (30, 512, "b")]
    assert columns_of(*left, (200, 40, "c"), (200, 52, "d")) == [["a", "b"], ["c", "d"]]
    three = columns_of(*left, (200, 140, "c"), (200, 152, "d"), (320, 40, "e"))
    assert three == [["a", "b"], ["c", "d"], ["e"]]


def test_a_block_from_right_to_left_continues_to_the_left():
    rows = [(200, 500, "\u05d0"), (30, 40, "\u05d1")]
    assert columns_of(*rows) == [["\u05d0"], ["\u05d1"]]
    assert columns_of((200, 40, "\u05d0"), (30, 500, "\u05d1")) == [["\u05d0", "\u05d1"]]


@pytest.mark.parametrize(
    "rows",
    [
        [(30, 100, "a"), (200, 100, "b")],  # a row
        [(30, 102, "1"), (60, 100, "b"), (60, 112, "c")],  # a bullet and its text
        [(30, 100, "a"), (200, 112, "b")],  # a date set to the right
        [(30, 100, "a"), (60, 40, "b"), (30, 112, "in both columns")],
    ],
)
def test_other_blocks_have_one_column(rows):
    assert len(columns_of(*rows)) == 1


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        (
            "\u05d3\u05d3\u05d3\u05d3\u05d3 N 24 M \u05d1",
            "\u05d1 N 24 M \u05d3\u05d3\u05d3\u05d3\u05d3",
        ),
        ("The lock \u05d1 24 \u05d0 is shut", "The lock \u05d0 24 \u05d1 is shut"),
    ],
    ids=["Latin in Hebrew", "Hebrew in Latin"],
)
def test_words_of_the_other_direction_are_read_in_their_own(seen, read):
    page = page_of_rows((30, 100, seen))
    (line,) = order_lines(page.runs.lines(), page.layer.texts)
    assert " ".join(page.layer.texts[word] for word in line.words) == read
