"""Peers played by small programs: what they find is measured as what we find is."""

import json
import os
import re
import sys
import types

import numpy as np
import pytest

from benchmarks import layout_peers, opendataloader
from benchmarks.__main__ import main
from benchmarks.layout_peers import (
    OPENDATALOADER,
    PYMUPDF,
    SNAPPY,
    peers_report,
    pymupdf_layouts,
    run_peers,
)
from benchmarks.opendataloader import found_regions, opendataloader_layouts
from snappy_core.parsing import ReadingOptions

READING = ReadingOptions(ocr="never", layout_model="never")
MATRIX = np.array([[1 / 400, 0], [0, -1 / 500], [0, 1]])  # of a page of 400 x 500 points


@pytest.fixture
def without_opendataloader(monkeypatch):
    monkeypatch.setattr(opendataloader, "missing", lambda: "Java")


@pytest.fixture
def interpreter(tmp_path):
    """Make a program that answers as the script does, with the same regions for each page."""

    def make(regions, code=0):
        path = tmp_path / "python"
        path.write_text(
            f"#!{sys.executable}\n"
            "import json, sys\n"
            "pages = json.load(sys.stdin)\n"
            "print('a message')\n"
            f"print(json.dumps([{regions!r} for page in pages]))\n"
            f"print('no module', file=sys.stderr); sys.exit({code})\n"
        )
        path.chmod(0o755)
        return path

    return make


@pytest.mark.usefixtures("without_opendataloader")
def test_pymupdf_beside_us(tags_folder, bench_folder, interpreter, capsys):
    python = interpreter([[[0.1, 0.6, 0.8, 0.75], "paragraph", True, 9]])
    result = run_peers([tags_folder, bench_folder], python, READING)
    assert list(result["trained_on"]) == [SNAPPY, PYMUPDF]
    tags, bench = (row["measures"] for row in result["sets"])
    assert tags[SNAPPY] == tags[PYMUPDF]  # each finds another one of two
    assert tags[PYMUPDF] == {
        "text_recall": 0.5, "precision": 1, "f1": 0.667, "by_document": 0.5
    }  # fmt: skip
    assert bench == {SNAPPY: {"oracle_iou50": 0.5}, PYMUPDF: {"oracle_iou50": 0.25}}
    assert "layout_peers: not compared: Java" in capsys.readouterr().err


@pytest.mark.usefixtures("without_opendataloader")
def test_the_command(tags_folder, interpreter, capsys):
    run = ["layout_peers", str(tags_folder), "--ocr", "never"]
    assert main([*run, "--pymupdf", str(interpreter([]))]) == 0
    table = capsys.readouterr().out
    assert "| trained on        | generated pages only |" in table
    assert "| tags: text recall |                0.500 |" in table
    assert main([*run, "--json"]) == 0
    done = capsys.readouterr()
    assert list(json.loads(done.out)["trained_on"]) == [SNAPPY]
    assert "PyMuPDF Layout needs --pymupdf" in done.err
    assert main([*run, "--pymupdf", str(interpreter([], code=1))]) == 1
    assert "PyMuPDF Layout failed" in (error := capsys.readouterr().err)
    assert "no module" in error


def test_a_measure_that_a_tool_lacks_is_a_dash():
    measures = {SNAPPY: {"f1": 0.9, "order": 1.0}, PYMUPDF: {"f1": 0.8}}
    sets = [{"folder": "tags", "measures": measures}]
    table = peers_report({"trained_on": {SNAPPY: "", PYMUPDF: ""}, "sets": sets})
    assert re.search(r"\| tags: order +\| +1.000 \| +- \|", table)


