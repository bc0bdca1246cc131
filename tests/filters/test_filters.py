"""The grammar of filters and what filters mean."""

import re
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.filters import (
    BUILT_IN,
    NOT_FILTERABLE,
    All,
    Some,
    comparisons,
    facets,
    negate,
    parse,
    predicate,
    weaken,
)
from snappy_core.filters.evaluate import like
from snappy_core.metadata import RESERVED

ROW = {
    "team": "sea",
    "year": 2024,
    "ratio": 0.5,
    "draft": False,
    "one": 1,
    "note": None,
    "signed": "2024-03-01",
    "sent": "2024-03-01T12:00:00+02:00",
    "groups": ["hr", "legal", 7],
    "none": [],
    "source": "/logs/brae.pdf",
    "file_name": "brae.pdf",
    "page_number": 4,
    "page_label": "iv",
    "region_label": "table",
    "section": "Ports > North",
    "bbox_y0": 0.25,
}


def meets(filter, row=ROW):
    return predicate(parse(filter))(row)


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (None, True),
        ({}, True),
        ({"team": "sea"}, True),
        ({"team": "Sea"}, False),
        ({"team": ["sky", "sea"]}, True),
        ({"team": []}, False),
        ({"team": "sea", "year": 2023}, False),  # every key must hold
        ({"year": 2024.0}, True),
        ({"year": "2024"}, False),  # text is not a number
        ({"one": True}, False),  # True is not 1
        ({"draft": 0}, False),  # nor is 0 False
        ({"draft": False}, True),
        ({"note": None}, True),
        ({"missing": None}, False),  # no key is not None
        ({"team": {"$eq": "sea"}}, True),
        ({"team": {"$ne": "sky"}}, True),
        ({"missing": {"$ne": "sky"}}, False),  # neither a condition nor its opposite
        ({"$not": {"missing": "sky"}}, False),
        ({"team": {"$in": ["sea"]}}, True),
        ({"team": {"$nin": ["sea"]}}, False),
        ({"team": {"$nin": []}}, True),
        ({"year": {"$gt": 2023, "$lte": 2024}}, True),
        ({"year": {"$gt": 2024}}, False),
        ({"year": {"$gte": "2024"}}, False),
        ({"ratio": {"$lt": 1}}, True),
        ({"draft": {"$lt": 1}}, False),  # a bool has no order
        ({"team": {"$gt": "scarf"}}, True),
        ({"signed": {"$gte": "2024-03-01"}}, True),
        ({"signed": {"$gt": date(2024, 2, 29)}}, True),
        ({"signed": {"$lt": datetime(2024, 3, 1, 0, 0, 1, tzinfo=UTC)}}, True),
        ({"sent": {"$lte": "2024-03-01T10:00:00Z"}}, True),  # instants, not texts
        ({"sent": {"$gt": "2024-03-01T11:00"}}, False),
        ({"team": {"$lt": "2024-01-01"}}, False),  # is no date
        ({"groups": "hr"}, True),
        ({"groups": {"$contains": "legal"}}, True),
        ({"groups": {"$contains": "leg"}}, False),  # a whole element
        ({"groups": {"$any": ["sales", 7]}}, True),
        ({"groups": {"$ne": "hr"}}, False),
        ({"groups": {"$nin": ["sales"]}}, True),
        ({"groups": {"$gt": 6}}, True),
        ({"none": "hr"}, False),
        ({"none": {"$ne": "hr"}}, True),
        ({"none": {"$exists": True}}, False),
        ({"note": {"$exists": True}}, False),
        ({"missing": {"$exists": False}}, True),
        ({"team": {"$exists": True}}, True),
        ({"$not": {"team": {"$exists": True}}}, False),
        ({"file_name": "brae.pdf"}, True),
        ({"file_name": {"$glob": "br??.pdf"}}, True),
        ({"source": {"$glob": "/logs/*"}}, True),
        ({"file_name": {"$glob": "b[r]ae.pdf"}}, False),  # only * and ? are wild
        ({"file_name": {"$glob": "brae"}}, False),
        ({"page_label": "iv", "page_number": {"$gte": 4}}, True),
        ({"section": {"$glob": "Ports*"}, "region_label": {"$ne": "figure"}}, True),
        ({"bbox_y0": {"$lt": 0.5}}, True),
        ({"$or": [{"team": "sky"}, {"year": 2024}]}, True),
        ({"$and": [{"team": "sea"}, {"year": 2023}]}, False),
        ({"$not": {"$or": [{"team": "sky"}, {"year": 2023}]}}, True),
        ({"$not": {"team": "sea", "year": 2023}}, True),
        ({"year": {"$not": {"$gt": 2024}}}, True),
        ({"$or": [{"team": "sky"}, {"$and": [{"year": 2024}, {"$not": {"one": 2}}]}]}, True),
    ],
)
def test_what_filters_mean(filter, expected):
    assert meets(filter) is expected


@given(st.text("ab*?\n\\", max_size=8), st.text("ab\n\\*", max_size=12))
def test_a_glob_is_what_stores_are_told(pattern, text):
    expected = re.fullmatch(like(pattern), text) is not None
    assert meets({"team": {"$glob": pattern}}, {"team": text}) is expected


@pytest.mark.parametrize("pattern", ["*a" * 20 + "z", "?*" * 20 + "z", "*" * 40 + "z"])
def test_a_glob_of_many_stars_is_soon_compared(pattern):
    """A plain regular expression would take years."""
    assert not meets({"team": {"$glob": pattern}}, {"team": "a" * 10_000})
    assert meets({"team": {"$glob": pattern}}, {"team": "a" * 10_000 + "z"})


