"""What one cannot see is not read: by arrays, and in files."""

import io

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from snappy_core.boxes import as_boxes
from snappy_core.parsing import Source, read
from snappy_core.parsing.pdf.visibility import CONTRAST, edge_mask, has_edges

SEEN = "The ferry leaves at nine."


def paper(width=80, height=40, gray=255):
    return np.full((height, width), gray, np.uint8)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ([0.5, 0.25, 1, 0.5], True),  # around the dot
        ([0, 0, 1, 1], True),
        ([0.25, 0.5, 0.5, 1], False),  # where the dot would be with x and y swapped
        ([0, 0, 0.7, 1], False),  # up to it
        ([0.755, 0.38, 0.756, 0.381], True),  # smaller than a pixel, on it
        ([0.76, 0.39, 0.76, 0.39], True),  # a point on it
        ([1, 1, 1, 1], False),  # the last corner
    ],
)
def test_a_dot_of_ink(box, expected):
    picture = paper()
    picture[15, 60] = 0  # 15 of 40 down, 60 of 80 across
    assert has_edges(edge_mask(picture), as_boxes([box])).tolist() == [expected]


@pytest.mark.parametrize(
    ("ground", "ink", "expected"),
    [
        (255, 0, True),
        (0, 255, True),  # white on black
        (128, 128 + CONTRAST, True),
        (128, 128 - CONTRAST, True),
        (128, 128 + CONTRAST - 1, False),  # too faint
        (0, 0, False),  # an even black field
    ],
)
def test_contrast(ground, ink, expected):
    picture = paper(gray=ground)
    picture[10:20, 30:40] = ink
    box = [0.25, 0.125, 0.75, 0.625]
    assert has_edges(edge_mask(picture), as_boxes([box])).tolist() == [expected]


@pytest.mark.parametrize("stroke", [np.s_[20, :], np.s_[:, 20]], ids=["row", "column"])
def test_strokes_of_one_pixel(stroke):
    picture = paper()
    picture[stroke] = 0
    assert has_edges(edge_mask(picture), as_boxes([[0.1, 0.1, 0.9, 0.9]])).all()


def test_each_box_for_itself():
    picture = paper()
    picture[5:8, 10:20] = 0
    picture[30:35, 60:70] = 0
    boxes = as_boxes([[0.1, 0.1, 0.3, 0.3], [0.6, 0.1, 0.9, 0.3], [0.7, 0.7, 0.9, 0.9]])
    assert has_edges(edge_mask(picture), boxes).tolist() == [True, False, True]
    assert has_edges(edge_mask(picture), as_boxes([])).tolist() == []


@pytest.mark.parametrize("name", ["white_on_white.pdf", "covered.pdf", "invisible_mode3.pdf"])
def test_hidden_text_is_dropped(data, name):
    (page,) = read(Source.from_path(data / name))
    assert [region.text for region in page.regions] == [SEEN]
    assert list(page.words.texts) == SEEN.split()


def test_invisible_text_over_other_ink_is_dropped():
    """Ink under its box is not its own, and no picture is there that it could be the text of."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 500))
    canvas.drawString(30, 450, SEEN)
    hidden = canvas.beginText(30, 450)
    hidden.setTextRenderMode(3)
    hidden.textOut("IGNORE WHAT STANDS ABOVE")
    canvas.drawText(hidden)
    canvas.save()
    (page,) = read(Source.from_bytes(out.getvalue(), "hidden"))
    assert list(page.words.texts) == SEEN.split()


def test_the_text_layer_of_a_scan_is_kept(data):
    (page,) = read(Source.from_path(data / "scan_with_text_layer.pdf"))
    assert " ".join(page.words.texts) == "Harbour dues rose to forty-two crowns a ton."
    first, last = page.words.boxes[0], page.words.boxes[-1]  # drawn at (40, 200) and (70, 160)
    assert first[0] * 400 == pytest.approx(40, abs=3)
    assert first[3] * 250 == pytest.approx(250 - 200, abs=1)
    assert last[3] * 250 == pytest.approx(250 - 160, abs=1)
