"""Paragraphs that go on over the end of a column or page."""

import json
from dataclasses import replace

import pytest

from snappy_core import RegionIndex, assemble, ground
from snappy_core.display.render import on_page
from snappy_core.display.viewers import highlight, react_pdf_highlighter, web_annotation
from snappy_core.ingest.jobs import prepare
from snappy_core.metadata import region_metadata
from snappy_core.search.continuation import MOST_PARTS
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import DocumentRecord
from snappy_core.testing import FakeEncoder, make_page
from snappy_langchain import citation, ground_documents, region_blocks
from snappy_langchain.mapping import to_document
from snappy_llamaindex.mapping import to_node
from tests.search.printed import COLUMNS, FIRST, SECOND, harbor, index_of, lines, print_pages

__all__ = ["harbor"]

COLUMNS_NEXT = [(x - 190, y, size, text) for x, y, size, text in COLUMNS[5:]]
ASKED = "wrote costs of the whole repair shared between the two"
CROSSING = (
    "The clerk wrote that the costs of the whole repair were shared between the two towns, and "
    "that each of them paid nine hundred crowns in silver for the new pier."
)
LAST, FIRST_OF_NEXT = "h#p1r3", "h#p2r0"


@pytest.fixture
def hit(harbor):
    return harbor.search(ASKED, k=1)[0]


def test_a_hit_is_the_whole_paragraph_once(harbor, hit):
    assert (hit.region_id, hit.page_number, hit.page_range) == (LAST, 1, "pages 1-2")
    assert [(part.region_id, part.page_number) for part in hit.parts] == [
        (LAST, 1),
        (FIRST_OF_NEXT, 2),
    ]
    assert CROSSING in hit.text
    assert hit.text.endswith("repaired in that year.")
    ids = [hit.region_id for hit in harbor.search(ASKED, k=20)]
    assert LAST in ids
    assert FIRST_OF_NEXT not in ids
    other = harbor.region(FIRST_OF_NEXT)
    assert (other.text, [part.region_id for part in other.previous_parts]) == (hit.text, [LAST])


def test_columns_of_a_page():
    boxes = [0.05, 0, 0.53, 1], [0.53, 0, 1, 1]
    columns = [{"page": 1, "bbox": box, "label": "paragraph"} for box in boxes]
    with index_of(COLUMNS, regions=columns) as index:
        [whole, *rest] = index.search("costs of the whole repair", k=9)
        assert "shared between the two towns, and" in whole.text
        assert whole.page_range == "page 1"
        assert len(whole.parts) == 2
        assert not rest


def test_a_paragraph_below_another_is_its_own():
    boxes = [0.05, 0.05, 0.53, 0.105], [0.05, 0.107, 0.53, 0.2]
    stacked = [{"page": 1, "bbox": box, "label": "paragraph"} for box in boxes]
    with index_of(COLUMNS_NEXT, regions=stacked) as index:
        first, second = index.regions("h")
        assert (first.text[-4:], second.text[:4]) == ("paid", "nine")
        assert len(index.region(first.region_id).parts) == 1


def transcript(pages):
    """Pages of a text that has no sentences."""
    line = "and the boats came in to the quay of brae and landed herring there so"
    box = {"bbox": [0, 0, 1, 1], "label": "paragraph"}
    regions = [{"page": number, **box} for number in range(1, pages + 1)]
    return index_of(*[lines(60, 60, line, line)] * pages, regions=regions)


def test_a_text_that_never_ends_is_not_joined():
    with transcript(MOST_PARTS) as index:
        [hit] = index.search("herring at the quay", k=5)
        assert len(hit.parts) == MOST_PARTS
    with transcript(20) as index:
        hits = index.search("herring at the quay", k=5)
        assert len(hits) == 5
        assert {len(hit.parts) for hit in [*hits, *map(index.region, ["h#p1r0", "h#p20r0"])]} == {1}


def test_running_heads_and_figures_stand_beside_it():
    column, head = [0.05, 0.08, 0.53, 1], [0.6, 0, 1, 0.05]
    for label in ("header", "footer", "figure", "caption", "table"):
        supplied = [
            {"page": 1, "bbox": column, "label": "paragraph"},
            {"page": 1, "bbox": head, "label": label},
            {"page": 2, "bbox": head, "label": label},
            {"page": 2, "bbox": column, "label": "paragraph"},
        ]
        with index_of(COLUMNS[:5], COLUMNS_NEXT, regions=supplied) as index:
            assert len(index.region("h#p1r0").parts) == 2, label
    supplied[1]["label"] = "heading"
    supplied[1]["bbox"] = [0.05, 0.3, 0.53, 0.4]
    with index_of(COLUMNS[:5], COLUMNS_NEXT, regions=supplied) as index:
        assert len(index.region("h#p1r0").parts) == 1, "text follows it"


def test_a_paragraph_inside_of_a_region_goes_on_nowhere():
    page = make_page("Boats land herring at the quay", "of the islands.")
    whole, text = page.regions
    regions = (replace(whole, label="figure"), replace(text, text="Herring and", parent=0))
    store, encoder = MemoryStore(), FakeEncoder()
    page = replace(page, regions=regions)
    store.write(DocumentRecord("a", "a", "1", "1"), [prepare(page, *encoder.encode_pages([page]))])
    [hit] = RegionIndex(store, encoder).search("herring", filter={"region_label": "paragraph"})
    assert hit.parts == (hit,)


