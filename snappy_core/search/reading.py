"""Reading from an index: regions by id, whole documents, and the text of pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any, Protocol

from snappy_core.errors import PageUnavailableError
from snappy_core.filters import BOX_KEYS
from snappy_core.names import RegionId, parse_region_id
from snappy_core.search.continuation import page_contexts, with_parts
from snappy_core.search.hits import Hit, to_highlights
from snappy_core.search.hot_area_hits import hot_area
from snappy_core.search.page_context import (
    UNSCORED,
    PageContext,
    make_hit,
    read_page_context,
    reading_order,
)
from snappy_core.search.section import read_section
from snappy_core.stores.base import Snapshot
from snappy_core.types import Page, Patches, Region


class HasMetadata(Protocol):
    """A LangChain document, or a LlamaIndex node with or without a score."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Metadata with a `region_id`."""


RegionReference = Hit | str | HasMetadata
"""A hit, a region id, or a framework's document or node made from a hit."""


def to_hit(snapshot: Snapshot, reference: RegionReference) -> Hit:
    """Return the region that a reference names; a hit is returned as it is.

    Raises:
        PageUnavailableError: it is not in the index, or its box differs from the metadata.
        TypeError: the reference is not text and has no `region_id` in its metadata.
    """
    if isinstance(reference, Hit):
        return reference
    if isinstance(reference, str):
        return read_region(snapshot, reference)
    metadata = getattr(reference, "metadata", None)
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("region_id"), str):
        raise TypeError(
            "a region is a hit, a region id, or a document or node with a region_id in its "
            f"metadata, not {type(reference).__name__}"
        )
    hit = _read_found(snapshot, metadata)
    edges = [metadata.get(name) for name in BOX_KEYS]
    if None not in edges and edges != [round(value, 6) for value in hit.region.box]:
        raise stale_error(hit.region_id)
    return hit


def _read_found(snapshot: Snapshot, metadata: Mapping[str, Any]) -> Hit:
    """Return a region and its parts with the rank, score and highlights from the metadata."""
    hit = read_region(snapshot, metadata["region_id"])
    highlights = json.loads(metadata.get("highlights_json") or "[]")
    parts = json.loads(metadata.get("parts_json") or "[]")
    of_parts = {part["region_id"]: to_highlights(part["highlights"]) for part in parts}

    def highlighted(parts: tuple[Hit, ...]) -> tuple[Hit, ...]:
        return tuple(replace(part, highlights=of_parts.get(part.region_id, ())) for part in parts)

    return replace(
        hit,
        highlights=to_highlights(highlights),
        previous_parts=highlighted(hit.previous_parts),
        next_parts=highlighted(hit.next_parts),
        score=metadata.get("score", hit.score),
        rank=metadata.get("rank", hit.rank),
    )


def read_region(snapshot: Snapshot, region_id: str) -> Hit:
    """Return a region, section or page by its id, as a hit of rank 0.

    The id of a page is `document#p3`; the id of a section is as returned by `read_section`; and the
    id of an area without text names its first and last grid cell.

    Raises:
        PageUnavailableError: it is not in the index.
    """
    parsed = parse_region_id(region_id)
    page_id = None
    if parsed is not None:
        page_id = snapshot.page_ids(parsed.document_id).get(parsed.page_number)
    hit = None if parsed is None or page_id is None else _read_region(snapshot, page_id, parsed)
    if hit is None or hit.region_id != region_id:
        raise stale_error(region_id)
    return hit


def _read_region(snapshot: Snapshot, page_id: int, region_id: RegionId) -> Hit | None:
    """Return the region of a page that an id names; None if there is none."""
    context = read_page_context(snapshot, page_id)
    if region_id.kind == "page":
        region = _page_region(context.page)
        return make_hit(context, region, region_id=context.id_prefix, **UNSCORED)
    if region_id.kind == "area":
        first, last = region_id.indices
        area = hot_area(context, snapshot.patches(page_id), first, last)
        if area is None:
            return None
        return make_hit(context, area, region_id=f"{context.id_prefix}h{first}-{last}", **UNSCORED)
    (index,) = region_id.indices
    if index >= len(context.page.regions):
        return None
    contexts = page_contexts(snapshot, cache(partial(read_page_context, snapshot)))
    if region_id.kind == "section":
        return read_section(context, index, contexts)
    hit = make_hit(context, context.page.regions[index], index, **UNSCORED)
    return with_parts(hit, context, index, contexts)


