"""Tables with a line around each cell: rows, columns, spans and turned heads are certain."""

from itertools import pairwise

import numpy as np
import pytest

from snappy_core.parsing.drawings import RulingLines
from snappy_core.parsing.tables.grid import find_grids, grid_table
from snappy_core.search.spans import cells_of, spans_of
from tests.parsing.layout.pages import page_of_rows
from tests.parsing.tables.sheets import Sheets, tables, texts

# A frame of 3 columns and 2 rows, 60 x 20 points each.
FRAME = ([(10, y, 190, y) for y in (100, 120, 140)], [(x, 100, x, 140) for x in (10, 70, 130, 190)])


def grids(horizontal, vertical, tolerance=3):
    lines = (np.array(part, np.float32).reshape(-1, 4) for part in (horizontal, vertical))
    return list(find_grids(RulingLines(*lines), tolerance))


def test_lines_enclose_cells():
    (grid,) = grids(*FRAME)
    assert grid.cells.tolist() == [[0, 1, 2], [3, 4, 5]]
    boxes = np.array([(140, 102, 160, 112), (20, 125, 60, 135), (0, 0, 5, 5)], np.float32)
    assert grid.locate(boxes).tolist() == [2, 3, -1]


def test_a_cell_spans_what_no_line_parts():
    horizontal, vertical = FRAME
    (across,) = grids(horizontal, [*vertical[:1], (70, 120, 70, 140), *vertical[2:]])
    assert across.cells.tolist() == [[0, 0, 1], [2, 3, 4]]
    (down,) = grids([horizontal[0], (70, 120, 190, 120), horizontal[2]], vertical)
    assert down.cells.tolist() == [[0, 1, 2], [0, 3, 4]]


def test_sides_may_be_open_and_lines_may_miss_each_other():
    horizontal, vertical = FRAME
    (grid,) = grids(horizontal, vertical[1:-1])
    assert grid.cells.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert grid.xs.tolist() == [10, 70, 130, 190]
    twice = [(x + 2, y0 + 2, x + 2, y1) for x, y0, _, y1 in vertical]  # each cell draws its own
    (grid,) = grids(horizontal, [*vertical, *twice])
    assert grid.cells.shape == (2, 3)


def test_cells_that_are_no_rectangles_are_not_certain():
    horizontal, vertical = FRAME
    corner = [horizontal[0], (70, 120, 190, 120), horizontal[2]]  # an L of three places
    assert grids(corner, [*vertical[:1], (70, 120, 70, 140), *vertical[2:]]) == []
    assert grids(horizontal, vertical[:1]) == []  # one column
    assert grids([], []) == []


def test_graph_paper_is_no_grid(monkeypatch):
    monkeypatch.setattr("snappy_core.parsing.tables.grid._MAX_PLACES", 5)
    assert grids(*FRAME) == []


ROWS = [("Port", "Berths", "Keeper"), ("Ardle", "10", "M. Holm"), ("Brae", "11", "B. Lind"),
        ("Corran", "12", "C. Moe"), ("Esk", "14", "D. Frisk")]  # fmt: skip
XS = (40, 120, 200, 300)


def test_cells_have_places_and_boxes():
    sheets = Sheets()
    sheets.table(ROWS, XS, 80)
    (page,) = sheets.pages()
    (table,) = tables(page)
    assert table.structure == "ruled"
    assert [(c.text, c.row, c.column) for c in table.cells] == [
        (text, row, column) for row, cells in enumerate(ROWS) for column, text in enumerate(cells)
    ]
    assert [cell.is_header for cell in table.cells] == [True] * 3 + [False] * 12
    for cell in table.cells:
        x0, y0, x1, y1 = np.array(cell.box) * [400, 600, 400, 600]
        assert XS[cell.column] < x0 < x1 < XS[cell.column + 1]
        assert 80 + 18 * cell.row < y0 < y1 < 80 + 18 * (cell.row + 1)
    rows = [region for region in page.regions if region.label == "table_row"]
    assert rows[2].cells == (*table.cells[:3], *table.cells[6:9])
    assert rows[2].structure == "ruled"


def test_words_that_lines_break_are_whole_in_cells():
    sheets = Sheets()
    sheets.table([*ROWS[:4], ("Esk", "14", "")], XS, 80, height=30)
    sheets.write(204, 212, "D. Fris-")
    sheets.write(204, 224, "kum")
    (page,) = sheets.pages()
    (table,) = tables(page)
    assert table.cells[-1].text == "D. Friskum"
    assert "| Esk | 14 | D. Friskum |" in table.text
    *_, row = spans_of(page, table)
    *_, cell = cells_of(page, row)
    assert [page.words.texts[word] for word in cell.words] == ["D.", "Fris-", "kum"]


def test_cells_may_be_drawn_apart():
    sheets = Sheets()
    for number, row in enumerate(ROWS):
        for column, text in enumerate(row):
            x, y = 40 + 90 * column, 60 + 20 * number
            sheets.cell(x, y, x + 86, y + 16, text, bold=number == 0)
    (page,) = sheets.pages()
    (table,) = tables(page)
    assert (table.structure, len(table.cells)) == ("ruled", 15)


