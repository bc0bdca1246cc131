"""Replaces the regions of a page with supplied ones."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, area, as_boxes, contains_center
from snappy_core.errors import FormatError
from snappy_core.formats.base import SuppliedPage, SuppliedRegion
from snappy_core.types import Page, Region, Words
from snappy_core.word_boxes import estimate_word_boxes

_ASPECT_TOLERANCE = 0.01  # relative difference; sizes in whole pixels are rounded


def merge_regions(page: Page, supplied: SuppliedPage) -> Page:
    """Return a page with the supplied regions in place of its own.

    A word belongs to the smallest region that contains its center, and to the parents of that
    region. Words outside all regions stay words of the page. The text of a region is the supplied
    text, or else its words.

    A region with text but without words on the page (a scan that was not sent to OCR) gets the
    supplied words inside it, or else the words of its text with boxes estimated within its own.

    A page that could not be read, or that has no supplied regions, is returned unchanged.

    Raises:
        FormatError: the aspect ratios of the two pages differ by more than 1%.
    """
    if _is_unreadable(page):
        return page
    _check_aspect(page, supplied)
    if not supplied.regions:
        return page
    tree = _RegionTree(supplied.regions)
    words, owners = _collect_words(page, supplied, tree)
    order = np.argsort(np.where(owners < 0, len(supplied.regions), owners), kind="stable")
    words = _take(words, order)
    word_indices: list[list[int]] = [[] for _ in supplied.regions]
    for word, owner in enumerate(owners[order].tolist()):
        for region in tree.with_ancestors(owner):
            word_indices[region].append(word)
    regions = tuple(
        _region(index, region, word_indices[index], words)
        for index, region in enumerate(supplied.regions)
    )
    return replace(page, words=words, regions=regions)


def _is_unreadable(page: Page) -> bool:
    """Return whether nothing is known about a page, not even its size; its warning says why."""
    unknown = page.renderer is None or (page.unit == "pt" and page.user_space is None)
    return bool(page.warning) and not len(page.words) and unknown


def _check_aspect(page: Page, supplied: SuppliedPage) -> None:
    if supplied.width is None or supplied.height is None:
        return
    supplied_aspect, aspect = supplied.width / supplied.height, page.width / page.height
    if abs(supplied_aspect / aspect - 1) > _ASPECT_TOLERANCE:
        raise FormatError(
            f"page {page.number}: the regions are for a page of {supplied.width:g} x "
            f"{supplied.height:g}, this one has {page.width:g} x {page.height:g} {page.unit}; are "
            "they for another document, or for the page before it was turned or cropped?"
        )


class _RegionTree:
    """The boxes and nesting of regions; each region comes after its parent."""

    def __init__(self, regions: Sequence[SuppliedRegion]) -> None:
        self._boxes = as_boxes([region.box for region in regions])
        self._parents = [-1 if region.parent is None else region.parent for region in regions]
        self.depths = np.zeros(len(regions), dtype=np.int64)  # number of ancestors
        for index, parent in enumerate(self._parents):
            self.depths[index] = self.depths[parent] + 1 if parent >= 0 else 0

    def owners(self, words: Boxes) -> NDArray[np.int64]:
        """Return the smallest, innermost region around the center of each word, or -1."""
        owners = np.full(len(words), -1, dtype=np.int64)
        for region in np.lexsort((-self.depths, area(self._boxes))):
            free = np.flatnonzero(owners < 0)
            inside = contains_center(self._boxes[region : region + 1], words[free])[0]
            owners[free[inside]] = region
        return owners

    def with_ancestors(self, region: int) -> list[int]:
        """Return a region, its parent, the parent of that, ...; [] for -1."""
        path = []
        while region >= 0:
            path.append(region)
            region = self._parents[region]
        return path


def _collect_words(
    page: Page, supplied: SuppliedPage, tree: _RegionTree
) -> tuple[Words, NDArray[np.int64]]:
    """Return the words of the page with those added to it, and the region of each word or -1."""
    owners = tree.owners(page.words.boxes)
    filled = np.zeros(len(supplied.regions) + 1, dtype=bool)  # the last one stands for -1
    for owner in np.unique(owners).tolist():
        filled[tree.with_ancestors(owner)] = True
    supplied_owners = tree.owners(supplied.words.boxes)
    blank = len(page.words) == 0
    added = np.flatnonzero(~filled[supplied_owners] & ((supplied_owners >= 0) | blank))
    for owner in np.unique(supplied_owners[added]).tolist():
        filled[tree.with_ancestors(owner)] = True
    parts = [(page.words, owners), (_take(supplied.words, added), supplied_owners[added])]
    for index in np.argsort(-tree.depths, kind="stable").tolist():  # children first
        region = supplied.regions[index]
        if region.text and not filled[index]:
            texts, boxes = estimate_word_boxes(region.text, region.box, page.width / page.height)
            parts.append((Words(tuple(texts), boxes), np.full(len(texts), index)))
            filled[tree.with_ancestors(index)] = True
    return _join([words for words, _ in parts]), np.concatenate([owners for _, owners in parts])


def _take(words: Words, indices: NDArray[np.intp]) -> Words:
    return Words(
        tuple(words.texts[i] for i in indices),
        words.boxes[indices],
        None if words.confidences is None else words.confidences[indices],
    )


def _join(parts: Sequence[Words]) -> Words:
    """Join words; if only some have confidences, the others get 1."""
    confidences = [
        np.ones(len(part), np.float32) if part.confidences is None else part.confidences
        for part in parts
    ]
    has_confidences = any(len(part) and part.confidences is not None for part in parts)
    return Words(
        tuple(text for part in parts for text in part.texts),
        np.concatenate([part.boxes for part in parts]),
        np.concatenate(confidences) if has_confidences else None,
    )


def _region(index: int, supplied: SuppliedRegion, word_indices: list[int], words: Words) -> Region:
    context: list[int] = []
    if supplied.context is not None:
        inside = contains_center(as_boxes([supplied.context]), words.boxes)[0]
        context = sorted(set(np.flatnonzero(inside).tolist()) - set(word_indices))
    return Region(
        box=supplied.box,
        text=supplied.text or " ".join(words.texts[word] for word in word_indices),
        words=tuple(word_indices),
        label=supplied.label,
        order=index,
        parent=supplied.parent,
        context=tuple(context),
    )
