"""The parts of hits that answer: which, where, and how they are scored."""

import json

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.boxes import as_boxes, coverage, line_boxes
from snappy_core.metadata import quotes, read_highlights, region_metadata
from snappy_core.scoring.maxsim import similarities
from snappy_core.search.highlights import find_highlights
from snappy_core.search.hits_html import hits_html
from snappy_core.testing import FakeEncoder, FakeGridEncoder, make_page

TEXT = "The harbor opens at nine. Brae lands herring on Mondays. Nobody counts the gulls there."


def highlights_of(question, page=None, encoder=None, region=0):
    encoder = encoder or FakeEncoder()
    page = page or make_page(TEXT)
    [patches] = encoder.encode_pages([page])
    query = encoder.encode_query(question)
    weights = np.full(len(query.vectors), 1 / len(query.vectors), np.float32)
    return page, find_highlights(page, patches, page.regions[region], query, weights)


def test_the_sentence_that_answers():
    page, highlights = highlights_of("herring mondays")
    [best] = highlights
    assert (best.kind, best.text) == ("sentence", "Brae lands herring on Mondays.")
    assert best.words == (5, 6, 7, 8, 9)
    assert best.score == pytest.approx(1.0, abs=0.02)
    assert best.rects == tuple(map(tuple, line_boxes(page.words.boxes[5:10]).tolist()))
    assert len(best.rects) == 2  # words 5 and 6 to 9 stand in two lines


def test_score_is_late_interaction_inside_the_part():
    encoder = FakeEncoder()
    page, [best] = highlights_of("herring tax", encoder=encoder)
    [patches] = encoder.encode_pages([page])
    query = encoder.encode_query("herring tax")
    inside = list(best.words)
    similarity = similarities(query.vectors, patches.vectors[inside], patches.scales[inside])
    assert best.score == pytest.approx(float(similarity.max(axis=1).mean()), abs=1e-6)


def test_a_second_part_answers_what_the_first_leaves_open():
    _, highlights = highlights_of("harbor nine opens gulls counts")
    assert [highlight.text for highlight in highlights] == [
        "The harbor opens at nine.",
        "Nobody counts the gulls there.",
    ]
    assert highlights[0].score > highlights[1].score


def test_a_search_finds_rows_and_cells_with_their_heads(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "table.pdf").raise_failed()
        hit = index.search("How many boats land at Brae?", k=1)[0]
        row, cell = hit.highlights
        assert (row.kind, cell.kind) == ("row", "cell")
        assert row.text.startswith("Brae; Boats: 9; ")
        assert cell.text == "Brae; Boats: 9"
        assert set(cell.words) < set(row.words) <= set(hit.region.words)
        inside = coverage(as_boxes([hit.region.box]), as_boxes(row.rects + cell.rects))
        assert inside == pytest.approx(1.0)
        assert len(row.rects) == len(cell.rects) == 1
        # The heads of all columns match a question about the whole row: no cell leads.
        whole = index.search("Brae", k=1)[0]
        assert {highlight.kind for highlight in whole.highlights} == {"row"}


def test_hot_patches_of_a_vision_encoder():
    page, highlights = highlights_of("herring", encoder=FakeGridEncoder(30, 20))
    best = highlights[0]
    assert best.kind == "area"
    assert "herring" in best.text
    assert len(best.words) < len(page.words) / 2
    region = as_boxes([page.regions[0].box])
    assert coverage(region, as_boxes(best.rects)) == pytest.approx(1.0, abs=1e-4)
    herring = as_boxes([page.words.boxes[page.words.texts.index("herring")]])
    assert coverage(as_boxes(best.rects), herring).sum() > 0.5


def test_metadata_brings_highlights_back(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "table.pdf").raise_failed()
        hit = index.search("How many boats land at Brae?", k=1)[0]
    metadata = region_metadata(hit)
    read = read_highlights(metadata)
    assert [(item.kind, item.text, item.words) for item in read] == [
        (item.kind, item.text, item.words) for item in hit.highlights
    ]
    assert np.array(read[0].rects) == pytest.approx(np.array(hit.highlights[0].rects), abs=1e-6)
    assert json.loads(metadata["highlights_json"])[1]["kind"] == "cell"
    assert quotes(metadata, hit.region.text) == list(hit.quotes)
    assert read_highlights({}) == ()


def test_a_highlight_of_all_words_is_no_quote():
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add_document(_pdf(["Low water at six."]), document_id="log").raise_failed()
        hit = index.search("low water")[0]
    assert [highlight.text for highlight in hit.highlights] == [hit.region.text]
    assert hit.quotes == ()
    assert quotes(region_metadata(hit), hit.region.text) == []


def test_a_notebook_marks_the_words(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "table.pdf").raise_failed()
        html = hits_html(index.search("How many boats land at Brae?", k=1))
    assert "<mark>Brae; Boats: 9</mark>" in html


def _pdf(lines):
    import io

    from reportlab.pdfgen.canvas import Canvas

    from snappy_core import Source

    buffer = io.BytesIO()
    canvas = Canvas(buffer, (400, 300))
    for number, line in enumerate(lines):
        canvas.drawString(40, 250 - 14 * number, line)
    canvas.save()
    return Source.from_bytes(buffer.getvalue(), "log.pdf")
