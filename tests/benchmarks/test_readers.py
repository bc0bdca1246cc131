"""Readers and OCR engines beside each other, on a page with one line of text."""

import json

import numpy as np
import pytest

from benchmarks import readers
from benchmarks.__main__ import main
from snappy_core.errors import MissingDependencyError
from snappy_core.parsing import ReadingOptions
from snappy_core.parsing.ocr.engine import OCR_ENGINES, OcrWords
from tests.benchmarks.conftest import HEIGHT, LINE, WIDTH


class FourWords:
    """Reads four of the five words of the line."""

    def recognize(self, image, languages):
        scale = np.array([*image.size, *image.size]) / [WIDTH, HEIGHT, WIDTH, HEIGHT]
        left = np.linspace(LINE[0], LINE[2] - 50, 4)
        boxes = np.stack([left, np.full(4, 85), left + 50, np.full(4, 104)], axis=1) * scale
        line = np.zeros(4, np.int64)
        return OcrWords(
            ("Fourteen", "boats", "land", "at"), boxes, np.ones(4, np.float32), line, line
        )


class Absent:
    def __init__(self):
        raise MissingDependencyError("needs the program ocular")


@pytest.fixture
def installed(monkeypatch):
    for name, engine in (("four", FourWords), ("absent", Absent)):
        monkeypatch.setitem(OCR_ENGINES._registered, name, engine)
    readings = {
        "default": ReadingOptions(ocr="never"),
        "four": ReadingOptions(ocr="always", ocr_engine="four", layout_model="never"),
        "absent": ReadingOptions(ocr="always", ocr_engine="absent"),
    }
    monkeypatch.setattr(readers, "READINGS", readings)


def run(capsys, *arguments):
    code = main(["readers", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_each_reader_is_measured(installed, bench_folder, tags_folder, capsys):
    code, out, _ = run(capsys, bench_folder, tags_folder, "--json")
    result = json.loads(out)
    assert code == 0
    assert result["missing"] == {"absent": "needs the program ocular"}
    bench, tags = (row["measures"] for row in result["sets"])
    assert list(bench) == list(tags) == ["default", "four"]
    assert (bench["default"]["words"], bench["four"]["words"]) == (1, 0.8)
    assert bench["default"]["oracle_iou50"] == bench["four"]["oracle_iou50"] == 0.5
    assert (tags["default"]["f1"], tags["four"]["f1"]) == (0.667, 0.667)
    assert all(row["seconds"] > 0 for row in bench.values())


def test_the_table_says_who_is_missing(installed, tags_folder, capsys):
    _, out, _ = run(capsys, tags_folder, "--only", "four", "--only", "absent")
    header, _, f1, words, seconds, blank, missing = out.strip().splitlines()
    assert header.split() == ["|", "|", "four", "|"]
    assert f1.split() == ["|", "tags:", "f1", "|", "0.667", "|"]
    assert words.split() == ["|", "tags:", "words", "|", "0.8", "|"]
    assert "tags: seconds" in seconds
    assert (blank, missing) == ("", "absent does not run: needs the program ocular")


def test_an_unknown_reader(tags_folder, capsys):
    code, _, err = run(capsys, tags_folder, "--only", "nobody")
    assert code == 2
    assert "'nobody' is none of default, docling, pymupdf, tesseract, rapidocr" in err
