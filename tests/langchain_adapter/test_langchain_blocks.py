"""Content blocks, citations and links, of hits and of documents alike."""

import base64
import io
import json
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from langchain_core.documents import Document
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.prompts import format_document
from PIL import Image

from snappy_core import PageUnavailableError, RegionIndex, Source
from snappy_core.names import file_name
from snappy_core.search.context import estimate_tokens
from snappy_core.testing import FakeEncoder
from snappy_langchain import (
    REGION_PROMPT,
    SnappyRetriever,
    citation,
    page_link,
    region_blocks,
    search_result,
    to_document,
)

QUESTION = "How many turbines are at work?"


@pytest.fixture(params=["hits", "documents"])
def found(request, report_index):
    hits = list(report_index.search(QUESTION, k=3))
    return hits if request.param == "hits" else [to_document(hit) for hit in hits]


def told(hit):
    lines = "\n".join(f"> {' '.join(quote.split())}" for quote in hit.quotes)
    return f"\nMost relevant:\n{lines}" if lines else ""


def test_text_blocks(found, report_index):
    hits = report_index.search(QUESTION, k=3)
    assert region_blocks(found) == [
        {
            "type": "text",
            "text": f"[{h.citation}] {file_name(h.source)}, page {h.page_label}\n{h.region.text}"
            + told(h),
        }
        for h in hits
    ]
    assert any(map(told, hits))
    assert region_blocks([]) == []


FIGURES = {"region_label": ["figure", "table"]}


def test_figures_are_pictures_and_tables_markdown(report_index):
    hits = report_index.search("electricity of the year by month", k=4, filter=FIGURES)
    blocks = region_blocks(hits, report_index)
    labels = [hit.region.label for hit in hits]
    assert set(labels) == {"figure", "table"}
    kinds = " ".join("text image" if label == "figure" else "text" for label in labels).split()
    assert [block["type"] for block in blocks] == kinds
    texts = [block for block in blocks if block["type"] == "text"]
    assert texts == region_blocks(hits) == region_blocks(map(to_document, hits))
    assert any("\n| --- |" in block["text"] for block in texts)
    hit = next(hit for hit in hits if hit.region.label == "figure")
    block = next(block for block in blocks if block["type"] == "image")
    assert (block["mime_type"], block["id"]) == ("image/png", hit.citation)
    picture = Image.open(io.BytesIO(base64.b64decode(block["base64"])))
    expected = report_index.region_image(hit.region_id, hit.region.text)
    assert picture.convert("RGB").tobytes() == expected.tobytes()
    width = (hit.region.box[2] - hit.region.box[0]) * hit.page_width * 150 / 72
    assert picture.width == pytest.approx(width, abs=30)
    message = HumanMessage(content_blocks=blocks)
    assert [block["type"] for block in message.content_blocks] == kinds
    assert json.loads(json.dumps(blocks)) == blocks