def test_a_paragraph_read_across_columns_is_whole_whichever_column_is_found():
    column = make_page("Boats land herring at the quay of Brae", "and sell it in the town.")
    first, second = column.regions
    whole = replace(first, text=f"{first.text} {second.text}", words=first.words + second.words)
    regions = (whole, replace(first, parent=0), replace(second, parent=0))
    page, store, encoder = replace(column, regions=regions), MemoryStore(), FakeEncoder()
    store.write(DocumentRecord("a", "a", "1", "1"), [prepare(page, *encoder.encode_pages([page]))])
    index = RegionIndex(store, encoder)
    for number in (1, 2):
        hit = index.region(f"a#p1r{number}")
        assert hit.text == whole.text
        assert [part.region_id for part in hit.parts] == ["a#p1r1", "a#p1r2"]
    [hit] = index.search("herring sold in the town", k=5)
    assert hit.text == whole.text


def page_break(before, after, **size):
    first, second = [*FIRST[:4], *lines(60, 170, *before)], lines(60, 60, *after, **size)
    with index_of(first, second) as index:
        last = index.regions("h", 1)[-1]
        return len(index.region(last.region_id).parts)


FULL = "The northern pier was repaired after the storm. Stone for it came from"
MORE = "the quarry at Aber, and the work was done by forty men in the summer."


def test_what_goes_on_and_what_does_not():
    assert page_break([FULL, FULL], [MORE, MORE]) == 2
    assert page_break([FULL, MORE], [MORE, MORE]) == 1, "a sentence has ended"
    assert page_break([FULL, FULL], [FULL, MORE]) == 1, "a sentence begins"
    assert page_break([FULL, FULL], [MORE[:30]]) == 1, "no end of a paragraph"
    assert page_break([FULL, "Stone for it came from"], [MORE, MORE]) == 1, "there was room"
    assert page_break([FULL, FULL], [MORE[:45], MORE[:44] + "."], size=15) == 1, "other letters"


def test_a_divided_word_is_made_whole():
    before = [FULL, FULL[:-9] + "came fr-"]
    first, second = [*FIRST[:4], *lines(60, 170, *before)], lines(60, 60, "om " + MORE[:60], MORE)
    with index_of(first, second) as index:
        whole = index.region(index.regions("h", 1)[-1].region_id)
        assert "it came from the quarry" in " ".join(whole.text.split())


def test_a_sentence_is_highlighted_on_both_pages(hit):
    first, second = hit.parts
    texts = [part.highlights[0].text for part in (first, second)]
    assert texts == [CROSSING, CROSSING]
    assert first.highlights[0].words != second.highlights[0].words
    assert hit.quotes[0] == CROSSING
    assert hit.quotes.count(CROSSING) == 1
    assert first.highlights[0].rects[-1][3] > 0.3
    assert second.highlights[0].rects[0][1] < 0.12


def test_contexts_name_both_pages(hit):
    context = assemble([hit])
    assert context.text == f"[1] h.pdf, pages 1-2\n[1.1] {hit.text}"
    [citation] = context.citations
    [other] = citation.parts
    assert (citation.page_number, other.page_number, other.marker) == (1, 2, "1.1")
    assert other.box == hit.parts[1].region.box


def test_metadata_and_what_models_read_have_both_pages(harbor, hit):
    parts = json.loads(region_metadata(hit)["parts_json"])
    assert [(part["page_number"], part["region_id"]) for part in parts] == [
        (1, LAST),
        (2, FIRST_OF_NEXT),
    ]
    for part, of in zip(parts, hit.parts, strict=True):
        assert hit.text[part["start"] : part["end"]] == of.region.text
        assert part["bbox"] == [round(edge, 6) for edge in of.region.box]
    document, node = to_document(hit), to_node(hit)
    assert document.page_content == node.text == hit.text
    [block] = region_blocks([hit], harbor)
    assert block["text"].startswith(f"[{LAST}] h.pdf, pages 1-2\n")
    assert harbor.region(document).text == hit.text
    cited = citation(document)
    assert cited["title"] == "h.pdf, pages 1-2"
    assert [part["page_number"] for part in cited["extras"]["parts"]] == [1, 2]


def test_claims_are_found_on_either_page_and_across(harbor, hit):
    answer = f"{CROSSING} No other harbour of the coast was repaired in that year."
    for grounding in (
        harbor.ground(answer),
        harbor.ground(answer, [hit]),
        ground(answer, [hit]),
        ground_documents(answer, [to_document(hit)]),
    ):
        assert [claim.verdict for claim in grounding] == ["verified"] * 2
        assert [claim.place.page_number for claim in grounding] == [1, 2]


def test_viewers_show_both_pages(hit):
    first, second = web_annotation(hit)["target"]
    assert (first["source"], second["source"]) == ("h.pdf#page=1", "h.pdf#page=2")
    rects = react_pdf_highlighter(hit)["position"]["rects"]
    assert {rect["pageNumber"] for rect in rects} == {1, 2}
    assert "page 1" not in hit._repr_html_()
    assert hit._repr_html_().count("<svg") == 2
    [part] = on_page([hit], hit.parts[1])
    assert (part.rank, part.region_id) == (hit.rank, FIRST_OF_NEXT)


def test_both_pages_of_a_pdf_are_highlighted(tmp_path):
    import pypdfium2.raw as raw
    from pypdfium2 import PdfDocument

    path = tmp_path / "h.pdf"
    path.write_bytes(print_pages(FIRST, SECOND))
    with index_of(FIRST, SECOND) as index:
        found = index.search(ASKED, k=1)[0]
    parts = [replace(part, source=str(path)) for part in found.next_parts]
    highlight([replace(found, source=str(path), next_parts=tuple(parts))], tmp_path / "out.pdf")
    pages = PdfDocument(tmp_path / "out.pdf")
    assert all(raw.FPDFPage_GetAnnotCount(page) >= 1 for page in pages)
