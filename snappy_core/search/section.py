"""The section that contains a region: its heading and what follows it, over all its pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from snappy_core.boxes import as_boxes, enclose
from snappy_core.search.continuation import PageContexts
from snappy_core.search.hits import Hit
from snappy_core.search.joining import join_texts
from snappy_core.search.page_context import (
    UNSCORED,
    PageContext,
    RegionPosition,
    body_regions,
    make_hit,
)
from snappy_core.types import Region

_RUNNING = ("header", "footer")
"""Labels of regions that belong to no section."""


def read_section(context: PageContext, index: int, contexts: PageContexts) -> Hit | None:
    """Return the section of a region on its page, with the rest on other pages as its parts.

    Subsections belong to it. The ids of its parts are like `document#p3s7`, which names the first
    region on the page. Returns None if there is no heading above the region.

    Args:
        context, index: the page of the region, and its index there.
        contexts: reads other pages.
    """
    regions = context.page.regions
    while (parent := regions[index].parent) is not None:
        index = parent
    region = regions[index]
    path = _opened(region) or region.section
    if not path or index not in body_regions(context.page, _RUNNING):
        return None
    before = [] if _opened(region) else list(_walk((context, index), -1, path, contexts))
    positions = [*before[::-1], (context, index), *_walk((context, index), 1, path, contexts)]
    pages: dict[int, list[RegionPosition]] = {}
    for position in positions:
        pages.setdefault(position[0].page.number, []).append(position)
    parts = {number: _part(on_page, path) for number, on_page in pages.items()}
    own = context.page.number
    return replace(
        parts[own],
        previous_parts=tuple(part for number, part in parts.items() if number < own),
        next_parts=tuple(part for number, part in parts.items() if number > own),
    )


def _walk(
    start: RegionPosition, step: int, path: str, contexts: PageContexts
) -> Iterator[RegionPosition]:
    """Yield the rest of a section after a region (step 1), or before it (-1), nearest first."""
    context: PageContext | None
    context, index = start
    body = body_regions(context.page, _RUNNING)
    position = body.index(index) + step
    while context is not None:
        while 0 <= position < len(body):
            region = context.page.regions[body[position]]
            is_opening = step < 0 and _opened(region) == path
            if not is_opening and not f"{region.section} > ".startswith(f"{path} > "):
                return
            yield context, body[position]
            if is_opening:
                return
            position += step
        context = contexts(context.document.document_id, context.page.number + step)
        if context is not None:
            body = body_regions(context.page, _RUNNING)
            position = 0 if step > 0 else len(body) - 1


def _part(positions: list[RegionPosition], path: str) -> Hit:
    context, first = positions[0]
    regions = [context.page.regions[index] for _, index in positions]
    words = sorted({word for region in regions for word in region.words})
    section = Region(
        enclose(as_boxes([region.box for region in regions])),
        join_texts([region.text for region in regions if region.text])[0],
        tuple(words),
        "other",
        regions[0].order,
        section=path,
    )
    region_id = f"{context.id_prefix}s{first}"
    return make_hit(context, section, region_id=region_id, **UNSCORED)


def _opened(region: Region) -> str:
    """Return the path of the section that a heading starts; "" for other regions."""
    if region.label not in ("title", "heading"):
        return ""
    return f"{region.section} > {region.text}" if region.section else region.text
