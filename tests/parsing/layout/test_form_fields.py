"""Labels and the values that were filled in behind them."""

from dataclasses import replace

import numpy as np
import pytest

from snappy_core import Source
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.form_fields import join_fields
from tests.parsing.layout.pages import page_of_rows
from tests.parsing.pdf.simple_pdf import line
from tests.parsing.pdf.test_forms import field, form

LABELS = ("Name of vessel", "Port of registry", "Master", "Length over all", "Gross tonnage")
VALUES = ("Morning Heron", "Quillhaven", "Ingrid Vale", "41.2 m", "412")


def regions_of(content, *fields):
    (page,) = read(Source.from_bytes(form(content, *fields), "f.pdf"), ReadingOptions(ocr="never"))
    return page.regions


def text_field(x, y, value, width=90, entries=""):
    return field("Tx", f"{x}-{y}", (x, y - 12, x + width, y + 6), f"/V({value}) {entries}")


def test_labels_far_left_of_their_values():
    rows = list(zip(range(62, 262, 40), LABELS, VALUES, strict=True))
    content = "".join(line(40, y, label) for y, label, _ in rows)
    regions = regions_of(content, *(text_field(200, y, value) for y, _, value in rows))
    pairs = zip(LABELS, VALUES, strict=True)
    assert [region.text for region in regions] == [f"{label}: {value}" for label, value in pairs]
    x0, _, x1, _ = regions[0].box
    assert x0 < 45 / 400
    assert x1 > 250 / 400


def test_two_pairs_on_a_line():
    content, fields = "", []
    for number, (label, value) in enumerate(zip(LABELS, VALUES, strict=True)):
        x, y = 40 + 180 * (number % 2), 62 + 30 * (number // 2)
        content += line(x, y, f"{label}:")
        fields.append(text_field(x + 80, y, value))
    texts = {region.text for region in regions_of(content, *fields)}
    assert texts == {f"{label}: {value}" for label, value in zip(LABELS, VALUES, strict=True)}


def test_a_field_within_a_sentence_stays_in_it():
    content = line(40, 62, "I, the undersigned") + line(
        200, 62, "of the harbour of Ashmouth, agree"
    )
    content += line(40, 74, "to pay the dues that are asked of every boat in the harbour.")
    (region,) = regions_of(content, text_field(126, 62, "Ingrid Vale", 70))
    assert region.text.startswith(
        "I, the undersigned Ingrid Vale of the harbour of Ashmouth, agree to"
    )


@pytest.mark.parametrize(
    "lower",
    [text_field(200, 63, "", 60), text_field(35, 62, "", 300, "/F 2")],
    ids=["shown", "hidden"],
)
def test_a_field_over_another_is_read_once(lower):
    regions = regions_of(line(40, 62, LABELS[0]), lower, text_field(200, 62, VALUES[0]))
    assert [region.text for region in regions] == [f"{LABELS[0]}: {VALUES[0]}"]


def test_prose_in_a_column_is_no_label_of_the_fields_beside_it():
    prose = (
        "Fill in one form for each", "vessel of your fleet, and", "sign it on the last page.",
        "The harbour master asks for", "it on the day before the", "vessel is to leave the port,",
        "or the dues are to be paid", "twice, as are those of boats", "which lie at the old quay.",
    )  # fmt: skip
    content = "".join(line(40, 60 + 12 * number, text) for number, text in enumerate(prose))
    fields = []
    for number, (label, value) in enumerate(zip(LABELS[:3], VALUES, strict=False)):
        content += line(240, 60 + 36 * number, label)
        fields.append(text_field(240, 84 + 36 * number, value))
    texts = [region.text for region in regions_of(content, *fields)]
    assert " ".join(prose) in texts


def test_fields_under_column_heads_are_a_table():
    heads, columns = ("Boat", "Crew", "Length", "Tons"), (40, 130, 210, 290)
    content = "".join(line(x, 60, head) for x, head in zip(columns, heads, strict=True))
    fields = []
    for row in range(5):
        y = 80 + 20 * row
        content += line(40, y, f"Heron {row + 1}")
        fields += [text_field(x, y, f"{row + 3}{x}", 60) for x in columns[1:]]
    (table,) = [region for region in regions_of(content, *fields) if region.parent is None]
    assert table.label == "table"
    assert "| Heron 2 | 4130 | 4210 | 4290 |" in table.text


def test_words_that_lines_break_are_whole():
    rows = (40, 60, "Remarks"), (140, 60, "no amorti-"), (140, 72, "sation")
    fields = np.array([[135, 55, 260, 90]], np.float32)
    page = replace(page_of_rows(*rows), fields=fields)
    blocks = [Block.of([0], page), Block.of([1, 2, 3], page)]
    assert [block.text for block in join_fields(blocks, page)] == ["Remarks: no amortisation"]
