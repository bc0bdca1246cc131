"""What a chat model reads of regions: their text with ids to cite, and figures as pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from snappy_core.index import RegionIndex
from snappy_core.metadata import pages_of, quotes
from snappy_core.search.context import estimate_tokens
from snappy_core.search.quoting import (
    QUOTES_HEADING,
    escape_markers,
    one_line,
    passage_key,
    without_lead_in,
)

if TYPE_CHECKING:
    from PIL.Image import Image

PICTURED_LABELS = ("figure", "hot_area")
"""Labels of regions that a model sees; it reads the others, if they have words."""

_PIXELS_PER_TOKEN = 750
"""About what models with vision take; Anthropic's documentation gives this figure."""

RegionText = tuple[Mapping[str, Any], str]
"""The metadata of a region (`snappy_core.metadata.KEYS`) and its text."""


@dataclass(frozen=True, slots=True)
class _MetadataHolder:
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RegionContent:
    """What a model reads of a region.

    Attributes:
        citation: the id that it cites the region by.
        text: the id, file and page on a line, then the text: a table is Markdown. Then the parts
            that answer, if these are not all of it.
        png: a picture of the region, if it is to be seen.
        tokens: estimated for text and picture.
    """

    citation: str
    text: str
    png: bytes | None
    tokens: int


def region_contents(
    regions: Iterable[RegionText], index: RegionIndex | None = None, budget: int | None = None
) -> list[RegionContent]:
    """Return what a model reads of some regions, in the same order.

    The text of a document cannot pass for an id (`escape_markers`). What several pages say is told
    once, with the ids of all; so is the head of rows and the lead-in of items that follow each
    other.

    Args:
        index: where the regions come from: figures, and regions without words, are drawn.
        budget: the most tokens of all texts and pictures together. A picture that does not fit is
            left out, then a region that does not; the text of the first region always stays.

    Raises:
        PageUnavailableError: a picture cannot be drawn, because the file is gone or has changed.
    """
    contents: list[RegionContent] = []
    tokens_left = math.inf if budget is None else budget
    passage_before: list[RegionText] = []
    for passage in _passages(regions):
        metadata, text = passage[0]
        lines = [_head(passage), _body(passage, passage_before)]
        if answers := quotes(metadata, text):
            lines += [QUOTES_HEADING, *(f"> {answer}" for answer in answers)]
        content_text = "\n".join(lines)
        tokens = estimate_tokens(content_text)
        if tokens > tokens_left and contents:
            continue
        png = None
        if index is not None and (metadata["region_label"] in PICTURED_LABELS or not text.strip()):
            image = index.region_image(_MetadataHolder(metadata), text)
            image_tokens = -(-image.width * image.height // _PIXELS_PER_TOKEN)
            if tokens + image_tokens <= tokens_left:
                png, tokens = _png(image), tokens + image_tokens
        contents.append(RegionContent(metadata["citation"], content_text, png, tokens))
        tokens_left -= tokens
        passage_before = passage
    return contents


def _passages(regions: Iterable[RegionText]) -> Iterable[list[RegionText]]:
    """Return the regions that say the same together, by the first of them."""
    passages: dict[str, list[RegionText]] = {}
    for metadata, text in regions:
        key = passage_key(
            text, metadata["region_label"], metadata["page_label"], metadata["page_number"]
        )
        passages.setdefault(key or metadata["region_id"], []).append((metadata, text))
    return passages.values()


def _head(passage: Iterable[RegionText]) -> str:
    return "; ".join(
        f"[{one_line(metadata['citation'])}] {one_line(metadata['file_name'])}, "
        f"{one_line(pages_of(metadata))}"
        for metadata, _ in passage
    )


def _body(passage: list[RegionText], passage_before: list[RegionText]) -> str:
    metadata, text = passage[0]
    if not passage_before:
        return escape_markers(text)
    before, text_before = passage_before[0]
    same = ("document_id", "page_number", "region_label")
    siblings = metadata["region_label"] in ("list_item", "table_row") and all(
        metadata[key] == before[key] for key in same
    )
    return without_lead_in(escape_markers(text), escape_markers(text_before), siblings=siblings)


def _png(image: Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
