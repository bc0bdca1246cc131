"""Words in the pictures of pages with a text layer become those of the figure."""

import io
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from snappy_core import MissingDependencyError, OcrError, RegionIndex, Source
from snappy_core.boxes import as_boxes, to_pixels
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.drawings import Area
from snappy_core.parsing.ocr import pictures
from snappy_core.parsing.ocr.engine import OCR_ENGINES, OcrWords
from snappy_core.parsing.ocr.pictures import picture_boxes, read_pictures
from snappy_core.testing import FakeEncoder, make_page
from tests.parsing.drawing import WORDS, sheet
from tests.parsing.pdf.tagged_pdf import Tag, tagged_pdf
from tests.parsing.pdf.test_tagged_pages import lines

TEXT = "The pilot boat waits outside the bar."
PICTURE = (100, 20, 124, 176)  # x, y from below, width and height on a page of 310 x 440


class Engine:
    """Reads three words on two lines in every image, and a smudge."""

    texts, confidences = ("Herring", "landed", "|~", "1987"), (0.9, 0.8, 0.9, 0.7)
    images: ClassVar[list[Image.Image]] = []

    def recognize(self, image, languages):
        self.images.append(image)
        fractions = [[0.2, y, 0.4, y + 0.1] for y in (0.1, 0.1, 0.5, 0.6)]
        lines = np.array([0, 0, 1, 2])
        boxes = to_pixels(as_boxes(fractions), *image.size)
        return OcrWords(self.texts, boxes, np.array(self.confidences, np.float32), lines, lines)


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    monkeypatch.setattr(OCR_ENGINES, "_registered", {"seen": Engine})
    monkeypatch.setattr(Engine, "images", [])
    return Engine


