"""Items that stand together make a list."""

from dataclasses import replace

from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.lists import MAX_LEAD_IN, group_list_items
from tests.parsing.layout.pages import make_page


def item(word, y, x=40, label="list_item", size=10):
    return Block((word,), (x, y, x + 100, y + 10), size, label=label)


PAGE = make_page(("carry:", "anchors", "lamps", "bells", "end."))
LEAD_IN = item(0, 80, label="paragraph")


def test_items_below_each_other_make_a_list_with_their_lead_in():
    before, made, after = group_list_items(
        [LEAD_IN, item(1, 100), item(2, 115), item(3, 130), item(4, 150, label="paragraph")], PAGE
    )
    assert (before.words, after.words) == ((0,), (4,))
    assert (made.label, made.words, made.box) == ("list", (1, 2, 3), (40, 100, 140, 140))
    assert [(part.words, part.context) for part in made.parts] == [((n,), (0,)) for n in (1, 2, 3)]


def test_a_list_is_tagged_if_all_of_its_items_are():
    items = [replace(item(n, 85 + 15 * n), tag=n) for n in (1, 2, 3)]
    (tagged,) = group_list_items(items, PAGE)
    (mixed,) = group_list_items([*items[:2], item(3, 130)], PAGE)
    assert (tagged.tag, mixed.tag) == (1, None)


def test_an_item_of_the_next_column_begins_another_list():
    first, second = group_list_items(
        [item(1, 400), item(2, 415), item(3, 100, x=300), item(4, 115, x=300)], PAGE
    )
    assert (first.words, second.words) == ((1, 2), (3, 4))
    far, near = group_list_items([item(1, 100), item(2, 145), item(3, 160)], PAGE)
    assert (far.label, far.parts, near.words) == ("list_item", (), (2, 3))


def test_one_item_is_no_list_but_has_its_lead_in():
    _, alone = group_list_items([LEAD_IN, item(1, 100)], PAGE)
    assert (alone.label, alone.parts, alone.context) == ("list_item", (), (0,))


def test_only_a_short_paragraph_right_above_that_ends_with_a_colon_leads_in():
    for before in (
        item(4, 80, label="paragraph"),
        item(0, 80, label="table"),
        item(0, 20, label="paragraph"),
        Block((0,) * (MAX_LEAD_IN + 1), (40, 80, 140, 90), 10),
    ):
        assert group_list_items([before, item(1, 100)], PAGE)[1].context == ()
