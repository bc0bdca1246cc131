"""Units and notes belong to the table that they stand around, prose does not."""

from dataclasses import replace

import pytest

from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.captions import attach_captions
from tests.parsing.layout.pages import page_of_rows
from tests.parsing.tables.sheets import Sheets, tables

ABOVE, TABLE, BELOW, LOWER = 88, 100, 114, 127  # where texts of 10 points stand


def join(*rows):
    """Attach what belongs to the table, given as rows `(y, text, label)`."""
    page = page_of_rows(*((40, y, text) for y, text, _ in rows))
    blocks, first = [], 0
    for _, text, label in rows:
        words = range(first, first := first + len(text.split()))
        blocks.append(Block.of(words, page, label))
    joined = attach_captions(blocks, page)
    (table,) = (block for block in joined if block.label == "table")
    return table, [" ".join(page.layer.texts[word] for word in part.words) for part in table.parts]


TABLE_ROW = (TABLE, "Dues* 45(1) Tolls2 (a) 61 ³ Berths 12", "table")


@pytest.mark.parametrize("text", ["(in thousands)", "[USD million]", "（千円）"])
def test_units_above_a_table_belong_to_it(text):
    table, parts = join((ABOVE, text, "paragraph"), TABLE_ROW)
    assert parts == [text, TABLE_ROW[1]]
    units, body = table.parts
    assert body.context == units.words  # rows are read with them
    assert table.words == (*units.words, *body.words)


@pytest.mark.parametrize(
    "text",
    [
        "Dues (in thousands)", "(in thousands) of boats",  # prose
        "* from March on", "Note: from March on",  # notes stand below
    ],
)  # fmt: skip
def test_other_text_above_does_not(text):
    assert join((ABOVE, text, "paragraph"), TABLE_ROW)[1] == []


@pytest.mark.parametrize(
    "text",
    [
        "Note: from March on", "SOURCES: harbour office", "Quelle: Hafenamt", "注：三月から",
        "* from March on", "*from March on", "(1) with tolls", "2 With tolls", "(a) all ports",
        "³ With pilots",
    ],
)  # fmt: skip
@pytest.mark.parametrize("label", ["paragraph", "list_item"])
def test_notes_below_a_table_belong_to_it(text, label):
    table, parts = join(TABLE_ROW, (BELOW, text, label))
    assert parts == [TABLE_ROW[1], text]
    body, note = table.parts
    assert body.context == ()  # they may be long, and are about some cells
    assert note.label == label


@pytest.mark.parametrize(
    "text",
    [
        "The keeper notes: dues", "(in thousands)", "Notes of the keeper",
        "† from March on", "(3) with tolls", "5 boats", "1 With tolls",  # no such mark in the table
    ],
)  # fmt: skip
def test_other_text_below_does_not(text):
    assert join(TABLE_ROW, (BELOW, text, "paragraph"))[1] == []


def test_notes_follow_each_other_and_a_caption_stands_above_units():
    table, parts = join(
        (ABOVE - 13, "Table 2: the dues", "caption"),
        (ABOVE, "(in crowns)", "paragraph"),
        TABLE_ROW,
        (BELOW, "* from March on", "paragraph"),
        (LOWER, "(1) with tolls", "paragraph"),
        (LOWER + 13, "The keeper writes down all boats.", "paragraph"),
    )
    assert parts == ["(in crowns)", TABLE_ROW[1], "* from March on", "(1) with tolls"]
    assert len(table.words) == 4 + 2 + len(TABLE_ROW[1].split()) + 4 + 3
    assert table.parts[1].context == (*table.words[:4], *table.parts[0].words)


def test_a_running_foot_and_a_paragraph_in_brackets_do_not():
    assert join(TABLE_ROW, (BELOW, "Source: the harbour office", "footer"))[1] == []
    page = page_of_rows((40, ABOVE, "(The keeper writes)"), (40, TABLE, TABLE_ROW[1]))
    text = replace(Block.of(range(3), page, "paragraph"), lines=3)
    table = Block.of(range(3, len(page.layer)), page, "table")
    assert attach_captions([text, table], page) == [text, table]


def test_a_note_far_below_or_beside_does_not():
    assert join(TABLE_ROW, (BELOW + 40, "* from March on", "paragraph"))[1] == []


def test_the_table_alone_is_a_region_inside():
    sheets = Sheets()
    sheets.write(40, 60, "Table 7. Dues of the ports", bold=True)
    sheets.write(40, 74, "(in thousands of crowns)")
    rows = [
        ("Port", "Summer", "Winter"),
        *((f"Port {n}", f"{40 + n}", f"{61 + n}") for n in range(5)),
    ]
    sheets.table(rows, (40, 140, 220, 300), 80)
    sheets.write(40, 200, "Source: the harbour office.", size=8)
    (page,) = sheets.pages()
    (table,) = tables(page)
    above = "Table 7. Dues of the ports (in thousands of crowns) | Port |"
    assert " ".join(table.text.split()).startswith(above)
    assert table.text.endswith("| Port 4 | 44 | 65 |\n\nSource: the harbour office.")
    (body,) = (r for r in page.regions if r.label == "table" and r.parent == table.order)
    assert body.text.startswith("| Port |")
    assert body.cells == table.cells
    assert {page.words.texts[word] for word in body.context} >= {"7.", "(in", "thousands"}


def test_words_that_lines_break_are_whole_in_the_text_of_a_table_with_its_notes():
    rows = (ABOVE, "(in thousands)", "paragraph"), TABLE_ROW, (BELOW, "Note: amorti- sation", "")
    page = page_of_rows(*((40, y, text) for y, text, _ in rows))
    units, dues, note = range(2), range(2, 10), range(10, 13)
    table = replace(Block.of(dues, page, "table"), text="| Dues |")
    (joined,) = attach_captions([Block.of(units, page), table, Block.of(note, page)], page)
    assert joined.text == "(in thousands)\n\n| Dues |\n\nNote: amortisation"