def test_a_cell_that_spans_rows_belongs_to_each():
    sheets = Sheets()
    for x, x1, head in zip(XS, XS[1:], ("Coast", "Port", "Berths"), strict=False):
        sheets.cell(x, 60, x1, 80, head, bold=True)
    sheets.cell(40, 80, 120, 140, "North")
    sheets.cell(40, 140, 120, 180, "South")
    for number, port in enumerate(("Ardle", "Brae", "Corran", "Esk", "Fallow")):
        y = 80 + 20 * number
        sheets.cell(120, y, 200, y + 20, port)
        sheets.cell(200, y, 300, y + 20, str(10 + number))
    (page,) = sheets.pages()
    (table,) = tables(page)
    rows = [region for region in page.regions if region.label == "table_row"]
    assert [row.text.splitlines()[-1] for row in rows[1:]] == [
        "| North | Ardle | 10 |", "| North | Brae | 11 |", "| North | Corran | 12 |",
        "| South | Esk | 13 |", "| South | Fallow | 14 |",
    ]  # fmt: skip
    spans = {cell.text: (cell.row, cell.row_span) for cell in table.cells}
    assert (spans["North"], spans["South"], spans["Brae"]) == ((1, 3), (4, 2), (2, 1))
    north = page.words.texts.index("North")
    assert north in rows[1].words
    assert north in rows[2].context  # it is scored with a row that it is not in the box of
    assert north not in rows[2].words
    (own,) = (cell for cell in rows[2].cells if cell.text == "North")
    assert (own.row, own.row_span) == (2, 1)


def test_a_blank_to_fill_in_is_no_cell():
    sheets = Sheets()
    for x, x1, head in zip(XS, XS[1:], ("Coast", "Port", "Berths"), strict=False):
        sheets.cell(x, 60, x1, 80, head, bold=True)
    sheets.cell(40, 80, 120, 160, "North")
    for number, (port, berths) in enumerate((("Ardle", "10"), ("____", ""), ("Esk", "14"))):
        y = 80 + 20 * number
        sheets.cell(120, y, 200, y + 20, port)
        sheets.cell(200, y, 300, y + 20, berths)
    (page,) = sheets.pages()
    (table,) = tables(page)
    assert table.text.splitlines()[2:] == ["| North | Ardle | 10 |", "| North | Esk | 14 |"]


def test_leaders_are_in_no_cell():
    sheets = Sheets()
    rows = [(port, f"{berths} .. .. ..", keeper) for port, berths, keeper in ROWS[1:]]
    sheets.table([ROWS[0], *rows], XS, 80)
    (page,) = sheets.pages()
    (table,) = tables(page)
    berths = [cell.text for cell in table.cells if cell.column == 1]
    assert berths == ["Berths", "10", "11", "12", "14"]
    assert "| Brae | 11 | B. Lind |" in table.text


def test_a_head_over_two_columns_names_both():
    sheets = Sheets()
    sheets.cell(40, 60, 120, 100, "Port", bold=True)
    sheets.cell(120, 60, 300, 80, "Dues", bold=True)
    sheets.table([("summer", "winter")], (120, 200, 300), 80, height=20)
    for number, row in enumerate(ROWS[1:]):
        sheets.table([(row[0], row[1], str(40 + number))], XS, 100 + 20 * number, height=20)
    (page,) = sheets.pages()
    (table,) = tables(page)
    assert table.text.splitlines()[0] == "| Port | Dues summer | Dues winter |"
    heads = [(c.text, c.row_span, c.column_span) for c in table.cells if c.is_header]
    assert heads == [("Port", 2, 1), ("Dues", 1, 2), ("summer", 1, 1), ("winter", 1, 1)]


def test_turned_heads_name_their_columns():
    sheets = Sheets()
    names = ("", "Voters", "Anna Holm", "Bert Lind", "Carla Moe")
    xs = (40, 110, 150, 190, 230, 270)
    for x, x1, name in zip(xs, xs[1:], names, strict=False):
        sheets.cell(x, 60, x1, 130, name, turned=True)
    for number, parish in enumerate(("Alcona", "Curtis", "Gustin", "Mikado")):
        for column, (x, x1) in enumerate(pairwise(xs)):
            y, value = 130 + 18 * number, str(37 * number + 11 * column)
            sheets.cell(x, y, x1, y + 18, value if column else parish)
    (page,) = sheets.pages()
    (table,) = tables(page)
    assert table.text.splitlines()[0] == "|  | Voters | Anna Holm | Bert Lind | Carla Moe |"
    assert texts(page, "table_row")[3].endswith("| Gustin | 85 | 96 | 107 | 118 |")
    assert texts(page, "other") == []  # they are not read twice
    assert len(page.words) == len(table.words)


