"""Tables of mixed columns: text may stand right of numbers, and a head may be missing."""

from itertools import pairwise

import pytest

pytest.importorskip("faker")

from training.layout.style import draw_style
from training.layout.table_mixed import mixed
from training.layout.text import Writer


@pytest.fixture(scope="module")
def tables():
    writer = Writer.seeded(3)
    style = draw_style(writer)
    return [mixed(writer, style) for _ in range(80)]


def test_rows_are_as_long_as_the_head(tables):
    for head, body in tables:
        assert len({len(row) for row in (*head, *body)}) == 1
    assert {bool(head) for head, _ in tables} == {True, False}


def test_text_stands_right_of_numbers_too(tables):
    def is_number(cell):
        return sum(c.isdigit() for c in cell.content) > len(cell.content) / 2

    rows = [body[0] for _, body in tables]
    assert any(is_number(a) and b.content.isalpha() for row in rows for a, b in pairwise(row))
