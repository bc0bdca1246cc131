"""A plain list of regions, for any reader without its own format.

Each region is a dictionary:

* `page`: page number, from 1;
* `bbox`: `[x0, y0, x1, y1]`;
* `text`, `label` (optional): a label is one of `snappy_core.types.LABELS`, or a common synonym;
* `unit` (optional): "fraction" of the page (the default), "px", "pt" or "0..999";
* `origin` (optional): "top_left" (the default) or "bottom_left", with y upwards;
* `page_width`, `page_height`: the size of the page in that unit; required for "px" and "pt";
* `id` and `parent` (optional): `parent` is the `id` of the region that contains this one.

Other keys are ignored.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, get_args

from snappy_core.errors import FormatError
from snappy_core.formats.base import Content, Format, SuppliedPage, is_list_of
from snappy_core.formats.frames import FRACTION_SLACK, SLACK, Frame, Origin, check_page_number
from snappy_core.formats.labels import label_of
from snappy_core.formats.region_builder import NestedRegion, build_page

UNITS = {
    "fraction": (1, FRACTION_SLACK),
    "px": (None, SLACK),
    "pt": (None, SLACK),
    "0..999": (999, 0),
}
"""By unit, the width and height of a page, None if it varies, and the slack of `Frame`."""


def sniff(content: Content) -> bool:
    return is_list_of(content, "page", "bbox")


def read(content: Content) -> dict[int, SuppliedPage]:
    """Return the pages of a list of regions."""
    if not isinstance(content, list) or not all(isinstance(item, Mapping) for item in content):
        raise FormatError("is not a list of dictionaries")
    regions: list[NestedRegion] = []
    by_id: dict[str | int, tuple[int, NestedRegion]] = {}
    sizes: dict[int, tuple[float, float] | None] = {}
    for index, item in enumerate(content):
        page = check_page_number(item.get("page"), f"region {index}")
        where = f"page {page}, region {index}"
        frame, size = _frame(item, page, where)
        box = frame.to_fractions(item.get("bbox"), f"region {index}")
        if sizes.setdefault(page, size) != size:
            raise FormatError(f"{where}: the page has two sizes")
        text, label = item.get("text") or "", item.get("label") or ""
        if not (isinstance(text, str) and isinstance(label, str)):
            raise FormatError(f"{where}: 'text' and 'label' are strings")
        regions.append(NestedRegion(box, label_of(label), text))
        if item.get("id") is not None:
            region_id = _check_id(item["id"], where)
            if region_id in by_id:
                raise FormatError(f"{where}: there are two regions with id {region_id!r}")
            by_id[region_id] = page, regions[-1]
    top_level: dict[int, list[NestedRegion]] = defaultdict(list)
    for index, (item, region) in enumerate(zip(content, regions, strict=True)):
        if item.get("parent") is None:
            top_level[item["page"]].append(region)
            continue
        where = f"page {item['page']}, region {index}"
        page, parent = by_id.get(_check_id(item["parent"], where), (0, region))
        if page != item["page"]:
            raise FormatError(
                f"{where}: there is no region with id {item['parent']!r} on the page to be its "
                "parent"
            )
        parent.children.append(region)
    pages = {page: build_page(page, top_level[page], size=sizes[page]) for page in sorted(sizes)}
    if sum(len(page.regions) for page in pages.values()) != len(regions):
        raise FormatError("the parents of some regions form a cycle")
    return pages


def _frame(
    item: Mapping[str, Any], page: int, where: str
) -> tuple[Frame, tuple[float, float] | None]:
    """Return the frame of a region, and the size of its page if known."""
    unit, origin = item.get("unit", "fraction"), item.get("origin", "top_left")
    for name, value, allowed in (("unit", unit, UNITS), ("origin", origin, get_args(Origin))):
        if not isinstance(value, str) or value not in allowed:
            names = ", ".join(map(repr, allowed))
            raise FormatError(f"{where}: {name!r} must be one of {names}, not {value!r}")
    side, slack = UNITS[unit]
    width, height = item.get("page_width"), item.get("page_height")
    if width is None and height is None:
        if side is None:
            raise FormatError(f"{where}: {unit} needs 'page_width' and 'page_height'")
        return Frame(page, side, side, origin, slack), None
    page_frame = Frame(page, width, height, origin, slack)  # type: ignore[arg-type]
    frame = page_frame if side is None else Frame(page, side, side, origin, slack)
    return frame, page_frame.size


def _check_id(value: object, where: str) -> str | int:
    if isinstance(value, (str, int)):
        return value
    raise FormatError(f"{where}: 'id' and 'parent' are strings or integers, not {value!r}")


FORMAT = Format("plain", sniff, read)