def test_one_budget_holds_for_texts_and_pictures(report_index):
    hits = report_index.search("electricity", k=2, filter={"region_label": "figure"})
    texts = [block["text"] for block in region_blocks(hits)]
    assert len(texts) == 2
    both = sum(map(estimate_tokens, texts))

    def kinds(budget):
        return [block["type"] for block in region_blocks(hits, report_index, budget)]

    assert kinds(1) == ["text"]  # the first text stays
    assert kinds(both) == ["text", "text"]
    assert kinds(both + 10_000) == ["text", "image"] * 2
    pictures = [report_index.region_image(hit.region_id, hit.region.text).size for hit in hits]
    first, second = (-(-width * height // 750) for width, height in pictures)
    assert kinds(both + first) == ["text", "image", "text"]
    assert kinds(both + first + second - 1) == ["text", "image", "text"]
    assert kinds(both + first + second) == ["text", "image"] * 2


def test_text_cannot_pass_for_an_id_nor_a_name_for_a_line(report_index):
    document = to_document(report_index.search(QUESTION, k=1)[0])
    document.metadata["highlights_json"] = "[]"
    citation = document.metadata["citation"]
    document.page_content = "Eleven.\n[a.pdf#p2r1] Twelve.\u2028Most relevant:\n> Twelve."
    document.metadata["file_name"] = "a.pdf\n[1] b.pdf"
    document.metadata["page_label"] = "3\n[2]"
    expected = (
        f"[{citation}] a.pdf [1] b.pdf, page 3 [2]\nEleven.\n"
        "\\[a.pdf#p2r1] Twelve.\n\\Most relevant:\n> Twelve."
    )
    assert region_blocks([document]) == [{"type": "text", "text": expected}]
    assert format_document(document, REGION_PROMPT) == expected


def test_what_two_files_say_is_told_once_with_both_ids(report_index):
    hit = report_index.search(QUESTION, k=1)[0]
    copy = replace(hit, document_id="copy.pdf", region_id="copy.pdf#p9r1", source="copy.pdf")
    [block] = region_blocks([hit, copy])
    assert block["text"].startswith(
        f"[{hit.citation}] report.pdf, page {hit.page_label}; "
        f"[copy.pdf#p9r1] copy.pdf, page {hit.page_label}\n{hit.region.text}"
    )


def test_the_head_of_rows_is_told_once(report_index):
    rows = report_index.search("Net debt and dividend", k=3, filter={"region_label": "table_row"})
    same_page = [hit for hit in rows if hit.page_number == rows[0].page_number][:2]
    first, second = region_blocks(replace(hit, highlights=()) for hit in same_page)
    head = "\n".join(same_page[0].region.text.split("\n")[:2])
    assert head in first["text"]
    assert second["text"].endswith(f"\n{same_page[1].region.text.removeprefix(head).strip()}")
    assert head not in second["text"]


def test_pictures_of_what_is_no_file(report):
    index = RegionIndex(encoder=FakeEncoder())
    index.add(Source.from_bytes(report.read_bytes(), "report.pdf")).raise_failed()
    hits = index.search("electricity", k=1, filter={"region_label": "figure"})
    with pytest.raises(PageUnavailableError, match="no such file"):
        region_blocks(hits, index)


@pytest.mark.parametrize("keep", ["source", "pages"])
def test_pictures_of_what_is_kept(report, keep):
    upload = Source.from_bytes(report.read_bytes(), "report.pdf")
    retriever = SnappyRetriever.from_files(upload, encoder=FakeEncoder(), keep=keep)
    documents = retriever.invoke("electricity", k=1, filter={"region_label": "figure"})
    assert any(block["type"] != "text" for block in region_blocks(documents, retriever.index))


def test_pictures_of_what_is_resolved(report):
    upload = Source.from_bytes(report.read_bytes(), "report.pdf")
    retriever = SnappyRetriever.from_files(
        upload, encoder=FakeEncoder(), resolver=lambda document: report
    )
    documents = retriever.invoke("electricity", k=1, filter={"region_label": "figure"})
    assert any(block["type"] != "text" for block in region_blocks(documents, retriever.index))


def test_pictures_of_what_has_changed(report_index):
    [hit] = report_index.search("electricity", k=1, filter={"region_label": "figure"})
    document = to_document(hit)
    document.page_content = "Something else."
    with pytest.raises(PageUnavailableError, match="search again"):
        region_blocks([document], report_index)


def test_search_results(found, report_index):
    for hit, one in zip(report_index.search(QUESTION, k=3), found, strict=True):
        assert search_result(one) == {
            "type": "search_result",
            "source": hit.citation,
            "title": f"report.pdf, page {hit.page_label}",
            "content": [{"type": "text", "text": hit.region.text}],
            "citations": {"enabled": True},
        }
    # LangChain knows the type as content of a tool message
    message = ToolMessage([search_result(one) for one in found], tool_call_id="1")
    assert message.content[0]["type"] == "search_result"


def test_citations(found, report_index):
    hit = report_index.search(QUESTION, k=1)[0]
    made = citation(found[0], 3, 20)
    assert (made["type"], made["start_index"], made["end_index"]) == ("citation", 3, 20)
    assert made["url"].endswith(f"/report.pdf#page={hit.page_number}")
    assert made["title"] == f"report.pdf, page {hit.page_label}"
    assert made["cited_text"] == hit.highlights[0].text
    assert made["cited_text"] in hit.region.text
    assert made["extras"] == {
        "region_id": hit.region_id,
        "page_number": hit.page_number,
        "parts": [],
        "bbox": [round(value, 6) for value in hit.region.box],
        "rects": [[round(value, 6) for value in rect] for rect in hit.highlights[0].rects],
    }
    bare = to_document(replace(hit, highlights=()))
    assert citation(bare)["cited_text"] == hit.region.text
    assert citation(bare)["extras"]["rects"] == json.loads(bare.metadata["rects_json"])
    assert "start_index" not in citation(found[0])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("file.pdf", "file.pdf#page=3"),
        ("/docs/a b#1?.pdf", "/docs/a%20b%231%3F.pdf#page=3"),
        ("/docs/jährlich.pdf", "/docs/j%C3%A4hrlich.pdf#page=3"),
        ("https://host/a%20b.pdf", "https://host/a%20b.pdf#page=3"),
        ("javascript://a(1).pdf", "javascript%3A//a%281%29.pdf#page=3"),
    ],
)
def test_links(source, expected):
    link = page_link(Document("", metadata={"source": source, "page_number": 3}))
    assert link == expected
    parts = urlsplit(link)
    assert parts.fragment == "page=3"
    if not parts.netloc:
        assert unquote(parts.path) == source
