"""The best region of the right page, on pages with one line of text."""

import json
import re
from functools import partial

import pytest

from benchmarks.__main__ import main
from benchmarks.evidence import load_boxes, load_evidence
from benchmarks.mmdocir import run_mmdocir
from benchmarks.oracle import measure_folder, run_oracle
from benchmarks.page_layouts import read_layouts
from snappy_core.parsing import ReadingOptions

READING = ReadingOptions(ocr="never", layout_model="never")


def test_evidence_of_a_bench(bench_folder):
    evidence = load_evidence(bench_folder)
    assert {e.page for e in evidence} == {(bench_folder / "pdfs" / "a.pdf", 2)}
    assert [e.kinds for e in evidence] == [("short answer",), ("prose",), ("row",), ("table",)]
    for answer in (evidence[0], evidence[2]):
        assert answer.box == pytest.approx([0.1, 0.164, 0.8, 0.216], abs=1e-6)


def test_evidence_of_mmdocir_is_in_one_box(mmdocir_folder):
    evidence = load_evidence(mmdocir_folder)
    assert [e.kinds for e in evidence] == [("chart", "short answer"), ("other",)]
    assert [e.page[1] for e in evidence] == [2, 2]
    assert evidence[0].box == pytest.approx([0.1, 0.164, 0.8, 0.216], abs=1e-6)


def test_boxes_are_those_of_all_answers(bench_folder, mmdocir_folder):
    assert load_boxes(bench_folder) == []
    assert len(load_boxes(mmdocir_folder)) == 2  # the first is of two questions
    path = mmdocir_folder / "annotations.jsonl"
    row = json.loads(path.read_text())
    row["questions"][1]["layout_mapping"][1]["bbox"] = [40, 500, 320, 600]
    path.write_text(json.dumps(row))
    boxes = {answer.box for answer in load_boxes(mmdocir_folder)}
    assert len(boxes) == 3 > len({answer.box for answer in load_evidence(mmdocir_folder)})
    measures = measure_folder(mmdocir_folder, partial(read_layouts, options=READING))
    assert measures == {"oracle_iou50": 0.5, "boxes_iou50": 0.333}


def test_other_folders_are_errors(tmp_path):
    with pytest.raises(FileNotFoundError, match="neither"):
        load_evidence(tmp_path)
    (tmp_path / "queries.jsonl").write_text('{"doc": "a.pdf"}')
    with pytest.raises(ValueError, match="line 1"):
        load_evidence(tmp_path)


def test_oracle(bench_folder, mmdocir_folder):
    bench, mmdocir = run_oracle([bench_folder, mmdocir_folder], READING)["sets"]
    assert (bench["questions"], bench["oracle_iou50"]) == (4, 0.5)
    shares = {kind: row["oracle_iou50"] for kind, row in bench["by_kind"].items()}
    assert shares == {"prose": 0, "row": 1, "short answer": 1, "table": 0}
    assert bench["by_kind"]["table"]["mean_iou"] == 0 < bench["by_kind"]["prose"]["mean_iou"] < 0.3
    assert (mmdocir["questions"], mmdocir["oracle_iou50"]) == (2, 0.5)
    assert mmdocir["by_kind"]["chart"] == mmdocir["by_kind"]["short answer"]


def test_a_tool_needs_questions_with_one_box(mmdocir_folder):
    path = mmdocir_folder / "annotations.jsonl"
    row = json.loads(path.read_text())
    row["questions"] = row["questions"][1:2]  # of two boxes
    path.write_text(json.dumps(row))
    with pytest.raises(ValueError, match="no question has its answer in exactly one box"):
        measure_folder(mmdocir_folder, list)


def test_mmdocir(mmdocir_folder):
    summary = run_mmdocir(mmdocir_folder, reading=READING)
    assert summary["by_kind"]["chart"] == {
        "questions": 1, "oracle_iou50": 1, "top1_iou50": 1, "top3_iou50": 1,
        "document_iou50": 0,  # its first page says the same
    }  # fmt: skip
    assert (summary["oracle_iou50"], summary["top1_iou50"]) == (0.5, 0.5)
    assert summary["pages"] == {  # the first page says the same, unless the second one is named
        "all": {"questions": 3, "recall1": 0.333, "recall3": 1, "recall5": 1},
        "with_reference": {"questions": 1, "recall1": 1, "recall3": 1, "recall5": 1},
        "without_reference": {"questions": 2, "recall1": 0, "recall3": 1, "recall5": 1},
        "pictures_without_reference": {"questions": 1, "recall1": 0, "recall3": 1, "recall5": 1},
    }
    # The line on the second page, half of the box of two questions, is found first by the one that
    # names the page; the box of the third holds nothing.
    layout = summary["layout"]
    assert layout["questions"] == 3
    assert layout["recall1"] == pytest.approx(1 / 6, abs=0.03)
    assert (
        layout["recall5"] == layout["recall10"] == pytest.approx(2 * layout["recall1"], abs=0.002)
    )


def test_commands(bench_folder, mmdocir_folder, capsys):
    assert main(["oracle", str(bench_folder), "--ocr", "never", "--json"]) == 0
    (summary,) = json.loads(capsys.readouterr().out)["sets"]
    assert (summary["folder"], summary["oracle_iou50"]) == (str(bench_folder), 0.5)
    assert main(["oracle", str(bench_folder), "--ocr", "never"]) == 0
    assert "| row          |         1 |        1.000 |" in capsys.readouterr().out
    assert main(["mmdocir", str(mmdocir_folder), "--ocr", "never", "--workers", "0"]) == 0
    printed = capsys.readouterr().out
    assert "| all          |         2 |        0.500 |      0.500 |" in printed
    assert re.search(r"\| pictures without reference +\| +1 \| 0.000 \| 1.000 \| 1", printed)
    assert re.search(
        r"\| paper, all 313 documents: ColPali +\| +\| 0.527 \| 0.750 \| 0.810 \|", printed
    )
    assert "| layout recall | questions |" in printed
