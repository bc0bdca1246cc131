"""Regions: the right words together, in order, under the right name."""

import io
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from snappy_core import Source, UnreadableDocumentError
from snappy_core.boxes import as_boxes, enclose
from snappy_core.parsing import ReadingOptions, read
from snappy_core.types import LABELS

REPORT = Path(__file__).parents[3] / "examples" / "report.pdf"


def regions_of(data, name):
    (page,) = read(Source.from_path(data / name))
    return page.regions


def draw(*rows, size=(400, 600)):
    """A page of rows `(x, y, text, font size)`, y up; a text that begins with * is bold."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for x, y, text, points in rows:
        canvas.setFont("Helvetica-Bold" if text.startswith("*") else "Helvetica", points)
        canvas.drawString(x, y, text.strip("*"))
    canvas.save()
    (page,) = read(Source.from_bytes(out.getvalue(), "drawn"))
    return page


PROSE = (
    "The lock keeper writes down every boat that passes, its",
    "name and draught, and the hour by the chapel clock. At",
    "the end of the month the ledger goes to the canal office,",
    "where a clerk adds up the tolls and signs every leaf.",
)


def prose(y, rows=PROSE):
    return [(40, y - 14 * i, row, 11) for i, row in enumerate(rows)]


# What holds for every page


def test_every_word_is_in_one_region_and_all_are_in_order(data):
    pages = 0
    for path in sorted(data.glob("*.pdf")):
        try:
            for page in read(Source.from_path(path)):
                check(page)
                pages += len(page.words) > 0
        except UnreadableDocumentError:
            continue
    assert pages > 40


def check(page):
    held = [word for region in page.regions if region.parent is None for word in region.words]
    assert held == list(range(len(page.words)))
    for place, region in enumerate(page.regions):
        assert region.order == place
        assert region.label in LABELS
        boxes = page.words.boxes[list(region.words)]
        if region.label == "figure":  # may hold more than its words
            around = enclose(as_boxes([region.box, *boxes]))
            assert np.array(region.box) == pytest.approx(np.array(around), abs=1e-5)
        else:
            assert region.box == enclose(boxes)
        assert set(region.context).isdisjoint(region.words)
        assert set(region.context) <= set(held)
        if region.parent is not None:
            parent = page.regions[region.parent]
            assert parent.parent is None
            assert set(region.words) <= set(parent.words)
            assert parent.order < region.order
        if region.label in ("paragraph", "heading", "header", "footer"):
            # apart from hyphens at line ends, the text is the words
            words = "".join(page.words.texts[word] for word in region.words)
            assert region.text.replace(" ", "").replace("-", "") == words.replace("-", "")
    assert as_boxes([region.box for region in page.regions]).shape == (len(page.regions), 4)


# Columns


def test_two_columns_under_a_heading(data):
    heading, *paragraphs = regions_of(data, "two_columns.pdf")
    assert heading.text == "The Salt Pans of the Eastern Shore"
    assert heading.label in ("title", "heading")
    assert [p.label for p in paragraphs] == ["paragraph"] * 6
    assert [p.section for p in paragraphs] == [heading.text] * 6
    assert [p.text for p in paragraphs] == [
        "Salt was made here from the twelfth century, when monks boiled sea water in lead pans "
        "over peat fires.",
        "By 1700 coal had replaced the peat, and eleven pans stood along the shore.",
        "Each pan gave two bushels a day in dry weather.",
        "The trade ended in 1823, when the duty on rock salt was lifted and the mines of Cheshire "
        "undersold the pans.",
        "Two of the pan houses still stand. One is a chapel, the other a store for nets.",
        "The museum opens on Sundays from May.",
    ]
    left, right = paragraphs[:3], paragraphs[3:]
    assert max(p.box[2] for p in left) < 0.5 < min(p.box[0] for p in right)


# Lists


def test_list_items(data):
    regions = regions_of(data, "list_items.pdf")
    items = [r.text.split("\n") for r in regions if r.label == "list_item"]
    assert {lead for lead, _ in items} == {
        "Every boat that stays overnight must carry:", "To come in after dark:",
    }  # fmt: skip
    assert [text for _, text in items] == [
        "• A chart of the inner harbour.",
        "• Two anchors, one of which must hold the boat on its own in a full gale.",
        "• A lamp that burns for ten hours.",
        "• Water for every person on board, four litres a day for three days.",
        "• A bell or a horn.",
        "1. Ring the harbour office.",
        "2. Wait for the green light.",
        "3. Enter at four knots.",
    ]
    others = [(r.order, r.label, r.text[:42]) for r in regions if r.label != "list_item"]
    assert others == [
        (0, "paragraph", "Every boat that stays overnight must carry"),
        (1, "list", "Every boat that stays overnight must carry"),
        (7, "paragraph", "To come in after dark:"),
        (8, "list", "To come in after dark:\n1. Ring the harbour"),
    ]
    assert {r.parent for r in regions if r.label == "list_item"} == {1, 8}
    lead_in = regions[0].words
    assert [r.context for r in regions[2:7]] == [lead_in] * 5


# Hyphens


def test_hyphens_at_line_ends_are_taken_out(data):
    (region,) = regions_of(data, "hyphens.pdf")
    assert region.text == (
        "The breakwater took a considerable battering, and the engineers now mean to raise it by "
        "one metre with a well-known kind of interlocking block."
    )


def test_the_words_of_a_broken_word_keep_their_boxes(data):
    (page,) = read(Source.from_path(data / "hyphens.pdf"))
    at = page.words.texts.index("erable")
    before, after = page.words.boxes[at - 1], page.words.boxes[at]
    assert before[0] > after[2]  # at the end of one line, at the beginning of the next
    assert before[3] < after[3]


# Directions


LEDGER = (
    "The lock keeper writes down every boat that passes, its name and draught, and the hour by the "
    "chapel clock. At the end of the month the ledger goes to the canal office, where a clerk adds "
    "up the tolls."
)


def test_sideways_text_is_read_as_it_runs(data):
    (region,) = regions_of(data, "sideways_text.pdf")
    assert (region.text, region.label) == (LEDGER, "paragraph")
    x0, y0, x1, y1 = region.box  # lines from x = 80 to 140 of 300, up from y = 60 of 500
    assert x0 * 300 == pytest.approx(80 - 9, abs=1)
    assert x1 * 300 == pytest.approx(140 + 3, abs=1)
    assert y1 * 500 == pytest.approx(500 - 60, abs=1.5)
    assert y1 - y0 > x1 - x0


@pytest.mark.parametrize("name", ["rotate_0", "rotate_90", "rotate_180", "rotate_270"])
def test_a_line_stays_together_on_a_turned_page(data, name):
    assert {r.text for r in regions_of(data, f"{name}.pdf")} == {"ALPHA", "BETA GAMMA DELTA"}


def test_a_stamp_in_the_margin_stays_by_itself(data):
    paragraph, stamp = sorted(regions_of(data, "margin_stamp.pdf"), key=lambda r: -len(r.text))
    assert (paragraph.text, paragraph.label) == (LEDGER, "paragraph")
    assert stamp.text == "tidal:2501.04217v2 [physics.ao-ph] 7 Jan 2025"
    assert stamp.label == "other"
    assert stamp.box[2] < paragraph.box[0]


# Tables


def test_a_table_between_paragraphs(data):
    regions = regions_of(data, "table.pdf")
    before, table, after = (region for region in regions if region.parent is None)
    assert [r.label for r in (before, table, after)] == ["paragraph", "table", "paragraph"]
    assert before.text.startswith("Five crews gave up")
    assert after.text.endswith("harbour master's own scale.")
    assert table.text.split("\n") == [
        "| Port | Boats | Landed (t) | Value |",
        "| --- | --- | --- | --- |",
        "| Ardwick | 14 | 312 | £408,000 |",
        "| Brae | 9 | 187 | £251,500 |",
        "| Corran | 22 | 640 | £799,200 |",
        "| Dunmore | 5 | 96 | £133,700 |",
    ]
    rows = [region for region in regions if region.parent is not None]
    assert [row.label for row in rows] == ["table_row"] * 5
    header, *rows = rows
    assert header.text == "| Port | Boats | Landed (t) | Value |\n| --- | --- | --- | --- |"
    assert [row.words[0] for row in rows] == list(table.words[5::4])
    assert rows[1].text.split("\n")[::2] == [
        "| Port | Boats | Landed (t) | Value |",
        "| Brae | 9 | 187 | £251,500 |",
    ]
    assert rows[1].context == table.words[:5]


def test_a_long_table_has_its_rows_for_parts():
    columns = ((40, "Port"), (120, "Boats"), (200, "Landed"), (300, "Value"))
    names = ("Ardwick", "Brae", "Corran", "Dunmore", "Eyemouth")
    cells = [(x, 560, f"*{name}", 9) for x, name in columns]
    for i in range(40):
        row = (names[i % 5], str(14 + i), f"{312 + 7 * i}", f"{408 + i},{100 + i}")
        cells += [(x, 547 - 13 * i, text, 9) for (x, _), text in zip(columns, row, strict=True)]
    table, *rows = draw(*cells).regions
    assert (table.label, {row.label for row in rows}) == ("table", {"table_row"})
    assert [row.text.split("\n")[-1] for row in rows][-2:] == [
        "| Dunmore | 52 | 578 | 446,138 |", "| Eyemouth | 53 | 585 | 447,139 |",
    ]  # fmt: skip


# Names


@pytest.mark.parametrize(
    ("heading", "size", "labels"),
    [
        ("The Harbour Dues", 24, {"title"}),
        ("The Harbour Dues", 15, {"title", "heading"}),
        ("*The Harbour Dues", 11, {"heading"}),
        ("Figure 3: the dues", 11, {"caption"}),
        ("Figure 7-26. The dues", 11, {"caption"}),
        ("Fig. 4b (left)", 11, {"caption"}),
        ("Table A.1: harbour dues", 11, {"caption"}),
        ("Exhibit IV", 11, {"caption"}),
        ("Table of contents", 15, {"title", "heading"}),
    ],
)
def test_what_stands_above_a_paragraph(heading, size, labels):
    page = draw((40, 480, heading, size), *prose(430))
    assert [region.text for region in page.regions] == [heading.strip("*"), " ".join(PROSE)]
    above, paragraph = page.regions
    assert above.label in labels
    assert paragraph.label == "paragraph"


def test_running_head_and_page_number():
    page = draw((40, 580, "Harbour Board", 9), *prose(450), (195, 15, "17", 9))
    assert [(r.label, r.text) for r in page.regions] == [
        ("header", "Harbour Board"), ("paragraph", " ".join(PROSE)), ("footer", "17"),
    ]  # fmt: skip


def test_a_gap_parts_paragraphs():
    page = draw(*prose(450), *prose(360, PROSE[::-1]))
    assert [r.text for r in page.regions] == [" ".join(PROSE), " ".join(PROSE[::-1])]


# Sections


def test_sections_of_a_document():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 600))
    for heading, rows in (("The Ledger", PROSE), (None, PROSE)):
        if heading:
            canvas.setFont("Helvetica-Bold", 14)
            canvas.drawString(40, 500, heading)
        canvas.setFont("Helvetica", 11)
        for i, row in enumerate(rows):
            canvas.drawString(40, 450 - 14 * i, row)
        canvas.showPage()
    canvas.save()
    first, second = read(Source.from_bytes(out.getvalue(), "ledger"))
    assert [(r.text, r.section) for r in first.regions] == [
        ("The Ledger", ""), (" ".join(PROSE), "The Ledger"),
    ]  # fmt: skip
    assert [r.section for r in second.regions] == ["The Ledger"]


def test_regions_stand_where_their_words_are():
    page = draw(*prose(450))
    (paragraph,) = page.regions
    right = 40 + max(stringWidth(row, "Helvetica", 11) for row in PROSE)
    assert np.array(paragraph.box) * [400, 600, 400, 600] == pytest.approx(
        [40, 600 - 450 - 0.72 * 11, right, 600 - 450 + 3 * 14 + 0.22 * 11], abs=1
    )


# Scale


def scaled(data, factor):
    """The bytes of a PDF with pages and all on them that many times as wide and high."""
    out = io.BytesIO()
    with pdfium.PdfDocument(data) as document:
        for page in document:
            matrix = pdfium.raw.FS_MATRIX(factor, 0, 0, factor, 0, 0)
            assert pdfium.raw.FPDFPage_TransFormWithClip(page, matrix, None)
            media_box, crop_box = page.get_mediabox(), page.get_cropbox()
            page.set_mediabox(*(factor * side for side in media_box))
            page.set_cropbox(*(factor * side for side in crop_box))
        document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["two_columns.pdf", "table.pdf", "list_items.pdf", "report.pdf"])
@pytest.mark.parametrize("factor", [0.2, 0.6, 2.5, 5])
def test_a_page_has_the_same_regions_at_any_scale(data, name, factor):
    path = REPORT if name == "report.pdf" else data / name
    options = ReadingOptions(ocr="never")
    pages = list(read(Source.from_path(path), options))
    other_pages = list(
        read(Source.from_bytes(scaled(path.read_bytes(), factor), "scaled"), options)
    )
    for page, other in zip(pages, other_pages, strict=True):
        assert other.width == pytest.approx(factor * page.width, rel=1e-3)
        assert other.words.texts == page.words.texts
        assert len(other.regions) == len(page.regions)
        for region, same in zip(page.regions, other.regions, strict=True):
            assert (same.label, same.text, same.parent) == (
                region.label, region.text, region.parent,
            )  # fmt: skip
            assert same.box == pytest.approx(region.box, abs=1e-3)


def test_upright_words_in_a_grid_around_turned_ones_stand_in_one_region():
    """In the grid as turned text sees it, it is the upright words that are turned."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 600))
    canvas.setFont("Helvetica", 10)
    for x, y, text in [(40, 506, "Tides turn twice"), (40, 478, "Tides turn twice"),
                       (220, 540, "Tides turn twice"), (145, 468, "9")]:  # fmt: skip
        canvas.drawString(x, y, text)
    for y in (520, 480, 460):
        canvas.line(40, y, 340, y)
    for x in (40, 140, 240, 340):
        canvas.line(x, 520, x, 460)
    canvas.transform(1, 1, 0, 1, 245, 468)
    canvas.drawString(0, 0, "12")
    canvas.save()
    (page,) = read(Source.from_bytes(out.getvalue(), "drawn"))
    tops = [word for region in page.regions if region.parent is None for word in region.words]
    assert sorted(tops) == list(range(len(page.words)))
    assert page.words.texts.count("9") == 1
