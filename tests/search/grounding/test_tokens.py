"""Words and numbers that say the same, however they are written; and those that do not."""

import pytest

from snappy_core.search.grounding.tokens import content, fold, matches, tokenize


def keys(text):
    return [token.key for token in content(tokenize(fold(text)))]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("£51.8 million", "£51,800,000"),
        ("£3.2m", "£3.2 million"),
        ("EUR 4.1bn", "EUR 4.1 billion"),
        ("10 per cent", "10%"),
        ("10 percent", "10 per cent"),
        ("4,85", "4.85"),
        ("1.250.000", "1,250,000"),
        ("12 500,5".replace(" ", "\u202f"), "12,500.5"),
        ("twenty-six turbines", "26 turbines"),
        ("2025-12-31", "31 December 2025"),
        ("31.12.2025", "31 Dec 2025"),
        ("12/31/2025", "31 December 2025"),
        ("third quarter", "Q3"),
        ("2O24", "2024"),  # OCR
        ("ﬁve ﬂoats", "5 floats"),  # ligatures
        ("well-known sea\u00adbed", "wellknown seabed"),
        ("158.2 gigawatt-hours", "158.2 GWh"),
        ("didn't", "did not"),
        ("the company's bond", "company bond"),
        ("24.91²", "24.91"),
        ("\u22123.5 %", "-3.5%"),
    ],
)
def test_the_same(text, same):
    assert keys(text) == keys(same)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("£51.8 million", "£51.8 billion"),
        ("51.8 million", "51.8"),
        ("-3.5", "3.5"),
        ("4.85", "48.5"),
        ("3/4/2025", "3 April 2025"),  # or the fourth of March
        ("9\u201312", "-9 12"),
        ("five metres", "£5m"),
    ],
)
def test_not_the_same(text, other):
    assert keys(text) != keys(other)


def one(text):
    return content(tokenize(text))[-1]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("matures", "matured"),
        ("carries", "carry"),
        ("foundations", "foundatlons"),  # OCR
        ("generated", "generatcd"),
        ("modern", "modem"),  # rn and m look alike
        ("in Penhallow", "in Penhaliow"),
    ],
)
def test_words_that_match(claim, source):
    assert matches(one(claim), one(source))


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("increased", "decreased"),
        ("inflow", "outflow"),
        ("rose", "fell"),
        ("in Holm", "in Helm"),
        ("in Marsden", "in Marston"),
        ("no", "not"),
        ("10%", "£10"),
        ("4.85", "4.86"),
        ("the 7", "seventh"),
    ],
)
def test_words_that_do_not(claim, source):
    assert not matches(one(claim), one(source))


def test_a_scale_may_stand_in_the_head():
    claim, cell = one("£2.7 million"), one("2.7")
    assert not matches(claim, cell)
    assert matches(claim, cell, frozenset({1e6}))
    assert not matches(claim, cell, frozenset({1e3}))


def test_names():
    tokens = tokenize("The boats of Carrow Firth met NATO. Nobody saw Brae.")
    assert [t.key for t in tokens if t.kind == "name"] == ["carrow", "firth", "nato", "brae"]
