"""Tables that go on over pages keep their header."""

import pytest

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder
from tests.parsing.tables.sheets import Sheets, tables, texts

HEAD = ("Port", "Berths", "Depth", "Keeper")
XS = (40, 120, 190, 260, 360)
HEADER = "| Port | Berths | Depth | Keeper |\n| --- | --- | --- | --- |"


def rows(first, count=6):
    return [
        (f"Port {n}", str(10 + n), f"{n}.5", f"M. Holm {n}") for n in range(first, first + count)
    ]


def body_table(sheets, first, y=60, xs=XS, ruled=True):
    """Draw a table without a header; the first row of `Sheets.table` would be bold."""
    for number, row in enumerate(rows(first)):
        for column, text in enumerate(row[: len(xs) - 1]):
            x, y0 = xs[column], y + 18 * number
            if ruled:
                sheets.cell(x, y0, xs[column + 1], y0 + 18, text)
            else:
                sheets.write(x + 4, y0 + 13, text)


def two_pages(ruled=True):
    sheets = Sheets()
    sheets.table([HEAD, *rows(1)], XS, 440, ruled=ruled)
    sheets.next_page()
    return sheets


def test_the_table_and_its_rows_get_the_header():
    sheets = two_pages()
    body_table(sheets, 7)
    first, second = sheets.pages()
    (table,) = tables(second)
    assert table.text.startswith(f"{HEADER}\n| Port 7 | 17 | 7.5 | M. Holm 7 |\n")
    assert texts(second, "table_row")[1] == f"{HEADER}\n| Port 8 | 18 | 8.5 | M. Holm 8 |"
    heads = [cell for cell in table.cells if cell.is_header]
    assert [cell.text for cell in heads] == list(HEAD)
    assert {cell.box for cell in heads} == {None}  # they are not on this page
    assert (table.cells[4].text, table.cells[4].row) == ("Port 7", 1)
    assert len(texts(second, "table_row")) == 6  # the header is no row of it
    assert tables(first)[0].text.startswith(HEADER)


def test_a_table_without_lines_gets_the_header():
    sheets = Sheets()
    sheets.table([row[:3] for row in (HEAD, *rows(1))], XS[:4], 440, ruled=False)
    sheets.next_page()
    body_table(sheets, 7, xs=XS[:4], ruled=False)
    _, second = sheets.pages()
    (table,) = tables(second)
    assert table.text.startswith("| Port | Berths | Depth |\n| --- | --- | --- |\n| Port 7 | 17 |")


def test_text_in_the_margin_does_not_end_a_table():
    sheets = two_pages()
    sheets.write(20, 180, "Ports of the coast, third edition", turned=True)
    body_table(sheets, 7)
    _, second = sheets.pages()
    assert second.regions[0].label == "other"
    assert tables(second)[0].text.startswith(HEADER)


def test_a_caption_stays():
    sheets = two_pages()
    sheets.write(40, 50, "Table 4 (continued)", bold=True)
    body_table(sheets, 7)
    _, second = sheets.pages()
    assert tables(second)[0].text.startswith(f"Table 4 (continued)\n\n{HEADER}\n| Port 7 |")


def test_notes_stay():
    sheets = two_pages()
    body_table(sheets, 7)
    sheets.write(40, 180, "Source: harbor register of the coast, 1987")
    _, second = sheets.pages()
    (table,) = tables(second)
    assert table.text.endswith("M. Holm 12 |\n\nSource: harbor register of the coast, 1987")
    (note,) = (region for region in second.regions if region.text.startswith("Source:"))
    assert (note.text, note.cells) == ("Source: harbor register of the coast, 1987", ())


def with_heading(sheets):
    sheets.write(40, 50, "Ports of the other coast", size=14, bold=True)
    body_table(sheets, 7)


def with_other_columns(sheets):
    body_table(sheets, 7, xs=(40, 120, 190, 360))


def in_another_place(sheets):
    body_table(sheets, 7, xs=(180, 225, 270, 315, 390))


def with_its_own_header(sheets):
    sheets.table([("Boat", "Crew", "Length", "Owner"), *rows(7)], XS, 60)


@pytest.mark.parametrize(
    "draw", [with_heading, with_other_columns, in_another_place, with_its_own_header]
)
def test_another_table_does_not(draw):
    sheets = two_pages()
    draw(sheets)
    _, second = sheets.pages()
    (table,) = tables(second)
    assert "Keeper" not in table.text
    assert all(cell.box for cell in table.cells)


def test_text_below_ends_the_table():
    sheets = Sheets()
    sheets.table([HEAD, *rows(1)], XS, 300)
    for number in range(4):
        sheets.write(
            40, 450 + 13 * number, "The keeper writes down every boat that passes the lock."
        )
    sheets.next_page()
    body_table(sheets, 7)
    _, second = sheets.pages()
    assert "Keeper" not in tables(second)[0].text


def test_an_index_has_the_header_on_all_pages():
    """Pages are read by several jobs, of four pages each."""
    sheets = two_pages()
    for number in range(5):
        body_table(sheets, 7 + 6 * number)
        sheets.next_page()
    index = RegionIndex(encoder=FakeEncoder())
    index.add([sheets.source()], progress=False).raise_failed()
    only = {"region_label": "table_row", "page_number": 6}
    hits = index.search("Port 34", k=10, filter=only)
    assert len(hits) == 6
    assert all(hit.region.text.startswith(HEADER) for hit in hits)
    assert all(len(hit.region.cells) == 8 for hit in hits)
