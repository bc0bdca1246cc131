"""Unstructured: the list of elements from partitioning a document, as JSON.

Each element names its coordinate system, which also determines whether y starts at the top or at
the bottom of the page. `parent_id` is ignored: it is the heading above an element, not a region
that contains it.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from snappy_core.errors import FormatError
from snappy_core.formats.base import Content, Format, SuppliedPage, is_list_of
from snappy_core.formats.frames import FRACTION_SLACK, Frame, Origin, check_page_number
from snappy_core.formats.labels import label_of, labels_by_name
from snappy_core.formats.markup import tables_to_markdown
from snappy_core.formats.region_builder import NestedRegion, build_page

_RELATIVE = "RelativeCoordinateSystem"
_SYSTEMS: dict[object, Origin] = {
    "PixelSpace": "top_left",
    "PointSpace": "bottom_left",
    _RELATIVE: "bottom_left",
}
_ORIENTATIONS: dict[object, Origin] = {"SCREEN": "top_left", "CARTESIAN": "bottom_left"}
_LABELS = labels_by_name(
    {
        "heading": "title headline subheadline",  # titles are headings of any level
        "paragraph": "narrativetext uncategorizedtext abstract",
        "list_item": "listitem bulletedtext",
        "caption": "figurecaption",
        "footer": "pagenumber",
    }
)


def sniff(content: Content) -> bool:
    return is_list_of(content, "type", "metadata")


def read(content: Content) -> dict[int, SuppliedPage]:
    """Return the pages of a list of elements; tables with HTML become Markdown."""
    if not (isinstance(content, list) and sniff(content)):
        raise FormatError("is not a list of elements with 'type' and 'metadata'")
    regions: dict[int, list[NestedRegion]] = defaultdict(list)
    sizes: dict[int, tuple[float, float]] = {}
    for index, element in enumerate(content):
        if element["type"] == "PageBreak":
            continue
        where = f"element {index} ({element['type']})"
        metadata = element["metadata"]
        page = check_page_number(metadata.get("page_number"), where)
        coordinates = metadata.get("coordinates")
        if not isinstance(coordinates, Mapping):
            raise FormatError(
                f"page {page}, {where}: has no coordinates; partition PDFs or images without "
                "chunking, and keep 'coordinates' in the metadata"
            )
        frame = _frame(coordinates, page, where)
        if coordinates["system"] != _RELATIVE and sizes.setdefault(page, frame.size) != frame.size:
            raise FormatError(f"page {page}, {where}: the page has two sizes")
        corners = _enclose(coordinates.get("points"), f"page {page}, {where}")
        text = tables_to_markdown(metadata.get("text_as_html") or "") or element.get("text") or ""
        label = label_of(str(element["type"]), _LABELS)
        regions[page].append(NestedRegion(frame.to_fractions(corners, where), label, text))
    return {page: build_page(page, regions[page], size=sizes.get(page)) for page in sorted(regions)}


def _frame(coordinates: Mapping[str, Any], page: int, where: str) -> Frame:
    system = coordinates.get("system")
    origin = _SYSTEMS.get(system)
    if "orientation" in coordinates:
        origin = _ORIENTATIONS.get(str(coordinates["orientation"]).upper())
    if system not in _SYSTEMS or origin is None:
        raise FormatError(
            f"page {page}, {where}: the coordinate system must be "
            f"{', '.join(map(str, _SYSTEMS))}, not {system!r}; an orientation is screen or "
            "cartesian"
        )
    if system == _RELATIVE:
        return Frame(page, 1, 1, origin, slack=FRACTION_SLACK)
    width, height = coordinates.get("layout_width"), coordinates.get("layout_height")
    return Frame(page, width, height, origin)  # type: ignore[arg-type]


def _enclose(points: Any, where: str) -> list[Any]:
    """Return the box (x0, y0, x1, y1) around the corners of an element."""
    if not isinstance(points, (list, tuple)) or len(points) < 2:
        raise FormatError(f"{where}: 'points' are the corners of a box, not {points!r}")
    try:
        xs, ys = zip(*((x, y) for x, y in points), strict=True)
        return [min(xs), min(ys), max(xs), max(ys)]
    except (TypeError, ValueError) as error:
        raise FormatError(f"{where}: 'points' are pairs of numbers, not {points!r}") from error


FORMAT = Format("unstructured", sniff, read)