def test_turned_heads_are_those_of_the_first_band(monkeypatch):
    monkeypatch.setattr("snappy_core.parsing.layout.assembly.MAX_RUNS", 30)
    sheets = Sheets()
    xs = (40, 110, 150, 190, 230, 270)
    for (x, x1), name in zip(pairwise(xs), ("", *"ABCD"), strict=True):
        sheets.cell(x, 60, x1, 130, name and f"Voters {name}", turned=True)
    for row, column in np.ndindex(12, 5):
        y = 130 + 18 * row
        sheets.cell(xs[column], y, xs[column + 1], y + 18, str(37 * row + 11 * column))
    (page,) = sheets.pages()
    assert page.words.texts.count("Voters") == 4
    assert len(page.words) == 8 + 60


@pytest.mark.parametrize("ruled", [True, False])
def test_a_turned_table_on_an_upright_page(ruled):
    sheets = Sheets()
    for number in range(12):
        sheets.write(
            40, 60 + 13 * number, "The keeper writes down every boat that passes the lock."
        )
    sheets.canvas.translate(200, 60)
    sheets.canvas.rotate(90)
    sheets.canvas.translate(0, -600)
    sheets.write(10, 20, "Table 3. Ports of the coast", bold=True)
    sheets.table(ROWS, (10, 90, 170, 270), 30, ruled=ruled)
    (page,) = sheets.pages()
    (table,) = tables(page)
    body = "| Port | Berths | Keeper |\n| --- | --- | --- |\n| Ardle | 10 | M. Holm |"
    assert table.text.startswith(f"Table 3. Ports of the coast\n\n{body}")
    assert len(texts(page, "table_row")) == 5
    assert table.structure == ("ruled" if ruled else "learned")
    x0, y0, x1, y1 = np.array(table.box) * [400, 600, 400, 600]
    assert y1 - y0 > x1 - x0  # it stands on its side
    port, keeper = (next(c.box for c in table.cells if c.text == t) for t in ("Port", "Keeper"))
    assert keeper[3] < port[1]  # read upwards


def test_two_tables_of_one_width_are_two():
    """They stand below each other, with a heading and a caption between them."""
    sheets = Sheets()
    sheets.table([row[:2] for row in ROWS], (40, 120, 340), 60)
    sheets.write(40, 180, "2.4 Boats of the ports", size=12, bold=True)
    sheets.write(40, 200, "Table 9. Boats")
    sheets.table([(*row, "12") for row in ROWS], (40, 120, 180, 280, 340), 208)
    (page,) = sheets.pages()
    first, second = tables(page)
    assert first.text.startswith("| Port | Berths |\n")
    assert second.text.startswith("Table 9. Boats\n\n| Port | Berths | Keeper | 12 |\n")
    assert (len(first.cells), len(second.cells)) == (10, 20)
    assert len(texts(page, "table", second.order)) == 1  # the second without its caption
    assert any(region.text == "2.4 Boats of the ports" for region in page.regions)
    assert texts(page, "figure") == []


@pytest.mark.parametrize("top", [80, 180, 280])
def test_lines_around_some_cells_only_are_not_enough(top):
    """A line after the labels and under the head: the network tells the rows."""
    sheets = Sheets()
    sheets.table(ROWS, XS, top, ruled=False)
    for y in (top, top + 18, top + 90):
        sheets.line(40, y, 300, y)
    sheets.line(110, top, 110, top + 90)
    (page,) = sheets.pages()
    (table,) = tables(page)
    assert table.structure == "learned"
    assert [cell.text for cell in table.cells[3:6]] == ["Ardle", "10", "M. Holm"]


def test_one_cell_below_each_head_may_be_all_the_rows():
    rows = [("Port", "Dues"), ("Ardle", "45"), ("Brae", "61")]
    page = page_of_rows(
        *(
            (x, 100 + 20 * y, text)
            for y, row in enumerate(rows)
            for x, text in zip((30, 200), row, strict=True)
        )
    )
    horizontal = [(28, y, 262, y) for y in (95, 115, 155)]
    vertical = [(x, 95, x, 155) for x in (28, 150, 262)]
    (grid,) = grids(horizontal, vertical)
    assert grid_table(grid, page.runs.lines(), (), page) is None
    (grid,) = grids([*horizontal, (28, 135, 262, 135)], vertical)
    table = grid_table(grid, page.runs.lines(), (), page)
    assert [[page.texts_of(cell) for cell in row.cells] for row in table.rows] == [
        [[text] for text in row] for row in rows
    ]


def test_panels_of_text_are_no_table():
    sheets = Sheets()
    lines = ("The keeper writes down", "every boat that passes,", "its name and draught,",
             "and the hour by the", "chapel clock each day.")  # fmt: skip
    for x in (40, 200):
        for y in (60, 170):
            sheets.cell(x, y, x + 160, y + 110)
            for number, line in enumerate(lines):
                sheets.write(x + 10, y + 22 + 12 * number, line, size=10)
    (page,) = sheets.pages()
    assert tables(page) == []
    assert len(texts(page, "paragraph")) == 4
