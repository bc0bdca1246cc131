"""The benchmark of grounding: its claims, and its bounds on the sample report."""

from benchmarks.grounding import KINDS, claims_of, grounding_report, run_grounding

SENTENCES = [
    "The mayor of Brae was paid 4,100 crowns in March by the harbor board of Dunmore.",
    "Every pilot of Carrow did not leave the old quay before 7.45 in the morning.",
]


def test_claims_differ_by_their_rule():
    claims = list(claims_of(SENTENCES))
    assert claims == list(claims_of(SENTENCES))
    by_kind = {kind: [text for name, text in claims if name == kind] for kind in KINDS}
    assert by_kind["true"] == SENTENCES
    for kind in ("changed number", "changed name", "negated"):
        assert len(by_kind[kind]) == 2
        assert not set(by_kind[kind]) & set(SENTENCES)
    assert " not paid" in by_kind["negated"][0]
    assert " not " not in by_kind["negated"][1]
    quotes = [text.split('"')[1] for text in by_kind["quote"]]
    assert all(any(quote in sentence for sentence in SENTENCES) for quote in quotes)
    assert not set(by_kind["other document"]) & set(SENTENCES)


def test_the_sample_report_keeps_the_bounds():
    summary = run_grounding([])
    assert summary["recall"] >= 0.85
    assert summary["recall of quotes"] >= 0.98
    assert summary["precision: changed number"] >= 0.97
    assert summary["precision: changed name"] >= 0.97
    assert summary["counts"]["other document"]["verified"] == 0
    assert sum(summary["counts"]["true"].values()) > 50
    assert "| changed number |" in grounding_report(summary)
