"""Lines of upright words, and rows of them."""

import pytest

from snappy_core.parsing.layout.lines import BULLET, group_rows, order_lines
from tests.parsing.layout.pages import page_of_rows


def test_a_line_is_a_run_with_its_box():
    (line,) = page_of_rows((30, 100, "low water")).lines
    assert (line.x0, line.y0, line.x1, line.y1) == (30, 100, 73, 110)
    assert (line.words, line.size, line.middle) == ((0, 1), 10, 105)


@pytest.mark.parametrize("word", ["\u2022", "-", "–", "*", "1.", "12)", "(3)", "a)", "iv.", "[7]"])
def test_bullets(word):
    assert BULLET.match(word)


@pytest.mark.parametrize(
    "word", ["1", "1823.5", "tide.", "well-known", "--", "(sic)", "\u2022low", "1999."]
)
def test_no_bullets(word):
    assert not BULLET.match(word)


def test_rows_are_lines_at_one_height():
    page = page_of_rows((200, 101, "b"), (30, 115, "c"), (30, 100, "a"))
    texts = [[page.layer.texts[line.words[0]] for line in row] for row in group_rows(page.lines)]
    assert texts == [["a", "b"], ["c"]]


def test_lines_are_ordered_as_their_script_is_read():
    page = page_of_rows((200, 100, "b"), (30, 115, "c"), (30, 100, "a"))
    ordered = order_lines(page.lines, page.layer.texts)
    assert [page.layer.texts[line.words[0]] for line in ordered] == ["a", "b", "c"]
    page = page_of_rows((200, 100, "\u05d0"), (30, 115, "\u05d2 \u05d3"), (30, 100, "\u05d1"))
    ordered = order_lines(page.lines, page.layer.texts)
    texts = [page.layer.texts[word] for line in ordered for word in line.words]
    assert texts == ["\u05d0", "\u05d1", "\u05d3", "\u05d2"]
