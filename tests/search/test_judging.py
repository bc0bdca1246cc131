"""Judges: whether the hits of a search answer, by a reader."""

import math

import pytest

from snappy_core import ModelError, RegionIndex
from snappy_core.fused_search import FusedSearch
from snappy_core.search.judging import judge_prompt, read_judgment
from snappy_core.testing import FakeEncoder

REPORT = "examples/report.pdf"
HERE = "What coupon does the green bond carry?"
ELSEWHERE = "What is the capital of France?"


@pytest.fixture(scope="module")
def index():
    index = RegionIndex()
    index.add(REPORT, progress=False).raise_failed()
    return index


def test_the_judge_reads_what_is_returned_and_its_probability_counts(index):
    asked = []

    def judge(question, hits):
        asked.append((question, [hit.rank for hit in hits]))
        return 0.25

    for search in (index.search, FusedSearch([index, index]).search):
        hits = search(HERE, k=2, judge=judge)
        assert (len(hits), hits.answerable) == (2, 0.25)
        assert asked == [(HERE, [1, 2])]
        asked.clear()


def test_nothing_is_returned_below_a_least_probability_of_the_judge(index):
    for search in (index.search, FusedSearch([index, index]).search):
        hits = search(HERE, judge=lambda *_: 0.4, min_answerable=0.5)
        assert (list(hits), hits.answerable) == ([], 0.4)
        assert search(ELSEWHERE, judge=lambda *_: 0.5, min_answerable=0.5), "the judge decides"


def test_it_is_asked_after_the_reranker(index):
    judged = []

    def judge(question, hits):
        judged.extend(hits)
        return 1

    hits = index.search(HERE, k=3, reranker=lambda _, hits: [hit.rank for hit in hits], judge=judge)
    assert judged == list(hits)
    assert all(hit.rerank_score for hit in judged)


def test_it_is_not_asked_about_nothing(index):
    hits = index.search(HERE, score_threshold=1.0, judge=pytest.fail)
    assert not hits


def test_encoders_without_a_probability_have_that_of_the_judge():
    index = RegionIndex(encoder=FakeEncoder())
    index.add(REPORT, progress=False).raise_failed()
    assert index.search(HERE, judge=lambda *_: 0.75).answerable == 0.75


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, "yes", None])
def test_anything_but_a_probability_is_an_error(index, value):
    with pytest.raises(ValueError, match="the judge must return a number between 0 and 1, not"):
        index.search(HERE, judge=lambda *_: value)


def test_a_judge_is_a_function(index):
    with pytest.raises(ValueError, match="judge must be a function of a question and hits"):
        index.search(HERE, judge="gpt")


@pytest.mark.parametrize(
    ("quotes", "answers", "expected"),
    [
        ("[]", "false", 0),
        ('["It carries a coupon of 4.85 per cent"]', "false", 0),
        ('["It carries a coupon of 4.85 per cent"]', "true", 1),
        ('["It carries a coupon of 5.85 per cent"]', "true", 0.5),
        ('["The dog sleeps in the garden all day long"]', "true", 0),
        ('["It carries a coupon of 4.85 per cent", "The dog sleeps in the garden."]', "true", 0),
    ],
)
def test_a_reply_counts_as_far_as_its_quotes_stand_in_the_hits(index, quotes, answers, expected):
    hits = index.search(HERE)
    reply = f'Sure:\n```json\n{{"quotes": {quotes}, "answers": {answers}}}\n```'
    assert read_judgment(reply, hits) == expected


def test_rows_of_tables_can_be_quoted(index):
    hits = index.search("How high was net debt in 2023?", filter={"region_label": "table"})
    row = next(line for line in hits[0].region.text.split("\n") if "Net debt" in line)
    for quote in (row, row.strip("| ").replace("|", "")):
        assert read_judgment(f'{{"quotes": ["{quote}"], "answers": true}}', hits) == 1


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Yes, they do.",
        "[true]",
        '{"answers": true}',
        '{"quotes": "4.85 per cent", "answers": true}',
        '{"quotes": [4.85], "answers": true}',
        '{"quotes": [], "answers": "yes"}',
        '{"quotes": [], "answers": true',
    ],
)
def test_a_reply_in_another_form_is_an_error(index, reply):
    with pytest.raises(ModelError, match="the judge must reply"):
        read_judgment(reply, index.search(HERE))


@pytest.mark.parametrize("quotes", ["[]", '[""]', '["..."]'])
def test_a_yes_without_a_quote_is_an_error(index, quotes):
    with pytest.raises(ModelError, match="the judge says yes and quotes nothing"):
        read_judgment(f'{{"quotes": {quotes}, "answers": true}}', index.search(HERE))


def test_the_prompt_has_the_question_and_what_was_found(index):
    prompt = judge_prompt(HERE, index.search(HERE))
    assert prompt.startswith(f"Question: {HERE}\n")
    assert "coupon of 4.85 per cent" in prompt
