"""Rows and columns of cells, in Markdown."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snappy_core.parsing.drawings import Area, RulingLines
from snappy_core.parsing.layout.lines import Line
from snappy_core.parsing.tables.detection import find_tables
from snappy_core.parsing.tables.table import rows_markdown
from tests.parsing.layout.pages import make_page

COLUMNS = (30, 115, 175, 250)
PORTS = [
    ("Port", "Boats", "Landed", "Value"),
    ("Ardwick", "14", "312", "408"),
    ("Brae", "9", "187", "251"),
    ("Corran", "22", "640", "799"),
]
TIDES = "the tide runs north for six hours and then it turns".split()


class Sheet:
    """Puts words on a page, 5 units a letter, and names them again."""

    def __init__(self):
        self.texts, self.boxes, self.bold = [], [], []

    def line(self, x, y, text, size=10, space=2.5, bold=False):
        first, start = len(self.texts), x
        for word in text.split():
            self.texts.append(word)
            self.boxes.append((x, y, x + 0.5 * size * len(word), y + size))
            self.bold.append(bold)
            end = self.boxes[-1][2]
            x = end + space
        return Line(tuple(range(first, len(self.texts))), start, y, end, y + size, size)

    def rows(self, rows, y=100, leading=15, columns=COLUMNS, bold=0):
        return [
            self.line(x, y + leading * i, text, bold=i < bold)
            for i, row in enumerate(rows)
            for x, text in zip(columns, row, strict=False)
            if text
        ]

    def prose(self, x, y, lines, leading=12, words=7):
        return [self.line(x, y + leading * i, " ".join(TIDES[:words])) for i in range(lines)]

    def page(self, lines=(), **drawings):
        page = make_page(self.texts, self.boxes, bold=self.bold, size=(1000, 1000), **drawings)
        vars(page)["lines"] = lines  # instead of those it would find itself
        return page

    def find(self, lines, prose=(), rules=None, areas=()):
        page = self.page(
            [*lines, *(line for block in prose for line in block)],
            ruling_lines=rules or RulingLines(),
            areas=[Area(box, "table", from_model=True) for box in areas],
        )
        return find_tables(prose, page)

    def read(self, lines, **given):
        return [
            [tuple(self.text(cell) for cell in row.cells) for row in table.rows]
            for table in self.find(lines, **given)
        ]

    def text(self, cell):
        return " ".join(self.texts[word] for line in cell for word in line.words)

    def markdown(self, lines, **given):
        (table,) = self.find(lines, **given)
        return rows_markdown(table.rows, table.header, self.page())


def bars(left, right, *heights):
    return np.array([(left, y, right, y + 0.5) for y in heights], np.float32)


def test_a_table_row_by_row():
    sheet = Sheet()
    lines = sheet.rows(PORTS)
    assert sheet.read(lines) == [PORTS]
    (table,) = sheet.find(lines)
    assert (table.header, table.leaders) == (1, False)
    assert table.lines == tuple(lines)
    shuffled = [lines[i] for i in np.random.default_rng(0).permutation(16)]
    assert sheet.read(shuffled) == [PORTS]


@given(st.permutations(range(16)), st.sampled_from([-3.0, 0.0, 250.5]), st.floats(0.5, 3))
@settings(max_examples=30, deadline=None)
def test_order_place_and_size_do_not_matter(order, shift, scale):
    sheet = Sheet()
    lines = sheet.rows(PORTS)
    sheet.boxes = [tuple(scale * (value + shift) for value in box) for box in sheet.boxes]
    moved = [Line(n.words, *sheet.boxes[n.words[0]], scale * n.size) for n in lines]
    assert sheet.read([moved[i] for i in order]) == [PORTS]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("Port", "Boats", "Landed", "Value")],  # one row
        [("Port",), ("Ardwick",), ("Brae",)],  # one column
        [("J", "F", "M", "A"), ("2017", "", "2016")],  # months and the key of a chart
    ],
)
def test_what_is_no_table(rows):
    sheet = Sheet()
    assert sheet.read(sheet.rows(rows)) == []


def test_a_wide_gap_parts_two_tables():
    sheet = Sheet()
    lines = sheet.rows(PORTS) + sheet.rows(PORTS[:3], y=300)
    assert sheet.read(lines) == [PORTS, PORTS[:3]]


def test_two_tables_side_by_side_between_columns_of_text():
    sheet = Sheet()
    places = [(30, 40), (330, 40), (30, 180), (330, 180)]
    prose = [sheet.prose(x, y, 4, words=11) for x, y in places]
    one = sheet.rows(PORTS, columns=(30, 90, 130, 180))
    other = sheet.rows(PORTS, y=102, columns=(330, 390, 430, 480))
    assert sheet.read(one + other, prose=prose) == [PORTS, PORTS]


def test_lone_lines_above_and_below_stay_out():
    sheet = Sheet()
    lines = [sheet.line(30, 85, "Landings"), *sheet.rows(PORTS), sheet.line(30, 160, "Source")]
    assert sheet.read(lines) == [PORTS]


def test_a_lone_line_between_rows_names_a_section():
    sheet = Sheet()
    lines = sheet.rows([PORTS[0], ("North",), *PORTS[1:3], ("South",), *PORTS[3:], PORTS[1]])
    (table,) = sheet.find(lines)
    sections = table.sections()
    assert [sheet.text(name.cells[0]) for name, _ in sections] == ["North", "South"]
    assert [len(rows) for _, rows in sections] == [2, 2]


def test_a_cell_of_several_lines_is_one_cell():
    sheet = Sheet()
    rows = [*PORTS[:2], ("", "boats", "", "crowns"), ("", "", "", "net"), *PORTS[2:]]
    (table,) = sheet.read(sheet.rows(rows, leading=12))
    assert table == [PORTS[0], ("Ardwick", "14 boats", "312", "408 crowns net"), *PORTS[2:]]


def test_a_cell_at_half_the_height_of_its_rows():
    sheet = Sheet()
    lines = sheet.rows([PORTS[0], ("", "14", "312", "408"), ("", "9", "187", "251"), PORTS[3]])
    lines.append(sheet.line(30, 122, "North"))
    (table,) = sheet.read(lines)
    assert table[1:3] == [("North", "14", "312", "408"), ("", "9", "187", "251")]


def test_rows_with_an_empty_first_cell_stay_rows():
    sheet = Sheet()
    rows = [PORTS[0], ("North", "14", "312", "408"), ("", "9", "187", "251"), PORTS[3]]
    assert sheet.read(sheet.rows(rows, leading=13)) == [rows]


def test_running_text_that_fills_cells():
    sheet = Sheet()
    keys = [("Code", "Set", "Meaning"), ("A", "Y", ""), ("B", "N", ""), ("D", "N", "none")]
    lines = sheet.rows(keys, leading=34, columns=(30, 90, 150))
    prose = [sheet.prose(150, 134, 3, leading=11), sheet.prose(150, 168, 2, leading=11)]
    (table,) = sheet.read(lines, prose=prose)
    sentence = " ".join(TIDES[:7])
    assert [row[:2] for row in table] == [row[:2] for row in keys]
    three, two = " ".join([sentence] * 3), " ".join([sentence] * 2)
    assert [row[2] for row in table] == ["Meaning", three, two, "none"]


def test_two_columns_of_text_are_no_table():
    sheet = Sheet()
    prose = [sheet.prose(30, 40, 6), sheet.prose(330, 40, 6), sheet.prose(30, 190, 6)]
    prose.append(sheet.prose(330, 190, 6))
    heads = [("Tides and the moon", "Winds of the north"), ("Where it runs", "What it brings")] * 2
    assert sheet.read(sheet.rows(heads, y=118, columns=(30, 330)), prose=prose) == []


def test_scraps_of_text_with_wide_spaces_are_no_table():
    sheet = Sheet()
    lines = []
    for row in range(5):
        x = 30.0
        for part in range(4):
            words = TIDES[(3 * row + 2 * part) % 9 :][: 2 + row % 2]
            lines.append(sheet.line(x, 100 + 12 * row, " ".join(words)))
            x = lines[-1].x1 + 8
    assert sheet.read(lines) == []


def test_dots_lead_to_the_pages_of_a_table_of_contents():
    sheet = Sheet()
    rows = [(f"{n} Tides", "." * 20, str(7 * n)) for n in range(1, 6)]
    (table,) = sheet.find(sheet.rows(rows, columns=(30, 90, 250)))
    assert (table.header, table.leaders) == (0, True)
    assert (
        rows_markdown(table.rows[:1], 0, sheet.page()).splitlines()[-1].split("|")[1] == " 1 Tides "
    )


def test_a_frame_around_dots_alone_is_read():
    sheet = Sheet()
    lines = sheet.rows([("." * 20, "." * 20)] * 3, columns=(30, 200))
    assert len(sheet.find(lines, rules=RulingLines(bars(28, 420, 97, 112, 127, 142)))) == 1


def test_names_that_are_joined_come_apart_over_their_columns():
    sheet = Sheet()
    head = sheet.line(115, 100, "Boats Landed Value", space=6)
    body = sheet.rows(PORTS[1:], y=115, columns=(30, 120, 150, 185))
    (table,) = sheet.read([sheet.line(30, 100, "Port"), head, *body])
    assert table == PORTS


class TestHeader:
    def test_bold(self):
        sheet = Sheet()
        rows = [("Port", "Year"), ("Ardwick", "1909"), ("Brae", "1911"), ("Corran", "1912")]
        (table,) = sheet.find(sheet.rows(rows, bold=1))
        assert table.header == 1

    def test_none_over_numbers_alone(self):
        sheet = Sheet()
        (table,) = sheet.find(sheet.rows(PORTS[1:]))
        assert table.header == 0

    def test_rows_over_numbers(self):
        sheet = Sheet()
        (table,) = sheet.find(
            sheet.rows([PORTS[0], ("name", "count", "tons", "crowns"), *PORTS[1:]])
        )
        assert table.header == 2

    def test_years_over_a_rule(self):
        sheet = Sheet()
        lines = sheet.rows([("Port", "1909", "1910", "1911"), *PORTS[1:]])
        rules = RulingLines(bars(28, 280, 97, 112, 160))
        (table,) = sheet.find(lines, rules=rules)
        assert table.header == 1

    def test_one_name_in_the_middle_over_three_columns(self):
        sheet = Sheet()
        rows = [("Port", "", "Catch", "", "Cost"), ("", "Boats", "Cod", "Eel", "Net")]
        rows += [("Brae", "9", "187", "251", "3"), ("Corran", "22", "640", "799", "8")]
        lines = sheet.rows(rows, leading=13, columns=(30, 115, 175, 250, 300))
        assert sheet.markdown(lines).splitlines()[0] == (
            "| Port | Catch Boats | Catch Cod | Catch Eel | Cost Net |"
        )

    def test_one_name_over_two_columns(self):
        sheet = Sheet()
        lines = [sheet.line(150, 100, "Catch"), *sheet.rows(PORTS, y=115)]
        rules = RulingLines(bars(115, 205, 112))
        lines += [sheet.line(30, 100, "Sea"), sheet.line(250, 100, "Sold")]
        assert sheet.markdown(lines, rules=rules).splitlines()[0] == (
            "| Sea Port | Catch Boats | Catch Landed | Sold Value |"
        )


class TestRules:
    def test_between_bars_prose_is_cells(self):
        sheet = Sheet()
        rows = [("Action", "Cost"), ("Survey", ""), ("Repair", "")]
        lines = sheet.rows(rows, leading=30, columns=(30, 250))
        prose = [sheet.prose(250, 130, 2), sheet.prose(250, 160, 2)]
        rules = RulingLines(bars(28, 420, 97, 118, 190))
        (table,) = sheet.read(lines, prose=prose, rules=rules)
        assert [row[0] for row in table] == ["Action", "Survey", "Repair"]
        assert len(table[1][1].split()) == 14

    def test_rules_that_stand_part_columns(self):
        sheet = Sheet()
        lines = sheet.rows([(a, b) for a, b, *_ in PORTS], columns=(30, 67))
        upright = np.array([(66, 97, 66.5, 160)], np.float32)
        rules = RulingLines(bars(28, 110, 97, 160), upright)
        assert sheet.read(lines, rules=rules) == [[(a, b) for a, b, *_ in PORTS]]

    def test_bars_around_a_page_of_text_are_no_table(self):
        sheet = Sheet()
        prose = [sheet.prose(30, 60, 9), sheet.prose(330, 62, 9), sheet.prose(30, 200, 9)]
        rules = RulingLines(bars(28, 560, 50, 330))
        assert sheet.read([], prose=prose, rules=rules) == []

    def test_underlines_are_no_bars(self):
        sheet = Sheet()
        lines = sheet.rows([("tidesandwinds",), ("charts and maps",)] * 2, leading=14)
        under = [bars(n.x0, n.x1, n.y1 - 0.5) for n in lines]
        assert sheet.read(lines, rules=RulingLines(np.concatenate(under))) == []

    def test_a_frame_around_two_tables_joins_nothing(self):
        sheet = Sheet()
        lines = sheet.rows(PORTS) + sheet.rows(PORTS[:3], y=300)
        inner = np.concatenate([bars(28, 280, 97, 112, 160), bars(10, 400, 80, 400)])
        assert sheet.read(lines, rules=RulingLines(inner)) == [PORTS, PORTS[:3]]


def test_an_area_of_a_layout_model_is_one_table():
    sheet = Sheet()
    lines = sheet.rows(PORTS, leading=60)
    caption = sheet.line(30, 80, "Table 1 Landings")
    assert sheet.read([caption, *lines]) == []
    assert sheet.read([caption, *lines], areas=[(20, 75, 300, 300)]) == [PORTS]


def test_an_area_of_text_is_no_table():
    sheet = Sheet()
    prose = [sheet.prose(30, 40, 6)]
    assert sheet.read([], prose=prose, areas=[(20, 30, 300, 300)]) == []


def test_markdown_keeps_rows_columns_and_empty_cells():
    sheet = Sheet()
    lines = sheet.rows([PORTS[0], ("Ardwick", "1|4", "312", ""), *PORTS[2:]])
    assert sheet.markdown(lines).splitlines() == [
        "| Port | Boats | Landed | Value |",
        "| --- | --- | --- | --- |",
        r"| Ardwick | 1\|4 | 312 |  |",
        "| Brae | 9 | 187 | 251 |",
        "| Corran | 22 | 640 | 799 |",
    ]


@pytest.mark.parametrize("kind", ["grid", "text", "rules"])
def test_a_crowded_page_takes_seconds_at_most(kind):
    sheet = Sheet()
    rows = [tuple("9" for _ in range(40)) for _ in range(100)]
    columns = tuple(range(0, 1200, 30))
    lines = sheet.rows(rows, columns=columns)
    assert len(lines) == 4000
    prose, rules = [], RulingLines()
    if kind == "text":
        prose, lines = [lines[i : i + 4] for i in range(0, 4000, 8)], lines[4:2000]
        lines = [line for line in lines if not any(line in block for block in prose)]
    if kind == "rules":
        rules = RulingLines(np.concatenate([bars(x, x + 90, *range(0, 1500, 3)) for x in columns]))
    begun = time.perf_counter()
    sheet.find(lines, prose=prose, rules=rules)
    assert time.perf_counter() - begun < 8
