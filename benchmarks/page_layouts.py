"""What a tool finds on pages: regions of Snappy and of other tools in one form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snappy_core import parsing
from snappy_core.boxes import Boxes, as_boxes
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.types import Box, Page

PageRef = tuple[Path, int]
"""A PDF and a page number in it, from 1."""

_PRECISE = ("paragraph", "list_item", "list", "table")  # labels whose precision is measured
_MIN_WORDS = 3  # of a region whose precision is measured


@dataclass(frozen=True, slots=True)
class FoundRegion:
    """A region of any tool.

    Attributes:
        box: in page fractions.
        label: as in `Region.label`.
        on_top: no other region contains it.
        words: number of words.
    """

    box: Box
    label: str
    on_top: bool
    words: int


@dataclass(frozen=True, slots=True, eq=False)
class PageLayout:
    """All regions of a page.

    Attributes:
        boxes: (n, 4) in page fractions.
        is_measured: (n,) bool, whether the precision of a region is measured: top-level text is.
    """

    boxes: Boxes
    is_measured: NDArray[np.bool_]

    @classmethod
    def of(cls, regions: Iterable[FoundRegion]) -> PageLayout:
        regions = list(regions)
        is_measured = [
            region.on_top and region.label in _PRECISE and region.words >= _MIN_WORDS
            for region in regions
        ]
        return cls(as_boxes([region.box for region in regions]), np.array(is_measured, bool))


LayoutReader = Callable[[Sequence[PageRef]], Iterable[PageLayout]]
"""Returns what a tool finds on pages, in their order."""


def read_layouts(pages: Iterable[PageRef], options: ReadingOptions) -> Iterator[PageLayout]:
    """Yield what Snappy finds on each page."""
    return map(page_layout, read_pages(pages, options))


def read_pages(pages: Iterable[PageRef], options: ReadingOptions) -> Iterator[Page]:
    """Yield the pages as Snappy reads them."""
    for path, number in pages:
        yield from parsing.read_pages(Source.from_path(path), [number], options)


def page_layout(page: Page) -> PageLayout:
    """Return the regions that Snappy found on a page."""
    return PageLayout.of(
        FoundRegion(region.box, region.label, region.parent is None, len(region.words))
        for region in page.regions
    )
