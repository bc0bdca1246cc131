"""Blocks of lines."""

import pytest

from snappy_core.parsing.layout.blocks import Block, group_lines, is_running_text
from tests.parsing.layout.pages import make_page, page_of_rows

LEFT = [(30, 100, "low water at"), (30, 112, "six and high"), (30, 124, "water at noon")]
RIGHT = [(200, 100, "the ferry leaves"), (200, 112, "at nine from"), (200, 124, "the long pier")]


def blocks_of(*rows):
    page = page_of_rows(*rows)
    return {
        " / ".join(" ".join(page.layer.texts[word] for word in line.words) for line in block)
        for block in group_lines(page.lines, page)
    }


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


def test_the_order_of_the_file_does_not_matter_within_a_block():
    assert blocks_of(*LEFT[::-1]) == blocks_of(*LEFT)


@pytest.mark.parametrize(("rows", "expected"), [(LEFT, False), ([(30, 100, "a b " * 5)], True)])
def test_running_text_has_many_words_in_a_line(rows, expected):
    page = page_of_rows(*rows)
    (block,) = group_lines(page.lines, page)
    assert is_running_text(block) is expected


def test_a_block_of_words_is_as_large_as_its_largest():
    page = make_page(("low", "water"), [(30, 100, 45, 110), (48, 98, 73, 112)], (10, 14))
    block = Block.of([0, 1], page, "heading")
    assert (block.box, block.size, block.label) == ((30, 98, 73, 112), 14, "heading")