def read_section_of(snapshot: Snapshot, region_id: str) -> Hit | None:
    """Return the section that contains a region, as a hit of rank 0; None if there is none.

    Raises:
        PageUnavailableError: the region is not in the index, or is not a stored region.
    """
    parsed = parse_region_id(region_id)
    if parsed is None or parsed.kind != "region":
        raise stale_error(region_id)
    contexts = page_contexts(snapshot, cache(partial(read_page_context, snapshot)))
    context = contexts(parsed.document_id, parsed.page_number)
    (index,) = parsed.indices
    if context is None or index >= len(context.page.regions):
        raise stale_error(region_id)
    return read_section(context, index, contexts)


def read_regions(snapshot: Snapshot, document_id: str, page: int | None = None) -> list[Hit]:
    """Return the regions of a document, or of one of its pages, in reading order.

    Raises:
        PageUnavailableError: there is no such document or page.
    """
    return [
        make_hit(context, context.page.regions[index], index, **UNSCORED)
        for context in _contexts(snapshot, document_id, page)
        for index in reading_order(context.page)
    ]


def page_text(snapshot: Snapshot, document_id: str, page: int) -> str:
    """Return the text of a page in reading order, tables as Markdown.

    Raises:
        PageUnavailableError: there is no such document or page.
    """
    (context,) = _contexts(snapshot, document_id, page)
    return _page_region(context.page).text


def _contexts(snapshot: Snapshot, document_id: str, page: int | None) -> Iterator[PageContext]:
    page_ids = snapshot.page_ids(document_id)
    if snapshot.document(document_id) is None:
        raise PageUnavailableError(f"{document_id}: there is no such document in the index")
    if page is not None and page not in page_ids:
        raise PageUnavailableError(f"{document_id} has no page {page}")
    for number in sorted(page_ids) if page is None else [page]:
        yield read_page_context(snapshot, page_ids[number])


def _page_region(page: Page) -> Region:
    """Return a whole page as one region; the text of rows comes from their tables."""
    regions = [page.regions[index] for index in reading_order(page)]
    texts = [region.text for region in regions if region.parent is None and region.text]
    words = tuple(range(len(page.words)))
    return Region((0.0, 0.0, 1.0, 1.0), "\n\n".join(texts), words, "other", 0)


def find_page(snapshot: Snapshot, hit: Hit) -> tuple[Page, Patches]:
    """Return the page of a hit and its patches.

    Raises:
        PageUnavailableError: the page is no longer in the index, or has changed.
    """
    page_id = snapshot.page_ids(hit.document_id).get(hit.page_number)
    if page_id is not None:
        page = snapshot.page(page_id)
        # Hot areas depend on the question and are not stored; nor are pages and sections.
        region = hit.whole or hit.region
        parsed = parse_region_id(hit.region_id)
        is_page_or_section = parsed is not None and parsed.kind in ("page", "section")
        if is_page_or_section or region.label == "hot_area" or region in page.regions:
            return page, snapshot.patches(page_id)
    raise stale_error(f"{hit.document_id}, page {hit.page_number}")


def find_region(snapshot: Snapshot, region_id: str, text: str) -> tuple[Page, Region]:
    """Return a region by its id and text, with its page.

    Raises:
        PageUnavailableError: there is no such region, or its text has changed.
    """
    parsed = parse_region_id(region_id)
    if parsed is None or parsed.kind != "region":
        raise stale_error(region_id)
    page_id = snapshot.page_ids(parsed.document_id).get(parsed.page_number)
    page = None if page_id is None else snapshot.page(page_id)
    (index,) = parsed.indices
    if page is None or index >= len(page.regions) or page.regions[index].text != text:
        raise stale_error(region_id)
    return page, page.regions[index]


def stale_error(name: str) -> PageUnavailableError:
    """Return the error for a region or page that is no longer in the index as it was found."""
    return PageUnavailableError(f"{name}: no longer in the index as it was found; search again")
