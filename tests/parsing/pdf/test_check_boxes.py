"""Check boxes that are drawn on a form say whether they are ticked."""

import pytest

from snappy_core import Source
from snappy_core.parsing import ReadingOptions, read
from tests.parsing.pdf.simple_pdf import HEIGHT, line, pdf, stream

DINGBATS = "/Z <</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>"
MARKS = {
    "tick": "1 5 m 4 1 l 11 12 l S",
    "cross": "2 2 m 7 7 l S 2 7 m 7 2 l S",
    "fill": "2.5 2.5 4 4 re f",
    "letter": "BT /F 9 Tf 1.5 1.3 Td (X) Tj ET",
    "dingbat": "BT /Z 9 Tf 1 1 Td (4) Tj ET",
}
OUTLINE = "0 0 9 9 re S"
OUTLINES = {
    "box": OUTLINE,
    "lines": "0 0 m 9 0 l S 9 0 m 9 9 l S 9 9 m 0 9 l S 0 9 m 0 0 l S",
    "thin boxes": "0 0 9 .6 re f 0 8.4 9 .6 re f 0 0 .6 9 re f 8.4 0 .6 9 re f",
    "white ground": "q 1 g 0 0 9 9 re B Q",
}


def square(x, y, content):
    """What is drawn with the lower left corner of a square at (x, y), y from the top."""
    return f"\nq .6 w 1 0 0 1 {x} {HEIGHT - y} cm {content} Q\n"


def read_page(content):
    data = pdf(content, fonts=DINGBATS)
    (page,) = read(Source.from_bytes(data, "form.pdf"), ReadingOptions(ocr="never"))
    return page


def form(*squares):
    """Three lines of a form, behind squares with some content."""
    labels = ("Fishing boats", "Pilotage boats", "Salvage boats")
    return "".join(
        square(60, 101 + 40 * row, content) + line(76, 100 + 40 * row, label)
        for row, (content, label) in enumerate(zip(squares, labels, strict=False))
    )


def texts(page):
    return " ".join(region.text for region in page.regions if region.parent is None)


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("outline", OUTLINES.values(), ids=OUTLINES)
def test_drawn_boxes_say_whether_they_are_ticked(outline, mark):
    page = read_page(form(f"{outline} {mark}", outline, f"{outline} {mark}"))
    assert "☑ Fishing boats" in texts(page)
    assert "☐ Pilotage boats" in texts(page)
    assert "☑ Salvage boats" in texts(page)
    assert len(page.words.texts) == 9  # what is typed in a box is its mark
    where = page.words.boxes[page.words.texts.index("☐")] * [400, 600, 400, 600]
    assert where == pytest.approx([60, 132, 69, 141], abs=0.5)


def test_a_box_may_stand_behind_its_label():
    page = read_page(line(60, 100, "Yes") + square(80, 101, OUTLINE))
    assert set(page.words.texts) == {"Yes", "☐"}


def test_boxes_of_a_table_stand_away_from_text():
    """Only the first one of each row stands near text; the others are like it, in line with it."""
    rows = ("Is the hull sound?", "Is the engine sound?")
    content = ""
    for row, (label, ticked) in enumerate(zip(rows, (0, 2), strict=True)):
        content += line(60, 100 + 20 * row, label)
        for column in range(3):
            mark = MARKS["cross"] if column == ticked else ""
            content += square(170 + 60 * column, 101 + 20 * row, f"{OUTLINE} {mark}")
    words = read_page(content).words
    marks = {
        (round(x * 400), round(y * 600)): text
        for text, (x, y, _, _) in zip(words.texts, words.boxes.tolist(), strict=True)
        if text in "☐☑"
    }
    assert marks == {
        (170, 92): "☑", (230, 92): "☐", (290, 92): "☐",
        (170, 112): "☐", (230, 112): "☐", (290, 112): "☑",
    }  # fmt: skip


def test_a_light_mark_may_stand_on_a_filled_box():
    """As browsers print them; without another box it may be an icon."""
    filled = "q .1 .3 .8 rg 0 0 9 9 re f 1 G 2 4 m 4 2 l 7 7 l S Q"
    assert "☑ Fishing boats" in texts(read_page(form(filled, OUTLINE)))
    assert texts(read_page(form(filled, filled))) == "Fishing boats Pilotage boats"


def test_keys_of_a_chart_are_no_check_boxes():
    filled, hatched = f"q .5 g {OUTLINE[:-1]} B Q", f"{OUTLINE} 1 1 m 8 8 l S"
    shown = texts(read_page(form(OUTLINE, filled, hatched)))
    assert shown == "Fishing boats Pilotage boats Salvage boats"


def test_marks_are_drawn_over_box_glyphs():
    font = (
        "<</Type/Font/Subtype/Type3 /FontBBox[0 0 1 1] /FontMatrix[1 0 0 1 0 0] /Resources<<>>"
        " /FirstChar 111 /LastChar 111 /Widths[1] /CharProcs<</box 11 0 R>> /ToUnicode 12 0 R"
        " /Encoding<</Type/Encoding /Differences[111/box]>>>>"
    )
    names = "1 begincodespacerange <00><FF> endcodespacerange 1 beginbfchar <6F><25A1> endbfchar"
    box = stream("1 0 d0 .06 w .1 0 .8 .8 re S")
    rows = [
        line(60, y, "o", font="B") + line(72, y, text)
        for y, text in ((100, "Boats"), (120, "Rafts"))
    ]
    cross = "\n62 501 m 68 507 l S 62 507 m 68 501 l S"
    data = pdf("".join(rows) + cross, fonts="/B 10 0 R", objects=(font, box, stream(names)))
    (page,) = read(Source.from_bytes(data, "form.pdf"), ReadingOptions(ocr="never"))
    assert page.words.texts == ("☑", "Boats", "☐", "Rafts")


@pytest.mark.parametrize(
    "content",
    [
        "0 0 9 9 re f",
        "0 0 9 9 re B",
        "q .2 .4 .8 rg 0 0 9 9 re B Q",
        "0 0 3 3 re S",
        "0 0 24 24 re S",
        "0 0 20 9 re S",
        f"{OUTLINE} BT /F 8 Tf 2 1.5 Td (B) Tj ET",
        f"{OUTLINE} 9 0 9 9 re S",
        f"{OUTLINE} 1 0 0 1 -11 0 cm {OUTLINE}",
        "1 G 0 0 9 9 re S",
    ],
    ids=[
        "bullet", "outlined bullet", "key of a chart", "small", "large", "wide", "letter",
        "shared edge", "boxes for letters", "white",
    ],
)  # fmt: skip
def test_other_squares_are_no_check_boxes(content):
    words = read_page(form(content, content)).words.texts
    assert not {*words} & {*"☐☑"}
    assert "Fishing" in words


def test_a_square_far_from_text_is_no_check_box():
    page = read_page(line(60, 100, "Fishing boats") + square(60, 160, OUTLINE))
    assert page.words.texts == ("Fishing", "boats")


@pytest.mark.parametrize("gap", [0, 0.5], ids=["one edge", "two edges"])
def test_cells_of_a_table_are_no_check_boxes(gap):
    step = 12 + gap
    cells = [(60 + column * step, 100 + row * step) for row in range(4) for column in range(4)]
    content = "".join(square(x, y, "0 0 12 12 re S") for x, y in cells)
    content += "".join(line(x + 3, y - 2, "7", 8) + "\n" for x, y in cells[::2])
    content += "".join(line(114, 98 + row * step, "Total") + "\n" for row in range(4))
    words = read_page(content).words.texts
    assert not {*words} & {*"☐☑"}
    assert words.count("7") == 8
