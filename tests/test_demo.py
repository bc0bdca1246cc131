"""The demo, run as the README says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from snappy_core import Source
from snappy_core.parsing import ReadingOptions, read, read_pages

ROOT = Path(__file__).parent.parent


def run(script, *arguments, cwd, **environment):
    return subprocess.run(
        [sys.executable, ROOT / "examples" / script, *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | environment,
        check=False,
    )


def test_a_pdf_of_ones_own(tmp_path, data):
    questions = ["boats of Corran", "Who gave up their licences?"]
    for _ in range(2):  # the second time over the files of the first
        done = run("demo.py", data / "table.pdf", *questions, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "1 pages read" in done.stdout  # the index is fresh
    for question in questions:
        assert question in done.stdout
    assert re.search(
        r"^  1\. page 1, table, box \((0\.\d\d(, )?){4}\), score 0\.", done.stdout, re.M
    )
    assert "Five crews gave up their licences" in done.stdout
    assert done.stdout.rstrip().endswith(str(Path("out", "demo.png")))
    with Image.open(tmp_path / "out" / "demo.png") as picture:
        assert picture.format == "PNG"
        assert max(picture.size) > 500


@pytest.mark.tesseract
def test_the_sample_report(tmp_path):
    done = run("demo.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    best = re.findall(r"^  1\. page (\d), [^\n]*\n     (.*?)^  2\. page", done.stdout, re.M | re.S)
    assert [page for page, _ in best] == ["4", "2", "4", "7"]
    for (_, text), said in zip(best, ("4.85 per cent", "by suction", "2.7", "forty"), strict=True):
        assert said in text
    assert best[3][1].startswith("No more than forty persons may stand on the bridge at once")
    assert "note: " not in done.stdout
    assert (tmp_path / "out" / "demo.png").is_file()


def test_the_sample_report_without_tesseract(tmp_path):
    done = run("demo.py", cwd=tmp_path, PATH="")
    assert (done.returncode, done.stderr) == (0, "")
    (note,) = re.findall("^note: .*", done.stdout, re.M)
    assert "page 7" in note
    assert "apt-get install tesseract-ocr" in note
    assert done.stdout.count("  1. page ") == 3
    assert (tmp_path / "out" / "demo.png").is_file()


def test_the_sample_report_is_what_its_script_writes(tmp_path):
    for name in ("report.pdf", "again.pdf"):
        done = run("make_report.py", tmp_path / name, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    made = (tmp_path / "report.pdf").read_bytes()
    assert made == (tmp_path / "again.pdf").read_bytes()
    assert 100_000 < len(made) < 300_000
    both = [Source.from_path(folder / "report.pdf") for folder in (tmp_path, ROOT / "examples")]
    made, kept = (list(read(source, ReadingOptions(ocr="never"))) for source in both)
    assert [page.words.texts for page in made] == [page.words.texts for page in kept]
    assert [len(page.words) > 0 for page in kept] == [True] * 6 + [False]


@pytest.mark.tesseract
def test_the_scanned_page_of_the_sample_report():
    (page,) = read_pages(Source.from_path(ROOT / "examples" / "report.pdf"), [7], ReadingOptions())
    assert page.words.confidences.min() > 0.7
    text = "\n\n".join(region.text for region in page.regions)
    assert len(page.regions) >= 6
    for words in (
        "Certificate of inspection",
        "each 9.4 metres long, on seats of larch.",
        "No more than forty persons may stand on the bridge at once,",
        "must be replaced by the end of October.",
    ):
        assert words in text


def test_what_cannot_be_read_is_one_line(tmp_path, data):
    done = run("demo.py", data / "not_a_pdf.pdf", "What?", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_pdf_without_text(tmp_path, data):
    done = run("demo.py", data / "blank_page.pdf", "What?", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing found" in done.stdout


def test_a_pdf_without_a_question(tmp_path):
    done = run("demo.py", "some.pdf", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("usage: ")


def test_the_picture_of_the_readme(tmp_path):
    done = run("make_picture.py", tmp_path / "page.png", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert 10_000 < (tmp_path / "page.png").stat().st_size < 300_000


@pytest.mark.requires("fastapi", "playwright", "uvicorn")
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_the_screenshot_of_the_readme(tmp_path):
    done = run("make_screenshot.py", tmp_path / "serve.png", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for path in (tmp_path / "serve.png", ROOT / "docs" / "serve.png"):
        assert 50_000 < path.stat().st_size < 300_000
        with Image.open(path) as picture:
            assert picture.size == (1200, 760)
