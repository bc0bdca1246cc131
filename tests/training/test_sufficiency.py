"""Weights of sufficiency: what is asked of whom, and how well it is told apart."""

import json

import numpy as np
import pytest

from snappy_core.evaluation.metrics import auroc
from snappy_core.search.sufficiency import SIGNALS
from snappy_core.testing import FakeEncoder
from training.ranking.questions import Collection, Question
from training.sufficiency import (
    Example,
    calibration_error,
    fit,
    leave_one_out,
    load_examples,
    make_examples,
    read_corpus,
    report,
    risk_coverage,
)


def made(rng, answers, source, corpus="all pages"):
    signals = np.array([rng.normal(0.6 if answers else 0.4, 0.1), rng.normal(0.5, 0.1), 0.1, 0.0])
    return Example("a", source, corpus, answers, signals)


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(0)
    return [
        made(rng, answers, f"s{number % 7}") for number in range(400) for answers in (True, False)
    ]


def test_the_signal_that_tells_weighs(examples):
    weights = dict(zip((*SIGNALS, "bias"), fit(examples), strict=True))
    assert weights["region"] > 10
    assert abs(weights["page"]) < 3
    assert abs(weights["alone"]) < 1e-6


def test_probabilities_of_sources_held_out_are_calibrated(examples):
    chances = leave_one_out(examples)
    answers = np.array([example.answers for example in examples])
    assert auroc(chances, answers) == pytest.approx(0.92, abs=0.02)
    assert calibration_error(chances, answers, np.ones(len(chances))) < 0.05


def test_a_source_is_judged_by_weights_of_others(examples):
    turned = [
        Example(e.folder, e.source, e.corpus, e.answers != (e.source == "s3"), e.signals)
        for e in examples
    ]
    chances = leave_one_out(turned)
    answers = np.array([example.answers for example in turned])
    own = np.array([example.source == "s3" for example in turned])
    assert auroc(chances[own], answers[own]) < 0.2


def test_calibration_error():
    sure = np.array([0.95, 0.95, 0.05, 0.05])
    answers = np.array([True, False, False, False])
    ones = np.ones(4)
    assert calibration_error(sure, answers, ones) == pytest.approx((0.9 + 0.1) / 4)
    assert calibration_error(answers * 1.0, answers, ones) == 0


def test_one_collection_is_too_few(tmp_path):
    row = {"doc": "a.pdf", "page": 1, "question": "When?", "gt_boxes": [[0, 0, 9, 9]]}
    (tmp_path / "queries.jsonl").write_text(json.dumps(row | {"page_size": [9, 9]}))
    with pytest.raises(SystemExit, match="needs two collections"):
        load_examples([tmp_path], tmp_path)


def test_risk_coverage():
    chances, answers = np.linspace(0.95, 0.05, 10), np.arange(10) < 6
    curve = list(risk_coverage(chances, answers, np.ones(10)))
    assert [risk for _, _, risk in curve[:6]] == [0] * 6
    assert curve[-1] == (1.0, pytest.approx(0.05), pytest.approx(0.4))


def test_the_report_has_all_that_it_is_asked_for(examples):
    rng = np.random.default_rng(1)
    others = [made(rng, False, "s1", name) for name in ("other documents", "other collection")]
    pairs = [made(rng, bool(n % 2), "s1", ("few documents", "own document", "one page")[n // 2])
             for n in range(6)]  # fmt: skip
    every = [*examples, *others, *pairs]
    text = report(every, leave_one_out(every))
    for name in ("page taken away", "other collection", "calibration error", "coverage", "risk"):
        assert name in text


def question(*pages, source="a.pdf"):
    return Question("boats in the harbour", source, {}, frozenset(pages), by_words=True)


def test_questions_are_asked_with_and_without_their_page(data, tmp_path):
    encoder = FakeEncoder()
    files = [data / "table.pdf", data / "two_columns.pdf", data / "list_items.pdf"]
    asked = question(("table.pdf", 1), source="table.pdf")
    corpus = read_corpus(Collection("c", files, [asked]), encoder, tmp_path)
    other = read_corpus(Collection("d", files[1:], []), encoder, tmp_path)
    query, rng = encoder.encode_query(asked.text), np.random.default_rng(0)
    examples = list(make_examples("a", asked, query, corpus, other, rng))
    answered = [example.corpus for example in examples if example.answers]
    unanswered = [example.corpus for example in examples if not example.answers]
    assert answered == ["all pages", "few documents", "one page"]
    assert unanswered == [*answered, "other documents", "other collection"]
    alone = [example.signals[-1] for example in examples]
    assert alone == [example.corpus == "one page" for example in examples]
    by_name = {example.corpus: example.signals for example in examples if not example.answers}
    assert by_name["all pages"].tolist() == by_name["other documents"].tolist()
