"""Lines and blocks of upright words."""

import pytest

from snappy_core.parsing.layout.blocks import group_lines
from snappy_core.parsing.layout.lines import BULLET, Line, join_lines
from tests.parsing.layout.pages import make_page

SIZE = 10  # of the font; letters are half as wide


def page_of(*rows):
    """A page of rows `(x, y, text)`, y the top of the line."""
    texts, boxes = [], []
    for x, y, row in rows:
        for word in row.split():
            texts.append(word)
            boxes.append((x, y, x + SIZE / 2 * len(word), y + SIZE))
            x += SIZE / 2 * (len(word) + 0.6)
    return make_page(texts, boxes, SIZE)


def lines_of(*rows):
    page = page_of(*rows)
    return [" ".join(page.layer.texts[word] for word in line.words) for line in page.lines]


def blocks_of(*rows):
    page = page_of(*rows)
    return {
        " / ".join(" ".join(page.layer.texts[w] for w in line.words) for line in block)
        for block in group_lines(page.lines, page)
    }


LEFT = [(30, 100, "low water at"), (30, 112, "six and high"), (30, 124, "water at noon")]
RIGHT = [(200, 100, "the ferry leaves"), (200, 112, "at nine from"), (200, 124, "the long pier")]


def test_lines():
    assert lines_of(*LEFT) == ["low water at", "six and high", "water at noon"]
    assert lines_of() == []


def test_a_wide_gap_ends_a_line():
    assert sorted(lines_of(LEFT[0], RIGHT[0])) == ["low water at", "the ferry leaves"]


def test_the_box_of_a_line_is_around_its_words():
    (line,) = page_of((30, 100, "low water")).lines
    assert (line.x0, line.y0, line.x1, line.y1) == (30, 100, 73, 110)
    assert (line.size, line.middle) == (10, 105)


def test_blocks_of_two_columns():
    assert blocks_of(*LEFT, *RIGHT) == {
        "low water at / six and high / water at noon",
        "the ferry leaves / at nine from / the long pier",
    }
    assert group_lines([], make_page()) == []


def test_a_gap_ends_a_block():
    below = [(x, y + 30, row) for x, y, row in LEFT]
    assert len(blocks_of(*LEFT)) == 1
    assert len(blocks_of(*LEFT[:1], *below)) == 2


def test_the_order_of_the_file_does_not_count_within_a_block():
    assert blocks_of(*LEFT[::-1]) == blocks_of(*LEFT)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(30, 100, "\u2022"), (60, 100, "low water")], ["\u2022 low water"]),
        ([(30, 100, "2."), (65, 100, "low water")], ["2. low water"]),
        ([(30, 100, "or"), (60, 100, "low water")], ["or", "low water"]),  # no bullet
        ([(30, 100, "\u2022"), (60, 130, "low water")], ["\u2022", "low water"]),  # further down
        ([(30, 100, "\u2022"), (300, 100, "low water")], ["\u2022", "low water"]),  # far away
    ],
)
def test_a_bullet_opens_the_line_to_its_right(rows, expected):
    assert lines_of(*rows) == expected


@pytest.mark.parametrize("word", ["\u2022", "-", "–", "*", "1.", "12)", "(3)", "a)", "iv.", "[7]"])
def test_bullets(word):
    assert BULLET.match(word)


@pytest.mark.parametrize(
    "word", ["1", "1823.5", "tide.", "well-known", "--", "(sic)", "\u2022low", "1999."]
)
def test_no_bullets(word):
    assert not BULLET.match(word)


def test_join_lines():
    a, b = Line((0, 1), 10, 20, 30, 28, 8), Line((4,), 35, 18, 50, 30, 9)
    joined = join_lines([a, b])
    assert joined.words == (0, 1, 4)
    assert (joined.x0, joined.y0, joined.x1, joined.y1, joined.size) == (10, 18, 50, 30, 9)
