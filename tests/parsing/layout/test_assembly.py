"""Blocks from what the network predicts."""

from dataclasses import replace

import numpy as np
import pytest

from snappy_core.parsing.area_groups import MAX_SHARE
from snappy_core.parsing.drawings import Area, RulingLines
from snappy_core.parsing.layout import assembly, clusters
from snappy_core.parsing.layout.network import CLASSES, Prediction
from tests.parsing.layout.pages import make_page, page_of_rows

ROWS = [(30, 100 + 12 * n, f"low water at {n}") for n in range(5)]


def predict_as(monkeypatch, *kinds, same_block=-5.0, same_row=-5.0, same_group=5.0):
    """Let the network predict classes of all nodes, and the same for all pairs."""

    def predict(nodes):
        count = len(nodes.features)
        classes = np.full((count, len(CLASSES)), 0.01, np.float32)
        classes[range(count), [CLASSES.index(kind) for kind in kinds]] = 0.9
        pairs = (np.full((count, count), x, np.float32) for x in (same_block, same_row, same_group))
        return Prediction(classes, *pairs, np.zeros((count, count), np.float32))

    monkeypatch.setattr(clusters, "predict", predict)


def words_of(blocks):
    return sorted(word for block in blocks for word in block.words)


def test_no_nodes_make_no_blocks():
    assert assembly.find_blocks(make_page()) == []


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_a_page_of_many_runs_is_read_in_bands(monkeypatch, most):
    monkeypatch.setattr(assembly, "MAX_RUNS", most)
    page = page_of_rows(*ROWS)
    assert words_of(assembly.find_blocks(page)) == list(range(len(page.layer)))
    bands = list(assembly._bands(make_page(areas=(Area((30, 120, 90, 400), "figure"),))))
    assert [len(areas) for _, areas, _ in bands] == [1]


def test_no_band_has_more_runs_though_they_begin_at_one_height(monkeypatch):
    monkeypatch.setattr(assembly, "MAX_RUNS", 2)
    page = page_of_rows(*[(30 + 60 * n, 100, f"tide{n}") for n in range(5)], (30, 140, "ebb"))
    bands = list(assembly._bands(replace(page, areas=(Area((30, 120, 90, 200), "figure"),))))
    assert [(len(runs.boxes), len(areas)) for runs, areas, _ in bands] == [(2, 0), (2, 0), (2, 1)]


@pytest.mark.parametrize(("words", "nodes"), [(15, 1), (16, 0)])
def test_a_picture_that_fills_the_page_is_a_figure_where_hardly_any_text_lies_on_it(words, nodes):
    rows = [(30 + 40 * (n % 3), 60 + 12 * n, "tide") for n in range(words)]
    page = replace(page_of_rows(*rows), areas=(Area((5, 10, 385, 590), "figure"),))
    assert MAX_SHARE * page.width * page.height < 380 * 580
    (band,) = assembly._bands(page)
    assert len(band[1]) == nodes


def test_runs_of_one_block_are_a_paragraph(monkeypatch):
    predict_as(monkeypatch, *["paragraph"] * 5, same_block=3)
    (block,) = assembly.find_blocks(page_of_rows(*ROWS))
    assert (block.label, block.lines, block.box) == ("paragraph", 5, (30, 100, 94, 158))


def test_a_paragraph_in_two_columns_has_a_part_in_each(monkeypatch):
    """Its text begins in the left column, though the right one is higher on the page."""
    rows = [(30, 500, "The tide"), (30, 512, "rises"), (210, 60, "and falls"), (210, 72, "daily")]
    predict_as(monkeypatch, *["paragraph"] * 4, same_block=3)
    page = page_of_rows(*rows)
    (block,) = assembly.find_blocks(page)
    assert (block.label, page.text(block.words)) == ("paragraph", "The tide rises and falls daily")
    assert [page.text(part.words) for part in block.parts] == ["The tide rises", "and falls daily"]
    assert [part.box for part in block.parts] == [(30, 500, 68, 522), (210, 60, 253, 82)]
    assert block.box == (30, 60, 253, 522)


def test_cells_make_rows_and_a_table_needs_two_columns(monkeypatch):
    cells = [(x, 100 + 12 * n, f"a{n}") for n in range(3) for x in (30, 200)]
    predict_as(monkeypatch, *["table"] * 6)
    (table,) = assembly.find_blocks(page_of_rows(*cells[:0], *cells))
    assert (table.label, len(table.parts)) == ("table", 3)  # cells at the same height are a row
    predict_as(monkeypatch, *["table"] * 6, same_row=5)
    blocks = assembly.find_blocks(page_of_rows(*cells))
    assert {block.label for block in blocks} == {"paragraph"}  # a table of one row


def test_a_running_head_is_short_and_at_the_edge(monkeypatch):
    for y, text, label in (
        (10, "Harbor Board", "header"),
        (580, "Page 4", "footer"),
        (300, "Draft", "other"),
        (10, "word " * 16, "other"),  # search never returns a header
    ):
        predict_as(monkeypatch, "other", "paragraph")
        block, _ = assembly.find_blocks(page_of_rows((30, y, text), (30, 400, "low water")))
        assert block.label == label


def test_a_page_with_nothing_but_running_heads_has_none(monkeypatch):
    predict_as(monkeypatch, "other")
    (block,) = assembly.find_blocks(page_of_rows((30, 10, "Harbor Board")))
    assert block.label == "other"  # or no search would ever find it


def test_a_figure_holds_its_drawing_and_its_words(monkeypatch):
    area = Area((30, 120, 230, 320), "figure")
    page = make_page(("Boats", "landed"), [(30, 60, 60, 70), (65, 60, 99, 70)], areas=(area,))
    predict_as(monkeypatch, "figure", "figure")
    (figure,) = assembly.find_blocks(page)
    assert (figure.label, figure.words, figure.box) == ("figure", (0, 1), (30, 60, 230, 320))
    (drawing,) = figure.parts
    assert (drawing.box, drawing.words, drawing.context) == (area.box, (), (0, 1))


def test_words_of_a_table_in_a_cell_of_another_are_in_one_of_them(monkeypatch):
    outer = [20, 120, 380], [*range(60, 211, 15), 330]
    inner = [140, 220, 300], [240, 260, 280, 300]
    rows = [(x + 10, y + 3, f"{x}p{y}") for y in outer[1][:-2] for x in outer[0][:2]]
    rows += [(x + 5, y + 5, f"{x}k{y}") for y in inner[1][:3] for x in inner[0][:2]]
    horizontal = [(xs[0], y, xs[-1], y) for xs, ys in (outer, inner) for y in ys]
    vertical = [(x, ys[0], x, ys[-1]) for xs, ys in (outer, inner) for x in xs]
    lines = RulingLines(np.array(horizontal, np.float32), np.array(vertical, np.float32))
    predict_as(monkeypatch, *["table"] * len(rows))
    blocks = assembly.find_blocks(replace(page_of_rows(*rows), drawn_lines=lines))
    assert words_of(blocks) == list(range(len(rows)))


def test_a_caption_is_told_by_its_first_words(monkeypatch):
    predict_as(monkeypatch, "paragraph")
    (block,) = assembly.find_blocks(page_of_rows((30, 100, "Figure 3: boats")))
    assert block.label == "caption"
