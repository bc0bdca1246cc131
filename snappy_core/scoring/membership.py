"""Which patches belong to which region. It does not depend on the question: once a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, area, as_boxes, intersection
from snappy_core.types import Patches, Region

MAX_OVERLAPS = 2_000_000
"""Pairs of regions and patches kept of a page; on an ordinary page hardly more than patches."""

_BLOCK = 4_000_000  # pairs compared at once


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """Patches of each region, sparse: region r owns the entries `offsets[r]:offsets[r + 1]`.

    Attributes:
        offsets: (regions + 1,) int64.
        patches: (entries,) int32, index of a patch.
        iou: (entries,) IoU of region and patch; 0 for a word that lies elsewhere.
        share: (entries,) share of the patch's area inside the region.
        own: (entries,) bool, the patch is one the region is judged by (late interaction):
            its own words and its context; of a grid the patches covered at least half, else
            the one it overlaps most, and those of the regions inside it, so that no region
            of a grid scores below one that it holds.
    """

    offsets: NDArray[np.int64]
    patches: NDArray[np.int32]
    iou: NDArray[np.float32]
    share: NDArray[np.float32]
    own: NDArray[np.bool_]


def assign(regions: Sequence[Region], patches: Patches) -> Membership:
    """Return the patches that overlap each region or are its words.

    On a page where more than `MAX_OVERLAPS` pairs overlap the later regions keep only what is
    their own: words piled on each other would take memory by the square of their number.
    """
    step = max(_BLOCK // max(len(patches), 1), 1)
    parts, overlaps = [], 0
    for start in range(0, len(regions), step):
        part = _assign(regions[start : start + step], patches, overlaps > MAX_OVERLAPS)
        parts.append(part)
        overlaps += len(part.patches)
    made = concatenate(parts, [0] * len(parts))
    return made if patches.grid is None else _inherit(made, regions, len(patches))


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
        own = share >= 0.5
        lost = ~own.any(axis=1) & (shared > 0).any(axis=1)
        own[lost, shared[lost].argmax(axis=1)] = True
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
    """Return the area of each patch that lies in each box, (boxes, patches).

    The cells of a grid stand in rows and columns, so that it is a length times a length; with
    patches that are not local nothing is shared.
    """
    if patches.grid is None:
        return intersection(boxes, patches.boxes)
    cells = patches.boxes[patches.local].reshape(*patches.grid, 4)
    x0, y0, x1, y1 = boxes.T[:, :, None]
    across = np.minimum(x1, cells[0, :, 2]) - np.maximum(x0, cells[0, :, 0])  # (boxes, columns)
    down = np.minimum(y1, cells[:, 0, 3]) - np.maximum(y0, cells[:, 0, 1])  # (boxes, rows)
    areas = across.clip(0)[:, None, :] * down.clip(0)[:, :, None]
    shared = np.zeros((len(boxes), len(patches)), dtype=np.float32)
    shared[:, patches.local] = areas.reshape(len(boxes), patches.grid[0] * patches.grid[1])
    return shared


def _inherit(members: Membership, regions: Sequence[Region], patches: int) -> Membership:
    """Let each region be judged by the patches of its children, too.

    A child smaller than a patch has one of which perhaps neither it nor its parent covers half.
    """
    parents = np.array([-1 if r.parent is None else r.parent for r in regions], dtype=np.int64)
    owners = np.repeat(np.arange(len(regions)), np.diff(members.offsets))
    keys = owners * patches + members.patches  # ascending
    own = members.own.copy()
    entries = np.flatnonzero(own)
    while len(entries := entries[parents[owners[entries]] >= 0]):
        wanted = parents[owners[entries]] * patches + members.patches[entries]
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        entries = np.unique(found[(keys[found] == wanted) & ~own[found]])
        own[entries] = True
    return replace(members, own=own)


def concatenate(members: Sequence[Membership], patch_counts: Sequence[int]) -> Membership:
    """Return one membership for pages laid one after the other, in all their regions."""
    if not members:
        nothing = np.zeros(0, dtype=np.float32)
        return Membership(
            np.zeros(1, np.int64), np.zeros(0, np.int32), nothing, nothing, np.zeros(0, bool)
        )
    first_patch = np.cumsum([0, *patch_counts])
    first_entry = np.cumsum([0, *(len(member.patches) for member in members)])
    offsets = [m.offsets[:-1] + e for m, e in zip(members, first_entry, strict=False)]
    shifted = [m.patches + p for m, p in zip(members, first_patch, strict=False)]
    return Membership(
        np.concatenate([*offsets, first_entry[-1:]]),
        np.concatenate(shifted).astype(np.int32),
        np.concatenate([member.iou for member in members]),
        np.concatenate([member.share for member in members]),
        np.concatenate([member.own for member in members]),
    )
