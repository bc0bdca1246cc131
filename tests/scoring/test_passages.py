"""Passages: which words fill a region up, and in which order."""

import numpy as np
import pytest

from snappy_core.scoring import passages as module
from snappy_core.scoring.passages import passages
from snappy_core.types import Region


def region(*words, label="paragraph", parent=None, context=()):
    return Region((0, 0, 1, 1), "", words, label, 0, parent, "", context)


def words_of(regions, count, texts=()):
    """The words of each passage of a page with this number of words, with how often each is in."""
    found = passages(np.eye(count, dtype=np.float32), regions, texts or ["word"] * count)
    assert np.linalg.norm(found, axis=1) == pytest.approx(found.any(axis=1).astype(float), abs=1e-6)
    return [
        {word: round(row[word] / row[row > 0].min()) for word in np.flatnonzero(row).tolist()}
        for row in found
    ]


@pytest.fixture(autouse=True)
def four_words(monkeypatch):
    monkeypatch.setattr(module, "PASSAGE_WORDS", 4)


def test_a_short_region_takes_as_many_words_before_as_after():
    regions = [region(0, 1, 2), region(3, 4), region(5, 6, 7)]
    assert [set(words) for words in words_of(regions, 8)] == [
        {0, 1, 2, 3}, {2, 3, 4, 5}, {4, 5, 6, 7},
    ]  # fmt: skip


def test_a_long_region_takes_none_and_an_empty_one_has_no_passage():
    assert [set(w) for w in words_of([region(0, 1, 2, 3, 4), region(5), region()], 6)] == [
        {0, 1, 2, 3, 4}, {2, 3, 4, 5}, set(),
    ]  # fmt: skip


def test_running_headers_are_no_neighbors():
    regions = [region(0, label="header"), region(1), region(2), region(3, label="footer")]
    assert [set(words) for words in words_of(regions, 4)] == [{0}, {1, 2}, {1, 2}, {3}]


def test_context_words_belong_to_the_region():
    regions = [region(0, 1, label="table_row"), region(2, label="table_row", context=(0, 1))]
    assert [set(words) for words in words_of(regions, 3)] == [{0, 1, 2}, {0, 1, 2}]


def test_each_word_fills_up_once_though_a_list_and_its_items_have_it():
    regions = [region(0, 1, label="list"), region(0, parent=0), region(1, parent=0), region(2)]
    assert words_of(regions, 3)[3] == {0: 1, 1: 1, 2: 1}


def test_letters_count_where_there_are_no_spaces_between_words():
    """A line of Chinese is one word of the page, but as long as many."""
    texts = ["港", "务费三月上涨", "港务委员会", "开会"]
    regions = [region(0), region(1), region(2), region(3)]
    assert [set(words) for words in words_of(regions, 4, texts)] == [{0, 1}, {1}, {2}, {2, 3}]
