"""`python -m benchmarks`."""

import gzip
import json
from importlib import import_module

import pytest
from PIL import Image

from benchmarks.__main__ import main
from benchmarks.speed import BENCHMARKS
from tests.cli.conftest import Result


@pytest.fixture
def benchmarks(capsys):
    def run(*arguments):
        return Result(main([str(argument) for argument in arguments]), *capsys.readouterr())

    return run


def test_help_names_every_command(benchmarks):
    names = benchmarks("--help").out
    for name in (
        *BENCHMARKS,
        "bbox_docvqa",
        "recorded",
        "layout_tags",
        "publaynet",
        "oracle",
        "mmdocir",
        "layout_peers",
        "readers",
        "ablation",
        "judge",
        "mutation",
    ):
        assert f" {name}" in names
    assert "--resume" in benchmarks("bbox_docvqa", "--help").out


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_of_speed_can_be_run(name):
    assert callable(import_module(f"benchmarks.{name}").run)


def test_an_unknown_benchmark(benchmarks):
    done = benchmarks("reading", "nothing")
    assert (done.code, done.out) == (2, "")
    assert "no benchmark 'nothing'" in done.err


@pytest.fixture
def recorded(tmp_path):
    """A run of one question: the second region is the evidence's upper half."""
    row = {
        "doc_name": "2301.1",
        "category": "cs",
        "failed": False,
        "gt_bboxes": [[100, 200, 500, 300]],
        "pred_bboxes": [[600, 900, 650, 980], [100, 200, 500, 250]],
        "tokens_selected": 40,
        "tokens_all_ocr": 100,
        "tokens_full_image": 200,
    }
    path = tmp_path / "small.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(row).encode()))
    return path


def test_recorded_json(benchmarks, recorded):
    done = benchmarks("recorded", recorded, "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    keys = ("model", "mean_iou", "hit25", "hit50", "hit70", "top1_hit50", "top3_hit50")
    assert [found[key] for key in keys] == ["small", 0.5, 1, 1, 0, 0, 1]
    assert (found["area_recall"], found["tokens_selected"]) == (0.5, 40)
    both = json.loads(benchmarks("recorded", recorded, recorded, "--json").out)
    assert list(both) == ["models"]


def test_recorded_prints_markdown(benchmarks, recorded, tmp_path):
    done = benchmarks("recorded", recorded)
    assert "| small |         1 |    0.500 |   100.0% |  100.0% |    0.0% |" in done.out
    assert "| cs       |         1 | 0.500, 100.0% |" in done.out
    assert "| small |       40 |     100 |        200 |      60.0% |    80.0% |" in done.out


def test_recorded_draws(benchmarks, recorded, tmp_path):
    pytest.importorskip("matplotlib")
    done = benchmarks("recorded", recorded, "--charts", tmp_path / "charts")
    names = {path.name for path in (tmp_path / "charts").iterdir()}
    assert names == {"hits.png", "categories.png", "curves.png", "tokens.png"}
    assert str(tmp_path / "charts" / "hits.png") in done.out


@pytest.mark.parametrize("data", [b"", b"{}", b"\x1f\x8b", b"\xff"])
def test_what_is_no_recorded_run_is_an_error(benchmarks, tmp_path, data):
    (tmp_path / "a.jsonl").write_bytes(data)
    done = benchmarks("recorded", tmp_path / "a.jsonl")
    assert done.code == 2
    assert "a.jsonl" in done.error
    assert benchmarks("recorded", tmp_path / "none.jsonl").code == 1


@pytest.fixture
def dataset(data, tmp_path):
    """Two questions about a PDF; its page 1 is 420 x 300 points."""
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "many.pdf").write_bytes((data / "many_pages.pdf").read_bytes())
    row = {
        "question": "What stands here?",
        "answer": "a number",
        "category": "\x1b[31mcs",
        "doc_name": "many",
        "evidence_page": [3],
        "bbox": [[[0, 0, 2000, 2000]]],
    }
    other = {**row, "category": "math", "evidence_page": "99"}
    (folder / "q.jsonl").write_text(json.dumps(row) + "\n" + json.dumps(other) + "\n")
    return folder


