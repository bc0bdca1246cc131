"""Regions by their ids, whole documents and pages, from every kind of reference."""

from dataclasses import replace

import pypdfium2.raw as raw
import pytest
from llama_index.core.schema import NodeRelationship
from pypdfium2 import PdfDocument

from snappy_core import PageUnavailableError, RegionIndex, assemble
from snappy_core.testing import FakeEncoder
from snappy_langchain.mapping import to_document
from snappy_llamaindex.mapping import to_node
from tests.search.printed import harbor

__all__ = ["harbor"]

QUESTION = "price of a ticket"


@pytest.fixture(scope="module")
def index():
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(["tests/data/table.pdf", "tests/data/many_pages.pdf"]).raise_failed()
        yield index


@pytest.fixture(scope="module")
def row(index):
    [hit] = index.search(QUESTION, k=1, filter={"region_label": "table_row"})
    return hit


@pytest.fixture(params=["hit", "id", "document", "node", "scored node"])
def reference(request, row):
    return {
        "hit": row,
        "id": row.region_id,
        "document": to_document(row),
        "node": to_node(row).node,
        "scored node": to_node(row),
    }[request.param]


def test_every_reference_is_the_same_region(index, row, reference):
    hit = index.region(reference)
    assert (hit.region_id, hit.region, hit.rects) == (row.region_id, row.region, row.rects)
    assert (hit.next_id, hit.parent) == (row.next_id, row.parent)


def test_methods_take_every_reference(index, row, reference):
    assert index.heatmap(reference, question=QUESTION).values.tolist() == (
        index.heatmap(row).values.tolist()
    )
    assert index.explain(reference, question=QUESTION).tokens == index.explain(row).tokens
    assert index.page_image(reference, 40).tobytes() == index.page_image(row, 40).tobytes()
    expected = index.region_image(row.region_id, row.region.text, 40)
    assert index.region_image(reference, dpi=40).tobytes() == expected.tobytes()
    heated = index.heatmap_image(reference, dpi=40, question=QUESTION)
    assert heated.size == index.page_image(row, 40).size
    assert heated.tobytes() != index.page_image(row, 40).tobytes()
    [claim, *_] = index.ground(row.region.text, [reference]).claims
    [expected_claim, *_] = index.ground(row.region.text, [row]).claims
    assert claim == expected_claim


def test_highlighting_takes_every_reference(index, row, reference, tmp_path):
    index.highlight([reference], tmp_path / "a.pdf")
    index.highlight([row], tmp_path / "b.pdf")
    counts = []
    for name in ("a.pdf", "b.pdf"):
        page = PdfDocument(tmp_path / name)[row.page_number - 1]
        counts.append(raw.FPDFPage_GetAnnotCount(page))
    assert counts[0] >= 1
    if not isinstance(reference, str):
        assert counts[0] == counts[1], "documents and nodes have highlights"


def test_documents_and_nodes_bring_what_they_were_found_with(index, row):
    document, node = index.region(to_document(row)), index.region(to_node(row))
    assert (document.rank, document.score) == (row.rank, row.score)
    assert row.highlights
    for hit in (document, node):
        assert [highlight.words for highlight in hit.highlights] == [
            highlight.words for highlight in row.highlights
        ]
        assert assemble([hit]).text == assemble([row]).text


@pytest.mark.parametrize("turn", [to_document, to_node])
def test_parts_bring_their_highlights(harbor, turn):
    [hit] = harbor.search("each of them paid nine hundred crowns in silver", k=1)
    assert any(part.highlights for part in hit.parts if part.region_id != hit.region_id)
    found = harbor.region(turn(hit))
    assert [part.region_id for part in found.parts] == [part.region_id for part in hit.parts]
    for part, expected in zip(found.parts, hit.parts, strict=True):
        assert [each.words for each in part.highlights] == [
            each.words for each in expected.highlights
        ]
    assert found.quotes == hit.quotes


@pytest.mark.parametrize("end", [
    "h4-9", "h4", "h-9", "r" + 5000 * "9", 5000 * "9", "r\u0663", "x", "1h999999999-999999999",
])  # fmt: skip
def test_ids_of_nothing(index, row, end):
    region_id = f"{row.document_id}#p{row.page_number}{end}"
    with pytest.raises(PageUnavailableError, match="search again"):
        index.region(region_id)


def test_a_region_by_its_id_was_found_by_no_question(index, row):
    hit = index.region(row.region_id)
    assert (hit.rank, hit.score, hit.query, hit.highlights) == (0, 0.0, "", ())
    with pytest.raises(ValueError, match="give question="):
        index.heatmap(hit)


def test_neighbors_and_parents_resolve(index, row):
    hits = index.regions(row.document_id)
    by_id = {hit.region_id: hit for hit in hits}
    seen = set()
    for hit in hits:
        for kind, related in to_node(hit).node.relationships.items():
            if kind is NodeRelationship.SOURCE:
                continue
            found = index.region(related.node_id)
            seen.add(kind)
            if kind is NodeRelationship.PARENT and hit.parent is None:
                assert set(hit.region.words) <= set(found.region.words)
                assert hit.region.text in found.region.text
            else:
                assert found == by_id[related.node_id]
            if kind is NodeRelationship.NEXT:
                assert found.previous_id == hit.region_id
            if kind is NodeRelationship.PARENT and hit.parent is not None:
                assert found.region == hit.parent
    assert seen == {NodeRelationship.PREVIOUS, NodeRelationship.NEXT, NodeRelationship.PARENT}


def test_regions_of_a_document_in_reading_order(index):
    [document] = [d for d in index.documents() if d.source.endswith("many_pages.pdf")]
    hits = index.regions(document.document_id)
    places = [(hit.page_number, hit.region.order) for hit in hits]
    assert places == sorted(places)
    assert len({page for page, _ in places}) > 1
    second = index.regions(document.document_id, 2)
    assert second == [hit for hit in hits if hit.page_number == 2] != []


def test_page_text_has_each_word_once(index, row):
    text = index.page_text(row.document_id, row.page_number)
    hits = index.regions(row.document_id, row.page_number)
    tops = [hit.region.text for hit in hits if hit.parent is None]
    assert text == "\n\n".join(tops)
    assert row.region.parent is not None
    page = index.region(f"{row.document_id}#p{row.page_number}")
    assert page.region.text == text
    assert index.page_image(page, 40).size == index.page_image(row, 40).size


@pytest.mark.parametrize("suffix", ["#p1r999", "#p99r0", "#p99", "#p0", "#pxr1", "", "x#p1r0"])
def test_what_is_not_in_the_index(index, row, suffix):
    with pytest.raises(PageUnavailableError, match="no longer in the index"):
        index.region(row.document_id + suffix)


def test_unknown_documents_and_pages(index, row):
    with pytest.raises(PageUnavailableError, match="no such document"):
        index.regions("nothing")
    with pytest.raises(PageUnavailableError, match="has no page 99"):
        index.page_text(row.document_id, 99)
    with pytest.raises(TypeError, match="not int"):
        index.region(7)


def test_a_document_of_a_region_that_has_moved(index, row):
    x0, y0, x1, y1 = row.region.box
    moved = replace(row, region=replace(row.region, box=(x0, y0 - 0.01, x1, y1)))
    with pytest.raises(PageUnavailableError, match="search again"):
        index.region(to_document(moved))