def drawn(*boxes, labels=()):
    """A page of text with pictures in boxes, and labels at (x, y)."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(310, 440))
    for i in range(10):
        canvas.drawString(20, 410 - 14 * i, TEXT)
    for box in boxes or [PICTURE]:
        canvas.drawImage(ImageReader(sheet()), *box)
    for x, y in labels:
        canvas.drawString(x, y, "tons")
    canvas.save()
    return Source.from_bytes(out.getvalue(), "drawn")


def page_of(source, ocr="auto", engine="seen"):
    (page,) = read(source, ReadingOptions(ocr=ocr, ocr_engine=engine))
    return page


def figures(page):
    return [region.text for region in page.regions if region.label == "figure"]


def test_they_are_the_text_of_the_figure_and_stand_where_they_are_seen(engine):
    page = page_of(drawn())
    assert figures(page) == ["Herring landed\n1987"]
    assert page.words.texts[-3:] == ("Herring", "landed", "1987")
    x0, y0, x1, y1 = page.words.boxes[-1] * [310, 440, 310, 440]
    assert 100 < x0 < x1 < 224
    assert 440 - 196 < y0 < y1 < 420
    (image,) = engine.images
    assert image.width / image.height == pytest.approx(124 / 176, rel=0.05)


def test_it_is_known_which_words_ocr_has_read():
    page = page_of(drawn())
    assert page.words.confidences[-3:] == pytest.approx([0.9, 0.8, 0.7])
    assert np.isnan(page.words.confidences[:-3]).all()
    index = RegionIndex(encoder=FakeEncoder())
    index.add(drawn(), reading=ReadingOptions(ocr_engine="seen"))
    (figure,) = index.search("Herring landed", k=1)
    assert (figure.region.label, figure.ocr_confidence) == ("figure", pytest.approx(0.8))
    texts = index.search("pilot boat", filter={"region_label": ["paragraph", "list", "list_item"]})
    assert {text.ocr_confidence for text in texts} == {-1}


@pytest.mark.parametrize("ocr", ["pages", "never"])
def test_only_auto_reads_pictures(engine, ocr):
    page = page_of(drawn(), ocr)
    assert (engine.images, page.words.confidences) == ([], None)


@pytest.mark.parametrize(
    "source",
    [
        drawn((100, 20, 15, 15)),
        drawn(labels=[(110 + 30 * (i % 3), 30 + 40 * (i // 3)) for i in range(9)]),
    ],
    ids=["small", "labels drawn as text"],
)
def test_pictures_without_words_of_their_own_are_left_alone(engine, source):
    page_of(source)
    assert engine.images == []


def test_unsure_words_are_not_taken(engine, monkeypatch):
    monkeypatch.setattr(engine, "confidences", (0.9, 0.5, 0.9, 0.9))
    assert figures(page_of(drawn())) == figures(page_of(drawn(), "never"))


def test_words_of_the_text_layer_are_not_read_twice():
    made = make_page("landed")
    area = Area((0, 0, 0.5, 0.5), "figure")
    known = made.words.__class__(("landed",), as_boxes([[0.1, 0.05, 0.2, 0.1]]))
    image = Image.new("RGB", (300, 400))
    words, regions, _ = read_pictures(
        known, (), [area], known.boxes, lambda dpi: image, ReadingOptions(ocr_engine="seen")
    )
    assert (words.texts, regions) == (("landed",), ())  # two of the three lie there


def test_a_picture_in_no_figure_becomes_one():
    made = make_page(TEXT)
    area = Area((0.2, 0.5, 0.8, 0.9), "figure")
    image = Image.new("RGB", (300, 400))
    options = ReadingOptions(ocr_engine="seen")
    words, regions, warning = read_pictures(
        made.words, made.regions, [area], made.words.boxes, lambda dpi: image, options
    )
    assert (regions[-1].label, regions[-1].text) == ("figure", "Herring landed\n1987")
    assert regions[-1].box == pytest.approx(area.box)
    assert [words.texts[word] for word in regions[-1].words] == ["Herring", "landed", "1987"]
    assert (regions[:-1], warning) == (made.regions, "")


def test_the_largest_are_read_first_and_smaller_ones_while_there_is_room(engine):
    areas = [Area((0, 0, side, side), "figure") for side in (0.2, 0.9, 1)]
    image = Image.new("RGB", (1500, 2000))  # there is room for one of the larger two
    options = ReadingOptions(ocr_engine="seen")
    read_pictures(make_page().words, (), areas, as_boxes([]), lambda dpi: image, options)
    assert [picture.size for picture in engine.images] == [(1500, 2000), (308, 408)]


@pytest.mark.parametrize("boxes", [[(0, 0, 1900, 500)], [(0, 0, 900, 500), (960, 0, 900, 500)]])
def test_on_pages_larger_than_the_limit_they_are_read_at_fewer_pixels(engine, boxes):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(1920, 1080))
    canvas.setFont("Helvetica", 40)
    for box in boxes:
        canvas.drawImage(ImageReader(sheet()), *box)
    for n in range(8):
        canvas.drawString(100, 1000 - 50 * n, TEXT)
    canvas.save()
    page = page_of(Source.from_bytes(out.getvalue(), "slide"))
    assert page.words.texts.count("landed") == len(boxes)
    pixels = sum(image.width * image.height for image in engine.images)
    assert 3_900_000 < pixels < 4_200_000


def test_alternative_texts_are_no_labels(engine, monkeypatch):
    monkeypatch.setattr(pictures, "_IMAGE_SCORE", 0)
    alternative = "Herring by the year in tons, as the harbor board counts them, in a chart"
    data = tagged_pdf(Tag("P", lines(60, 8)), Tag("Figure", [(30, 300, 300, 450)], alt=alternative))
    page, _ = read(Source.from_bytes(data, "tagged.pdf"), ReadingOptions(ocr_engine="seen"))
    assert figures(page) == [f"(alternative text) {alternative}\nHerring landed\n1987"]


def test_boxes_and_lines_alone_are_no_pictures():
    areas = [
        Area((0, 0, 0.5, 0.5), "figure", 0.3),
        Area((0, 0, 0.4, 0.4), "figure", from_model=True),
    ]
    assert len(picture_boxes(areas, as_boxes([]))) == 0


@pytest.mark.parametrize(
    ("error", "warning"),
    [
        (MissingDependencyError("install it"), ""),
        (OcrError("out of ink"), "OCR of a picture failed: out of ink"),
    ],
)
def test_a_failure_costs_nothing_else(engine, monkeypatch, error, warning):
    def fail(*_):
        raise error

    monkeypatch.setattr(engine, "recognize", fail)
    page = page_of(drawn())
    assert page.warning == warning
    assert page.words.texts == page_of(drawn(), "never").words.texts


@pytest.mark.parametrize(("fails", "warning"), [(False, ""), (True, "OCR failed: out of ink")])
def test_a_scan_in_which_nothing_is_read_is_read_once(engine, monkeypatch, fails, warning):
    def recognize(self, image, languages):
        self.images.append(image)
        if fails:
            raise OcrError("out of ink")
        nothing = np.zeros(0, np.int64)
        return OcrWords((), np.zeros((0, 4)), np.zeros(0, np.float32), nothing, nothing)

    monkeypatch.setattr(engine, "recognize", recognize)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(310, 440))
    canvas.drawImage(ImageReader(sheet()), 0, 0, 310, 440)
    canvas.save()
    page = page_of(Source.from_bytes(out.getvalue(), "scan"))
    assert (len(page.words), page.warning) == (0, warning)
    assert len(engine.images) == 1


@pytest.mark.tesseract
def test_tesseract_reads_a_picture():
    (text,) = figures(page_of(drawn(), engine="tesseract"))
    assert text.split() == WORDS
