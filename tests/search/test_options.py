"""One set of search options, under the same names and with the same checks everywhere."""

import asyncio
import inspect

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.page_search import PageReference, PageSearch
from snappy_core.scoring.rules import SCORING_RULES, maxsim
from snappy_core.search import engine
from snappy_core.search.options import PAGE_SEARCH_OPTIONS, SEARCH_OPTIONS, check_options
from snappy_core.testing import FakeEncoder

QUESTION = "How many boats land at Brae?"


@pytest.fixture(scope="module")
def index(data):
    index = RegionIndex(encoder=FakeEncoder())
    index.add([data / "table.pdf", data / "two_columns.pdf"], progress=False).raise_failed()
    return index


def test_the_engine_takes_every_option():
    parameters = inspect.signature(engine.search).parameters
    given = {"snapshot", "query", "landmarks", "encoder", "cut"}
    assert set(parameters) - given == set(SEARCH_OPTIONS) - {
        "judge",
        "min_answerable",
        "reranker",
        "timeout",
        "widen",
    }
    assert set(SEARCH_OPTIONS) == {*PAGE_SEARCH_OPTIONS, "pages"}


@pytest.mark.parametrize("name", SEARCH_OPTIONS)
def test_the_docstring_of_search_names_every_option(name):
    assert f" {name}: " in RegionIndex.search.__doc__


def test_unknown_options_name_the_known_ones(index):
    message = r"unknown search option 'top_k'; use k, budget, filter, .* reranker, judge, pages"
    with pytest.raises(TypeError, match=message):
        index.search(QUESTION, top_k=3)
    with pytest.raises(TypeError, match=message):
        asyncio.run(index.asearch(QUESTION, top_k=3))
    with pytest.raises(TypeError, match=message):
        PageSearch(index).search(QUESTION, [], top_k=3)


@pytest.mark.parametrize("value", [0, -2, 1.5, True, "3"])
@pytest.mark.parametrize("name", ["k", "budget", "per_page", "candidates"])
def test_counts_are_positive_integers(name, value):
    with pytest.raises(ValueError, match=f"{name} must be an integer of at least 1, not"):
        check_options({name: value})


def test_none_stands_for_the_default():
    check_options({name: None for name in SEARCH_OPTIONS if name != "location_references"})
    check_options({"k": np.int64(3), "score_threshold": -1, "per_page": 1})
    with pytest.raises(ValueError, match="location_references must be True or False, not 'no'"):
        check_options({"location_references": "no"})
    with pytest.raises(ValueError, match=r"reranker must be a function of .*, not 'cohere'"):
        check_options({"reranker": "cohere"})
    with pytest.raises(ValueError, match="candidates must be an integer of at least 1, not 0"):
        check_options({"per_page": None, "candidates": 0})


def test_candidates_bound_the_pages_that_are_scored(index, data):
    table, columns = ((data / name).as_posix() for name in ("table.pdf", "two_columns.pdf"))
    both = {hit.source for hit in index.search("boats in the harbour", k=99)}
    one = {hit.source for hit in index.search("boats in the harbour", k=99, candidates=1)}
    assert both == {table, columns}
    assert len(one) == 1
    pages = [PageReference(table, 1), PageReference(columns, 1)]
    hits = PageSearch(index).search("boats in the harbour", pages, k=99, candidates=1)
    assert {hit.source for hit in hits} == one


def test_a_registered_rule_scores_the_regions(index, monkeypatch):
    monkeypatch.setattr(SCORING_RULES, "_registered", {})
    SCORING_RULES.register("half", lambda *arguments: maxsim(*arguments) / 2)
    rules = {rule: index.search(QUESTION, k=1, scoring=rule)[0] for rule in ("maxsim", "half")}
    assert rules["half"].region_score == pytest.approx(rules["maxsim"].region_score / 2)
    with pytest.raises(ValueError, match=r"unknown scoring rule 'third'; use mixture, .*, half"):
        index.search(QUESTION, scoring="third")


@pytest.mark.parametrize("count", [2**63, 10**30])
@pytest.mark.parametrize("name", ["k", "budget", "candidates", "per_page"])
def test_huge_counts_are_all_there_is(index, name, count):
    assert index.search(QUESTION, **{name: count})


def test_pages_that_are_no_pairs(index):
    with pytest.raises(ValueError, match=r"pairs of a document and a page, not 'table\.pdf'"):
        index.search(QUESTION, pages=["table.pdf"])


@pytest.mark.parametrize("question", [None, 3, b"tides"])
def test_a_question_that_is_no_text(index, question):
    with pytest.raises(TypeError, match=f"is a text, not {type(question).__name__}"):
        index.search(question)
