"""The parts of regions: sentences, rows with their heads, items, lines, and the words of each."""

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.search.spans import cells_of, locate_words, spans_of
from snappy_core.stores import MemoryStore
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.types import Cell, Page, Region, Words


def words_of(page, span):
    return [page.words.texts[word] for word in span.words]


def test_a_paragraph_is_divided_into_sentences():
    page = make_page("Dr. Weir landed at noon. See Fig. 2. It rose by 4.5 per cent!")
    spans = spans_of(page, page.regions[0])
    assert [span.text for span in spans] == [
        "Dr. Weir landed at noon.",
        "See Fig. 2.",
        "It rose by 4.5 per cent!",
    ]
    assert {span.kind for span in spans} == {"sentence"}
    assert [word for span in spans for word in span.words] == list(page.regions[0].words)


def test_divided_words_are_whole_in_the_text_and_two_in_the_words(data):
    store = MemoryStore()
    with RegionIndex(store, FakeEncoder()) as index:
        index.add(data / "hyphens.pdf").raise_failed()
        with store.read() as snapshot:
            page = snapshot.page(int(snapshot.catalog().page_ids[0]))
    divided = [region for region in page.regions if len(region.text.split()) < len(region.words)]
    assert divided
    for region in divided:
        spans = spans_of(page, region)
        assert all(span.text in region.text for span in spans)
        assert [word for span in spans for word in span.words] == list(region.words)


def test_a_text_that_is_not_the_words_gives_the_words():
    page = make_page("Low water at six. High water at noon.")
    region = Region(page.regions[0].box, "(scanned)", page.regions[0].words, "paragraph", 0)
    spans = spans_of(page, region)
    assert [span.text for span in spans] == ["Low water at six.", "High water at noon."]


PORTS = [["Port", "Boats", "Landed", "(t)"], ["Brae", "9", "187"], ["Dunmore", "5", "96"]]


@pytest.fixture
def ports():
    """A table of a header, whose last head has two words, and two rows."""
    texts, boxes, columns = [], [], [0, 1, 2, 2]
    for row, row_texts in enumerate(PORTS):
        for place, text in enumerate(row_texts):
            x = 0.1 + 0.2 * columns[place] + (0.1 if place == 3 else 0)
            texts.append(text)
            boxes.append((x, 0.1 + 0.05 * row, x + 0.08, 0.12 + 0.05 * row))
    words = Words(tuple(texts), np.array(boxes, np.float32))

    def cell(indices, row, column):
        part = words.boxes[list(indices)]
        box = (*map(float, part.min(axis=0)[:2]), *map(float, part.max(axis=0)[2:]))
        text = " ".join(texts[i] for i in indices)
        return Cell(text, box, row, column, is_header=row == 0)

    heads = (cell([0], 0, 0), cell([1], 0, 1), cell([2, 3], 0, 2))
    brae = (cell([4], 1, 0), cell([5], 1, 1), cell([6], 1, 2))
    dunmore = (cell([7], 2, 0), cell([8], 2, 1), cell([9], 2, 2))
    box = (0.1, 0.1, 0.7, 0.3)
    table = Region(box, "| ... |", tuple(range(10)), "table", 0, cells=heads + brae + dunmore)
    rows = [
        Region(box, "| head |", (0, 1, 2, 3), "table_row", 1, parent=0, cells=heads),
        Region(box, "| brae |", (4, 5, 6), "table_row", 2, 0, "", (0, 1, 2, 3), heads + brae),
        Region(box, "| dun |", (7, 8, 9), "table_row", 3, 0, "", (0, 1, 2, 3), heads + dunmore),
    ]
    return Page(1, "1", 500, 300, "pt", words, (table, *rows))


def test_a_table_is_divided_into_rows_and_cells_with_their_heads(ports):
    brae, dunmore = spans_of(ports, ports.regions[0])  # not the header
    assert (brae.kind, brae.text) == ("row", "Brae; Boats: 9; Landed (t): 187")
    assert brae.words == (4, 5, 6)
    assert brae.context == (0, 1, 2, 3)
    boats, landed = cells_of(ports, dunmore)
    assert (landed.kind, landed.text) == ("cell", "Dunmore; Landed (t): 96")
    assert landed.words == (9,)
    assert landed.context == (7, 2, 3)  # the head of the row, then of the column
    assert boats.words == (8,)


def test_a_row_is_one_span(ports):
    [span] = spans_of(ports, ports.regions[2])
    assert span.kind == "row"
    assert span == spans_of(ports, ports.regions[0])[0]


def test_a_list_is_divided_into_items_without_their_introduction():
    page = make_page("It paid for:", "a van.", "a slipway. It floods.")
    introduction, van, slipway = (region.words for region in page.regions)
    box = page.regions[0].box
    listed = Region(box, "It paid for:\na van. a slipway. It floods.", van + slipway, "list", 0)
    items = [
        Region(box, "It paid for:\na van.", van, "list_item", 1, 0, "", introduction),
        Region(
            box, "It paid for:\na slipway. It floods.", slipway, "list_item", 2, 0, "", introduction
        ),
    ]
    page = Page(1, "1", 400, 600, "pt", page.words, (listed, *items))
    spans = spans_of(page, page.regions[0])
    assert [(span.kind, span.text) for span in spans] == [
        ("item", "a van."),
        ("item", "a slipway. It floods."),
    ]
    assert spans[0].words, spans[0].context == (van, introduction)
    alone = spans_of(page, page.regions[2])
    assert [span.text for span in alone] == ["a slipway.", "It floods."]


@pytest.mark.parametrize("label", ["figure", "formula", "table", "other"])
def test_anything_else_is_divided_into_lines(label):
    page = make_page("one two three four five six seven eight")
    region = Region(page.regions[0].box, "...", page.regions[0].words, label, 0)
    spans = spans_of(page, region)
    assert [span.text for span in spans] == ["one two three four five six", "seven eight"]
    assert {span.kind for span in spans} == {"line"}


def test_no_words_no_spans():
    page = make_page("words")
    for label in ("figure", "paragraph", "table_row", "hot_area"):
        assert spans_of(page, Region((0, 0, 1, 1), "", (), label, 9)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [("the rotors turn", ["the", "rotors"]), ("rotors", ["the", "rotors"]), ("a b", ["b", "a"])],
)
def test_words_that_do_not_end_a_text_are_not_located(text, words):
    assert locate_words(text, words) is None
