"""What questions refer to on a page: its printed number, captions, headings, figures, tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, as_boxes
from snappy_core.forks import fork_safe_lock
from snappy_core.search.locations.words import NOUNS, Kind
from snappy_core.search.page_context import reading_order
from snappy_core.types import LABELS, LISTINGS, Page, Region

MAX_CACHED = 10_000
"""Number of pages whose landmarks are kept in memory, about 3 KB each."""

MARGIN = 0.12
"""Share of the height at the top and bottom of a page where its number is printed."""

MIN_PRINTED = 3
"""Pages with consistent numbers in their margins needed to accept these as page numbers."""

_CAPTIONED: tuple[Kind, ...] = ("figure", "table", "chart", "exhibit", "equation")
_KIND = "|".join(
    f"(?P<{kind}>{'|'.join(sorted(NOUNS[kind], key=len, reverse=True))})" for kind in _CAPTIONED
)
_LABEL = r"(?P<label>\d+(?:\.\d+)*[a-z]?|[a-z](?:[-.]?\d+(?:\.\d+)*)?|[ivxlc]+)"
_CAPTION = re.compile(rf"(?<!\w)(?:{_KIND})\s*{_LABEL}\s*(?P<stop>[:.|–—-](?!\d)|$|\n)?(?!\w)")
_PART = "|".join(word for kind in ("section", "chapter", "appendix") for word in NOUNS[kind])
_HEADING = re.compile(
    rf"(?:(?P<noun>{_PART})\s*)?(?P<label>\d+(?:\.\d+)*|[a-z](?:\.\d+)*)(?:[.:)]?\s|[.:)]|$)"
)
_NUMBER = re.compile(r"(?<![\w.,])\d{1,4}(?![\w.,]*\d)")
_CONTAINERS = frozenset(("figure", "table", "caption"))


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """What questions may refer to on one page. Regions are indices there, in reading order.

    Attributes:
        label: the page label.
        printed: numbers in the margins, one of which may be the page number.
        captions: the regions that bear a caption, by kind and label: ("figure", "3").
        headings: the regions under each heading, in lower case, of their section path.
        labels: (r,) indices into `LABELS`.
        parents: (r,) the region that contains each one, -1 for none.
        boxes: (r, 4).
    """

    label: str
    printed: frozenset[int]
    captions: Mapping[tuple[Kind, str], tuple[int, ...]]
    headings: Mapping[str, tuple[int, ...]]
    labels: NDArray[np.uint8]
    parents: NDArray[np.int32]
    boxes: Boxes

    def whole(self, label: str) -> list[int]:
        """Return the regions with a label that are not inside another one with it."""
        code = LABELS.index(label)
        same = np.flatnonzero(self.labels == code).tolist()
        return [i for i in same if self.parents[i] < 0 or self.labels[self.parents[i]] != code]


class LandmarkCache:
    """Keeps the landmarks of pages of one store, whose pages never change under their ids."""

    def __init__(self) -> None:
        self._pages: dict[int, Landmarks] = {}
        self._lock = fork_safe_lock()

    def read(self, page_id: int, read_page: Callable[[int], Page]) -> Landmarks:
        """Return the landmarks of a page, which is read if they are not known."""
        landmarks = self._pages.get(page_id)
        if landmarks is None:
            landmarks = find_landmarks(read_page(page_id))
            with self._lock:
                self._pages[page_id] = landmarks
                if len(self._pages) > MAX_CACHED:
                    del self._pages[next(iter(self._pages))]
        return landmarks


def find_landmarks(page: Page) -> Landmarks:
    """Return the landmarks of a page."""
    captions: dict[tuple[Kind, str], list[int]] = {}
    headings: dict[str, list[int]] = {}
    for index in reading_order(page):
        region = page.regions[index]
        for kind, label in _captions_of(region):
            captions.setdefault((kind, label), []).append(index)
        path = region.section.split(" > ") if region.section else []
        if region.label in ("heading", "title"):
            path.append(region.text)
        for heading in dict.fromkeys(" ".join(part.lower().split()) for part in path):
            headings.setdefault(heading, []).append(index)
    return Landmarks(
        page.label,
        frozenset(_margin_numbers(page.regions)),
        {name: tuple(indices) for name, indices in captions.items()},
        {heading: tuple(indices) for heading, indices in headings.items()},
        np.array([LABELS.index(region.label) for region in page.regions], np.uint8),
        np.array([-1 if r.parent is None else r.parent for r in page.regions], np.int32),
        as_boxes([region.box for region in page.regions]),
    )


def heading_label(heading: str) -> str | None:
    """Return the number or letter of a heading in lower case.

    >>> heading_label("4.1 results"), heading_label("appendix b: proofs"), heading_label("a day")
    ('4.1', 'b', None)
    """
    match = _HEADING.match(heading)
    if match is None or (not match["noun"] and match[0].strip().isalpha()):
        return None  # "a day at sea" is not section A
    return match["label"]


def _captions_of(region: Region) -> Iterable[tuple[Kind, str]]:
    """Yield the kinds and labels of the captions at the start of a region or inside it."""
    if region.label in ("header", "footer", "table_row", "list", *LISTINGS):
        return
    text = region.text.lower()
    is_container = region.label in _CONTAINERS
    for match in _CAPTION.finditer(text) if is_container else filter(None, [_CAPTION.match(text)]):
        # "Figure 3 shows" is not a caption; "Figure 3: ..." is, and so is what begins a real one.
        begins = match.start() == 0 and (region.label == "caption" or match.end() == len(text))
        if begins or match["stop"]:
            kind = next(kind for kind in _CAPTIONED if match[kind])
            yield kind, match["label"]


def _margin_numbers(regions: Sequence[Region]) -> Iterable[int]:
    for region in regions:
        _, y0, _, y1 = region.box
        in_margin = y1 <= MARGIN or y0 >= 1 - MARGIN
        if region.label in ("header", "footer") or (in_margin and len(region.words) <= 3):
            yield from map(int, _NUMBER.findall(region.text))


def printed_offset(pages: Mapping[int, Landmarks]) -> int:
    """Return the printed page number minus the position of a page, 0 if they agree.

    Args:
        pages: the pages of a document by number.
    """
    offsets = Counter(
        printed - number for number, page in pages.items() for printed in page.printed
    )
    for offset, count in offsets.most_common(1):
        if count >= max(MIN_PRINTED, len(pages) / 3):
            return offset
    return 0