def test_bbox_docvqa_json(benchmarks, dataset):
    done = benchmarks("bbox_docvqa", dataset, "--workers", 0, "--json")
    assert done.code == 0
    found = json.loads(done.out)
    for pool in ("all", "selected", "random", "top1", "top3"):
        assert {f"{pool}_hit50", f"{pool}_mean_iou"} <= set(found)
    assert (found["questions"], found["missed"][0]["page"]) == (2, 99)
    first, last = done.err.splitlines()
    assert first.startswith("warning: many, page 99: ")
    assert first.endswith("many.pdf: has 12 pages, and no page 99")
    assert last == "warning: 1 questions count as missed"


def test_bbox_docvqa_prints_markdown_and_options_reach_it(benchmarks, dataset, tmp_path):
    kept = tmp_path / "kept.jsonl"
    options = ("--workers", 0, "--limit", 1, "--scoring", "mean", "--sweep", "--resume", kept)
    done = benchmarks("bbox_docvqa", dataset, *options, "--ocr", "never")
    assert (done.code, done.err) == (0, "")
    assert "1 questions of 1 documents, minilm-l6-int8-1, mean, percentile 50" in done.out
    assert "| scoring      | least overlap |" in done.out
    assert "\x1b" not in done.out
    assert len(kept.read_text().splitlines()) == 1
    assert benchmarks("bbox_docvqa", dataset, "--resume", kept, "--workers", 0).code == 2


def test_bbox_docvqa_takes_regions(benchmarks, dataset, tmp_path):
    regions = tmp_path / "regions.json"
    given = [{"page": 3, "bbox": [0.1, 0.1, 0.5, 0.2]}, {"page": 3, "bbox": [0.1, 0.5, 0.5, 0.9]}]
    regions.write_text(json.dumps({"many": given}))
    run = ("bbox_docvqa", dataset, "--workers", 0, "--json", "--limit", 1)
    assert json.loads(benchmarks(*run, "--regions", regions).out)["regions_all"] == 2
    regions.write_text(json.dumps({"many": [{"page": 3}]}))
    assert benchmarks(*run, "--regions", regions).code == 1


def test_bbox_docvqa_filters(benchmarks, dataset):
    run = ("bbox_docvqa", dataset, "--workers", 0, "--json")
    assert json.loads(benchmarks(*run, "--category", "math").out)["questions"] == 1
    assert json.loads(benchmarks(*run, "--doc", "many").out)["questions"] == 2
    done = benchmarks(*run, "--doc", "other")
    assert (done.code, "no question is left" in done.error) == (2, True)


def test_bbox_docvqa_names_missing_files(benchmarks, dataset):
    (dataset / "many.pdf").unlink()
    done = benchmarks("bbox_docvqa", dataset, "--workers", 0)
    assert done.code == 1
    assert "no such files: many.pdf" in done.error


def test_publaynet(benchmarks, tmp_path):
    Image.new("RGB", (300, 500), "white").save(tmp_path / "blank.png")
    table = {
        "images": [{"id": 7, "file_name": "blank.png", "width": 300, "height": 500}],
        "annotations": [{"image_id": 7, "category_id": 1, "bbox": [30, 50, 60, 100]}],
        "categories": [{"id": 1, "name": "text"}],
    }
    (tmp_path / "samples.json").write_text(json.dumps(table))
    summary = json.loads(benchmarks("publaynet", tmp_path, "--json").out)
    assert (summary["pages"], summary["by_class"]["text"]["recall"]) == (1, 0)
    assert "| text  |       1 |   0.00 |           0.00 |" in benchmarks("publaynet", tmp_path).out
