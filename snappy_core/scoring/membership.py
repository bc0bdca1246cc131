"""Which patches belong to which region: computed once for each page, for all questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, area, as_boxes, intersection
from snappy_core.types import Patches, Region

MAX_OVERLAPS = 2_000_000
"""Overlapping pairs of regions and patches kept for a page (26 MB). A typical page has hardly
more pairs than patches."""

PAIR_BLOCK = 4_000_000
"""Pairs of regions and patches compared at once (16 MB for each intermediate array)."""

MIN_SHARE = 0.5
"""Share of a grid patch's area that a region must cover to own it."""


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """The patches of each region as a sparse matrix: region r has the entries
    `offsets[r]:offsets[r + 1]`.

    Attributes:
        offsets: (regions + 1,).
        patches: (entries,) index of a patch.
        iou: (entries,) IoU of region and patch, 0..1; 0 for context words outside the region.
        share: (entries,) share of the patch's area inside the region, 0..1.
        own: (entries,) whether the patch counts for the region in late interaction. The own patches
            are its words and context words; in a grid, the patches it covers by at least half, else
            the one it overlaps most, and the own patches of regions inside it, so that no region of
            a grid scores below one that it contains.
    """

    offsets: NDArray[np.int64]
    patches: NDArray[np.int32]
    iou: NDArray[np.float32]
    share: NDArray[np.float32]
    own: NDArray[np.bool_]


def assign(regions: Sequence[Region], patches: Patches) -> Membership:
    """Return the patches that overlap each region or are its words.

    Once more than `MAX_OVERLAPS` pairs overlap, later regions keep only their own patches: on a
    page with many overlapping words, the pairs would grow with the square of the words.
    """
    step = max(PAIR_BLOCK // max(len(patches), 1), 1)
    parts, overlaps = [], 0
    for start in range(0, len(regions), step):
        part = _assign(regions[start : start + step], patches, overlaps > MAX_OVERLAPS)
        parts.append(part)
        overlaps += len(part.patches)
    membership = concatenate(parts, [0] * len(parts))
    return membership if patches.grid is None else _inherit(membership, regions, len(patches))


def _assign(regions: Sequence[Region], patches: Patches, only_own: bool) -> Membership:
    boxes = as_boxes([region.box for region in regions])
    shared = _shared_area(boxes, patches)
    own = np.zeros(shared.shape, dtype=bool)
    sizes = area(patches.boxes)
    share = np.divide(shared, sizes, out=np.zeros_like(shared), where=sizes > 0)
    if patches.grid is None:
        for row, region in enumerate(regions):
            own[row, list(region.words + region.context)] = True
    elif shared.size:
        own = share >= MIN_SHARE
        without_own = ~own.any(axis=1) & (shared > 0).any(axis=1)
        own[without_own, shared[without_own].argmax(axis=1)] = True
    rows, columns = np.nonzero(own if only_own else (shared > 0) | own)
    union = area(boxes)[rows] + sizes[columns] - shared[rows, columns]
    overlap = shared[rows, columns]
    return Membership(
        offsets=np.searchsorted(rows, np.arange(len(regions) + 1)).astype(np.int64),
        patches=columns.astype(np.int32),
        iou=np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0),
        share=share[rows, columns],
        own=own[rows, columns],
    )


def _shared_area(boxes: Boxes, patches: Patches) -> NDArray[np.float32]:
    """Return the area of each patch inside each box, (boxes, patches).

    Cells of a grid form rows and columns, so the area is the product of a shared width and a shared
    height. Patches that are not local share no area.
    """
    if patches.grid is None:
        return intersection(boxes, patches.boxes)
    cells = patches.boxes[patches.local].reshape(*patches.grid, 4)
    x0, y0, x1, y1 = boxes.T[:, :, None]
    widths = np.minimum(x1, cells[0, :, 2]) - np.maximum(x0, cells[0, :, 0])  # (boxes, columns)
    heights = np.minimum(y1, cells[:, 0, 3]) - np.maximum(y0, cells[:, 0, 1])  # (boxes, rows)
    areas = widths.clip(0)[:, None, :] * heights.clip(0)[:, :, None]
    shared = np.zeros((len(boxes), len(patches)), dtype=np.float32)
    shared[:, patches.local] = areas.reshape(len(boxes), patches.grid[0] * patches.grid[1])
    return shared


def _inherit(membership: Membership, regions: Sequence[Region], patch_count: int) -> Membership:
    """Add the own patches of each region to those of its parents.

    A region smaller than a patch may own a patch that its parent does not cover by half.
    """
    parents = np.array([-1 if r.parent is None else r.parent for r in regions], dtype=np.int64)
    region_of_entry = np.repeat(np.arange(len(regions)), np.diff(membership.offsets))
    keys = region_of_entry * patch_count + membership.patches  # ascending
    own = membership.own.copy()
    entries = np.flatnonzero(own)
    while len(entries := entries[parents[region_of_entry[entries]] >= 0]):
        parent_keys = parents[region_of_entry[entries]] * patch_count + membership.patches[entries]
        parent_entries = np.minimum(np.searchsorted(keys, parent_keys), len(keys) - 1)
        entries = np.unique(
            parent_entries[(keys[parent_entries] == parent_keys) & ~own[parent_entries]]
        )
        own[entries] = True
    return replace(membership, own=own)


def concatenate(memberships: Sequence[Membership], patch_counts: Sequence[int]) -> Membership:
    """Return one membership for the regions and patches of several pages, page after page.

    Args:
        patch_counts: the number of patches of each page.
    """
    if not memberships:
        empty = np.zeros(0, dtype=np.float32)
        return Membership(
            np.zeros(1, np.int64), np.zeros(0, np.int32), empty, empty, np.zeros(0, bool)
        )
    first_patch = np.cumsum([0, *patch_counts], dtype=np.int32)
    first_entry = np.cumsum([0, *(len(part.patches) for part in memberships)])
    offsets = [m.offsets[:-1] + entry for m, entry in zip(memberships, first_entry, strict=False)]
    patches = [m.patches + patch for m, patch in zip(memberships, first_patch, strict=False)]
    return Membership(
        np.concatenate([*offsets, first_entry[-1:]]),
        np.concatenate(patches),
        np.concatenate([part.iou for part in memberships]),
        np.concatenate([part.share for part in memberships]),
        np.concatenate([part.own for part in memberships]),
    )
