"""`snappy eval init` and `snappy eval run`."""

import base64
import csv
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from snappy_core.evaluation.user_questions import load_user_questions

BRAE = {"question": "How many boats has the port of Brae?", "document": "table.pdf"}


def write(path, *rows):
    with path.open("w", newline="") as file:
        names = ("question", "document", "page", "quote", "answer")
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_init_writes_a_file_to_fill_in(snappy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = snappy("eval", "init")
    assert (result.code, result.out, result.err) == (0, "questions.csv\n", "")
    assert len(load_user_questions("questions.csv")) == 2
    before = (tmp_path / "questions.csv").read_text()
    assert snappy("eval", "init").error == "questions.csv: File exists"
    assert (tmp_path / "questions.csv").read_text() == before
    assert snappy("eval", "init", "other.csv").code == 0


def test_run_counts_and_names_the_misses(snappy, small_index, tmp_path):
    questions = write(
        tmp_path / "q.csv",
        {**BRAE, "quote": "Brae 9 187 £251,500"},
        {**BRAE, "document": "unicode.pdf", "page": 1},
    )
    result = snappy("eval", "run", questions, "--in", small_index, "-k", 1)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "2 of 2 questions judged, k = 1"
    assert any("the right page first" in line and "0.50" in line for line in lines)
    assert any("the answer in the first hit" in line and "1.00" in line for line in lines)
    assert lines[-2] == f"missed: {BRAE['question']}"
    assert lines[-1].startswith("    unicode.pdf, page 1; first hit: table.pdf~")
    output = json.loads(snappy("eval", "run", questions, "--in", small_index, "--json").out)
    assert (output["k"], output["answer_first"], len(output["outcomes"])) == (5, 1.0, 2)
    (place,) = output["outcomes"][0]["places"]
    assert place["page"] == 1
    assert all(0 <= edge <= 1 for rect in place["rects"] for edge in rect)


def test_questions_that_cannot_be_judged_are_told(snappy, small_index, tmp_path):
    questions = write(tmp_path / "q.csv", {**BRAE, "page": 1}, {**BRAE, "answer": "10 boats"})
    result = snappy("eval", "run", questions, "--in", small_index)
    assert result.code == 1
    assert result.out.startswith("1 of 2 questions judged")
    assert result.err.startswith(f"not judged: {BRAE['question']}: '10 boats' does not stand in")
    wrong = write(tmp_path / "q.csv", BRAE)
    result = snappy("eval", "run", wrong, "--in", small_index)
    assert result.code == 2
    assert "line 2: not a question" in result.error
    assert snappy("eval", "run", tmp_path / "none.csv", "--in", small_index).code == 2


@pytest.fixture
def pictures(snappy, small_index, tmp_path):
    """The pictures of the report on a question whose answer is not among the hits."""
    questions = write(
        tmp_path / "q.csv",
        {
            "question": "How many boats has the port of Brae?",
            "document": "page_labels.pdf",
            "quote": "This is the first chapter",
        },
    )
    report = tmp_path / "misses.html"
    result = snappy("eval", "run", questions, "--in", small_index, "-k", 1, "--report", report)
    assert result.code == 0
    html = report.read_text("utf-8")
    assert not re.search(r"(src|href)=\"(?!data:)", html)
    return [
        Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
        for data in re.findall(r"data:image/webp;base64,([^\"]+)", html)
    ]


def test_the_report_draws_answer_and_hits(pictures):
    """Two pages: the one that answers, with its place in green, and that of the first hit."""
    gold, hit = pictures

    def share(image, is_color):
        red, green, blue = np.moveaxis(np.asarray(image).astype(int), 2, 0)
        return is_color(red, green, blue).mean()

    def is_green(red, green, blue):
        return (green > 180) & (red < 160) & (blue < 160)

    def is_blue(red, green, blue):
        return (blue > 140) & (red < 90)

    assert 0.001 < share(gold, is_green) < 0.05
    assert share(gold, is_blue) == 0
    assert share(hit, is_green) == 0
    assert share(hit, is_blue) > 0.001
