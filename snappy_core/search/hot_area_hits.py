"""Hits on areas without text: hot in a vision encoder's heat map, but not in any region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import as_boxes, coverage, enclose
from snappy_core.scoring.hot_areas import hot_areas
from snappy_core.scoring.maxsim import similarities
from snappy_core.scoring.membership import assign
from snappy_core.scoring.propagation import heat, propagate
from snappy_core.scoring.ranking import combine
from snappy_core.search.hit_pages import PageReader
from snappy_core.search.hits import Hit
from snappy_core.search.locations.prior import LocationPrior
from snappy_core.search.page_context import PageContext, make_hit
from snappy_core.types import Patches, Query, Region

MIN_COVERAGE = 0.1
"""Minimum share of a patch's area for a region to cover it: text is often at a patch's edge."""


AREA_TEXT = "(area without text)"
"""The text of a hot area."""


def find_hot_areas(
    reader: PageReader,
    query: Query,
    page_ids: NDArray[np.int64],
    page_scores: NDArray[np.float32],
    prior: LocationPrior,
    is_allowed: Callable[[PageContext, Region, str], bool],
) -> Iterator[Hit]:
    """Yield the hot areas of some pages as hits on regions without words, rank 0.

    They are always scored by the paper's "iou_weighted", whichever rule scores the other regions.
    An area of a file that is in the index twice is found once.

    Args:
        page_ids, page_scores: (p,) the pages and their scores.
        prior: the places that the question names.
        is_allowed: whether an area of a page, with this region id, may be returned.
    """
    seen: set[tuple[str, str]] = set()
    for index, page_id in enumerate(page_ids.tolist()):
        patches = reader.patches(page_id)
        if patches.grid is None:
            continue
        context = reader.context(page_id)
        local = np.flatnonzero(patches.local)
        similarity = similarities(query.vectors, patches.vectors, patches.scales)
        patch_heat = heat(similarity, query.content_mask)
        boxes = as_boxes([region.box for region in context.page.regions])
        share = coverage(boxes, patches.boxes[local])
        covered = np.asarray((share >= MIN_COVERAGE).any(axis=0))
        for area in hot_areas(patch_heat[local], covered, patches.grid):
            rows, columns = np.divmod(area, patches.grid[1])
            first, last = (
                int(corner(rows) * patches.grid[1] + corner(columns)) for corner in (np.min, np.max)
            )
            region = hot_area(context, patches, first, last)
            region_id = f"{context.id_prefix}h{first}-{last}"
            if region is None or not is_allowed(context, region, region_id):
                continue
            document = context.document
            identity = document.content_hash, region_id.removeprefix(document.document_id)
            if identity in seen:
                continue
            seen.add(identity)
            region_score = propagate(patch_heat, assign([region], patches))
            score = combine(region_score, page_scores[index : index + 1])
            score = prior.raise_pages(score, page_ids[index : index + 1])
            yield make_hit(
                context,
                region,
                locations=prior.matches(page_id, None),
                region_id=region_id,
                query=query.text,
                rank=0,
                score=float(score[0]),
                region_score=float(region_score[0]),
                page_score=float(page_scores[index]),
                page_maxsim=0.0,
            )


def hot_area(context: PageContext, patches: Patches, first: int, last: int) -> Region | None:
    """Return the area between two cells of a page's grid, as named in its id.

    Args:
        first, last: the upper left and the lower right local patch, from 0. They differ for areas
            of a page that share no patch.

    Returns None if the page has no grid or no such cells.
    """
    if patches.grid is None:
        return None
    rows, columns = patches.grid
    (top, left), (bottom, right) = divmod(first, columns or 1), divmod(last, columns or 1)
    if not (0 <= top <= bottom < rows and 0 <= left <= right < columns):
        return None
    box = enclose(patches.boxes[patches.local][[first, last]])
    return Region(box, AREA_TEXT, (), "hot_area", len(context.page.regions))


def merge(hits: Iterable[Hit], k: int | None, per_page: int | None) -> list[Hit]:
    """Rank hits by score: the best `k` or all, at most `per_page` from one page."""
    merged: list[Hit] = []
    page_counts: Counter[tuple[str, int]] = Counter()
    for hit in sorted(hits, key=lambda hit: -hit.score):
        page = (hit.document_id, hit.page_number)
        if (k is None or len(merged) < k) and (per_page is None or page_counts[page] < per_page):
            page_counts[page] += 1
            merged.append(replace(hit, rank=len(merged) + 1))
    return merged
