"""Whether the searched pages speak of what a question asks."""

import json
import math

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.encoders import MINILM
from snappy_core.fused_search import FusedSearch
from snappy_core.search.sufficiency import SIGNALS, WEIGHTS, answerable, signals_of
from snappy_core.testing import FakeEncoder

REPORT = "examples/report.pdf"
HERE = "What coupon does the green bond carry?"
ELSEWHERE = ("What is the capital of France?", "Which enzyme unwinds the helix of DNA?")


@pytest.fixture(scope="module")
def index():
    index = RegionIndex()
    index.add(REPORT, progress=False).raise_failed()
    return index


def test_what_the_report_says_is_answerable_and_the_rest_is_not(index):
    assert index.search(HERE).answerable > 0.9
    for question in ELSEWHERE:
        assert index.search(question).answerable < 0.1


def test_it_is_that_of_the_search_whatever_is_returned_of_it(index):
    expected = index.search(HERE).answerable
    assert index.search(HERE, k=1).answerable == expected
    assert index.search(HERE, budget=80).answerable == expected
    assert index.search(HERE, per_page=1, reranker=lambda q, hits: [-hit.rank for hit in hits])
    strict = index.search(HERE, score_threshold=1.0)
    assert (len(strict), strict.answerable) == (0, expected)
    reranked = index.search(HERE, reranker=lambda question, hits: [hit.rank for hit in hits])
    assert reranked.answerable == expected
    assert FusedSearch([index, index]).search(HERE).answerable == expected


def test_it_is_that_of_the_pages_searched(index):
    hits = index.search(HERE)
    page = (hits[0].document_id, hits[0].page_number)
    others = [
        (hits[0].document_id, number)
        for number in range(1, index.info().pages + 1)
        if number != page[1]
    ]
    assert index.search(HERE, pages=[page]).answerable > 0.5
    assert index.search(HERE, pages=others).answerable < hits.answerable
    assert index.search(HERE, filter={"region_label": "formula"}).answerable == 0.0


def test_none_where_the_weights_do_not_hold(index):
    assert index.search("What stands on page 3?").answerable is None
    assert index.search(HERE, scoring="maxsim").answerable is None
    fake = RegionIndex(encoder=FakeEncoder())
    fake.add(REPORT, progress=False).raise_failed()
    assert fake.search(HERE).answerable is None


def test_nothing_is_returned_below_a_least_probability(index):
    def reranker(question, hits):
        raise AssertionError("it is not asked where nothing is returned")

    for search in (index.search, FusedSearch([index, index]).search):
        hits = search(ELSEWHERE[0], min_answerable=0.5, reranker=reranker)
        assert (list(hits), hits.answerable) == ([], index.search(ELSEWHERE[0]).answerable)
        assert list(search(HERE, min_answerable=0.5)) == list(search(HERE))
        assert search("What stands on page 3?", min_answerable=1), "not known: not withheld"
    for value in (-0.1, 1.1):
        with pytest.raises(
            ValueError, match=f"min_answerable must be between 0 and 1, not {value}"
        ):
            index.search(HERE, min_answerable=value)


def test_an_empty_index_answers_nothing():
    assert RegionIndex().search(HERE).answerable == 0.0


def test_signals():
    region, page, lead, alone = signals_of(np.array([0.2, 0.6]), np.array([0.1, 0.5, 0.3]))
    assert (region, page, lead, alone) == pytest.approx((0.6, 0.5, 0.3, 0))
    assert signals_of(np.array([0.2]), np.array([0.4])).tolist() == [0.2, 0.4, 0, 1]
    many = np.array([0.5, *[0.4] * 5, *[0.0] * 100])
    assert signals_of(np.array([0.2]), many)[2] == pytest.approx(0.1), "the next five only"


def test_the_weights_are_those_of_a_logistic_regression():
    model = json.loads(WEIGHTS.read_bytes())
    assert (model["encoder"], list(model["weights"])) == (MINILM, list(SIGNALS))
    signals = signals_of(np.array([0.5]), np.array([0.6, 0.2]))
    logit = signals @ np.array(list(model["weights"].values())) + model["bias"]
    chance = answerable(np.array([0.5]), np.array([0.6, 0.2]), MINILM)
    assert chance == pytest.approx(1 / (1 + math.exp(-logit)))
    assert model["weights"]["lead"] > 0
    assert model["weights"]["region"] > 0
    assert answerable(np.array([0.5]), np.array([0.6]), "another") is None