def fake_pymupdf(folder):
    """Packages with the names and functions that the script uses."""
    boxes = [
        {"boxclass": "text", "x0": 40, "y0": 50, "x1": 200, "y1": 100},
        {"boxclass": "list-item", "x0": 40, "y0": 150, "x1": 200, "y1": 200},
        {"boxclass": "list-item", "x0": 80, "y0": 200, "x1": 240, "y1": 250},
        {
            "boxclass": "table", "x0": 40, "y0": 300, "x1": 200, "y1": 400,
            "table": {"cells": [[[40, 300, 120, 350], [120, 300, 200, 350]], [None, None]]},
        },
    ]  # fmt: skip
    page = {"width": 400, "height": 500, "boxes": boxes}
    words = [(50, 60, 70, 80, "a"), (80, 60, 90, 80, "b"), (50, 320, 70, 330, "c")]
    (folder / "pymupdf").mkdir(parents=True)
    (folder / "pymupdf" / "layout.py").write_text("")
    (folder / "pymupdf" / "__init__.py").write_text(
        "from contextlib import contextmanager\n"
        "class Page:\n"
        f"    def get_text(self, kind): return {words!r}\n"
        "@contextmanager\n"
        "def open(path): yield {1: Page()}\n"
    )
    (folder / "pymupdf4llm.py").write_text(
        "import json\n"
        "def to_json(document, pages):\n"
        "    print('a message')\n"
        "    assert pages == [1]\n"
        f"    return json.dumps({{'pages': [{page!r}]}})\n"
    )


def test_the_script_of_pymupdf(tmp_path, monkeypatch):
    fake_pymupdf(tmp_path / "packages")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))
    (layout,) = pymupdf_layouts([(tmp_path / "a.pdf", 2)], interpreter=sys.executable)
    assert (layout.boxes * [400, 500, 400, 500]).round().tolist() == [
        [40, 50, 200, 100],
        [40, 150, 200, 200],
        [80, 200, 240, 250],
        [40, 150, 240, 250],  # the list of the two items
        [40, 300, 200, 400],
        [40, 300, 200, 350],  # the row, the other one is empty
    ]
    assert not layout.is_measured.any()  # fewer than three words


def test_regions_of_opendataloader():
    paragraph = {"type": "paragraph", "bounding box": [40, 400, 200, 450], "content": "a b c d"}
    cells = [
        {"type": "table cell", "bounding box": [x, 100, x + 80, 150], "kids": [paragraph]}
        for x in (40, 120)
    ]
    table = {
        "type": "table", "bounding box": [40, 50, 200, 150],
        "rows": [{"type": "table row", "cells": cells}],
    }  # fmt: skip
    item = {"type": "list item", "bounding box": [40, 200, 200, 250], "content": "a b", "kids": []}
    listed = {"type": "list", "bounding box": [40, 200, 200, 250], "list items": [item]}
    regions = list(found_regions([paragraph, listed, table], MATRIX))
    assert [(region.label, region.on_top, region.words) for region in regions] == [
        ("paragraph", True, 4),
        ("list", True, 2),
        ("list_item", False, 2),
        ("table", True, 8),
        ("table_row", False, 8),
    ]
    assert regions[0].box == pytest.approx([0.1, 0.1, 0.5, 0.2])
    assert regions[4].box == pytest.approx([0.1, 0.7, 0.5, 0.8])


def test_opendataloader_reads_each_document_once(bench_folder, monkeypatch):
    calls = []

    def convert(input_path, output_dir, **options):
        calls.append(len(input_path))
        for path in input_path:
            kids = [
                {"type": "paragraph", "page number": page, "bounding box": box, "content": "a b c"}
                for page, box in ((1, [0, 0, 40, 50]), (2, [40, 400, 200, 450]))
            ]
            target = os.path.splitext(path)[0] + ".json"
            with open(target, "w") as file:
                json.dump({"kids": kids}, file)

    fake = types.SimpleNamespace(convert=convert)
    monkeypatch.setitem(sys.modules, "opendataloader_pdf", fake)
    path = bench_folder / "pdfs" / "a.pdf"
    second, first = opendataloader_layouts([(path, 2), (path, 1)])
    assert calls == [1]
    assert second.boxes[0] == pytest.approx([0.1, 0.1, 0.5, 0.2], abs=1e-6)
    assert first.boxes[0] == pytest.approx([0, 0.9, 0.1, 1], abs=1e-6)
    assert second.is_measured.tolist() == [True]


def test_opendataloader_needs_java(monkeypatch):
    monkeypatch.setattr(opendataloader, "absent", lambda name: f"{name} is not installed")
    assert opendataloader.missing() == "opendataloader-pdf is not installed"
    monkeypatch.setattr(opendataloader, "absent", lambda name: None)
    monkeypatch.setattr(opendataloader.shutil, "which", lambda name: None)
    assert "needs Java" in opendataloader.missing()
    monkeypatch.setattr(opendataloader.shutil, "which", lambda name: name)
    assert opendataloader.missing() is None
    assert OPENDATALOADER in layout_peers.layout_tools(None, READING)
