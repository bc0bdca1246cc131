"""Regions as a chat model reads them: text with citable ids, and figures as pictures."""

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
"""Labels of regions shown as pictures; the others are text, unless they have no words."""

_PIXELS_PER_TOKEN = 750
"""The approximate rate of vision models, according to Anthropic's documentation."""

RegionText = tuple[Mapping[str, Any], str]
"""The metadata of a region (`snappy_core.metadata.KEYS`) and its text."""


@dataclass(frozen=True, slots=True)
class _MetadataHolder:
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RegionContent:
    """A region as a model reads it.

    Attributes:
        citation: the id by which the model cites the region.
        text: the id, file and page on one line, then the text (a table is Markdown), then the
            parts that answer, unless they are the whole text.
        png: a picture of the region, if it should be shown.
        tokens: the estimated number for text and picture.
    """

    citation: str
    text: str
    png: bytes | None
    tokens: int


def region_contents(
    regions: Iterable[RegionText], index: RegionIndex | None = None, budget: int | None = None
) -> list[RegionContent]:
    """Return regions as a model reads them, in the same order.

    Document text cannot be mistaken for an id (`escape_markers`). A text that is on several pages
    is given once, with all its ids; so is the header of consecutive rows, and the lead-in of
    consecutive list items.

    Args:
        index: where the regions come from: figures, and regions without words, are drawn.
        budget: the maximum number of tokens of all texts and pictures together. A picture that
            does not fit is left out, then a region that does not; the text of the first region is
            always kept.

    Raises:
        PageUnavailableError: a picture cannot be drawn because the file is missing or has changed.
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
    """Group regions with the same content, in the order of the first region of each group."""
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
