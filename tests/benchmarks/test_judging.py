"""`python -m benchmarks judge`, with a judge that knows the answers."""

import json

import pytest

from benchmarks.__main__ import main
from benchmarks.judging import load_judge, load_questions, run_judging
from tests.benchmarks.conftest import ASKED, draw

SAID, UNSAID = ASKED, "How many boats landed at Brae in 1998?"


def knows(question, hits):
    assert "Fourteen boats" in hits[0].region.text
    return 0.9 if question == SAID else 0.1


def never(question, hits):
    return 0.0


NOT_A_JUDGE = "yes"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pdfs").mkdir()
    draw(tmp_path / "pdfs" / "a.pdf")
    questions = [{"Q": SAID, "page_id": [0], "type": "['Table']", "layout_mapping": []}]
    row = {"doc_name": "a.pdf", "questions": questions}
    (tmp_path / "annotations.jsonl").write_text(json.dumps(row))
    (tmp_path / "unanswerable.json").write_text(json.dumps({"a.pdf": [UNSAID]}))
    return tmp_path


def test_questions_of_both_kinds_are_asked_of_their_document(folder):
    assert load_questions(folder) == {folder / "pdfs" / "a.pdf": [(SAID, True), (UNSAID, False)]}


def test_a_judge_that_knows_is_told_from_one_that_does_not(folder):
    summary = run_judging(folder, knows)
    assert (summary["answered"], summary["unanswered"]) == (1, 1)
    assert summary["judge"] == {"auroc": 1.0, "answered": 1.0, "unanswered": 0.0}
    assert summary["signals"]["unanswered"] in (0.0, 1.0)
    assert run_judging(folder, never)["judge"] == {"auroc": 0.5, "answered": 0.0, "unanswered": 0.0}


def test_the_command(folder, capsys):
    name = f"{__name__}:knows"
    assert main(["judge", str(folder), "--judge", name]) == 0
    assert "1 answered, 1 unanswered" in capsys.readouterr().out
    assert main(["judge", str(folder), "--judge", name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["judge"]["auroc"] == 1.0


@pytest.mark.parametrize("name", ["knows", "no_such_module:f", f"{__name__}:f", ":", "json:"])
def test_a_judge_that_is_not_there(name):
    with pytest.raises(ValueError, match="no judge"):
        load_judge(name)


def test_a_judge_is_a_function():
    with pytest.raises(ValueError, match="is no function of a question and hits"):
        load_judge(f"{__name__}:NOT_A_JUDGE")
