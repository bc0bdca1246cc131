"""Kinds of pages, drawn small and read whole: what belongs together for a person is one region."""

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.parsing.tables.sheets import Sheets, tables, texts

PROSE = (
    "The lock keeper writes down every boat that passes,",
    "its name and draught, and the hour by the chapel",
    "clock. At the end of the month the ledger goes to the",
    "canal office, where a clerk adds up the tolls and",
    "signs every leaf before the year is out.",
)
MORE = PROSE[::-1]
NARROW = (
    "The keeper writes down", "every boat that passes,", "its name and draught,",
    "and the hour by the", "chapel clock each day.",
)  # fmt: skip
NETS = (
    "Nets dry on the quay from", "April on, and the boats", "are tarred before the",
    "herring come into the", "sound in early June.",
)  # fmt: skip
PALE, BLUE = (0.9, 0.95, 0.9), (0.3, 0.4, 0.7)


def paragraph(sheets, x, y, lines=PROSE, leading=1.2):
    """Write lines of 10 points from the foot of the first one down; return the foot of the last."""
    for number, line in enumerate(lines):
        sheets.write(x, y + 10 * leading * number, line, size=10)
    return y + 10 * leading * (len(lines) - 1)


def panel(sheets, x, y, width, height, color=PALE):
    """Fill a box without lines around it."""
    sheets.canvas.setFillColorRGB(*color)
    sheets.canvas.rect(x, 600 - y - height, width, height, fill=1, stroke=0)
    sheets.canvas.setFillColorRGB(0, 0, 0)


def photo(sheets, x, y, width, height, turn=0):
    picture = Image.linear_gradient("L").resize((40, 30)).rotate(90 * turn)
    sheets.canvas.drawImage(ImageReader(picture), x, 600 - y - height, width, height)


def read_one(sheets):
    (page,) = sheets.pages()
    return page


def blocks(page):
    """The label and text of each region that is in no other."""
    return [(region.label, region.text) for region in page.regions if region.parent is None]


def only_figure(page):
    (figure,) = [r for r in page.regions if r.label == "figure" and r.parent is None]
    return figure


# Leading


@pytest.mark.parametrize("told_by", ["gap", "indent"])
@pytest.mark.parametrize("leading", [1.0, 1.2, 1.5, 1.8, 2.2])
def test_a_paragraph_is_one_block_at_any_leading(leading, told_by):
    sheets = Sheets()
    y = 100
    for lines in (PROSE, MORE):
        if told_by == "indent":
            sheets.write(54, y, lines[0], size=10)
            y = paragraph(sheets, 40, y + 10 * leading, lines[1:], leading) + 10 * leading
        else:
            y = paragraph(sheets, 40, y, lines, leading) + 19 * leading
    assert blocks(read_one(sheets)) == [
        ("paragraph", " ".join(PROSE)), ("paragraph", " ".join(MORE)),
    ]  # fmt: skip


@pytest.mark.parametrize("is_link", [False, True])
def test_underlined_words_part_no_paragraph(is_link):
    """A part of each line is underlined; of a link that goes on, also a whole line."""
    sheets = Sheets()
    paragraph(sheets, 40, 60)
    paragraph(sheets, 40, 150, MORE)
    underlined = [(150, 102), (225, 150), (265, 162), (252, 174)]
    for right, foot in underlined:
        sheets.canvas.setLineWidth(0.6)
        sheets.line(40 if is_link else 90, foot + 1.6, right, foot + 1.6)
        if is_link:
            sheets.canvas.linkURL("https://example.org", (40, 596 - foot, right, 609 - foot))
    assert blocks(read_one(sheets)) == [
        ("paragraph", " ".join(PROSE)), ("paragraph", " ".join(MORE)),
    ]  # fmt: skip


# Labels and values


@pytest.mark.parametrize("is_label_first", [True, False])
def test_a_key_figure_is_one_block_with_its_label(is_label_first):
    figures = {"Boats passed": "4,812", "Berths let": "93%", "Deepest quay": "17.4 m"}
    sheets = Sheets()
    sheets.write(40, 100, "The harbour in 2024", size=16, bold=True)
    for x, (label, value) in zip((40, 160, 280), figures.items(), strict=True):
        panel(sheets, x, 130, 100, 60)
        sheets.write(x + 10, 148 if is_label_first else 178, label, size=9)
        sheets.write(x + 10, 170 if is_label_first else 158, value, size=20, bold=True)
    paragraph(sheets, 40, 230)
    heading, *cards, prose = blocks(read_one(sheets))
    assert heading == ("heading", "The harbour in 2024")
    assert [text for _, text in cards] == [
        f"{label} {value}" if is_label_first else f"{value} {label}"
        for label, value in figures.items()
    ]
    assert prose == ("paragraph", " ".join(PROSE))


