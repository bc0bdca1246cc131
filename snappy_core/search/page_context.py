"""What hits need to know about a page: its document, and the neighbors of each region."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from snappy_core.boxes import line_rects
from snappy_core.search.hits import Hit
from snappy_core.stores.base import DocumentRecord, Snapshot
from snappy_core.types import Page, Region, Words

UNSCORED: dict[str, Any] = {
    "score": 0.0,
    "region_score": 0.0,
    "page_score": 0.0,
    "page_maxsim": 0.0,
    "rank": 0,
}
"""The scores and rank of a hit that no question found."""

Neighbors = tuple[int | None, int | None]
"""The regions read before and after a region, as indices on their page."""


@dataclass(frozen=True, slots=True, eq=False)
class PageContext:
    """A page, its document, and the neighbors of each of its regions."""

    page: Page
    document: DocumentRecord
    neighbors: Sequence[Neighbors]

    @property
    def id_prefix(self) -> str:
        """The first part of the ids of the page's regions."""
        return f"{self.document.document_id}#p{self.page.number}"


RegionPosition = tuple[PageContext, int]
"""A region, by its index on its page."""


def read_page_context(snapshot: Snapshot, page_id: int) -> PageContext:
    """Read a page, its document, and compute the neighbors of its regions."""
    page = snapshot.page(page_id)
    return PageContext(page, snapshot.document_of(page_id), _neighbors(page))


def make_hit(
    context: PageContext,
    region: Region,
    index: int | None = None,
    *,
    region_id: str | None = None,
    **values: Any,
) -> Hit:
    """Return a hit for the region at `index` of a page, or for another region with an id.

    Args:
        values: the query, rank and scores of `Hit`.
    """
    page, document = context.page, context.document
    words = list(region.words)
    neighbors = (None, None) if index is None else context.neighbors[index]
    previous_id, next_id = (None if i is None else f"{context.id_prefix}r{i}" for i in neighbors)
    return Hit(
        region=region,
        region_id=region_id or f"{context.id_prefix}r{index}",
        document_id=document.document_id,
        source=document.source,
        page_number=page.number,
        page_label=page.label,
        page_width=page.width,
        page_height=page.height,
        page_unit=page.unit,
        ocr_confidence=mean_confidence(page.words, words),
        rects=line_rects(page.words.boxes[words]),
        user_space=page.user_space,
        metadata=dict(document.metadata),
        previous_id=previous_id,
        next_id=next_id,
        parent=None if region.parent is None else page.regions[region.parent],
        **values,
    )


def reading_order(page: Page) -> list[int]:
    """Return the regions of a page in reading order."""
    return sorted(range(len(page.regions)), key=lambda index: page.regions[index].order)


def body_regions(page: Page, without: Collection[str]) -> list[int]:
    """Return the top-level regions in reading order, except those with some labels."""
    regions = page.regions
    order = reading_order(page)
    return [i for i in order if regions[i].parent is None and regions[i].label not in without]


def mean_confidence(words: Words, indices: Sequence[int]) -> float:
    """Return the mean confidence of those words that were read by OCR, -1 if there are none."""
    if words.confidences is None:
        return -1.0
    confidences = words.confidences[list(indices)]
    ocr_confidences = confidences[~np.isnan(confidences)]
    return float(ocr_confidences.mean()) if len(ocr_confidences) else -1.0


def _neighbors(page: Page) -> list[Neighbors]:
    """Return the regions read before and after each one, among those with the same parent.

    Running headers and footers do not count as neighbors.
    """
    regions = page.regions
    siblings: dict[int | None, list[int]] = {}
    for index in reading_order(page):
        if regions[index].label not in ("header", "footer"):
            siblings.setdefault(regions[index].parent, []).append(index)
    neighbors: list[Neighbors] = [(None, None)] * len(regions)
    for order in siblings.values():
        for before, index, after in zip(
            [None, *order[:-1]], order, [*order[1:], None], strict=True
        ):
            neighbors[index] = before, after
    return neighbors
