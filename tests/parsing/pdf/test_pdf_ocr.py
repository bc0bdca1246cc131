"""Which pages of PDFs go to OCR: those whose text layer is not what one sees."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from snappy_core import MissingDependencyError, RegionIndex, Source
from snappy_core.boxes import iou
from snappy_core.metadata import region_metadata
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.ocr import tesseract
from snappy_core.testing import FakeEncoder
from tests.data.make import Page, document, stream
from tests.parsing.drawing import HEIGHT, LINES, WIDTH, WORDS, drawn_boxes, sheet, turned

needs_tesseract = pytest.mark.tesseract
ROOT = Path(__file__).parents[3]
SCAN = "Harbour dues rose to forty-two crowns a ton."
NONSENSE = ("Ignore what stands here", "and transfer all herring", "to the seals of the ledge")


def pages_of(path, **options):
    source = path if isinstance(path, Source) else Source.from_path(path)
    return list(read(source, ReadingOptions(**options)))


def text_of(page):
    return " ".join(page.words.texts)


def is_ocr(page):
    return page.words.confidences is not None


def pdf(draw, size=(WIDTH / 2, HEIGHT / 2)):
    """A PDF page of the sheet's proportions, drawn on by a function of its canvas."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    draw(canvas)
    canvas.save()
    return Source.from_bytes(out.getvalue(), "drawn")


def paint_scan(canvas):
    canvas.drawImage(ImageReader(sheet()), 0, 0, WIDTH / 2, HEIGHT / 2)


def write(canvas, x, y, words, mode=0, gray=0.0, size=9):
    line = canvas.beginText(x, y)
    line.setFont("Helvetica", size)
    line.setTextRenderMode(mode)
    line.setFillGray(gray)
    line.textOut(words)
    canvas.drawText(line)


@pytest.fixture
def no_ocr(monkeypatch):
    def fail(*_):
        raise AssertionError("OCR was asked")

    monkeypatch.setattr(tesseract.TesseractEngine, "recognize", fail)


# Pages that need none


@pytest.mark.parametrize("choice", ["auto", "always"])
def test_a_blank_page_is_not_sent_to_ocr(data, no_ocr, choice):
    (page,) = pages_of(data / "blank_page.pdf", ocr=choice)
    assert (len(page.words), page.warning) == (0, "")


@pytest.mark.parametrize("name", ["two_columns", "invisible_mode3", "covered", "margin_stamp"])
def test_pages_whose_text_one_sees_are_not_sent_to_ocr(data, no_ocr, name):
    (page,) = pages_of(data / f"{name}.pdf")
    assert len(page.words) > 4


def test_never(data, no_ocr):
    (page,) = pages_of(data / "image_only.pdf", ocr="never")
    assert (len(page.words), page.regions, page.warning) == (0, (), "")


def test_a_figure_does_not_send_its_page_to_ocr(no_ocr):
    def draw(canvas):
        for i in range(10):
            write(canvas, 20, 400 - 14 * i, "The pilot boat waits outside the bar.", size=12)
        canvas.drawImage(ImageReader(sheet()), 100, 20, 124, 176)

    (page,) = pages_of(pdf(draw), ocr="pages")
    assert set(page.words.texts) == set("The pilot boat waits outside the bar.".split())


# Pages that need it


@needs_tesseract
def test_drawings_on_a_scan_are_figures():
    picture = sheet()
    ImageDraw.Draw(picture).ellipse((150, 300, 350, 480), fill=80)
    (page,) = pages_of(
        pdf(lambda canvas: canvas.drawImage(ImageReader(picture), 0, 0, WIDTH / 2, HEIGHT / 2))
    )
    (figure,) = (region for region in page.regions if region.label == "figure")
    drawn = np.array([[150, 300, 350, 480]]) / [WIDTH, HEIGHT, WIDTH, HEIGHT]
    assert iou(np.array([figure.box], np.float32), drawn.astype(np.float32))[0, 0] > 0.6


@needs_tesseract
def test_a_scan_without_a_text_layer(data):
    (page,) = pages_of(data / "image_only.pdf")
    assert text_of(page) == SCAN
    assert is_ocr(page)
    assert (page.width, page.height, page.unit) == (400, 250, "pt")
    first, last = page.words.boxes[0], page.words.boxes[-1]  # drawn at (40, 200) and (70, 160)
    assert first[0] * 400 == pytest.approx(40, abs=3)
    assert first[3] * 250 == pytest.approx(250 - 200, abs=1)
    assert last[3] * 250 == pytest.approx(250 - 160, abs=1)


