"""Blocks of words."""

from snappy_core.parsing.layout.blocks import Block
from tests.parsing.layout.pages import make_page


def test_a_block_of_words_is_as_large_as_its_largest():
    page = make_page(("low", "water"), [(30, 100, 45, 110), (48, 98, 73, 112)], (10, 14))
    block = Block.of([0, 1], page, "heading")
    assert (block.box, block.size, block.label) == ((30, 98, 73, 112), 14, "heading")
