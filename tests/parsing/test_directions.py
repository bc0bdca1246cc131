"""The order in which letters and words are read that stand from left to right."""

import pytest

from snappy_core.parsing.directions import order_letters, reading_order

SALAM = "\u0633\u0644\u0627\u0645"  # seen, lam, alef, meem


def read(letters, positions):
    return "".join(letters[i] for i in order_letters(letters, positions))


@pytest.mark.parametrize("letters", [SALAM, SALAM[::-1], "\u0633\u0627\u0644\u0645"])
def test_letters_are_read_from_the_right_whatever_their_order_in_the_file(letters):
    """Lam and alef are one glyph: in one place, and lam is read first."""
    places = {"\u0645": 10, "\u0644": 20, "\u0627": 20, "\u0633": 30}
    assert read(letters, [places[letter] for letter in letters]) == SALAM


def test_an_article_is_no_ligature():
    assert read("\u0627\u0644", [20, 14]) == "\u0627\u0644"


def test_numbers_in_a_word_run_from_left_to_right():
    assert read("24-\u05d1", [0, 6, 12, 18]) == "\u05d1-24"
    assert read("\u05d112.5", [30, 0, 6, 12, 18]) == "\u05d112.5"


def test_accents_follow_their_letters():
    assert read("\u0628\u064e\u0646", [20, 21, 10]) == "\u0628\u064e\u0646"
    assert read("\u0646\u064e\u0628", [10, 21, 20]) == "\u0628\u064e\u0646"
    assert read("\u064e", [3]) == "\u064e"


def test_signs_of_a_latin_word_stand_where_they_are_seen():
    assert read(".no", [12, 0, 6]) == "no."


def test_runs_against_the_line_keep_their_own_order():
    assert reading_order(["R", "L", "L", "R", "L", "R"], True) == [5, 4, 3, 1, 2, 0]
    assert reading_order(["R", "R", "", "L", "R"], False) == [1, 0, 2, 3, 4]
    assert reading_order([], True) == []
