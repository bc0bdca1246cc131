"""Scans of printed pages, and whether their truth is that of the print."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("faker")

from snappy_core.errors import MissingDependencyError
from snappy_core.parsing.layout.network import CLASSES
from snappy_core.parsing.ocr.engine import OCR_ENGINES
from training.layout.examples import draw_examples, example
from training.layout.printing import Chromium
from training.layout.scans import read_scans
from training.layout.tagged_pages import read_training_pages

pytestmark = [
    pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium"),
    pytest.mark.tesseract,
]

# All of it stands at the left, and at the top, of the page: no turn or mirror maps it to itself.
HTML = """
<style>body { font: 12pt serif; width: 120mm } td, th { padding: 4px 30px } p { margin: 20px 0 }
@page { size: 210mm 297mm }</style>
<h1>The Harbor Board</h1>
<p>Fourteen boats land at Brae each week, and nine of them stay for the night at the pier. Their
owners pay the dues of the season, which the board decides upon in the spring of each year.</p>
<p>Whoever comes later than at six in the evening rings at the office beside the tall lighthouse,
and waits for the pilot, who knows the channel and the many stones that lie at its sides.</p>
<ul><li>Ring the harbor office before you come near.</li>
<li>Wait for the green light at the mole.</li></ul>
<table role="table"><tr><th>Port</th><th>Boats</th></tr><tr><td>Ardwick</td><td>1420</td></tr>
<tr><td>Burnside</td><td>9713</td></tr></table>
<figure><svg role="img" aria-label="chart" width="300" height="150">
<path d="M0 140 L60 20 L120 90 L180 10 L240 140 Z" fill="#345"/></svg></figure>
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    path = tmp_path_factory.mktemp("scans") / "harbor.pdf"
    path.with_suffix(".html").write_text(HTML)
    with Chromium() as browser:
        path.write_bytes(browser.print_pdf(path.with_suffix(".html")))
    return path


@pytest.fixture(scope="module")
def scan(printed):
    (page,) = read_scans(printed, every=1)
    return page


def truth_of(page):
    """The class, block, row and group of each run, by its text without spaces."""
    numbers = zip(page.classes, page.blocks, page.rows, page.groups, strict=True)
    texts = (text.replace(" ", "") for text in page.runs.texts)
    return dict(zip(texts, numbers, strict=False))


def test_a_scan_has_the_truth_of_its_print(printed, scan):
    (page,) = read_training_pages(printed)
    expected, truth = truth_of(page), truth_of(scan)
    read = expected.keys() & truth.keys()
    assert len(read) > 0.7 * len(expected)  # what Tesseract misread has other texts
    assert {text: truth[text] for text in read} == {text: expected[text] for text in read}
    blocks = {int(truth[text][1]) for text in read}
    assert len(blocks) > 6


def test_a_scan_has_the_figures_and_lines_of_its_picture(scan):
    count = len(scan.runs)
    kinds = [CLASSES[kind] for kind in scan.classes[count:]]
    assert kinds == ["figure"]
    x0, y0, x1, y1 = scan.areas[0]
    assert x1 < scan.width / 2 + 40
    assert 140 < x1 - x0 < 240
    assert scan.runs.boxes[:, 3].max() < (y0 + y1) / 2
    assert not scan.runs.bold.any()
    assert len(scan.frames) == 0


def test_scans_are_the_same_again(printed, scan):
    (again,) = read_scans(printed, every=1)
    assert again.runs.texts == scan.runs.texts
    for name in ("boxes", "ink", "sizes"):
        assert np.array_equal(getattr(again.runs, name), getattr(scan.runs, name))
    assert np.array_equal(again.areas, scan.areas)


def test_scans_are_learned_as_they_are(scan):
    assert scan.is_scan
    with ThreadPoolExecutor() as pool:
        drawn = draw_examples([scan] * 8, np.random.default_rng(0), pool)
    assert all(np.array_equal(one.nodes, example(scan).nodes) for one in drawn)


def test_few_pages_are_scanned(printed, tmp_path):
    names = [f"{number}.pdf" for number in range(60)]
    scanned = {}
    for name in names:
        shutil.copy(printed, tmp_path / name)
        scanned[name] = len(list(read_scans(tmp_path / name, every=30)))
    assert 0 < sum(scanned.values()) < 8


class NoEngine:
    def recognize(self, image, languages):
        raise MissingDependencyError("OCR needs Tesseract: apt-get install tesseract-ocr")


def test_a_missing_engine_is_an_error(printed, monkeypatch):
    monkeypatch.setattr(OCR_ENGINES, "get", lambda name: NoEngine)
    with pytest.raises(MissingDependencyError, match="tesseract-ocr"):
        list(read_scans(printed, every=1))
