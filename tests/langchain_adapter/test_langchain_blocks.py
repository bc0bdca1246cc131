"""Content blocks, citations and links, of hits and of documents alike."""

import base64
import io
import json
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from langchain_core.documents import Document
from langchain_core.messages import HumanMessage, ToolMessage
from PIL import Image

from snappy_core import PageUnavailableError, RegionIndex, Source
from snappy_core.names import file_name
from snappy_core.testing import FakeEncoder
from snappy_langchain import citation, page_link, region_blocks, search_result, to_document

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


def test_text_and_pictures(found, report_index):
    hits = report_index.search(QUESTION, k=3)
    blocks = region_blocks(found, report_index)
    assert blocks[::2] == region_blocks(found)
    for hit, block in zip(hits, blocks[1::2], strict=True):
        assert (block["type"], block["mime_type"]) == ("image", "image/png")
        assert block["id"] == hit.citation
        picture = Image.open(io.BytesIO(base64.b64decode(block["base64"])))
        expected = report_index.region_image(hit.region_id, hit.region.text)
        assert picture.convert("RGB").tobytes() == expected.tobytes()
        width = (hit.region.box[2] - hit.region.box[0]) * hit.page_width * 150 / 72
        assert picture.width == pytest.approx(width, abs=30)
    message = HumanMessage(content_blocks=blocks)
    assert [block["type"] for block in message.content_blocks] == ["text", "image"] * 3
    assert json.loads(json.dumps(blocks)) == blocks


def test_pictures_of_what_is_no_file(report):
    index = RegionIndex(encoder=FakeEncoder())
    index.add(Source.from_bytes(report.read_bytes(), "report.pdf")).raise_failed()
    with pytest.raises(PageUnavailableError, match="no such file"):
        region_blocks(index.search(QUESTION, k=1), index)


def test_pictures_of_what_has_changed(report_index):
    document = to_document(report_index.search(QUESTION, k=1)[0])
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
    ],
)
def test_links(source, expected):
    link = page_link(Document("", metadata={"source": source, "page_number": 3}))
    assert link == expected
    parts = urlsplit(link)
    assert parts.fragment == "page=3"
    if not parts.netloc:
        assert unquote(parts.path) == source
