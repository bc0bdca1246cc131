"""From places in a ranking to hits: each region with its page, document and neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snappy_core.boxes import line_boxes
from snappy_core.search.hits import Hit
from snappy_core.stores.base import DocumentRecord, Snapshot
from snappy_core.types import Page, Region


@dataclass(frozen=True, slots=True, eq=False)
class PageContext:
    """A page with its document and, for each of its regions, those read before and after it."""

    page: Page
    document: DocumentRecord
    neighbours: dict[int, tuple[int | None, int | None]]

    @property
    def stem(self) -> str:
        """What the ids of its regions begin with."""
        return f"{self.document.document_id}#p{self.page.number}"


def read_page_context(snapshot: Snapshot, page: int) -> PageContext:
    """Read what the hits of a page need."""
    found = snapshot.page(page)
    return PageContext(found, snapshot.document_of(page), _neighbours(found.regions))


def make_hit(
    owner: PageContext,
    region: Region,
    number: int | None,
    *,
    query: str,
    score: float,
    region_score: float,
    page_score: float,
    page_maxsim: float,
    rank: int,
    region_id: str = "",
) -> Hit:
    """Return the hit of region `number` of a page; one that is not of the page has an id."""
    page, document = owner.page, owner.document
    before, after = (None, None) if number is None else owner.neighbours[number]
    words = list(region.words)
    confidences = page.words.confidences
    lines = line_boxes(page.words.boxes[words]).tolist()
    return Hit(
        region=region,
        region_id=region_id or f"{owner.stem}r{number}",
        document_id=document.document_id,
        source=document.source,
        page_number=page.number,
        page_label=page.label,
        page_width=page.width,
        page_height=page.height,
        page_unit=page.unit,
        score=score,
        region_score=region_score,
        page_score=page_score,
        page_maxsim=page_maxsim,
        rank=rank,
        ocr_confidence=(
            -1.0 if confidences is None or not words else float(confidences[words].mean())
        ),
        rects=tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in lines),
        user_space=page.user_space,
        metadata=dict(document.metadata),
        query=query,
        previous_id=None if before is None else f"{owner.stem}r{before}",
        next_id=None if after is None else f"{owner.stem}r{after}",
        parent=None if region.parent is None else page.regions[region.parent],
    )


def _neighbours(regions: Sequence[Region]) -> dict[int, tuple[int | None, int | None]]:
    """Return for each place in `regions` the places read just before and after it.

    Parts of a region have each other for neighbours; running headers and footers have none.
    """
    levels: dict[int | None, list[int]] = {}
    for place in sorted(range(len(regions)), key=lambda place: regions[place].order):
        if regions[place].label not in ("header", "footer"):
            levels.setdefault(regions[place].parent, []).append(place)
    alone = dict.fromkeys(range(len(regions)), (None, None))
    return alone | {
        place: (before, after)
        for order in levels.values()
        for before, place, after in zip([None, *order[:-1]], order, [*order[1:], None], strict=True)
    }
