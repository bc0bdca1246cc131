"""Levels: a region pays for its size, and never comes with what holds it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.scoring.granularity import (
    HEADING_PENALTY,
    MAX_ROWS,
    SIZE_PENALTY,
    answering,
    drop_nested,
    penalize_size,
    rankable,
)
from snappy_core.scoring.membership import Membership
from snappy_core.types import LABELS


def membership(*own):
    """Regions with these flags of their patches: own or only overlapping."""
    flat = np.array([flag for flags in own for flag in flags], dtype=bool)
    zeros = np.zeros(len(flat), np.float32)
    offsets = np.cumsum([0, *map(len, own)])
    return Membership(offsets, np.arange(len(flat), dtype=np.int32), zeros, zeros, flat)


def test_a_list_pays_for_its_own_patches_and_a_heading_for_being_one():
    scores = np.array([0.5, 0.5, 0.5, 0.5], np.float32)
    held = membership([1] * 10, [1] * 10 + [0] * 90, [1], [])
    paid = 0.5 - penalize_size(scores, held, codes("list", "list", "heading", "paragraph"))
    assert paid == pytest.approx([SIZE_PENALTY * np.log(10)] * 2 + [HEADING_PENALTY, 0])


def codes(*labels):
    return np.array([LABELS.index(label) for label in labels], np.uint8)


def test_a_short_table_answers_as_a_whole_and_a_long_one_by_its_rows():
    for rows, whole in ((MAX_ROWS, True), (MAX_ROWS + 1, False)):
        labels = codes("paragraph", "table", *["table_row"] * rows)
        mask = rankable(labels, np.array([-1, -1] + [1] * rows))
        assert mask.tolist() == [True, whole] + [not whole] * rows


def test_the_short_sections_of_a_long_table_answer():
    labels = codes("table", "table", *["table_row"] * 3, "table", *["table_row"] * 20)
    parents = np.array([-1, 0, 1, 1, 1, 0] + [5] * 20)
    mask = rankable(labels, parents)
    assert mask.tolist() == [False, True] + [False] * 3 + [False] + [True] * 20


def test_lists_and_figures_answer_at_all_levels():
    mask = rankable(codes("list", "list_item", "figure", "caption"), np.array([-1, 0, -1, 2]))
    assert mask.all()


def test_running_headers_and_footers_and_other_levels_answer_only_a_filter_that_names_them():
    labels = codes("header", "table", "table_row", "footer")
    parents = np.array([-1, -1, 1, -1])
    assert rankable(labels, parents).tolist() == [False, True, False, False]
    only = frozenset(codes("header", "table_row").tolist())
    assert rankable(labels, parents, only).tolist() == [True, False, True, False]
    assert not rankable(labels, parents, frozenset()).any()


def test_listings_and_what_is_in_them_answer_only_a_filter_that_names_them():
    labels = codes("contents", "table_row", "index", "references", "paragraph")
    parents = np.array([-1, 0, -1, -1, -1])
    assert rankable(labels, parents).tolist() == [False] * 4 + [True]
    assert rankable(labels, parents, frozenset(codes("index").tolist())).tolist() == [
        False, False, True, False, False,
    ]  # fmt: skip


def test_headings_answer_only_where_nothing_else_is():
    labels = codes("title", "paragraph", "title", "heading", "header", "heading", "contents")
    mask = answering(labels, np.full(7, -1), np.array([0, 2, 5, 7]))
    assert mask.tolist() == [False, True, True, True, False, True, False]


def test_the_better_of_a_region_and_its_parent_stays():
    parents = np.array([-1, 0, 0, -1, 3])
    table, first, second, listing, item = range(5)
    ranked = np.array([first, table, second, listing, item])
    assert drop_nested(ranked, parents).tolist() == [True, False, True, True, False]
    ranked = np.array([table, item, first, listing, second])
    assert drop_nested(ranked, parents).tolist() == [True, True, False, False, False]


def test_a_grandparent_is_a_relative_too():
    parents = np.array([-1, 0, 1])
    assert drop_nested(np.array([2, 0, 1]), parents).tolist() == [True, False, False]
    assert drop_nested(np.array([0, 2, 1]), parents).tolist() == [True, False, False]


@st.composite
def families(draw):
    count = draw(st.integers(0, 12))
    parents = [draw(st.integers(-1, place - 1)) for place in range(count)]
    return np.array(parents, np.int64), np.array(draw(st.permutations(range(count))), np.intp)


@given(families())
def test_no_two_kept_are_relatives_and_each_left_out_has_a_better_one(family):
    parents, ranked = family

    def chain(region):
        while (region := int(parents[region])) >= 0:
            yield region

    def related(a, b):
        return a in chain(b) or b in chain(a)

    kept = drop_nested(ranked, parents)
    for place, region in enumerate(ranked.tolist()):
        better = [r for r, k in zip(ranked[:place].tolist(), kept, strict=False) if k]
        assert bool(kept[place]) == (not any(related(region, other) for other in better))
