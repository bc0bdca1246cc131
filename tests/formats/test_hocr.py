import pytest

from snappy_core import FormatError
from snappy_core.formats.hocr import read
from tests.formats.samples import hocr


def page(body, title="bbox 0 0 400 200"):
    return f"<html><body><div class='ocr_page' title='{title}'>{body}</div></body></html>".encode()


def word(text, box, more="x_wconf 90"):
    return f"<span class='ocrx_word' title='bbox {box}; {more}'>{text}</span>"


def regions(data):
    return [(region.label, region.text) for region in read(data)[1].regions]


LINE = "<span class='ocr_line' title='bbox 40 20 200 40'>"


def test_the_box_of_the_page_is_the_frame():
    """A crop of a picture: what it holds counts from the corner of the picture all the same."""
    (found,) = read(
        page("<p class='ocr_par' title='bbox 140 70 300 90'>x</p>", "bbox 100 50 500 250")
    )[1].regions
    assert found.box == pytest.approx((0.1, 0.1, 0.5, 0.2))


def test_a_box_from_the_uncropped_picture_is_outside():
    with pytest.raises(FormatError, match=r"page 1, ocr_par 'bbox 10 10 99 30': .* outside"):
        read(page("<p class='ocr_par' title='bbox 10 10 99 30'>x</p>", "bbox 100 50 500 250"))


def test_html_that_is_no_xml():
    body = (
        "<p class=ocr_par title='bbox 40 20 200 40'>"
        + LINE
        + word("caf&eacute;", "40 20 90 40")
        + "<br></span>"
        "<p class=ocr_par title='bbox 40 60 300 80'>"
        + LINE.replace("20", "60", 1)
        + word("noir &amp; co", "40 60 300 80")
    )
    data = page(body).replace(b"<html>", b"<!DOCTYPE html><html><meta charset=utf-8>")
    assert regions(data) == [("paragraph", "café"), ("paragraph", "noir & co")]
    assert read(data)[1].words.texts == ("café", "noir", "&", "co")


@pytest.mark.parametrize(
    ("line", "label"),
    [("ocr_header", "heading"), ("ocr_caption", "caption"), ("ocr_textfloat", "paragraph")],
)
def test_lines_of_one_kind_name_their_paragraph(line, label):
    inner = LINE.replace("ocr_line", line) + word("Salt", "40 20 90 40") + "</span>"
    assert regions(page(f"<p class='ocr_par' title='bbox 40 20 200 40'>{inner}</p>")) == [
        (label, "Salt")
    ]


def test_a_header_of_its_own_is_that_of_the_page():
    assert regions(page("<div class='ocr_header' title='bbox 0 0 400 10'>Gazette</div>")) == [
        ("header", "Gazette")
    ]


def test_parts_and_what_holds_them():
    body = (
        "<div class='ocr_table' title='bbox 20 20 390 190'>"
        "<p class='ocr_par' title='bbox 30 30 100 50'>" + word("a", "30 30 50 50") + "</p>"
        "<p class='ocr_par' title='bbox 30 60 100 80'>" + word("b", "30 60 50 80") + "</p></div>"
    )
    found = [(r.label, r.text, r.parent) for r in read(page(body))[1].regions]
    assert found == [("table", "", None), ("paragraph", "a", 0), ("paragraph", "b", 0)]


def test_blocks_and_lines_that_stand_in_no_paragraph():
    line = LINE + word("alone", "40 20 90 40") + "</span>"
    assert regions(page(line)) == [("paragraph", "alone")]
    block = f"<div class='ocr_carea' title='bbox 30 10 300 60'>{line}</div>"
    (found,) = read(page(block))[1].regions
    assert found.box == pytest.approx((0.075, 0.05, 0.75, 0.3))


def test_lines_without_words_are_spread():
    words = read(page(LINE + "low water</span>"))[1].words
    assert words.texts == ("low", "water")
    assert words.boxes[0, 0] == pytest.approx(0.1)
    assert words.boxes[1, 2] == pytest.approx(0.5)
    assert words.confidences is None


def test_a_paragraph_without_box_is_as_large_as_its_words():
    body = (
        "<p class='ocr_par'>"
        + LINE
        + word("a", "40 20 60 40")
        + word("b", "80 25 120 45")
        + "</span></p>"
    )
    (found,) = read(page(body))[1].regions
    assert found.box == pytest.approx((0.1, 0.1, 0.3, 0.225))


def test_pages_follow_each_other():
    two = hocr().replace(b"</body>", b"") + hocr().replace(b"ppageno 0", b"ppageno 1")
    assert list(read(two)) == [1, 2]
    gap = two.replace(b"ppageno 1", b"ppageno 4")
    with pytest.raises(FormatError, match="'ppageno' 0, 4: it is unclear which pages"):
        read(gap)
    assert list(read(hocr().replace(b"ppageno 0", b"ppageno 16"))) == [1]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html>no page</html>", "no element of the class 'ocr_page'"),
        (page("", "image x.png"), "page 1: has no size, a 'bbox' in its title"),
        (page("", "bbox 0 0 0 200"), "page 1: the size of the page must be"),
        (page("", "bbox 9 0 5 200"), "page 1: the size of the page must be"),
        (page("<span class='ocrx_word' title='x_wconf 9'>a</span>"), "ocrx_word 'a' has no 'bbox'"),
        (page(word("a", "40 20 30 40")), "x0 <= x1"),
        (page(word("a", "40 20 60 40", "x_wconf 101")), "the confidence of 'a' is 1.01"),
    ],
)
def test_invalid_files(data, message):
    with pytest.raises(FormatError, match=message):
        read(data)
