"""What chat models and user interfaces want of regions: content blocks, citations, links."""

from __future__ import annotations

import base64
import io
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
from langchain_core.prompts import PromptTemplate, format_document

from snappy_core.display import viewers
from snappy_core.index import RegionIndex
from snappy_core.search.hits import Hit
from snappy_langchain.mapping import to_document

Found = Hit | Document
"""A region, as the core found it or as the retriever returned it."""

REGION_PROMPT = PromptTemplate.from_template(
    "[{region_id}] {source}, page {page_label}\n{page_content}"
)
"""How a region is shown to a model: with an id to quote. A `document_prompt` for any chain."""


def region_blocks(
    found: Iterable[Found], index: RegionIndex | None = None
) -> list[TextContentBlock | ImageContentBlock]:
    """Return regions as the content of a message, best first.

    Each is a text block that begins with its id in brackets. With the `index` it was found in,
    the picture of the region follows, cut out of its page.

    Raises:
        PageUnavailableError: the picture cannot be drawn: the file is gone or has changed.
    """
    blocks: list[TextContentBlock | ImageContentBlock] = []
    for document in map(_document, found):
        # No id: some providers refuse text blocks with keys they do not know.
        text = format_document(document, REGION_PROMPT)
        blocks.append(TextContentBlock(type="text", text=text))
        if index is not None:
            region_id = document.metadata["region_id"]
            picture = io.BytesIO()
            index.region_image(region_id, document.page_content).save(picture, "PNG")
            data = base64.b64encode(picture.getvalue()).decode("ascii")
            blocks.append(create_image_block(base64=data, mime_type="image/png", id=region_id))
    return blocks


def search_result(found: Found) -> dict[str, Any]:
    """Return a region as a `search_result` block, which Anthropic's models cite by themselves.

    The `source` of their citations is the region id.
    """
    document = _document(found)
    return {
        "type": "search_result",
        "source": document.metadata["region_id"],
        "title": _title(document),
        "content": [{"type": "text", "text": document.page_content}],
        "citations": {"enabled": True},
    }


def citation(
    found: Found, start_index: int | None = None, end_index: int | None = None
) -> Citation:
    """Return the annotation of an answer's text that points to a region.

    In `extras` stand `region_id`, `page_number` and `bbox`, in fractions of the page from its top
    left.

    Args:
        start_index, end_index: the part of the answer that rests on the region.
    """
    document = _document(found)
    place = document.metadata
    return create_citation(
        url=page_link(document),
        title=_title(document),
        cited_text=document.page_content,
        start_index=start_index,
        end_index=end_index,
        id=place["region_id"],
        region_id=place["region_id"],
        page_number=place["page_number"],
        bbox=[place[f"bbox_{edge}"] for edge in ("x0", "y0", "x1", "y1")],
    )


def page_link(found: Found) -> str:
    """Return a link that opens the document at the page, in browsers and most viewers.

    >>> page_link(Document("", metadata={"source": "annual report.pdf", "page_number": 3}))
    'annual%20report.pdf#page=3'
    """
    place = _document(found).metadata
    return viewers.page_link(place["source"], place["page_number"])


def _title(document: Document) -> str:
    place = document.metadata
    return f"{PurePath(place['source']).name}, page {place['page_label']}"


def _document(found: Found) -> Document:
    return to_document(found) if isinstance(found, Hit) else found