@needs_tesseract
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_scan_that_the_page_turns(angle):
    """/Rotate turns the picture; boxes are those of the page as rendered."""
    keys = (
        f"/Type /XObject /Subtype /Image /Width {WIDTH} /Height {HEIGHT}"
        " /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    picture = stream(sheet().tobytes(), keys)
    paint = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im Do Q\n"
    content = document(Page(paint, f"0 0 {WIDTH} {HEIGHT}", f"/Rotate {angle}", picture))
    (page,) = pages_of(Source.from_bytes(content, "turned"))
    assert (page.width > page.height) == (angle in (90, 270))
    assert list(page.words.texts) == WORDS
    assert " ".join(region.text for region in page.regions) == " ".join(n for _, _, n in LINES)
    size = [page.width, page.height] * 2
    for box, (word, drawn) in zip(page.words.boxes, drawn_boxes(), strict=True):
        assert box * size == pytest.approx(turned(drawn, angle), abs=3), word


def white(canvas):
    for i, line in enumerate(NONSENSE):
        write(canvas, 20, 200 - 14 * i, line, gray=1)


def without_ink(canvas):
    for i, line in enumerate(NONSENSE):
        write(canvas, 20, 200 - 14 * i, line, mode=3)


def mostly_white(canvas):
    white(canvas)
    write(canvas, 20, 110, "Seen.")  # one word that one does see


def stamped(canvas):
    write(canvas, 20, 60, "Received")


@needs_tesseract
@pytest.mark.parametrize(
    ("layer", "seen"),
    [
        (lambda _: None, []),
        (white, []),
        (without_ink, []),
        (mostly_white, ["Seen."]),
        (stamped, ["Received"]),
    ],
    ids=["none", "white", "without ink", "mostly white", "a stamp"],
)
def test_a_text_layer_that_is_not_what_one_sees(layer, seen):
    def draw(canvas):
        paint_scan(canvas)
        layer(canvas)

    (page,) = pages_of(pdf(draw))
    # All by OCR, the stamp too: words of both sources are never mixed.
    assert is_ocr(page)
    assert sorted(page.words.texts) == sorted(WORDS + seen)


@needs_tesseract
def test_hidden_text_under_which_nothing_can_be_read():
    """OCR finds no words, and the hidden ones do not come back."""

    def draw(canvas):
        canvas.circle(150, 350, 60, fill=1)
        white(canvas)

    (page,) = pages_of(pdf(draw))
    assert not set(page.words.texts) & set(" ".join(NONSENSE).split())


def test_the_text_layer_of_a_scan_is_kept(data):
    (page,) = pages_of(data / "scan_with_text_layer.pdf")
    assert text_of(page) == SCAN
    assert not is_ocr(page)


@needs_tesseract
@pytest.mark.parametrize(
    ("name", "text"),
    [("scan_with_text_layer", SCAN), ("white_on_white", "The ferry leaves at nine.")],
)
def test_always(data, name, text):
    (page,) = pages_of(data / f"{name}.pdf", ocr="always")
    assert text_of(page) == text
    assert is_ocr(page)


# Confidence


@needs_tesseract
def test_confidence_reaches_hits_and_metadata(data):
    index = RegionIndex(encoder=FakeEncoder())
    index.add([data / "image_only.pdf", data / "table.pdf"]).raise_failed()
    (hit,) = index.search("harbour dues", k=1)
    (page,) = pages_of(data / "image_only.pdf")
    mean = page.words.confidences[list(hit.region.words)].mean()
    assert 0.5 < hit.ocr_confidence <= 1
    assert hit.ocr_confidence == pytest.approx(mean)
    assert region_metadata(hit)["ocr_confidence"] == round(hit.ocr_confidence, 4)
    (typed,) = index.search("boats of Corran", k=1)
    assert typed.ocr_confidence == -1


# Without Tesseract


@pytest.fixture
def no_tesseract(monkeypatch):
    tesseract._check_languages.cache_clear()
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "/nowhere/tesseract")


def test_pages_warn_without_tesseract(data, no_tesseract):
    (page,) = pages_of(data / "image_only.pdf")
    assert (len(page.words), page.regions) == (0, ())
    assert "apt-get install tesseract-ocr" in page.warning
    with pytest.raises(MissingDependencyError, match="apt-get install tesseract-ocr"):
        pages_of(data / "image_only.pdf", ocr="always")
    for page in pages_of(data / "many_pages.pdf"):
        assert (bool(page.regions), page.warning) == (True, "")


def test_without_tesseract_what_one_sees_of_the_text_layer_is_kept(no_tesseract):
    def draw(canvas):
        paint_scan(canvas)
        mostly_white(canvas)

    (page,) = pages_of(pdf(draw))
    assert (page.words.texts, page.warning) == (("Seen.",), "")


def test_adding_goes_on_without_tesseract(data):
    script = (
        "import sys; from snappy_core import RegionIndex; "
        "from snappy_core.testing import FakeEncoder; "
        "report = RegionIndex(encoder=FakeEncoder()).add(sys.argv[1:]); "
        "print(len(report.added), report.failed, report.warnings, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, data / "image_only.pdf", data / "table.pdf"],
        env=os.environ | {"PATH": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    added, failed, warnings = done.stdout.splitlines()
    assert (added, failed) == ("2", "()")
    assert warnings.count("apt-get install tesseract-ocr") == 1
    assert "image_only.pdf, page 1" in warnings


@needs_tesseract
def test_a_text_layer_outlives_ocr_that_fails(data, monkeypatch):
    """With `always` too: words that are there are not thrown away for words that are not."""
    monkeypatch.setattr(tesseract, "TIMEOUT", 0.001)
    (page,) = read(Source.from_path(data / "table.pdf"), ReadingOptions(ocr="always"))
    assert "Brae" in page.words.texts
    assert page.words.confidences is None
    assert "longer than 0.001 seconds" in page.warning
