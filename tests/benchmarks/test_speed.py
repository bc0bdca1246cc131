"""A run of the benchmarks of speed: its table, its history, its chart, and who could not run."""

import json
import re
import sys
from importlib import metadata
from types import ModuleType

import pytest
from PIL import Image

from benchmarks import asking, lance_scale, measure, reading, scale, scan, speed
from benchmarks.__main__ import main
from benchmarks.measure import NotRun, Result, absent
from snappy_core.stores.lance import pooled


@pytest.fixture
def run_made(monkeypatch):
    """Runs a benchmark that yields given outcomes, and raises those that are errors."""

    def run(outcomes, *options):
        def yields():
            for outcome in outcomes:
                if isinstance(outcome, Exception):
                    raise outcome
                yield outcome

        module = ModuleType("benchmarks.made")
        module.run = yields
        monkeypatch.setitem(sys.modules, "benchmarks.made", module)
        monkeypatch.setattr(speed, "BENCHMARKS", ("made",))
        return main(["made", *map(str, options)])

    return run


def test_asking_tells_what_a_command_a_first_and_a_later_question_take(monkeypatch):
    monkeypatch.setattr(asking, "RUNS", 1)
    command, first, later, encoder = asking.run(pages=3)
    assert min(result.ratio for result in (command, first, later, encoder)) > 0
    assert (command.bound, first.bound, later.bound, encoder.bound) == (0.6, 0.2, 0.025, 0.5)
    assert command.ratio > later.ratio  # a new process, and a search in one that has searched


def test_reading_tells_what_the_layout_of_a_common_page_takes(monkeypatch):
    monkeypatch.setattr(reading, "ROUNDS", 1)
    monkeypatch.setattr(reading.opendataloader, "missing", lambda: "not asked for")
    _, layout, _ = reading.run()
    assert (layout.name, layout.bound) == ("regions of a page of 92 runs, ms (CPU time)", 25)
    assert layout.ratio > 1  # ms, not seconds
    assert re.fullmatch(r"features and network \d?\d% of it", layout.detail)


FASTER = Result("a scan, ours / theirs", 4.0, 3, True, "1 ms, 4 ms", "theirs")
SLOWER = Result("adding, ours / theirs", 2.0, 3, False, "2 ms, 1 ms", "theirs")
FLOOR = Result("a scan / reading", 1.5, 2, False, "3 ms, 2 ms")
LACKING = NotRun("a scan, ours / absent", "absent is not | installed")


def test_a_table_names_the_machine_the_versions_and_who_could_not_run(run_made, capsys):
    assert run_made([FASTER, LACKING]) == 0
    machine, versions, _, *rows = capsys.readouterr().out.splitlines()
    assert "cores" in machine
    assert f"numpy {metadata.version('numpy')}" in versions
    assert re.search(r", ray \S+, .*, tesseract \S+$", versions)
    assert rows == [
        "| what | ratio | bound | times |",
        "| --- | --- | --- | --- |",
        "| a scan, ours / theirs | 4.00 | at least 3 | 1 ms, 4 ms |",
        "| a scan, ours / absent | not run |  | absent is not / installed |",
    ]


def test_a_broken_bound_fails(run_made, capsys):
    assert run_made([FLOOR, Result("reading", 3.0, 2, False, "")]) == 1
    assert "| reading | 3.00 **broken** | at most 2 |" in capsys.readouterr().out


def test_an_error_is_the_row_of_its_benchmark_and_fails(run_made, capsys):
    assert run_made([FLOOR, OSError("no room\non the disk")]) == 1
    captured = capsys.readouterr()
    assert "| made | not run |  | OSError: no room on the disk |" in captured.out
    assert "| a scan / reading | 1.50 |" in captured.out
    assert "Traceback" in captured.err


def test_what_is_not_installed_does_not_fail(run_made, capsys):
    assert run_made([ModuleNotFoundError("No module named 'colpali_engine'")]) == 0
    assert "| made | not run |  | No module named 'colpali_engine' |" in capsys.readouterr().out


