"""Contents, indexes and references below their headings."""

import time
from dataclasses import replace

import pytest

from snappy_core.parsing.listings import mark_listings
from snappy_core.testing import make_page
from snappy_core.types import Cell, Page


def page(*rows, number=1) -> Page:
    """A page of rows `(label, text)`."""
    made = make_page(*(text for _, text in rows), number=number)
    regions = [replace(r, label=label) for r, (label, _) in zip(made.regions, rows, strict=True)]
    return replace(made, regions=tuple(regions))


def labels(*rows, previous=None):
    return [region.label for region in mark_listings(page(*rows), previous).regions]


CITED = (
    "Vale, I. 1987. On the tides of Quillhaven. Ashmouth Press.",
    "[Orme12] T. Orme, Moorings, Journal of Harbours, 12(3).",
    "Pike, A. Dues and don'ts. https://example.org/dues",
)


@pytest.mark.parametrize(
    "heading", ["References", "7 Bibliography", "Literaturverzeichnis", "参考文献"]
)
def test_references(heading):
    cited = [("paragraph", text) for text in CITED]
    assert labels(("heading", heading), *cited) == ["heading", *["references"] * 3]


def test_text_under_the_next_heading_is_none():
    rows = ("heading", "References"), ("paragraph", CITED[0])
    after = ("heading", "Appendix"), ("paragraph", "The tide of 1987 was high.")
    assert labels(*rows, *after) == ["heading", "references", "heading", "paragraph"]


def test_what_goes_on_between_two_sources_is_one_of_them():
    rows = ("paragraph", CITED[0]), ("paragraph", "of the eastern quay"), ("paragraph", CITED[1])
    assert labels(("heading", "References"), *rows) == ["heading", *["references"] * 3]
    assert labels(("heading", "References"), *rows[:2]) == ["heading", "references", "paragraph"]


def test_a_mark_that_looks_like_a_heading_is_no_end():
    rows = ("heading", "[Orme12]"), ("paragraph", CITED[0])
    assert labels(("heading", "References"), *rows) == ["heading", "references", "references"]


def test_references_go_on_on_the_next_page():
    first = mark_listings(page(("heading", "References"), ("paragraph", CITED[0])), None)
    assert labels(("header", "Tides"), ("paragraph", CITED[2]), previous=first) == [
        "header", "references",
    ]  # fmt: skip
    assert labels(("paragraph", CITED[2])) == ["paragraph"]


def test_years_alone_make_no_references():
    assert labels(("heading", "History"), ("paragraph", CITED[0])) == ["heading", "paragraph"]


CONTENTS = ("Tides 3", "Moorings of the eastern quay 7", "12 Dues", "Boats 14 Steamers 21")


def test_contents_without_leaders():
    rows = [("list_item", text) for text in CONTENTS]
    heads = ("heading", "Part two"), ("paragraph", "Pilots 30")
    expected = ["title", *["contents"] * 6]
    assert labels(("title", "Table of Contents"), *rows, *heads) == expected


def test_contents_end_where_text_begins():
    text = "The pilots of Quillhaven have kept a book of tides since the year of the flood. " * 2
    rows = [("list_item", entry) for entry in CONTENTS]
    assert labels(("heading", "Contents"), *rows, ("paragraph", text)) == [
        "heading", *["contents"] * 4, "paragraph",
    ]  # fmt: skip


def test_page_numbers_that_go_back_are_none():
    rows = [("list_item", text) for text in reversed(CONTENTS)]
    assert labels(("heading", "Contents"), *rows) == ["heading", *["list_item"] * 4]


ENTRIES = (
    ("heading", "A"),
    ("paragraph", "Anchors, 4, 12-14; of brass, 31"),
    ("list", "Ashmouth, 7"),
)


@pytest.mark.parametrize(
    "heading", ["Index", "B. Subject Index", "Names index", "Subject and Author Index"]
)
def test_an_index(heading):
    assert labels(("heading", heading), *ENTRIES) == ["heading", *["index"] * 3]


@pytest.mark.parametrize("heading", ["3.2 Price index", "Gini index", "Consumer Price Index"])
def test_an_index_of_prices_is_none(heading):
    rows = (
        ("table", "Year | Index | 1987 | 104 | 1988 | 107"),
        ("paragraph", "It rose by 3 in 1988."),
    )
    assert labels(("heading", heading), *rows) == ["heading", "table", "paragraph"]


def test_an_index_ends_at_a_table_with_heads():
    table, text = ("table", "Year | Tons | 1987 | 104"), ("paragraph", "Ashmouth, 7")
    made = page(("heading", "Index"), *ENTRIES, table, text)
    cells = Cell("Year", None, 0, 0, is_header=True), Cell("1987", None, 1, 0)
    regions = (*made.regions[:4], replace(made.regions[4], cells=cells), made.regions[5])
    marked = mark_listings(replace(made, regions=regions), None)
    expected = ["heading", *["index"] * 3, "table", "paragraph"]
    assert [region.label for region in marked.regions] == expected


def test_what_is_in_a_listing_has_its_label_too():
    made = page(("heading", "Contents"), ("table", " | ".join(CONTENTS)), ("table_row", "Tides 3"))
    row = replace(made.regions[2], parent=1)
    marked = mark_listings(replace(made, regions=(*made.regions[:2], row)), None)
    assert [region.label for region in marked.regions] == ["heading", "contents", "contents"]


@pytest.mark.parametrize(
    "heading", ["3. Contents . :", "iv) Contents:", "1.2 Contents...", "Contents ::"]
)
def test_numbers_and_marks_around_a_heading_are_not_its_name(heading):
    assert labels(("heading", heading), *[("list_item", text) for text in CONTENTS]) == [
        "heading", *["contents"] * 4,
    ]  # fmt: skip


def test_a_heading_of_marks_takes_no_time():
    started = time.process_time()
    assert labels(("heading", ":" * 20_000 + "x")) == ["heading"]
    assert time.process_time() - started < 1
