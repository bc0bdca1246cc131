"""Hits widened to the table, section or page that they stand in."""

import pytest

from snappy_core import PageUnavailableError, RegionIndex, agents
from snappy_core.fused_search import FusedSearch
from snappy_core.search.context import estimate_tokens
from snappy_core.search.widening import widen_hits
from snappy_core.testing import FakeEncoder
from snappy_langchain import SnappyRetriever as OnLangChain
from snappy_langchain import create_region_tool
from snappy_llamaindex import SnappyRetriever as OnLlamaIndex
from snappy_llamaindex import create_region_tool as create_llamaindex_tool
from tests.search.printed import harbor

__all__ = ["harbor"]

STONE = "Stone for the northern pier after the storm"
SOUTHERN = "southern pier fell into the sea in winter"


@pytest.fixture(scope="module")
def tables(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "table.pdf", progress=False).raise_failed()
        yield index


def test_rows_become_their_table_once(tables):
    rows = tables.search("price of a ticket", k=3, filter={"region_label": "table_row"})
    [table] = tables.search(
        "price of a ticket", k=3, filter={"region_label": "table_row"}, widen="table"
    )
    assert table.region_id == rows[0].parent_id
    assert table.region == rows[0].parent
    assert (table.score, table.rank, table.query) == (rows[0].score, 1, "price of a ticket")
    assert set(table.highlights) >= set(rows[0].highlights)
    assert table.highlights


def test_a_hit_in_no_table_stays(harbor):
    assert harbor.search(STONE, k=2, widen="table").hits == harbor.search(STONE, k=2).hits


def test_a_section_has_its_heading_and_goes_over_pages(harbor):
    narrow, section = harbor.search(STONE, k=1)[0], harbor.search(STONE, k=1, widen="section")[0]
    assert section.text.startswith("Stone\n\nThe northern pier")
    assert "shared between the two towns, and" in section.text
    assert section.text.endswith("in the following winter.")
    assert (section.page_range, section.page_number) == ("pages 1-2", 1)
    assert section.region.section == "Harbor > Stone"
    assert (section.score, section.highlights) == (narrow.score, narrow.highlights)
    assert [part.region_id for part in section.parts] == ["h#p1s2", "h#p2s0"]


def test_hits_of_a_section_are_one_with_the_highlights_of_all(harbor):
    hits = harbor.search(SOUTHERN, k=3)
    assert [hit.region_id for hit in hits][:2] == ["h#p2r1", "h#p2r0"]
    section = harbor.search(SOUTHERN, k=3, widen="section")[0]
    assert (section.page_number, section.score) == (2, hits[0].score)
    [first] = section.previous_parts
    assert {*hits[0].highlights, *hits[1].highlights} <= set(section.highlights)
    assert set(hits[1].previous_parts[0].highlights) <= set(first.highlights)


def test_sections_below_it_belong_to_a_section(harbor):
    [whole] = harbor.search("Harbor open all year dues paid to the clerk", k=5, widen="section")
    assert whole.text.startswith("Harbor\n\nThe harbour of Brae")
    assert whole.text.endswith("and the mail.")


def test_pages(harbor):
    hits = harbor.search(SOUTHERN, k=9, widen="page")
    assert [hit.region_id for hit in hits] == ["h#p2", "h#p1"]
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].text == harbor.page_text("h", 2)


def test_a_text_over_a_page_break_becomes_its_pages(harbor):
    [hit] = harbor.search(STONE, k=1)
    pages = harbor.search(STONE, k=1, widen="page")
    assert [page.region_id for page in pages] == ["h#p1", "h#p2"]
    assert {page.score for page in pages} == {hit.score}
    assert [page.highlights for page in pages] == [part.highlights for part in hit.parts]


def test_a_region_stays_until_its_own_page_is_there(harbor):
    southern, crossing = harbor.region("h#p2r1"), harbor.region("h#p1r3")
    room = estimate_tokens(harbor.page_text("h", 2)) + estimate_tokens(crossing.text)

    def ids(budget):
        with harbor._store.read() as snapshot:
            wholes = widen_hits(snapshot, [southern, crossing], "page", budget)
        return [hit.region_id for hit in wholes]

    assert ids(None) == ["h#p2", "h#p1"]
    assert ids(room) == ["h#p2", "h#p1r3"]


def test_a_budget_is_kept(harbor):
    page = estimate_tokens(harbor.page_text("h", 2))

    def ids(budget, widen=None):
        return [hit.region_id for hit in harbor.search(SOUTHERN, budget=budget, widen=widen)]

    assert ids(page, "page") == ["h#p2"]
    assert ids(page - 1, "page") == ids(page - 1), "the page does not fit"


@pytest.mark.parametrize("widen", ["section", "page"])
def test_what_is_returned_can_be_asked_for_again(harbor, widen):
    for hit in harbor.search(SOUTHERN, k=2, widen=widen):
        assert harbor.region(hit.region_id).text == hit.text
        assert harbor.region(hit.region_id).region == hit.region
        assert len(harbor.heatmap(hit).values)
        assert harbor.explain(hit).tokens
        [read, *_] = agents.read_region(harbor, f"[{hit.citation}]")
        assert read.text == hit.text
    for region_id in ("h#p2s1", "h#p2s9", "h#p9s0"):
        with pytest.raises(PageUnavailableError):
            harbor.region(region_id)


def test_it_is_the_same_everywhere(harbor):
    expected = [(hit.region_id, hit.text) for hit in harbor.search(SOUTHERN, k=3, widen="section")]
    fused = FusedSearch([harbor, harbor]).search(SOUTHERN, k=3, widen="section")
    assert [hit.region_id for hit in fused] == [region_id for region_id, _ in expected]
    retriever = OnLangChain(index=harbor, k=3, widen="section")
    documents = retriever.invoke(SOUTHERN)
    assert [(document.id, document.page_content) for document in documents] == expected
    nodes = OnLlamaIndex(harbor, k=3, widen="section")
    assert [(node.node_id, node.text) for node in nodes.retrieve(SOUTHERN)] == expected
    tool = create_region_tool(OnLangChain(index=harbor, k=3), widen="section")
    call = {"type": "tool_call", "id": "1", "name": tool.name, "args": {"query": SOUTHERN}}
    told = tool.invoke(call).content[0]["text"]
    assert "pages 1-2\nStone\n" in told
    assert "pages 1-2\nStone\n" in create_llamaindex_tool(nodes).call(query=SOUTHERN).content


def test_the_judge_reads_the_whole(harbor):
    texts = []

    def judge(question, hits):
        texts.extend(hit.text for hit in hits)
        return 1

    hits = harbor.search(SOUTHERN, k=1, widen="page", judge=judge)
    assert texts == [harbor.page_text("h", 2)] == [hits[0].text]


def test_another_whole_is_an_error(harbor):
    with pytest.raises(ValueError, match="widen must be table, section, page or None"):
        harbor.search(SOUTHERN, widen="chapter")
