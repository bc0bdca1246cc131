"""Turned heads over the columns of a table without lines."""

import pytest

from tests.parsing.tables.sheets import Sheets, tables, texts

HEADS = ("Voters", "Anna Holm", "Bert Lind", "Carla Moe")
XS = (120, 160, 200, 240)


def draw(heads=HEADS, foot=130, label="", label_foot=128, shift=10, pitch=16):
    """A table from 140 down, with turned heads that end at `foot`."""
    sheets = Sheets()
    sheets.write(40, 60, "The votes of March, by parish, as the clerk has written them down.")
    for x, head in zip(XS, heads, strict=False):
        sheets.write(x + shift, foot, head, turned=True)
    sheets.write(40, label_foot, label)
    sheets.write(370, 131, "third edition", turned=True)  # in the margin
    for number, parish in enumerate(("Alcona", "Curtis", "Gustin", "Mikado", "Millen")):
        y = 150 + pitch * number
        sheets.write(40, y, parish)
        for column, x in enumerate(XS):
            sheets.write(x, y, str(137 * (number + 1) + 11 * column))
    (page,) = sheets.pages()
    (table,) = tables(page)
    return page, table


@pytest.mark.parametrize(("label", "foot"), [("", 0), ("Parish", 122), ("Parish", 130)])
def test_turned_heads_name_their_columns(label, foot):
    page, table = draw(label=label, label_foot=foot)
    head = f"| {label} | Voters | Anna Holm | Bert Lind | Carla Moe |"
    assert table.text.splitlines()[0] == head
    assert texts(page, "table_row")[1].splitlines()[2] == "| Alcona | 137 | 148 | 159 | 170 |"
    assert [cell.text for cell in table.cells if cell.is_header] == [*filter(None, [label]), *HEADS]
    assert texts(page, "other") == ["third edition"]


def test_the_row_below_is_no_part_of_them():
    _, table = draw(foot=141, pitch=11)
    assert table.text.splitlines()[2] == "| Alcona | 137 | 148 | 159 | 170 |"


@pytest.mark.parametrize(
    "changes", [{"heads": HEADS[:1]}, {"foot": 100}, {"foot": 190}, {"shift": 150}]
)
def test_other_turned_text_does_not(changes):
    page, table = draw(**changes)
    assert "Voters" not in table.text
    assert any("Voters" in text for text in texts(page, "other"))
