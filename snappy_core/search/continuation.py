"""Paragraphs that continue in the next column or on the next page, joined when returned.

The layout is read page by page, and blocks end with their column. Whether a paragraph continues is
decided by the text on both sides and the height of the letters; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import line_boxes
from snappy_core.search.hits import Hit
from snappy_core.search.joining import goes_on
from snappy_core.search.page_context import (
    UNSCORED,
    PageContext,
    RegionPosition,
    body_regions,
    make_hit,
)
from snappy_core.stores.base import Snapshot
from snappy_core.types import Page, Region

PageContexts = Callable[[str, int], PageContext | None]
"""Reads a page of a document by its number; None if there is no such page in the index."""

SAME_HEIGHT = 1.15
"""Maximum ratio between letter heights of one style: short lines differ by this much."""

MOST_PARTS = 8
"""Maximum number of regions to join: an endless text, such as a transcript, is not one."""

FULL_LINE = 0.8
"""Minimum length of a full line, as a share of the longest line."""

_BESIDE = ("header", "footer", "figure", "caption", "table", "formula", "hot_area")
"""Labels of regions that a paragraph may continue past."""


def page_contexts(snapshot: Snapshot, context_of: Callable[[int], PageContext]) -> PageContexts:
    """Return a function that reads pages by number, given one that reads them by id."""
    page_ids = cache(snapshot.page_ids)

    def contexts(document_id: str, number: int) -> PageContext | None:
        page_id = page_ids(document_id).get(number)
        return None if page_id is None else context_of(page_id)

    return contexts


def with_parts(hit: Hit, context: PageContext, index: int, contexts: PageContexts) -> Hit:
    """Return a hit with the regions where its text starts and continues.

    A hit on a text of more than `MOST_PARTS` regions is returned unchanged.

    Args:
        context, index: the page of its region, and its index there.
    """
    if hit.region.label != "paragraph":
        return hit

    before, after = (
        list(islice(_chain((context, index), step, contexts), MOST_PARTS)) for step in (-1, 1)
    )
    if len(before) + 1 + len(after) > MOST_PARTS:
        return hit

    def parts(positions: list[RegionPosition]) -> tuple[Hit, ...]:
        return tuple(
            make_hit(other_context, other_context.page.regions[i], i, query=hit.query, **UNSCORED)
            for other_context, i in positions
        )

    return replace(hit, previous_parts=parts(before[::-1]), next_parts=parts(after))


def _chain(start: RegionPosition, step: int, contexts: PageContexts) -> Iterator[RegionPosition]:
    neighbor = _neighbor(start, step, contexts)
    while neighbor is not None:
        yield neighbor
        neighbor = _neighbor(neighbor, step, contexts)


def _neighbor(start: RegionPosition, step: int, contexts: PageContexts) -> RegionPosition | None:
    """Return where the text of a region continues (step 1) or comes from (-1).

    A paragraph that was read across columns has a region in each of them.
    """
    context, index = start
    regions = context.page.regions
    region = regions[index]
    if region.parent is not None and regions[region.parent].label == "paragraph":
        columns = [i for i, part in enumerate(regions) if part.parent == region.parent]
        position = columns.index(index) + step
        if 0 <= position < len(columns):
            return context, columns[position]
        return _neighbor((context, region.parent), step, contexts)
    if not (goes_on(region.text, "a") if step > 0 else goes_on("a", region.text)):
        return None  # no need to read another page
    order = body_regions(context.page, _BESIDE)
    if index not in order:
        return None  # it is inside another region
    position = order.index(index) + step
    if 0 <= position < len(order):
        other = context, order[position]
    else:
        other_context = contexts(context.document.document_id, context.page.number + step)
        body = [] if other_context is None else body_regions(other_context.page, _BESIDE)
        if other_context is None or not body:
            return None
        other = other_context, body[0 if step > 0 else -1]
    first, second = (start, other) if step > 0 else (other, start)
    return other if _is_same_paragraph(first, second) else None


def _is_same_paragraph(first: RegionPosition, second: RegionPosition) -> bool:
    (page, a), (other_page, b) = (
        (context.page, context.page.regions[index]) for context, index in (first, second)
    )
    if not all(region.label == "paragraph" and region.words for region in (a, b)):
        return False
    if not goes_on(a.text, b.text):
        return False
    if page.number == other_page.number and not _is_next_column(a, b):
        return False
    lines, other_lines = _line_lengths(page, a), _line_lengths(other_page, b)
    if len(other_lines) == 1 and goes_on(b.text, "a"):
        return False  # not the end of a paragraph: a running head, code, a label in a drawing
    if lines[-1] < FULL_LINE * max(lines.max(), other_lines.max()):
        return False
    heights = sorted((_letter_height(page, a), _letter_height(other_page, b)))
    return heights[1] <= SAME_HEIGHT * heights[0]


def _is_next_column(a: Region, b: Region) -> bool:
    """Return whether b begins above the end of a, to the left or right of it."""
    return b.box[1] < a.box[3] and (b.box[0] >= a.box[2] or b.box[2] <= a.box[0])


def _letter_height(page: Page, region: Region) -> float:
    boxes = page.words.boxes[list(region.words)]
    return float(np.median(boxes[:, 3] - boxes[:, 1]) * page.height)


def _line_lengths(page: Page, region: Region) -> NDArray[np.float32]:
    lines = line_boxes(page.words.boxes[list(region.words)])
    return np.asarray((lines[:, 2] - lines[:, 0]) * page.width)