def test_each_run_is_a_line_of_the_history(run_made, tmp_path):
    file = tmp_path / "runs" / "bench.jsonl"
    run_made([SLOWER, LACKING], "--json", file)
    run_made([FLOOR], "--json", file)
    first, second = map(json.loads, file.read_text().splitlines())
    assert first["results"] == [
        {
            "benchmark": "made", "name": SLOWER.name, "ratio": 2.0, "bound": 3, "gain": False,
            "detail": "2 ms, 1 ms", "peer": "theirs", "holds": True,
        }
    ]  # fmt: skip
    assert first["not_run"] == [{"benchmark": "made", "name": LACKING.name, "why": LACKING.why}]
    assert second["results"][0]["peer"] == ""
    assert second["versions"]["numpy"] == metadata.version("numpy")


def test_the_chart_has_a_bar_for_each_peer_and_a_line_for_who_could_not_run(run_made, tmp_path):
    pytest.importorskip("matplotlib")
    heights = {}
    for name, outcomes in {
        "peers": [FASTER, SLOWER], "floor": [FASTER, SLOWER, FLOOR],
        "lacking": [FASTER, SLOWER, LACKING], "none": [FLOOR],
    }.items():  # fmt: skip
        file = tmp_path / "charts" / f"{name}.png"
        assert run_made(outcomes, "--chart", file) == 0
        with Image.open(file) as image:
            heights[name] = image.height
            colors = {color for _, color in image.convert("RGB").getcolors(1 << 24)}
        peers = {(0x00, 0x72, 0xB2), (0xE6, 0x9F, 0x00)}  # faster and slower
        assert peers <= colors or name == "none"
    assert heights["none"] < heights["peers"] == heights["floor"] < heights["lacking"]


def test_why_a_peer_cannot_run(monkeypatch):
    assert absent("numpy") is None
    assert "numpi is not installed: pip install" in absent("numpi")
    line = "numpi==1; python_version < '3' and extra == 'bench'"
    monkeypatch.setattr(metadata, "requires", lambda name: [line])
    assert absent("numpi") == "numpi has no wheel for this Python and machine"

    def refuse(name):
        raise ImportError("libfast.so: wrong processor")

    monkeypatch.setattr(measure, "import_module", refuse)
    assert absent("maxsim-cpu") == "maxsim-cpu does not load: libfast.so: wrong processor"


def test_made_up_pages_are_read_back_by_a_search(tmp_path):
    file = str(tmp_path / "pages.snappy")
    scale._fill(file, 40)
    assert scale._search(file, 40)["reading"] > 0


@pytest.mark.requires("lancedb")
def test_made_up_pages_of_a_first_stage_on_disk_have_words(tmp_path, monkeypatch):
    monkeypatch.setattr(pooled, "MOST_EXACT", 0)
    monkeypatch.setattr(lance_scale, "PER_DOCUMENT", 100)
    monkeypatch.setattr(lance_scale, "QUESTIONS", 2)
    location = str(tmp_path / "pages.lance")
    lance_scale._fill(location, 200)
    report = lance_scale._search(location, 200)
    assert report["frequencies"]["w0"] > report["frequencies"]["w19"] > 0
    assert report[""]["recall"] > 0.5
    counts = [len(words) for words in lance_scale._words(0)]
    assert 90 < sum(counts) / len(counts) < 110


@pytest.mark.parametrize(
    ("pages", "numpy", "reading", "missed"),
    [(5_000, 1.4, 0.4, ["numpy", "torch"]), (5_000, 1.6, 0.6, []), (1_000, 1.4, 0.6, [])],
)
def test_a_scan_that_misses_its_target_is_a_miss(monkeypatch, pages, numpy, reading, missed):
    pytest.importorskip("torch")
    corpus = scan.synthetic(10)
    monkeypatch.setattr(scan, "synthetic", lambda pages: corpus)
    monkeypatch.setattr(scan, "absent", lambda *names: "left out")
    monkeypatch.setattr(scan, "_why_not_torch", lambda: "")
    # In seconds: numpy, the plain product, reading, torch.
    times = iter([1.0, numpy, reading * 0.5, 0.5])
    monkeypatch.setattr(scan, "alternate", lambda call, rounds: [next(times)])
    results = [each for each in scan._compare(pages) if isinstance(each, Result)]
    broken = [each.name.split(", ")[1].split()[0] for each in results if not each.holds]
    assert broken == missed
