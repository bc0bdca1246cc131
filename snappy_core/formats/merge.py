"""Supplied regions laid over a page that was read, in the place of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, area, as_boxes, contains_center
from snappy_core.errors import FormatError
from snappy_core.formats.base import SuppliedPage, SuppliedRegion
from snappy_core.formats.word_boxes import estimate_word_boxes
from snappy_core.types import NO_WORDS, Page, Region, Words

_SAME_SHAPE = 0.01  # relative difference of width by height


def merge_regions(page: Page, supplied: SuppliedPage) -> Page:
    """Return a page with the regions supplied for it instead of its own.

    A word belongs to the smallest region that its centre lies in, and to those that hold that
    one; what lies in none stays a word of the page. A region reads as its supplied text, else as
    its words. Where the page has no words in a region that has text, the supplied words stand
    in; where there are none of these either, the words of the text are spread over the box, line
    by line: their places are a guess, inside of a box that is none. A page for which no region
    is supplied keeps its own.

    Raises:
        FormatError: the supplied page has other proportions (by more than 1%).
    """
    if _could_not_be_read(page):
        return page
    _check_shape(page, supplied)
    if not supplied.regions:
        return page
    layout = _Layout.of(supplied.regions)
    words, owners = _fill(page, supplied, layout)
    order = np.argsort(np.where(owners < 0, len(supplied.regions), owners), kind="stable")
    words = Words(
        tuple(words.texts[i] for i in order),
        words.boxes[order],
        None if words.confidences is None else words.confidences[order],
    )
    held: list[list[int]] = [[] for _ in supplied.regions]
    for word, owner in enumerate(owners[order].tolist()):
        for region in layout.holders(owner):
            held[region].append(word)
    regions = tuple(
        _region(number, region, held[number], words)
        for number, region in enumerate(supplied.regions)
    )
    return replace(page, words=words, regions=regions)


def _could_not_be_read(page: Page) -> bool:
    """Say whether nothing is known of a page, not even its size; its warning says why."""
    unknown = page.renderer is None or (page.unit == "pt" and page.user_space is None)
    return bool(page.warning) and not len(page.words) and unknown


def _check_shape(page: Page, supplied: SuppliedPage) -> None:
    if supplied.width is None or supplied.height is None:
        return
    theirs, ours = supplied.width / supplied.height, page.width / page.height
    if abs(theirs / ours - 1) > _SAME_SHAPE:
        raise FormatError(
            f"page {page.number}: the regions are for a page of {supplied.width:g} x "
            f"{supplied.height:g}, this one has {page.width:g} x {page.height:g} {page.unit}; are "
            "they for another document, or for the page before it was turned or cropped?"
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """The regions of a page as arrays.

    Attributes:
        parents: (n,), -1 for none.
        depths: (n,) number of regions that hold each.
    """

    boxes: Boxes
    parents: NDArray[np.int64]
    depths: NDArray[np.int64]

    @classmethod
    def of(cls, regions: Sequence[SuppliedRegion]) -> _Layout:
        parents = np.array([-1 if r.parent is None else r.parent for r in regions], dtype=np.int64)
        depths = np.zeros(len(regions), dtype=np.int64)
        above = parents
        while (above >= 0).any():
            depths += above >= 0
            above = np.where(above >= 0, parents[above], -1)
        return cls(as_boxes([region.box for region in regions]), parents, depths)

    def owners(self, words: Boxes) -> NDArray[np.int64]:
        """Return for each word (n, 4) the smallest region that its centre lies in, else -1."""
        owners = np.full(len(words), -1, dtype=np.int64)
        # of two regions of the same size the inner one
        for region in np.lexsort((-self.depths, area(self.boxes))):
            left = np.flatnonzero(owners < 0)
            inside = contains_center(self.boxes[region : region + 1], words[left])[0]
            owners[left[inside]] = region
        return owners

    def holders(self, region: int) -> list[int]:
        """Return a region and those that hold it; none for -1."""
        found = []
        while region >= 0:
            found.append(region)
            region = int(self.parents[region])
        return found


def _fill(page: Page, supplied: SuppliedPage, layout: _Layout) -> tuple[Words, NDArray[np.int64]]:
    """Return the words of the page, with those supplied where it has none, and their owners."""
    regions = supplied.regions
    owners = layout.owners(page.words.boxes)
    filled = np.zeros(len(regions) + 1, dtype=bool)  # the last place stands for -1
    for owner in np.unique(owners).tolist():
        filled[layout.holders(owner)] = True
    theirs = layout.owners(supplied.words.boxes)
    blank = len(page.words) == 0
    taken = np.flatnonzero(~filled[theirs] & ((theirs >= 0) | blank))
    for owner in np.unique(theirs[taken]).tolist():
        filled[layout.holders(owner)] = True
    parts = [(page.words, owners), (_take(supplied.words, taken), theirs[taken])]
    for number in np.argsort(-layout.depths, kind="stable").tolist():
        if regions[number].text and not filled[number]:
            region = regions[number]
            texts, boxes = estimate_word_boxes(region.text, region.box, page.width / page.height)
            parts.append((Words(tuple(texts), boxes), np.full(len(texts), number)))
            filled[layout.holders(number)] = True
    return _join([words for words, _ in parts]), np.concatenate([owners for _, owners in parts])


def _take(words: Words, which: NDArray[np.intp]) -> Words:
    return Words(
        tuple(words.texts[i] for i in which),
        words.boxes[which],
        None if words.confidences is None else words.confidences[which],
    )


def _join(parts: Sequence[Words]) -> Words:
    """Join words; where only some have confidences the others are sure."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return NO_WORDS
    texts = tuple(text for part in parts for text in part.texts)
    boxes = np.concatenate([part.boxes for part in parts])
    if all(part.confidences is None for part in parts):
        return Words(texts, boxes)
    known = [
        np.ones(len(part), np.float32) if part.confidences is None else part.confidences
        for part in parts
    ]
    return Words(texts, boxes, np.concatenate(known))


def _region(number: int, supplied: SuppliedRegion, held: list[int], words: Words) -> Region:
    context: list[int] = []
    if supplied.context is not None:
        inside = contains_center(as_boxes([supplied.context]), words.boxes)[0]
        context = sorted(set(np.flatnonzero(inside).tolist()) - set(held))
    return Region(
        box=supplied.box,
        text=supplied.text or " ".join(words.texts[word] for word in held),
        words=tuple(held),
        label=supplied.label,
        order=number,
        parent=supplied.parent,
        context=tuple(context),
    )
