"""Coordinates of viewers: exact for drawn text, round trips, and pixels of highlights."""

import ctypes
import json
from typing import get_args

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core import RegionIndex, Source, UnreadableDocumentError
from snappy_core.boxes import as_boxes, enclose, iou
from snappy_core.display.viewers import (
    HIGHLIGHT_COLOR,
    REGION_COLOR,
    answering_rects,
    from_user_space,
    highlight,
    page_link,
    page_size,
    pixels,
    react_pdf_highlighter,
    to_user_space,
    web_annotation,
)
from snappy_core.testing import FakeEncoder
from snappy_core.types import Label

LABELS = list(get_args(Label))


def find(path, question, k=1, password=None):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(path, password=password, progress=False).raise_failed()
        # A word alone near the edge may be taken for a running head, which does not answer.
        return index.search(question, k=k, filter={"region_label": LABELS})


ALPHA = (30.25, 450.0, 88.79, 462.92)  # ink in PDF space, whatever the rotation
INSIDE = (131.46, 599.71, 269.74, 611.79)


@pytest.mark.parametrize(
    ("name", "question", "expected"),
    [
        ("rotate_0.pdf", "ALPHA", ALPHA),
        ("rotate_90.pdf", "ALPHA", ALPHA),
        ("rotate_180.pdf", "ALPHA", ALPHA),
        ("rotate_270.pdf", "ALPHA", ALPHA),
        ("rotate_inherited.pdf", "ALPHA", ALPHA),
        ("crop_box.pdf", "INSIDE", INSIDE),
        ("crop_rotate_90.pdf", "INSIDE", INSIDE),
        ("odd_media_box.pdf", "NEGATIVE", (-18.78, 439.71, 121.04, 451.79)),
        ("upside_down_media_box.pdf", "UPSIDE", (73.18, 699.71, 223.7, 711.79)),
    ],
)
def test_user_space_is_where_the_text_was_drawn(data, name, question, expected):
    hit = find(data / name, question)[0]
    assert to_user_space(hit.region.box, hit.user_space) == pytest.approx(expected, abs=0.05)


fractions = st.floats(0, 1, width=32)


@given(fractions, fractions, fractions, fractions, st.sampled_from(range(4)), st.booleans())
def test_user_space_round_trip(x0, x1, y0, y1, turn, mirrored):
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    cos, sin = [(1, 0), (0, 1), (-1, 0), (0, -1)][turn]
    flip = -1 if mirrored else 1
    matrix = (595.3 * cos, 595.3 * sin, -841.9 * sin * flip, 841.9 * cos * flip, -17.5, 230.25)
    assert from_user_space(to_user_space(box, matrix), matrix) == pytest.approx(box, abs=1e-6)


@given(st.floats(10, 1200))
def test_pixels_round_trip_at_any_dpi(dpi):
    hit = SAMPLE
    width, height = page_size(hit, dpi)
    x0, y0, x1, y1 = pixels(hit, dpi)
    back = (x0 / width, y0 / height, x1 / width, y1 / height)
    assert back == pytest.approx(hit.region.box, abs=1e-6)
    assert width == pytest.approx(500 * dpi / 72)  # 300 x 500 points, turned by 90 degrees


def test_pixels_need_a_positive_dpi():
    with pytest.raises(ValueError, match="dpi must be positive"):
        pixels(SAMPLE, 0)


def test_web_annotation_covers_the_region_by_less_than_a_pixel():
    annotation = web_annotation(SAMPLE, dpi=144)
    assert json.loads(json.dumps(annotation)) == annotation
    target = annotation["target"]
    assert target["source"].endswith("/rotate_90.pdf#page=1")
    kind, numbers = target["selector"]["value"].split(":")
    x, y, width, height = map(int, numbers.split(","))
    x0, y0, x1, y1 = pixels(SAMPLE, 144)
    assert kind == "xywh=pixel"
    assert 0 <= x0 - x < 1
    assert 0 <= y0 - y < 1
    assert 0 <= x + width - x1 < 1
    assert 0 <= y + height - y1 < 1


def test_react_pdf_highlighter():
    made = react_pdf_highlighter(SAMPLE)
    assert json.loads(json.dumps(made)) == made
    position = made["position"]
    rect = position["boundingRect"]
    assert (rect["width"], rect["height"], rect["pageNumber"]) == (500, 300, 1)
    back = (
        rect["x1"] / rect["width"],
        rect["y1"] / rect["height"],
        rect["x2"] / rect["width"],
        rect["y2"] / rect["height"],
    )
    assert back == pytest.approx(SAMPLE.region.box, abs=1e-6)
    assert len(position["rects"]) == len(SAMPLE.rects)


def test_viewers_show_the_words_that_answer(data):
    [hit] = find(data / "table.pdf", "boats landed at Brae")
    row, *_ = hit.highlights
    made = react_pdf_highlighter(hit)
    assert made["content"]["text"] == "\n".join(hit.quotes)
    rects = made["position"]["rects"]
    assert len(rects) == len(answering_rects(hit)) < len(hit.rects)
    assert rects[0]["y1"] / rects[0]["height"] == pytest.approx(row.rects[0][1])
    selector = web_annotation(hit)["target"]["selector"]
    assert selector["refinedBy"] == {"type": "TextQuoteSelector", "exact": row.text}
    assert "refinedBy" not in web_annotation(SAMPLE)["target"]["selector"]


