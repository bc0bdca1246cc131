"""A plain list of regions, for any service that has no reader of its own here.

Each region is a dictionary:

* `page`: from 1;
* `bbox`: `[x0, y0, x1, y1]`;
* `text`, `label` (optional): a label is one of `snappy_core.types.LABELS`, or a usual other name;
* `unit` (optional): "fraction" of the page (the default), "px", "pt" or "0..999";
* `origin` (optional): "top_left" (the default) or "bottom_left", from which y grows upwards;
* `page_width`, `page_height`: of the page in that unit; needed for "px" and "pt";
* `id` and `parent` (optional): a region names the one that holds it by its `id`.

What else it holds is passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from snappy_core.errors import FormatError
from snappy_core.formats.base import SuppliedPage
from snappy_core.formats.frames import Frame, check_page_number
from snappy_core.formats.labels import label_of
from snappy_core.formats.region_builder import NestedRegion, build_page

UNITS = {"fraction": (1, 0.001), "px": (None, 0.01), "pt": (None, 0.01), "0..999": (999, 0)}
"""Each with the size of a page in it, None if that must be given, and the slack at its edge."""

ORIGINS = ("top_left", "bottom_left")


def is_plain(data: object) -> bool:
    """Say whether parsed JSON is a list of regions."""
    return (
        isinstance(data, list)
        and bool(data)
        and all(isinstance(item, Mapping) and {"page", "bbox"} <= set(item) for item in data)
    )


def read(data: object) -> dict[int, SuppliedPage]:
    """Return the pages of a list of regions; see the module.

    Raises:
        FormatError: something is missing or cannot be, with the place of the region in the list.
    """
    if not isinstance(data, list) or not all(isinstance(item, Mapping) for item in data):
        raise FormatError("is not a list of dictionaries")
    pages: dict[int, list[NestedRegion]] = defaultdict(list)
    sizes: dict[int, tuple[float, float] | None] = {}
    drafts: list[NestedRegion] = []
    named: dict[Any, tuple[int, NestedRegion]] = {}
    for place, item in enumerate(data):
        what = f"region {place}"
        page = check_page_number(item.get("page"), what)
        frame, size = _frame(item, page, what)
        box = frame.place(item.get("bbox"), what)
        if sizes.setdefault(page, size) != size:
            raise FormatError(f"page {page}, {what}: the page has two sizes")
        text, label = item.get("text") or "", item.get("label") or ""
        if not (isinstance(text, str) and isinstance(label, str)):
            raise FormatError(f"page {page}, {what}: 'text' and 'label' are strings")
        drafts.append(NestedRegion(box, label_of(label), text))
        if (name := item.get("id")) is not None:
            if (name := _hashable(name, what)) in named:
                raise FormatError(f"page {page}, {what}: there are two regions with id {name!r}")
            named[name] = page, drafts[-1]
    for place, (item, draft) in enumerate(zip(data, drafts, strict=True)):
        parent = item.get("parent")
        if parent is None:
            pages[item["page"]].append(draft)
            continue
        on, holder = named.get(_hashable(parent, f"region {place}"), (0, draft))
        if on != item["page"]:
            raise FormatError(
                f"page {item['page']}, region {place}: there is no region with id {parent!r} "
                "on the page to be its parent"
            )
        holder.parts.append(draft)
    made = {page: build_page(page, pages[page], size=sizes[page]) for page in sorted(sizes)}
    if sum(len(page.regions) for page in made.values()) != len(drafts):
        raise FormatError("the parents of some regions go round in a circle")
    return made


def _frame(
    item: Mapping[str, Any], page: int, what: str
) -> tuple[Frame, tuple[float, float] | None]:
    unit, origin = item.get("unit", "fraction"), item.get("origin", "top_left")
    for name, value, allowed in (("unit", unit, UNITS), ("origin", origin, ORIGINS)):
        if not isinstance(value, str) or value not in allowed:
            known = ", ".join(map(repr, allowed))
            raise FormatError(f"page {page}, {what}: {name!r} must be {known}, not {value!r}")
    side, slack = UNITS[unit]
    width, height = item.get("page_width"), item.get("page_height")
    if width is None and height is None:
        if side is None:
            raise FormatError(f"page {page}, {what}: {unit} need 'page_width' and 'page_height'")
        return Frame(page, side, side, origin, slack), None
    given = Frame(page, width, height, origin, slack)  # type: ignore[arg-type]
    frame = given if side is None else Frame(page, side, side, origin, slack)
    return frame, (float(given.width), float(given.height))


def _hashable(name: object, what: str) -> str | int:
    if isinstance(name, (str, int)):
        return name
    raise FormatError(f"{what}: 'id' and 'parent' are strings or integers, not {name!r}")
