"""Recorded runs: two questions by hand; and the paper's tables, where its runs are at hand."""

import gzip
import json
import os
from pathlib import Path

import pytest

from benchmarks.bbox_docvqa.recorded import load_runs, recorded_summary

WIDE = [100, 200, 500, 300]
UPPER = [100, 200, 500, 250]
FAR = [600, 900, 650, 980]


def question(**changes):
    row = {
        "sample_id": 0,
        "doc_name": "2301.1",
        "category": "cs",
        "question": "Which?",
        "failed": False,
        "gt_bboxes": [WIDE],
        "pred_bboxes": [FAR, UPPER, FAR, WIDE],
        "n_ocr_regions": 6,
        "tokens_selected": 40,
        "tokens_all_ocr": 100,
        "tokens_full_image": 200,
    }
    return {**row, **changes}


ROWS = [
    question(),  # first 0, first three .5, all 1
    question(
        category="math",
        gt_bboxes=[WIDE, FAR],
        pred_bboxes=[UPPER],  # (.5 + 0) / 2
        tokens_selected=20,
    ),
    question(failed=True, pred_bboxes=[], category="cs"),
]


@pytest.fixture
def write(tmp_path):
    def written(name, rows):
        data = "\n".join(map(json.dumps, rows)).encode() + b"\n\n"
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return tmp_path / name

    return written


@pytest.mark.parametrize("name", ["small-1b.jsonl.gz", "small-1b.jsonl"])
def test_by_hand(write, name):
    (run,) = load_runs([write(name, ROWS)])
    summary = recorded_summary(run)
    area = 400 * 100 + 50 * 80  # of the second question's evidence
    expected = {
        "model": "small-1b",
        "questions": 2,
        "failed": 1,
        "mean_iou": (1 + 0.25) / 2,
        "hit25": 1,
        "hit50": 0.5,
        "hit70": 0.5,
        "top3_mean_iou": (0.5 + 0.25) / 2,
        "top3_hit50": 0.5,
        "top3_hit70": 0,
        "top1_mean_iou": 0.25 / 2,
        "top1_hit25": 0.5,
        "top1_hit50": 0,
        "area_recall": round((1 + 20000 / area) / 2, 6),
        "area_precision": round((40000 / (40000 + 4000) + 1) / 2, 6),
        "regions_selected": 2.5,
        "tokens_selected": 60,
        "tokens_all_ocr": 200,
        "tokens_full_image": 400,
        "saved_vs_all_ocr": 0.7,
        "saved_vs_full_image": 0.85,
    }
    assert {name: summary[name] for name in expected} == expected
    assert {name: row["hit50"] for name, row in summary["by_category"].items()} == {
        "cs": 1,
        "math": 0,
    }
    assert {name: row["questions"] for name, row in summary["by_boxes"].items()} == {"1": 1, "2": 1}
    assert summary["by_category"]["math"]["tokens_selected"] == 20
    assert summary["curve"]["selected"][:6] == [1] * 6  # up to .25
    assert summary["curve"]["selected"][6:] == [0.5] * 15
    assert summary["intervals"]["hit50"] == [0, 1]
    assert json.loads(json.dumps(summary)) == summary


def test_two_files_of_one_name_keep_their_paths(write, tmp_path):
    (tmp_path / "other").mkdir()
    files = [write("a.jsonl", ROWS), write("other/a.jsonl.gz", ROWS), write("b.jsonl", ROWS)]
    assert [run.model for run in load_runs(files)] == [str(files[0]), str(files[1]), "b"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no recorded questions"),
        ([question(failed=True)], "no recorded questions"),
        ([question(), {"doc_name": "x"}], "line 2: not a recorded question"),
        ([question(), []], "line 2: not a recorded question"),
        ([question(gt_bboxes=[])], "no box of evidence"),
        ([question(pred_bboxes=[[500, 1, 2, 3]])], "line 1: .*x0 <= x1"),
    ],
)
def test_what_is_no_run(write, rows, message):
    with pytest.raises(ValueError, match=message):
        load_runs([write("a.jsonl", rows)])


def test_a_file_cut_off(write):
    path = write("a.jsonl.gz", ROWS)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match="cut off or damaged"):
        load_runs([path])


PAPER = {  # mean IoU, hits in per cent, tokens selected, savings, by category
    "colmodernvbert-0.5b": (
        ["0.480", "72.2", "45.5", "27.9", "1661684", "38.0", "58.5"],
        "cs 0.527 49.5 eess 0.451 42.9 q-bio 0.575 59.1 physics 0.521 53.5 "
        "stat 0.510 50.0 q-fin 0.459 45.8 econ 0.427 36.0 math 0.370 27.1",
    ),
    "colqwen3-4b": (
        ["0.569", "84.4", "59.7", "35.8", "1908329", "28.8", "52.3"],
        "cs 0.697 75.5 eess 0.656 78.1 q-bio 0.616 66.5 physics 0.579 63.8 "
        "stat 0.559 57.0 q-fin 0.543 59.7 econ 0.513 46.7 math 0.382 28.7",
    ),
    "colqwen3-8b": (
        ["0.569", "83.9", "59.8", "36.1", "1974263", "26.3", "50.7"],
        "cs 0.689 74.5 eess 0.660 79.1 q-bio 0.616 66.5 physics 0.590 65.7 "
        "stat 0.559 57.0 q-fin 0.545 60.2 econ 0.509 46.3 math 0.378 27.7",
    ),
}


@pytest.fixture(scope="session")
def recorded():
    folder = os.environ.get("SNAPPY_DATA")
    files = sorted(Path(folder).rglob("col*.jsonl.gz")) if folder else []
    if not files:
        pytest.skip("SNAPPY_DATA names no folder with the recorded runs of the paper")
    return {run.model: recorded_summary(run) for run in load_runs(files)}


@pytest.mark.parametrize("model", PAPER)
def test_the_paper_to_the_digit(recorded, model):
    summary = recorded[model]
    main, categories = PAPER[model]
    rates = [f"{100 * summary[name]:.1f}" for name in ("hit25", "hit50", "hit70")]
    saved = [f"{100 * summary[f'saved_vs_{name}']:.1f}" for name in ("all_ocr", "full_image")]
    tokens = str(summary["tokens_selected"])
    assert [f"{summary['mean_iou']:.3f}", *rates, tokens, *saved] == main
    assert (summary["questions"], summary["failed"]) == (1619, 4)
    assert {name: row["questions"] for name, row in summary["by_boxes"].items()} == {
        "1": 746,
        "2": 873,
    }
    words = categories.split()
    for name, mean, hit in zip(words[::3], words[1::3], words[2::3], strict=True):
        row = summary["by_category"][name]
        assert (f"{row['mean_iou']:.3f}", f"{100 * row['hit50']:.1f}") == (mean, hit)


def test_what_the_paper_hides(recorded):
    summary = recorded["colqwen3-4b"]
    first, three = (
        (f"{100 * summary[f'{name}_hit50']:.1f}", f"{summary[f'{name}_mean_iou']:.3f}")
        for name in ("top1", "top3")
    )
    assert (first, three) == (("20.3", "0.291"), ("47.1", "0.490"))
