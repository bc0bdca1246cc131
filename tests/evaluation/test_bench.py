"""The bench: judging by hand-made rankings, and a run over a folder made here."""

import json

import numpy as np
import pytest

from snappy_core.boxes import as_boxes
from snappy_core.evaluation.bench import Corpus, Question, Ranking, judge, load_questions
from snappy_core.evaluation.runner import MEASURES, run_bench, summary
from snappy_core.testing import FakeEncoder, make_page

PAGES = [
    make_page("Alpha one two three.", "Beta four five six seven eight nine ten.", number=1),
    make_page("Gamma eleven.", "Delta twelve.", "Epsilon thirteen.", number=2),
]
CORPUS = Corpus([("a.pdf", 1), ("a.pdf", 2)], PAGES, np.array([0, 2, 5]))


def ask(region_of_page_one):
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
def test_judge(pages, regions, expected):
    judged = judge(ask(1), CORPUS, ranking(pages, regions))
    assert set(judged) == set(MEASURES)
    assert {name: judged[name] for name in expected} == expected


def test_words_of_the_top_region():
    judged = judge(ask(1), CORPUS, ranking([1, 0], [0, 1, 0, 0, 0]))
    assert judged["words_top1"] == pytest.approx(8 / 12)


def test_gold_that_no_region_matches_is_no_hit_for_the_oracle():
    sliver = Question("q", "a.pdf", 1, "t", "g", "?", as_boxes([[0.9, 0.9, 0.95, 0.95]]))
    judged = judge(sliver, CORPUS, ranking([1, 0], [1, 1, 1, 1, 1]))
    assert (judged["oracle_hit"], judged["oracle_iou50"]) == (0, 0)


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
    found = summary(run_bench(folder, FakeEncoder(), progress=False))
    assert (found["documents"], found["questions"]) == (2, 2)
    assert found["pages"] == 13
    for row in (found, found["paper"], found["bm25"]):
        assert all(0 <= row[name] <= 1 for name in MEASURES)
        assert set(row["intervals"]) == set(MEASURES)
    assert set(found["by_type"]) == {"lexical"}
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        ("", ValueError, "holds no questions"),
        ("not json", ValueError, "line 1: no question"),
        (question() + "\n{}", ValueError, "line 2: no question"),
        (question(gt_boxes=[[5, 5, 1, 1]]), ValueError, "line 1: no question"),
        (question(doc="missing.pdf"), FileNotFoundError, "missing.pdf"),
    ],
)
def test_broken_folder(folder, lines, error, message):
    (folder / "queries.jsonl").write_text(lines)
    with pytest.raises(error, match=message):
        run_bench(folder, FakeEncoder(), progress=False)


def test_missing_questions(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_questions(tmp_path)