@pytest.mark.parametrize(
    ("filter", "message"),
    [
        ({"region_label": "tabel"}, "unknown region_label 'tabel'; use title, heading"),
        ({"region_label": ["table", 3]}, "unknown region_label 3"),
        ({"page_number": "2"}, "'page_number' is a number, not '2'"),
        ({"page_number": True}, "'page_number' is a number, not True"),
        ({"page_label": 4}, "'page_label' is text, not 4"),
        ({"source": None}, "'source' is text, not None"),
        ({"page_label": {"$gt": "iii"}}, r"'page_label' is text, which has no \$gt"),
        ({"page_number": {"$glob": "1*"}}, r"'page_number' is a number, which has no \$glob"),
        ({"team": {"not": "north"}}, "'not' is no operator; use .eq"),
        ({"team": {"$regex": "n"}}, r"'\$regex' is no operator"),
        ({"team": {}}, "has no operator"),
        ({"team": [["north"]]}, "a scalar or a list of scalars, not list"),
        ({"year": np.arange(2)}, "not ndarray"),
        ({"year": float("nan")}, "a finite number, not nan"),
        ({"year": 2**63}, "an integer of 64 bits"),
        ({"team": b"north"}, "not bytes"),
        ({"team": {"$in": "north"}}, r"\$in needs a list"),
        ({"year": {"$gt": None}}, r"\$gt needs a number, text or date"),
        ({"year": {"$gt": True}}, r"\$gt needs a number, text or date"),
        ({"team": {"$glob": 3}}, r"\$glob needs text"),
        ({"team": {"$exists": 1}}, r"\$exists needs True or False"),
        ({"$or": []}, r"\$or needs a list of filters"),
        ({"$and": {"team": "sea"}}, r"\$and needs a list of filters"),
        ({"$nor": [{"team": "sea"}]}, r"'\$nor' is no filter key"),
        ({"$not": ["team"]}, "a filter must be a mapping of keys, not list"),
        ({3: "sea"}, "filter keys must be strings, not 3"),
        ({"rects_json": "[]"}, "'rects_json' cannot be filtered by"),
        ("team=sea", "a filter must be a mapping of keys, not str"),
    ],
)
def test_filters_that_are_refused(filter, message):
    with pytest.raises(ValueError, match=message):
        parse(filter)


def test_every_key_of_a_region_is_known():
    assert set(BUILT_IN) | NOT_FILTERABLE == RESERVED
    assert not set(BUILT_IN) & NOT_FILTERABLE


scalars = st.one_of(
    st.integers(-2, 2), st.sampled_from(["a", "b", "2024-01-01", ""]), st.booleans(), st.none(),
    st.sampled_from([0.5, 1.0]),
)  # fmt: skip
values = scalars | st.lists(scalars, max_size=3)
keys = st.sampled_from(["x", "y", "z"])
leaves = st.one_of(
    st.tuples(st.sampled_from(["$eq", "$ne", "$contains"]), scalars),
    st.tuples(st.sampled_from(["$in", "$nin", "$any"]), st.lists(scalars, max_size=3)),
    st.tuples(st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), st.integers(-2, 2)),
    st.tuples(st.just("$exists"), st.booleans()),
)
items = st.builds(lambda key, leaf: {key: dict([leaf])}, keys, leaves)
filters = st.recursive(
    items,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"$and": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"$or": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"$not": part}, inner),
    ),
    max_leaves=6,
)
documents = st.dictionaries(keys, values)


def three_valued(filter, row):
    """True, False, or None where a key is missing, by Kleene's logic over the filter as written."""
    results = []
    for key, value in filter.items():
        if key == "$not":
            inner = three_valued(value, row)
            results.append(None if inner is None else not inner)
        elif key in ("$and", "$or"):
            parts = [three_valued(part, row) for part in value]
            decisive = key == "$or"
            results.append(
                decisive if decisive in parts else None if None in parts else not decisive
            )
        else:
            is_known = key in row or "$exists" in value
            results.append(meets({key: value}, row) if is_known else None)
    return False if False in results else None if None in results else True


@given(filters, documents)
def test_not_is_that_of_three_valued_logic(filter, row):
    assert meets(filter, row) is (three_valued(filter, row) is True)


@given(filters, documents)
def test_a_condition_and_its_opposite_exclude_each_other(filter, row):
    condition = parse(filter)
    assert negate(negate(condition)) == condition
    both = predicate(condition)(row), predicate(negate(condition))(row)
    assert both != (True, True)
    if all(leaf.key in row for leaf in comparisons(condition)):
        assert True in both


@given(filters, documents, st.sets(keys))
def test_a_weaker_condition_holds_wherever_the_condition_does(filter, row, kept):
    condition = parse(filter)
    weaker = weaken(condition, lambda leaf: leaf.key in kept)
    assert {leaf.key for leaf in comparisons(weaker)} <= kept
    assert predicate(weaker)(row) or not predicate(condition)(row)


def test_conditions_are_simplified():
    assert parse({"$and": [{}, {}]}) == All()
    assert parse({"$not": {}}) == Some()
    assert parse({"$or": [{"a": 1}, {}]}) == All()


def test_facets_tell_kinds_apart():
    kinds = {facets(value)[0] for value in (True, 1, "1", None, "True")}
    assert len(kinds) == 5
    assert facets(["2024-01-01", 3])[1][0] == "instant"
    assert facets("2024-13-77") == [("text", "2024-13-77")]
