"""Skewed and mirrored pages: boxes lie on the ink of the page as it is."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from snappy_core import Source
from snappy_core.boxes import as_boxes, enclose
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.drawings import Area, Drawings
from snappy_core.parsing.straightening import Straightening
from snappy_core.types import Cell, Region, Words
from tests.parsing.drawing import sheet, skewed, source

needs_tesseract = pytest.mark.tesseract
NO_MODEL = ReadingOptions(layout_model="never")
COLUMNS = (
    ("The harbour commission", "met to review the", "dredging contract."),
    ("Fishing in the bay closed", "early this year as the", "herring came late."),
)
LINES = tuple(
    (60 + 390 * column, 200 + 36 * row, line)
    for column, lines in enumerate(COLUMNS)
    for row, line in enumerate(lines)
)
PAGE = sheet(LINES, (860, 1100), 26)


def ink_boxes(page, box):
    """Shares of the pixels in a box of a page that are dark, and of all dark ones in the box."""
    dark = np.asarray(page.convert("L")) < 128
    x0, y0, x1, y1 = (round(v) for v in np.array(box) * [*page.size, *page.size])
    return dark[y0:y1, x0:x1].mean(), dark[y0:y1, x0:x1].sum() / dark.sum()


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("skew", [0.0, 6.0, -3.0])
def test_pictures_and_boxes_are_straightened_alike(skew, mirrored):
    upright = Image.new("L", (600, 900), 255)
    upright.paste(0, (120, 90, 240, 180))
    page = skewed(ImageOps.mirror(upright) if mirrored else upright, -skew if mirrored else skew)
    straightening = Straightening(*page.size, skew, mirrored)
    if mirrored:
        assert Straightening(*page.size, -skew).mirror() == straightening
    straight = straightening.apply(page)
    assert straight.size == pytest.approx(straightening.size, abs=2)
    dark = np.argwhere(np.asarray(straight.convert("L")) < 128)
    y0, x0 = dark.min(axis=0)
    y1, x1 = dark.max(axis=0) + 1
    assert (x1 - x0, y1 - y0) == pytest.approx((120, 90), abs=3)  # level again
    width, height = straight.size
    box = as_boxes([[x0 / width, y0 / height, x1 / width, y1 / height]])
    on_page = straightening.to_page(box)[0] * [*page.size, *page.size]
    ink = Image.eval(page, lambda level: 255 * (level < 128)).getbbox()
    assert on_page == pytest.approx(ink, abs=4)


def test_drawings_go_to_the_straight_page_and_regions_come_back():
    straightening = Straightening(400, 800, 5.0)
    box = (0.25, 0.125, 0.5, 0.25)
    drawings = straightening.straighten(Drawings((Area(box, "figure"),), frames=as_boxes([box])))
    (there,) = straightening.from_page(as_boxes([box]))
    assert drawings.areas[0].box == pytest.approx(there)
    assert drawings.frames[0] == pytest.approx(there)
    words = Words(("a", "b"), as_boxes([[0.2, 0.3, 0.3, 0.32], [0.5, 0.3, 0.6, 0.32]]))
    cells = Cell("a", (0.2, 0.3, 0.3, 0.32), 0, 0), Cell("b", None, 0, 1)
    whole = enclose(words.boxes)
    table = Region(whole, "a b", (0, 1), "table", 0, cells=cells)
    figure = Region((0.2, 0.5, 0.8, 0.7), "", (), "figure", 1)
    moved, (table, figure) = straightening.restore(words, [table, figure])
    assert moved.boxes == pytest.approx(straightening.to_page(words.boxes))
    assert table.box == pytest.approx(enclose(moved.boxes))
    assert table.cells[0].box == pytest.approx(moved.boxes[0])
    assert table.cells[1].box is None
    assert figure.box == pytest.approx(straightening.to_page(as_boxes([(0.2, 0.5, 0.8, 0.7)]))[0])


def test_a_straight_page_is_left_alone():
    straightening, words = Straightening(400, 800), Words(("a",), as_boxes([[0, 0, 1, 1]]))
    assert not straightening
    assert straightening.apply(PAGE) is PAGE
    assert straightening.restore(words, ())[0] is words


def check_columns(page, picture):
    texts = [region.text for region in page.regions]
    assert texts == [" ".join(lines) for lines in COLUMNS]
    for word, box in zip(page.words.texts, page.words.boxes, strict=True):
        darkness, _ = ink_boxes(picture, box)
        assert darkness > 0.08, word
    shares = [ink_boxes(picture, region.box)[1] for region in page.regions]
    assert shares == pytest.approx([0.5, 0.5], abs=0.1)


@needs_tesseract
@pytest.mark.parametrize("skew", [-8, 4])
def test_columns_of_a_skewed_image(skew):
    picture = skewed(PAGE, skew)
    (page,) = read(source(picture), NO_MODEL)
    assert (page.width, page.height) == picture.size
    check_columns(page, picture)


@needs_tesseract
def test_a_mirrored_and_skewed_scan_in_a_pdf():
    picture = ImageOps.mirror(skewed(PAGE, 4))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(picture.width / 2, picture.height / 2))
    canvas.drawImage(ImageReader(picture), 0, 0, picture.width / 2, picture.height / 2)
    canvas.save()
    (page,) = read(Source.from_bytes(out.getvalue(), "scan.pdf"), NO_MODEL)
    check_columns(page, picture)
