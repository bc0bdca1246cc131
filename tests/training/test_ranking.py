"""Weights of signals: questions are read, answers found, and the right signals weighed."""

import json
from dataclasses import replace

import numpy as np

from snappy_core.scoring.mixture import Price
from snappy_core.testing import FakeEncoder
from training.ranking.examples import SIGNALS, Example, make_examples
from training.ranking.fit import fit
from training.ranking.length import evidence_by_price, fit_price
from training.ranking.questions import load_collections


def example(rng, folder="a", regions=12):
    """Answers have the best passage on the page with the best words; all else is noise."""
    signals = rng.uniform(0, 0.2, (regions, len(SIGNALS))).astype(np.float32)
    signals[:, SIGNALS.index("list") :] = 0
    pages = np.arange(regions) % 3
    signals[:, 2:4] = signals[:3, 2:4][pages]
    best_page = int(signals[:3, 2].argmax())
    on_page = np.flatnonzero(pages == best_page)
    answers = np.zeros(regions, dtype=bool)
    answers[on_page[signals[on_page, 1].argmax()]] = True
    parents, tokens = np.full(regions, -1), np.full(regions, 50)
    gold_pages = np.arange(3) == best_page
    return Example(
        folder, "s", signals, answers, pages, gold_pages, parents, answers * 1.0, tokens, 1.0
    )


def test_the_signals_that_tell_weigh_most():
    rng = np.random.default_rng(0)
    weights = fit([example(rng) for _ in range(60)])
    assert list(weights) == list(SIGNALS)
    assert weights["page words"] > 5 * abs(weights["page passage"])
    assert weights["passage"] > 5 * abs(weights["words"])
    assert abs(sum(weights[name] for name in SIGNALS[:4]) - 1) < 0.001
    assert weights["figure"] == 0


def priced(scores, tokens, evidence, parents=(-1, -1, -1)):
    """An example whose first signal is all that counts."""
    signals = np.zeros((len(scores), len(SIGNALS)), np.float32)
    signals[:, 0] = scores
    pages, one = np.zeros(len(scores), int), np.ones(1, bool)
    return Example(
        "a", "s", signals, np.array(evidence) > 0, pages, one, np.array(parents),
        np.array(evidence, np.float32), np.array(tokens), 1.0,
    )  # fmt: skip


WEIGHTS = dict.fromkeys(SIGNALS, 0.0) | {"words": 1.0}


def evidence_of(example, temperature, overhead=0):
    return evidence_by_price(example, WEIGHTS, [Price(temperature, overhead)])[0].tolist()


def test_budgets_are_filled_with_whole_regions_by_their_worth():
    long_one = priced([0.5, 0.49, 0.48], [100, 50, 50], [1, 0, 0])
    assert evidence_of(long_one, 0.001) == [1, 1, 1, 1]
    assert evidence_of(long_one, 0.1) == [0, 1, 1, 1]  # short ones are worth more, at 100
    assert evidence_of(long_one, 0.1, overhead=10_000) == [1, 1, 1, 1]
    twice = replace(long_one, tokens_per_word=2.0)
    assert evidence_of(twice, 0.1) == [1, 1, 1, 1]
    too_long = priced([0.5, 0.4, 0.3], [150, 60, 60], [1, 0.5, 0.25])
    assert evidence_of(too_long, 0.001) == [0.5, 1, 1.75, 1.75]


def test_no_region_is_taken_beside_what_contains_it():
    nested = priced([0.5, 0.4, 0.3], [20, 10, 10], [1, 0.5, 0.25], parents=(-1, 0, 1))
    assert evidence_of(nested, 0.001) == [1, 1, 1, 1]
    assert evidence_of(nested, 10) == [0.5, 0.5, 0.5, 0.5]


def test_the_price_with_most_evidence_is_learned():
    """Here answers are long and a little better: length must cost next to nothing."""
    examples = [priced([0.5, 0.46, 0.45], [100, 50, 50], [1, 0, 0])] * 3
    price = fit_price(examples, [evidence_by_price(e, WEIGHTS) for e in examples])
    assert price.temperature < 0.05
    short = [priced([0.5, 0.46, 0.45], [100, 50, 50], [0, 0.5, 0.5])] * 3
    price = fit_price(short, [evidence_by_price(e, WEIGHTS) for e in short])
    assert price.temperature > 0.05


def row(text, document, page, boxes, **more):
    return json.dumps({
        "question": text, "doc": document, "page": page, "gt_boxes": boxes,
        "page_size": [612, 792], **more,
    })  # fmt: skip


def test_examples_of_a_bench(tmp_path, data):
    (tmp_path / "pdfs").mkdir()
    (tmp_path / "pdfs" / "a.pdf").write_bytes((data / "two_columns.pdf").read_bytes())
    (tmp_path / "queries.jsonl").write_text(row("What is there?", "a.pdf", 1, [[0, 0, 612, 792]]))
    (collection,) = load_collections(tmp_path)
    (made,) = make_examples("bench", collection, FakeEncoder(), tmp_path)
    assert made.signals.shape == (len(made.answers), len(SIGNALS))
    assert made.gold_pages.tolist() == [
        number == 1 for number in range(1, len(made.gold_pages) + 1)
    ]
    assert np.isfinite(made.signals).all()
    assert 0 < made.evidence.max() <= 1
    assert made.tokens.shape == made.evidence.shape == made.answers.shape
    assert 1 <= made.tokens_per_word < 3


def test_sources_are_pooled_and_documents_of_mmdocir_are_alone(tmp_path):
    rows = [row("?", f"{n}.pdf", 1, [[0, 0, 9, 9]], source=f"s{n:02}") for n in range(20)]
    (tmp_path / "queries.jsonl").write_text("\n".join(rows))
    assert [len(collection.files) for collection in load_collections(tmp_path)] == [14, 6]
    asked = {"Q": "?", "page_id": [3, 4], "layout_mapping": [
        {"page": 3, "page_size": [100, 100], "bbox": [10, 20, 30, 40]}]}  # fmt: skip
    document = {"doc_name": "b.pdf", "questions": [asked]}
    (tmp_path / "annotations.jsonl").write_text(json.dumps(document))
    (collection,) = load_collections(tmp_path)
    (question,) = collection.questions
    assert question.pages == {("b.pdf", 4), ("b.pdf", 5)}
    np.testing.assert_allclose(question.boxes["b.pdf", 4], [[0.1, 0.2, 0.3, 0.4]], atol=1e-6)
