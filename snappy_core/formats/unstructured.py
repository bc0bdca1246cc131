"""Unstructured: the list of elements that a partition writes as JSON.

Each element names its coordinate system; what lies where y = 0 is decided by it. `parent_id` is
not read: it names the heading an element stands under, not what holds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from snappy_core.errors import FormatError
from snappy_core.formats.base import SuppliedPage
from snappy_core.formats.frames import Frame, Origin, check_page_number, four_numbers
from snappy_core.formats.html_tables import tables_to_markdown
from snappy_core.formats.labels import label_of
from snappy_core.formats.region_builder import NestedRegion, build_page
from snappy_core.types import Label

_SYSTEMS: dict[object, Origin] = {
    "PixelSpace": "top_left",
    "PointSpace": "bottom_left",
    "RelativeCoordinateSystem": "bottom_left",
}
_ORIENTATIONS: dict[object, Origin] = {"SCREEN": "top_left", "CARTESIAN": "bottom_left"}
_LABELS: dict[str, Label] = {
    "title": "heading",  # of any level
    "narrativetext": "paragraph",
    "uncategorizedtext": "paragraph",
    "abstract": "paragraph",
    "listitem": "list_item",
    "bulletedtext": "list_item",
    "figurecaption": "caption",
    "headline": "heading",
    "subheadline": "heading",
    "pagenumber": "footer",
}


def is_unstructured(data: object) -> bool:
    """Say whether parsed JSON is a list of elements."""
    return (
        isinstance(data, list)
        and bool(data)
        and all(isinstance(item, Mapping) and {"type", "metadata"} <= set(item) for item in data)
    )


def read(data: object) -> dict[int, SuppliedPage]:
    """Return the pages of a list of elements; a table with HTML is read as Markdown.

    Raises:
        FormatError: no such list, an element without page or coordinates, or coordinates that
            cannot be.
    """
    if not is_unstructured(data):
        raise FormatError("is not a list of elements with 'type' and 'metadata'")
    assert isinstance(data, list)
    pages: dict[int, list[NestedRegion]] = defaultdict(list)
    sizes: dict[int, tuple[float, float]] = {}
    for place, item in enumerate(data):
        if item["type"] == "PageBreak":
            continue
        what = f"element {place} ({item['type']})"
        metadata = item["metadata"]
        page = check_page_number(metadata.get("page_number"), what)
        coordinates = metadata.get("coordinates")
        if not isinstance(coordinates, Mapping):
            raise FormatError(
                f"page {page}, {what}: has no coordinates; partition PDFs or pictures without "
                "chunking, and keep 'coordinates' among the metadata"
            )
        frame = _frame(coordinates, page, what)
        size = (float(frame.width), float(frame.height))
        relative = coordinates["system"] == "RelativeCoordinateSystem"
        if not relative and sizes.setdefault(page, size) != size:
            raise FormatError(f"page {page}, {what}: the page has two sizes")
        box = frame.place(_around(coordinates.get("points"), f"page {page}, {what}"), what)
        text = tables_to_markdown(metadata.get("text_as_html") or "") or item.get("text") or ""
        pages[page].append(NestedRegion(box, label_of(str(item["type"]), _LABELS), text))
    return {page: build_page(page, pages[page], size=sizes.get(page)) for page in sorted(pages)}


def _frame(coordinates: Mapping[str, Any], page: int, what: str) -> Frame:
    system = coordinates.get("system")
    origin = _SYSTEMS.get(system)
    if "orientation" in coordinates:
        origin = _ORIENTATIONS.get(str(coordinates["orientation"]).upper())
    if system not in _SYSTEMS or origin is None:
        raise FormatError(
            f"page {page}, {what}: the coordinate system must be {', '.join(map(str, _SYSTEMS))}, "
            f"not {system!r}; an orientation is screen or cartesian"
        )
    if system == "RelativeCoordinateSystem":
        return Frame(page, 1, 1, origin, slack=0.001)
    width, height = coordinates.get("layout_width"), coordinates.get("layout_height")
    return Frame(page, width, height, origin)  # type: ignore[arg-type]


def _around(points: Any, where: str) -> list[float]:
    """Return the box around the corners of an element."""
    if not isinstance(points, (list, tuple)) or len(points) < 2:
        raise FormatError(f"{where}: 'points' are the corners of a box, not {points!r}")
    try:
        across, along = zip(*((x, y) for x, y in points), strict=True)
        box = [min(across), min(along), max(across), max(along)]
    except (TypeError, ValueError) as error:
        raise FormatError(f"{where}: 'points' are pairs of numbers, not {points!r}") from error
    return list(four_numbers(box, where))
