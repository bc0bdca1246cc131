"""The headings that each region stands under, and the lines that run along from page to page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from snappy_core.boxes import as_boxes, iou
from snappy_core.types import Box, Label, Page, Region, Words

_NUMBER = re.compile(r"^(\d{1,3}(?:\.\d{1,3})*)\.?\s")
_SAME_HEIGHT = 1.08  # of letters; the ink of a line is high or low by the letters it holds
_EDGE = 0.12  # share of the page at the head and the foot where running lines are looked for
_SEPARATOR = " > "


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that is in force: `height` of its letters, `depth` of its number (0: none)."""

    text: str
    height: float
    depth: int

    def is_above(self, other: Heading) -> bool:
        """Say whether another heading, further on, stands under this one."""
        if self.depth and other.depth:
            return self.depth < other.depth
        return self.height > _SAME_HEIGHT * other.height


def add_sections(
    page: Page, path: Sequence[Heading]
) -> tuple[tuple[Region, ...], tuple[Heading, ...]]:
    """Give each region the headings above it; return also those in force at the end of the page.

    `path` holds the headings in force where the page begins, from the top down. A heading takes
    out of force those that do not stand above it: by their numbers ("2" above "2.1"), else by
    the height of their letters. Headings stand in the sections around them; running headers and
    footers belong to none.
    """
    placed: list[Region] = []
    path = tuple(path)
    for region in page.regions:
        heading = None
        if region.label in ("title", "heading") and region.parent is None and region.words:
            heading = _heading(region, page.words)
            path = tuple(above for above in path if above.is_above(heading))
        outside = region.label in ("header", "footer")
        section = _SEPARATOR.join(above.text for above in path)
        placed.append(region if outside else replace(region, section=section))
        if heading is not None:
            path = (*path, heading)
    return tuple(placed), path


def _heading(region: Region, words: Words) -> Heading:
    boxes = words.boxes[list(region.words)]
    number = _NUMBER.match(region.text)
    depth = number[1].count(".") + 1 if number else 0
    return Heading(region.text, float((boxes[:, 3] - boxes[:, 1]).max()), depth)


def mark_running(page: Page, other: Page | None) -> Page:
    """Call header or footer what stands at the same place, and but for numbers reads the same, on
    another page of the document."""
    if other is None:
        return page
    known: dict[str, list[Box]] = {}
    for region in other.regions:
        if _edge(region):
            known.setdefault(_key(region), []).append(region.box)
    regions = []
    for region in page.regions:
        label, boxes = _edge(region), known.get(_key(region), [])
        same = label and boxes and iou(as_boxes([region.box]), as_boxes(boxes)).max() >= 0.5
        regions.append(replace(region, label=label) if label and same else region)
    return replace(page, regions=tuple(regions))


def _edge(region: Region) -> Label | None:
    if (
        region.parent is not None
        or not 0 < len(region.words) <= 25
        or region.label
        in (
            "title",
            "figure",
        )
    ):
        return None
    if region.box[3] < _EDGE:
        return "header"
    return "footer" if region.box[1] > 1 - _EDGE else None


def _key(region: Region) -> str:
    return re.sub(r"\d+", "0", region.text)
