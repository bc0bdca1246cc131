"""Rows of short cells one below the other."""

import numpy as np
import pytest

from snappy_core.reading.blocks import Line
from snappy_core.reading.tables import find_tables

COLUMNS = (30, 115, 175, 250)
PORTS = [
    ("Port", "Boats", "Landed", "Value"),
    ("Ardwick", "14", "312", "408"),
    ("Brae", "9", "187", "251"),
    ("Corran", "22", "640", "799"),
]


class Sheet:
    """Puts cells on a page, each a line of one word, and names them again."""

    def __init__(self):
        self.texts = []

    def cell(self, x, y, text, size=10):
        self.texts.append(text)
        width = 0.5 * size * len(text)
        return Line((len(self.texts) - 1,), x, y, x + width, y + size, size)

    def rows(self, rows, y=100, leading=15, columns=COLUMNS):
        return [
            self.cell(x, y + leading * i, text)
            for i, row in enumerate(rows)
            for x, text in zip(columns, row, strict=False)
            if text
        ]

    def read(self, lines):
        return [
            [tuple(self.texts[cell.words[0]] for cell in row) for row in table.rows]
            for table in find_tables(lines)
        ]


def test_a_table_row_by_row():
    sheet = Sheet()
    lines = sheet.rows(PORTS)
    assert sheet.read(lines) == [PORTS]
    (table,) = find_tables(lines)
    assert table.word_count == len(table.cells) == 16
    shuffled = [lines[i] for i in np.random.default_rng(0).permutation(16)]
    assert sheet.read(shuffled) == [PORTS]


def test_columns_are_not_rows():
    sheet = Sheet()
    turned = list(zip(*PORTS, strict=True))
    assert sheet.read(sheet.rows(turned)) == [turned]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("Port", "Boats", "Landed", "Value")],  # one row
        [("Port",), ("Ardwick",), ("Brae",)],  # one column
    ],
)
def test_what_is_no_table(rows):
    sheet = Sheet()
    assert sheet.read(sheet.rows(rows)) == []


def test_a_wide_gap_parts_two_tables():
    sheet = Sheet()
    lines = sheet.rows(PORTS) + sheet.rows(PORTS[:3], y=300)
    assert sheet.read(lines) == [PORTS, PORTS[:3]]


def test_lone_lines_above_and_below_stay_out():
    sheet = Sheet()
    lines = [sheet.cell(30, 85, "Landings"), *sheet.rows(PORTS), sheet.cell(30, 160, "Source")]
    assert sheet.read(lines) == [PORTS]


def test_a_lone_line_between_rows_belongs_to_the_table():
    sheet = Sheet()
    (table,) = sheet.read(sheet.rows([*PORTS[:3], ("North",), *PORTS[3:]]))
    assert ("North",) in table
    assert [row for row in table if len(row) > 1] == PORTS


def test_a_cell_of_two_lines_goes_on_with_its_row():
    sheet = Sheet()
    rows = [*PORTS[:2], ("", "boats", "", "crowns"), *PORTS[2:]]
    (table,) = sheet.read(sheet.rows(rows, leading=12))
    assert [row[0] for row in table] == ["Port", "Ardwick", "Brae", "Corran"]
    assert set(table[1]) == {*PORTS[1], "boats", "crowns"}