FIELDS = {"Vessel": "Anna Lind", "Master": "Carla Moe", "Port of departure": "Corran",
          "Cargo": "Coal, 120 tons"}  # fmt: skip


def test_a_value_is_one_block_with_the_label_before_it():
    sheets = Sheets()
    sheets.write(40, 90, "Notice of arrival", size=14, bold=True)
    for number, (label, value) in enumerate(FIELDS.items()):
        sheets.write(40, 120 + 18 * number, f"{label}:", size=10, bold=True)
        sheets.write(160, 120 + 18 * number, value, size=10)
    paragraph(sheets, 40, 240)
    page = read_one(sheets)
    assert [text for _, text in blocks(page)] == [
        "Notice of arrival", *(f"{label}: {value}" for label, value in FIELDS.items()),
        " ".join(PROSE),
    ]  # fmt: skip
    assert tables(page) == []


@pytest.mark.parametrize(("size", "bold"), [(8, False), (9, True)])
def test_a_value_is_one_block_with_the_label_above_it(size, bold):
    sheets = Sheets()
    for number, (label, value) in enumerate(FIELDS.items()):
        x, y = 40 + 160 * (number % 2), 120 + 50 * (number // 2)
        sheets.write(x, y, label, size=size, bold=bold)
        sheets.write(x, y + 12, value, size=10)
    paragraph(sheets, 40, 240)
    page = read_one(sheets)
    assert sorted(text for _, text in blocks(page)) == sorted(
        [*(f"{label} {value}" for label, value in FIELDS.items()), " ".join(PROSE)]
    )
    assert tables(page) == []


def test_letter_heads_and_addresses_are_a_block_each():
    sender = ("Harbour Board of Ardle", "12 Quay Street", "Ardle AR1 4QT")
    receiver = ("Ms Anna Holm", "Chandler and Sons", "4 Mill Lane", "Brae BR2 7LN")
    sheets = Sheets()
    for number, line in enumerate(sender):
        sheets.write(270, 50 + 12 * number, line, size=9)
    for number, line in enumerate(receiver):
        sheets.write(40, 110 + 12 * number, line, size=10)
    sheets.write(40, 180, "3 March 2024", size=10)
    sheets.write(40, 210, "Dear Ms Holm,", size=10)
    paragraph(sheets, 40, 235)
    sheets.write(40, 320, "Yours sincerely,", size=10)
    page = read_one(sheets)
    assert [text for _, text in blocks(page)] == [
        " ".join(sender), " ".join(receiver), "3 March 2024", "Dear Ms Holm,", " ".join(PROSE),
        "Yours sincerely,",
    ]  # fmt: skip
    assert tables(page) == []


# Cards and panels

CARDS = {"Ledger": NARROW, "Nets": NETS, "Tolls": NARROW, "Quays": NETS}


def draw_cards(is_shaded):
    sheets = Sheets()
    for number, (heading, lines) in enumerate(CARDS.items()):
        x, y = 40 + 170 * (number % 2), 90 + 130 * (number // 2)
        if is_shaded:
            panel(sheets, x - 12, y - 22, 150, 110)
        sheets.write(x, y, heading, size=12, bold=True)
        paragraph(sheets, x, y + 20, lines)
    return read_one(sheets)


def test_shaded_cards_are_headings_with_their_text():
    page = draw_cards(is_shaded=True)
    sections = {region.section: region.text for region in page.regions if region.section}
    assert sections == {heading: " ".join(lines) for heading, lines in CARDS.items()}
    assert texts(page, "heading") == ["Ledger", "Tolls", "Nets", "Quays"]
    assert (texts(page, "figure"), tables(page)) == ([], [])


def test_cards_without_frames_are_not_mixed():
    page = draw_cards(is_shaded=False)
    cards = [f"{heading} {' '.join(lines)}" for heading, lines in CARDS.items()]
    parts = [text for _, text in blocks(page)]
    assert all(any(part in card for card in cards) for part in parts)
    assert all(card in " ".join(parts) for card in cards)
    assert (texts(page, "figure"), tables(page)) == ([], [])


def test_a_colored_panel_of_text_is_text():
    sheets = Sheets()
    paragraph(sheets, 40, 60)
    panel(sheets, 40, 140, 320, 110)
    sheets.write(55, 165, "At high water", size=12, bold=True)
    paragraph(sheets, 55, 185)
    paragraph(sheets, 40, 290, MORE)
    assert blocks(read_one(sheets)) == [
        ("paragraph", " ".join(PROSE)), ("heading", "At high water"),
        ("paragraph", " ".join(PROSE)), ("paragraph", " ".join(MORE)),
    ]  # fmt: skip


# Tables


def test_rules_over_the_numbers_of_a_sum_part_no_table():
    rows = (("", "1890", "1891"), ("Harbour dues", "4,210", "4,512"),
            ("Mooring fees", "812", "790"), ("Crane hire", "330", "355"),
            ("Income", "5,352", "5,657"), ("Wages", "2,100", "2,240"),
            ("Repairs", "940", "1,015"), ("Expenditure", "3,040", "3,255"),
            ("Surplus", "2,312", "2,402"))  # fmt: skip
    sheets = Sheets()
    sheets.write(60, 90, "Income and expenditure", size=12, bold=True)
    for number, (label, *values) in enumerate(rows):
        y = 120 + 16 * number
        bold = label in ("", "Income", "Expenditure", "Surplus")
        sheets.write(60, y, label, bold=bold)
        for right, value in zip((230, 310), values, strict=True):
            width = stringWidth(value, "Helvetica-Bold" if bold else "Helvetica", 9)
            sheets.write(right - width, y, value, bold=bold)
            if label and bold:
                sheets.line(right - 40, y - 10, right, y - 10)
    page = read_one(sheets)
    (table,) = tables(page)
    heads, _, *body = table.text.splitlines()
    assert (heads, body) == (
        "|  | 1890 | 1891 |", [f"| {' | '.join(row)} |" for row in rows[1:]],
    )  # fmt: skip
    assert len(texts(page, "table_row")) == len(rows)


# Figures


@pytest.mark.parametrize("shape", ["oval", "rounded", "box"])
def test_a_flow_chart_is_one_figure_with_its_caption(shape):
    steps = {"Boat arrives": (200, 160), "Keeper measures": (110, 220),
             "Clerk adds toll": (290, 220), "Lock opens": (200, 280),
             "Boat leaves": (200, 330)}  # fmt: skip
    arrows = (("Boat arrives", "Keeper measures"), ("Boat arrives", "Clerk adds toll"),
              ("Keeper measures", "Lock opens"), ("Clerk adds toll", "Lock opens"),
              ("Lock opens", "Boat leaves"))  # fmt: skip
    caption = "Figure 2. How a boat passes the lock."
    sheets = Sheets()
    paragraph(sheets, 40, 60)
    for step, (x, y) in steps.items():
        bottom, top = 600 - y - 13, 600 - y + 13
        if shape == "oval":
            sheets.canvas.ellipse(x - 50, bottom, x + 50, top)
        else:
            sheets.canvas.roundRect(x - 50, bottom, 100, 26, 6 if shape == "rounded" else 0)
        sheets.write(x - 38, y + 3, step)
    for start, end in arrows:
        (x0, y0), (x1, y1) = steps[start], steps[end]
        sheets.line(x0, y0 + 13, x1, y1 - 13)
        for side in (-4, 4):
            sheets.line(x1 + side, y1 - 19, x1, y1 - 13)
    sheets.write(40, 370, caption)
    paragraph(sheets, 40, 410, MORE)
    page = read_one(sheets)
    labels = [label for label, _ in blocks(page)]
    assert labels == ["paragraph", "figure", "paragraph"]
    figure = only_figure(page)
    assert figure.text.endswith(caption)
    assert set(" ".join(steps).split()) < set(figure.text.split())
    assert tables(page) == []


@pytest.mark.parametrize("is_column", [False, True])
def test_a_flow_chart_in_one_line_is_a_figure_by_its_caption(is_column):
    steps, caption = ("Boat arrives", "Keeper looks", "Lock opens"), "Figure 3. How a boat passes."
    sheets = Sheets()
    paragraph(sheets, 40, 60)
    for number, step in enumerate(steps):
        x, y = (150, 140 + 50 * number) if is_column else (40 + 115 * number, 180)
        sheets.canvas.rect(x, 600 - y - 26, 85, 26)
        sheets.write(x + 12, y + 16, step)
        if number < 2 and is_column:
            sheets.line(x + 42, y + 26, x + 42, y + 50)
        elif number < 2:
            sheets.line(x + 85, y + 13, x + 115, y + 13)
    foot = 282 if is_column else 222
    sheets.write(130, foot, caption)
    paragraph(sheets, 40, foot + 40, MORE)
    page = read_one(sheets)
    assert only_figure(page).text == f"{' '.join(steps)} {caption}"
    assert texts(page, "paragraph") == [" ".join(PROSE), " ".join(MORE)]


def test_a_chart_leaves_the_column_of_text_beside_it():
    sheets = Sheets()
    sheets.line(50, 260, 200, 260)
    sheets.line(50, 120, 50, 260)
    months = {"Jan": 60, "Feb": 90, "Mar": 120, "Apr": 70}
    for number, (month, height) in enumerate(months.items()):
        panel(sheets, 60 + 35 * number, 260 - height, 22, height, BLUE)
        sheets.write(62 + 35 * number, 272, month, size=8)
        sheets.write(34, 262 - 40 * number, str(20 * number), size=8)
    sheets.write(60, 108, "Boats by month", bold=True)
    paragraph(sheets, 225, 120, (*NARROW, *NETS))
    page = read_one(sheets)
    assert texts(page, "paragraph") == [" ".join((*NARROW, *NETS))]
    figure = only_figure(page)
    assert set(figure.text.split()) == {"Boats", "by", "month", *months, "0", "20", "40", "60"}
    x0, y0, x1, y1 = np.array(figure.box) * [400, 600, 400, 600]
    assert (x0, y0, x1, y1) == pytest.approx((34, 101, 201, 273), abs=2)


def test_a_diagram_of_small_pictures_is_one_figure():
    boats = ("Ketch", "Yawl", "Sloop", "Cutter", "Brig", "Barge")
    caption = "Figure 4. Boats of the coast."
    sheets = Sheets()
    paragraph(sheets, 40, 60)
    for number, boat in enumerate(boats):
        x, y = 60 + 100 * (number % 3), 150 + 80 * (number // 3)
        photo(sheets, x, y, 60, 45, turn=number)
        sheets.write(x + 15, y + 58, boat, size=8)
        if number % 3 < 2:
            sheets.line(x + 60, y + 22, x + 100, y + 22)
    sheets.write(40, 320, caption)
    paragraph(sheets, 40, 350, MORE)
    page = read_one(sheets)
    figure = only_figure(page)
    assert figure.text.endswith(caption)
    assert {*figure.text.removesuffix(caption).split()} == {*boats}
    x0, y0, x1, _ = np.array(figure.box) * [400, 600, 400, 600]
    assert (x0, y0, x1) == pytest.approx((40, 150, 320), abs=2)
    assert texts(page, "paragraph") == [" ".join(PROSE), " ".join(MORE)]


def test_a_photograph_with_a_name_on_it_is_a_figure():
    sheets = Sheets()
    paragraph(sheets, 40, 60)
    photo(sheets, 40, 140, 320, 200)
    sheets.write(250, 330, "The lock in spring", size=7)
    paragraph(sheets, 40, 380, MORE)
    page = read_one(sheets)
    box = np.array(only_figure(page).box) * [400, 600, 400, 600]
    assert box == pytest.approx((40, 140, 360, 340), abs=2)
    assert "The lock in spring" in " ".join(text for _, text in blocks(page))
    assert texts(page, "paragraph")[:2] == [" ".join(PROSE), " ".join(MORE)]


def test_a_diagram_full_of_text_is_one_figure_with_its_caption():
    caption = "Figure 5. What the keeper writes and what the clerk adds up."
    sheets = Sheets()
    panel(sheets, 30, 40, 340, 190)
    for x, y, lines in ((45, 60, NARROW), (230, 60, NETS), (45, 150, NETS), (230, 150, NARROW)):
        sheets.canvas.roundRect(x - 8, 600 - y - 58, 130, 72, 6)
        paragraph(sheets, x, y, lines)
    for y in (80, 170):
        sheets.line(167, y, 222, y)
    sheets.write(40, 244, caption, size=9)
    paragraph(sheets, 40, 290)
    page = read_one(sheets)
    figure = only_figure(page)
    assert figure.text.endswith(caption)
    assert {*NARROW[0].split(), *NETS[0].split()} < set(figure.text.split())
    assert texts(page, "paragraph", parent=None) == [" ".join(PROSE)]


def test_a_row_of_icons_is_one_figure_with_their_names():
    names = ("Water", "Power", "Showers", "Fuel")
    sheets = Sheets()
    sheets.write(40, 60, "What the harbour offers", size=14, bold=True)
    for number, name in enumerate(names):
        x = 60 + 80 * number
        for radius, color in ((15, BLUE), (7, PALE)):
            sheets.canvas.setFillColorRGB(*color)
            sheets.canvas.circle(x + 15, 495, radius, fill=1, stroke=0)
        sheets.canvas.setFillColorRGB(0, 0, 0)
        sheets.write(x, 135, name)
    paragraph(sheets, 40, 180)
    page = read_one(sheets)
    assert [label for label, _ in blocks(page)] == ["heading", "figure", "paragraph"]
    assert sorted(only_figure(page).text.split()) == sorted(names)
