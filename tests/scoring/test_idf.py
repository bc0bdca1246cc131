"""Terms of words, and the weights that rare ones get."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.scoring.idf import STOP_WORDS, idf, page_terms, term, token_weights


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Harbour", "harbour"),
        ("harbours", "harbour"),  # plural
        ("company's", "company"),
        ("company\u2019s", "company"),  # typographic apostrophe
        ("(Q3),", "q3"),
        ("«Ölpreis»", "ölpreis"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),  # folded, not only lower case
        ("well-known", "well-known"),
        ("3.14", "3.14"),
        ("$408,000", "408,000"),
        ("gas", "gas"),  # too short for a plural
        ("glass", "glass"),
        ("status", "status"),
        ("basis", "basis"),
        ("the", None),
        ("The,", None),
        ("What's", None),  # a stop word in the possessive
        ("--", None),
        ("\u2022", None),  # a bullet
        ("", None),
    ],
)
def test_term(word, expected):
    assert term(word) == expected


@given(st.text(max_size=12))
def test_a_term_is_the_term_of_itself_in_capitals_and_quotes(word):
    found = term(word)
    assert found is None or (found not in STOP_WORDS and found == found.casefold())
    assert term(f'"{word}"') == found


def test_each_term_counts_once_for_a_page():
    assert page_terms(["Tides", "tide,", "the", "--", "of", "moon"]) == {"tide", "moon"}
    assert page_terms([]) == frozenset()


@pytest.mark.parametrize(
    ("df", "pages", "expected"),
    [
        (0, 10, math.log(1 + 10.5 / 0.5)),  # on no page
        (1, 10, math.log(1 + 9.5 / 1.5)),
        (10, 10, math.log(1 + 0.5 / 10.5)),  # on every page: little, but not nothing
        (0, 0, math.log(2)),  # an empty index
    ],
)
def test_idf(df, pages, expected):
    assert idf([df], pages) == pytest.approx([expected])


@given(st.integers(1, 1000))
def test_rarer_is_heavier(pages):
    weights = idf(np.arange(pages + 1), pages)
    assert (np.diff(weights) < 0).all()
    assert weights[-1] > 0


def test_weights_by_hand():
    rare, common = math.log(1 + 9.5 / 1.5), math.log(1 + 2.5 / 8.5)
    unknown = math.log(1 + 10.5 / 0.5)
    found = token_weights(("tide", None, "boat", "zyx"), 4, {"tide": 1, "boat": 8, "other": 3}, 10)
    whole = rare + common + unknown
    assert found == pytest.approx([rare / whole, 0, common / whole, unknown / whole])


@pytest.mark.parametrize(
    "terms",
    [None, (None, None, None)],
    ids=["every token alike", "all stop words"],
)
def test_equal_weights(terms):
    assert token_weights(terms, 3, {"tide": 1}, 10) == pytest.approx([1 / 3] * 3)


@given(
    st.lists(st.none() | st.sampled_from(["tide", "boat", "zyx"]), min_size=1),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_weights_sum_to_one(terms, tide, boat):
    found = token_weights(terms, len(terms), {"tide": tide, "boat": boat}, 50)
    assert found.sum() == pytest.approx(1, abs=1e-5)
    assert (found >= 0).all()
    if any(terms):
        assert [weight > 0 for weight in found] == [found is not None for found in terms]
