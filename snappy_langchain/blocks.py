"""Regions as content blocks for chat models, and as citations and links for user interfaces."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from langchain_core.documents import Document
from langchain_core.messages.content import (
    Citation,
    ImageContentBlock,
    TextContentBlock,
    create_citation,
    create_image_block,
)
from langchain_core.prompts import PromptTemplate

from snappy_core.display import viewers
from snappy_core.index import RegionIndex
from snappy_core.metadata import pages_of, read_box, read_highlights
from snappy_core.region_contents import region_contents
from snappy_core.search.hits import Hit
from snappy_core.search.quoting import escape_markers, one_line
from snappy_langchain.mapping import to_document

RegionLike = Hit | Document
"""A region as a hit of the core or as a document of the retriever."""


class RegionPrompt(PromptTemplate):
    """A prompt in which document text cannot be mistaken for an id."""

    def format(self, **values: Any) -> str:
        text = values.pop("page_content")
        folded = {name: one_line(str(value)) for name, value in values.items()}
        return super().format(**folded, page_content=escape_markers(str(text)))


REGION_PROMPT = RegionPrompt.from_template(
    "[{citation}] {file_name}, page {page_label}\n{page_content}"
)
"""A `document_prompt` for chains: the model reads each region with a citable id."""


def region_blocks(
    regions: Iterable[RegionLike], index: RegionIndex | None = None, budget: int | None = None
) -> list[TextContentBlock | ImageContentBlock]:
    """Return regions as content blocks of a message, in the same order.

    Each region is a text block that starts with its id in brackets and ends with the parts that
    answer the question, unless they are the whole region; a table is Markdown. Given the `index`
    that the regions come from, a figure or a region without words is followed by its picture,
    cropped from its page. Regions with the same content share one block that lists all their ids.

    Args:
        budget: the maximum number of tokens, estimated, of all texts and pictures; the first text
            is always kept.

    Raises:
        PageUnavailableError: an image cannot be drawn because the file is missing or has changed.
    """
    documents = map(_document, regions)
    texts = ((document.metadata, document.page_content) for document in documents)
    blocks: list[TextContentBlock | ImageContentBlock] = []
    for content in region_contents(texts, index, budget):
        # No `id`: some providers reject text blocks with unknown keys.
        blocks.append(TextContentBlock(type="text", text=content.text))
        if content.png is not None:
            data = base64.b64encode(content.png).decode("ascii")
            blocks.append(
                create_image_block(base64=data, mime_type="image/png", id=content.citation)
            )
    return blocks


def search_result(region: RegionLike) -> dict[str, Any]:
    """Return a region as a `search_result` block, which Anthropic's models cite by themselves.

    The `source` of such a citation is the region's `citation`.
    """
    document = _document(region)
    return {
        "type": "search_result",
        "source": document.metadata["citation"],
        "title": _title(document),
        "content": [{"type": "text", "text": document.page_content}],
        "citations": {"enabled": True},
    }


def citation(
    region: RegionLike, start_index: int | None = None, end_index: int | None = None
) -> Citation:
    """Return the citation of a region, an annotation for the text of an answer.

    The cited text is the best highlight, or the whole region if it has none. Its `extras` hold
    `region_id`, `page_number`, `bbox` and `rects`, the boxes of the cited lines, in fractions of
    the page from its top left; and `parts`, as in the metadata, if the text continues elsewhere.

    Args:
        start_index, end_index: the part of the answer that is based on the region.
    """
    document = _document(region)
    metadata = document.metadata
    best = read_highlights(metadata)[:1]
    return create_citation(
        url=page_link(document),
        title=_title(document),
        cited_text=best[0].text if best and best[0].text else document.page_content,
        start_index=start_index,
        end_index=end_index,
        id=metadata["region_id"],
        region_id=metadata["region_id"],
        page_number=metadata["page_number"],
        bbox=list(read_box(metadata)),
        rects=[list(rect) for rect in best[0].rects]
        if best
        else json.loads(metadata["rects_json"]),
        parts=json.loads(metadata.get("parts_json") or "[]"),
    )


def page_link(region: RegionLike) -> str:
    """Return a link that opens the document at the page, in browsers and most viewers.

    >>> page_link(Document("", metadata={"source": "annual report.pdf", "page_number": 3}))
    'annual%20report.pdf#page=3'
    """
    metadata = _document(region).metadata
    return viewers.page_link(metadata["source"], metadata["page_number"])


def _title(document: Document) -> str:
    metadata = document.metadata
    return f"{PurePath(metadata['source']).name}, {pages_of(metadata)}"


def _document(region: RegionLike) -> Document:
    return to_document(region) if isinstance(region, Hit) else region
