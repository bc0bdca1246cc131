"""The measures of hand-made rankings, and a run over a small bench."""

import json

import numpy as np
import pytest

from snappy_core.boxes import as_boxes
from snappy_core.evaluation.bench import (
    MEASURES,
    Corpus,
    Question,
    Ranking,
    load_questions,
    measure,
)
from snappy_core.evaluation.report import bench_report
from snappy_core.evaluation.runner import run_bench
from snappy_core.testing import FakeEncoder, make_page

PAGES = [
    make_page("Alpha one two three.", "Beta four five six seven eight nine ten.", number=1),
    make_page("Gamma eleven.", "Delta twelve.", "Epsilon thirteen.", number=2),
]
CORPUS = Corpus([("a.pdf", 1), ("a.pdf", 2)], PAGES, np.array([0, 2, 5]))


def question_about(region_of_page_one):
    box = PAGES[0].regions[region_of_page_one].box
    return Question("q", "a.pdf", 1, "lexical", "paragraph", "?", as_boxes([box]))


def ranking(pages, regions):
    scores = np.array(regions, np.float32)
    return Ranking(np.array(pages, np.float32), scores, scores)


@pytest.mark.parametrize(
    ("pages", "regions", "expected"),
    [
        (  # all right
            [0.9, 0.1],
            [0.2, 0.8, 0.1, 0.1, 0.1],
            {"page_r1": 1, "page_mrr": 1, "region_hit1": 1, "region_iou50": 1, "e2e_hit1": 1},
        ),
        (  # wrong page first, right region on the page, second over all
            [0.1, 0.9],
            [0.2, 0.8, 0.9, 0.1, 0.1],
            {"page_r1": 0, "page_r5": 1, "page_mrr": 0.5, "region_hit1": 1, "e2e_hit1": 0},
        ),
        (  # the other region of the right page
            [0.9, 0.1],
            [0.8, 0.2, 0.1, 0.1, 0.1],
            {"region_hit1": 0, "region_iou50": 0, "oracle_hit": 1, "e2e_hit1": 0, "e2e_hit5": 1},
        ),
    ],
)
def test_measures(pages, regions, expected):
    measures = measure(question_about(1), CORPUS, ranking(pages, regions))
    assert list(measures) == list(MEASURES)
    assert {name: measures[name] for name in expected} == expected


def test_a_tie_is_no_win():
    measures = measure(question_about(1), CORPUS, ranking([0.5, 0.5], [0, 1, 0, 0, 0]))
    assert (measures["page_r1"], measures["page_mrr"]) == (0, 0.5)


def test_words_of_the_top_region():
    measures = measure(question_about(1), CORPUS, ranking([1, 0], [0, 1, 0, 0, 0]))
    assert measures["words_top1"] == pytest.approx(8 / 12)


def test_gold_that_no_region_matches_is_no_hit_for_the_oracle():
    sliver = Question("q", "a.pdf", 1, "t", "g", "?", as_boxes([[0.9, 0.9, 0.95, 0.95]]))
    measures = measure(sliver, CORPUS, ranking([1, 0], [1, 1, 1, 1, 1]))
    assert (measures["oracle_hit"], measures["oracle_iou50"]) == (0, 0)


@pytest.fixture
def folder(tmp_path, data):
    (tmp_path / "pdfs").mkdir()
    for name in ("two_columns.pdf", "many_pages.pdf"):
        (tmp_path / "pdfs" / name).write_bytes((data / name).read_bytes())
    return tmp_path


def question(**changes):
    row = {
        "id": "q1",
        "doc": "many_pages.pdf",
        "page": 3,
        "type": "lexical",
        "granularity": "paragraph",
        "question": "What stands on page three?",
        "gt_boxes": [[0, 0, 100, 100]],
        "page_size": [200, 200],
    }
    return json.dumps({**row, **changes})


def test_run(folder):
    (folder / "queries.jsonl").write_text(question() + "\n\n" + question(id="q2", page=1) + "\n")
    summary = run_bench(folder, FakeEncoder())
    assert (summary["documents"], summary["questions"]) == (2, 2)
    assert summary["pages"] == 13
    for row in (summary, summary["paper"], summary["bm25"]):
        assert all(0 <= row[name] <= 1 for name in MEASURES)
        assert set(row["intervals"]) == set(MEASURES)
    assert set(summary["by_type"]) == {"lexical"}
    assert json.loads(json.dumps(summary)) == summary
    lines = bench_report(summary).splitlines()
    assert lines[0] == "2 questions over 13 pages of 2 documents"
    assert lines[2].split() == "| measure | Snappy | 95% | paragraph | paper | BM25 |".split()


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        ("", ValueError, "no questions"),
        ("not json", ValueError, "line 1: not a question"),
        (question() + "\n{}", ValueError, "line 2: not a question"),
        (question(gt_boxes=[[5, 5, 1, 1]]), ValueError, "line 1: not a question"),
        (question(doc="missing.pdf"), FileNotFoundError, "missing.pdf"),
    ],
)
def test_broken_folder(folder, lines, error, message):
    (folder / "queries.jsonl").write_text(lines)
    with pytest.raises(error, match=message):
        run_bench(folder, FakeEncoder())


def test_missing_questions(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_questions(tmp_path)
