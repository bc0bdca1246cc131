"""The demo, run as the README says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent


def run(script, *arguments, cwd):
    return subprocess.run(
        [sys.executable, ROOT / "examples" / script, *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
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


def test_the_sample_report(tmp_path):
    done = run("demo.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("  1. page ") == 3
    assert "4.85 per cent" in done.stdout
    assert (tmp_path / "out" / "demo.png").is_file()


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