@pytest.mark.parametrize(
    ("source", "link"),
    [
        ("/docs/name & ü.pdf", "/docs/name%20%26%20%C3%BC.pdf#page=3"),
        ("a#b?.pdf", "a%23b%3F.pdf#page=3"),
        ("https://x.org/a.pdf", "https://x.org/a.pdf#page=3"),
        ("S3://reports/a b.pdf", "S3://reports/a b.pdf#page=3"),
        ("/docs/3:4.pdf", "/docs/3:4.pdf#page=3"),
        ("C:/docs/a.pdf", "C:/docs/a.pdf#page=3"),
        ("javascript:alert(1)//q3.pdf", "javascript%3Aalert%281%29//q3.pdf#page=3"),
        ("javascript://%0aalert(1)//q3.pdf", "javascript%3A//%250aalert%281%29//q3.pdf#page=3"),
    ],
)
def test_links(source, link):
    assert page_link(source, 3) == link


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("rotate_0.pdf", "ALPHA"),
        ("rotate_270.pdf", "ALPHA"),
        ("crop_rotate_90.pdf", "INSIDE"),
        ("odd_media_box.pdf", "NEGATIVE"),
        ("table.pdf", "boats landed at Brae"),
    ],
)
def test_highlights_cover_the_region(data, tmp_path, name, question):
    hits = find(data / name, question)
    made = highlight(hits, tmp_path / "lit.pdf")
    before, after = (_draw(path, hits[0].page_number) for path in (data / name, made))
    changed = np.argwhere((before != after).any(axis=2))
    (y0, x0), (y1, x1) = changed.min(axis=0), changed.max(axis=0) + 1
    height, width = before.shape[:2]
    lit = as_boxes([[x0 / width, y0 / height, x1 / width, y1 / height]])
    assert iou(lit, as_boxes([hits[0].region.box]))[0, 0] > 0.85
    document = pdfium.PdfDocument(made)
    page = document[hits[0].page_number - 1]
    colors = [color for color, _ in _annotations(page)]
    answers = hits[0].highlights[0].rects != hits[0].rects
    assert colors == [REGION_COLOR, HIGHLIGHT_COLOR][0 if answers else 1 :]
    page.close()
    document.close()
    assert list(tmp_path.iterdir()) == [made]  # nothing half-written is left


def test_highlight_keeps_the_document_and_its_password(data, tmp_path):
    source = tmp_path / "secret.pdf"
    source.write_bytes((data / "encrypted.pdf").read_bytes())
    hits = find(source, "the", password="tide")
    made = highlight(hits, tmp_path / "lit.pdf", password="tide")
    assert source.read_bytes() == (data / "encrypted.pdf").read_bytes()
    with pytest.raises(pdfium.PdfiumError):
        pdfium.PdfDocument(made)
    pdfium.PdfDocument(made, password="tide").close()


def test_highlight_refuses_other_documents(data, tmp_path):
    hits = find(data / "table.pdf", "boats", k=2)
    other = find(data / "list_items.pdf", "boat")
    out = tmp_path / "lit.pdf"
    with pytest.raises(ValueError, match="in one document, not in 2"):
        highlight([*hits, *other], out)
    with pytest.raises(ValueError, match="not in 0"):
        highlight([], out)
    in_memory = find(Source.from_bytes((data / "table.pdf").read_bytes(), "t.pdf"), "boats")
    with pytest.raises(ValueError, match="not a PDF file"):
        highlight(in_memory, out)
    with pytest.raises(ValueError, match="in place"):
        highlight(hits, data / "table.pdf")
    secret = tmp_path / "secret.pdf"
    secret.write_bytes((data / "encrypted.pdf").read_bytes())
    locked = find(secret, "the", password="tide")
    with pytest.raises(UnreadableDocumentError, match="password"):
        highlight(locked, out)
    assert not out.exists()


@pytest.fixture(autouse=True, scope="module")
def _sample(data):
    global SAMPLE
    SAMPLE = find(data / "rotate_90.pdf", "BETA GAMMA")[0]


def test_highlights_are_strong_and_their_region_faint(data, tmp_path):
    [hit] = find(data / "table.pdf", "boats landed at Brae")
    document = pdfium.PdfDocument(highlight([hit], tmp_path / "lit.pdf"))
    page = document[hit.page_number - 1]
    (faint, whole), (strong, row) = _annotations(page)
    assert (faint, strong) == (REGION_COLOR, HIGHLIGHT_COLOR)
    assert whole == pytest.approx(to_user_space(hit.region.box, hit.user_space), abs=0.05)
    lines = hit.highlights[0].rects
    assert row == pytest.approx(to_user_space(enclose(as_boxes(lines)), hit.user_space), abs=0.05)
    page.close()
    document.close()


def _annotations(page):
    """Return the color and the box of each annotation of a page."""
    raw, made = pdfium.raw, []
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        color, rect = [ctypes.c_uint() for _ in range(4)], raw.FS_RECTF()
        raw.FPDFAnnot_GetColor(annotation, raw.FPDFANNOT_COLORTYPE_Color, *color)
        raw.FPDFAnnot_GetRect(annotation, rect)
        box = (rect.left, rect.bottom, rect.right, rect.top)
        made.append((tuple(value.value for value in color[:3]), box))
        raw.FPDFPage_CloseAnnot(annotation)
    return made


def _draw(path, number):
    document = pdfium.PdfDocument(path)
    page = document[number - 1]
    picture = page.render(scale=2).to_numpy().astype(int)
    page.close()
    document.close()
    return picture
