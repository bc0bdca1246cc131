"""Docling: a `DoclingDocument` exported as JSON.

Boxes come in the points of the page, some from its head, some from its foot, each as it says
itself; cells of a table may differ there from the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snappy_core.boxes import as_boxes, enclose
from snappy_core.errors import FormatError
from snappy_core.formats.base import SuppliedPage
from snappy_core.formats.frames import Frame, Origin, check_page_number
from snappy_core.formats.html_tables import MAX_CELLS
from snappy_core.formats.labels import label_of
from snappy_core.formats.region_builder import NestedRegion, SuppliedWord, build_page
from snappy_core.markdown import table_markdown
from snappy_core.types import Box

_ORIGINS: dict[object, Origin] = {"TOPLEFT": "top_left", "BOTTOMLEFT": "bottom_left"}
_COLLECTIONS = ("texts", "tables", "pictures", "groups", "key_value_items", "form_items")

Placed = defaultdict[int, list[NestedRegion]]
"""Drafts by the page on which they stand."""


def is_docling(data: object) -> bool:
    """Say whether parsed JSON is a DoclingDocument."""
    return isinstance(data, Mapping) and data.get("schema_name") == "DoclingDocument"


def read(data: object) -> dict[int, SuppliedPage]:
    """Return the pages of a DoclingDocument, with the words of table cells.

    A table is Markdown and has its rows as parts where its cells have boxes; captions are parts
    of their tables and figures, items of their lists.

    Raises:
        FormatError: not a DoclingDocument, one that never had pages, or a box or size that is
            missing or cannot be.
    """
    if not is_docling(data):
        raise FormatError("is not a DoclingDocument ('schema_name')")
    assert isinstance(data, Mapping)
    reader = _Reader(data)
    placed: Placed = defaultdict(list)
    for root in ("body", "furniture"):
        for ref in _refs(data.get(root) or {}, "children"):
            reader.walk(ref, placed)
    if not placed:
        raise FormatError("has no item with a box: it was not made from pages")
    pages = sorted({*placed, *reader.sound})
    return {
        page: build_page(page, placed[page], reader.words[page], reader.size(page))
        for page in pages
    }


class _Reader:
    """Goes over the items of a document from its root."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.words: defaultdict[int, list[SuppliedWord]] = defaultdict(list)
        self._items = {
            f"#/{name}/{place}": item
            for name in _COLLECTIONS
            for place, item in enumerate(document.get(name) or ())
            if isinstance(item, Mapping)
        }
        self._seen: set[str] = set()
        self._captions = {ref for item in self._items.values() for ref in _refs(item, "captions")}
        self._sizes = {}
        for key, page in (document.get("pages") or {}).items():
            number = check_page_number(page.get("page_no"), f"page {key}")
            size = page.get("size") or {}
            self._sizes[number] = size.get("width"), size.get("height")
        # A page that could not be converted has no size, or none that is one; nor has it items.
        self.sound = {page for page, size in self._sizes.items() if all(size)}

    def size(self, page: int) -> tuple[float, float]:
        frame = self._frame(page)
        return float(frame.width), float(frame.height)

    def walk(self, ref: str, into: Placed) -> None:
        """Add an item and what it holds; captions come with what they belong to."""
        if ref in self._seen or ref in self._captions:
            return
        self._add(ref, into)

    def _add(self, ref: str, into: Placed) -> None:
        self._seen.add(ref)
        if (item := self._items.get(ref)) is None:
            raise FormatError(f"{ref}: there is no such item")
        inner: Placed = defaultdict(list)
        captions = []
        for caption in _refs(item, "captions"):
            if caption not in self._seen:
                self._add(caption, inner)
                captions.append(self._items[caption].get("text") or "")
        for child in _refs(item, "children"):
            self.walk(child, inner)
        own = self._drafts(ref, item, captions)
        for page, parts in inner.items():
            if page in own:
                own[page][0].parts = _in_order(own[page][0], parts)
            elif ref.startswith("#/groups/") and _is_list(item) and len(parts) > 1:
                around = enclose(as_boxes([part.box for part in parts]))
                into[page].append(NestedRegion(around, "list", parts=parts))
            else:
                into[page] += parts
        for page, drafts in own.items():
            into[page] += drafts

    def _drafts(self, ref: str, item: Mapping[str, Any], captions: list[str]) -> Placed:
        """Return the regions of an item itself, one for each of the places where it stands."""
        places = item.get("prov") or []
        label = label_of(str(item.get("label")))
        drafts: Placed = defaultdict(list)
        for place in places:
            page = check_page_number(place.get("page_no"), ref)
            box = self._box(page, place.get("bbox"), ref)
            if "data" in item and label == "table":
                draft = self._table(ref, page, box, item["data"], len(places) == 1)
                draft.text = "\n\n".join(filter(None, [*captions, draft.text]))
            elif ref.startswith("#/pictures/"):
                described = _descriptions(item)
                text = "\n\n".join([*captions, *described]) if described else ""
                draft = NestedRegion(box, "figure", text)
            else:
                draft = NestedRegion(box, label, _text(item, place, len(places)))
            drafts[page].append(draft)
        return drafts

    def _table(self, ref: str, page: int, box: Box, data: Any, whole: bool) -> NestedRegion:
        """Return a table, with its rows as parts where their cells have boxes.

        Cells of a table that goes over several pages do not say on which they stand.
        """
        cells = [_Cell.of(cell, ref) for cell in data.get("table_cells") or ()]
        grid = _grid(cells, data.get("num_rows"), data.get("num_cols"), ref)
        boxes: defaultdict[int, list[Box]] = defaultdict(list)
        for cell in cells:
            if whole and cell.box:
                placed = self._box(page, cell.box, f"{ref}, cell {cell.top},{cell.left}")
                self.words[page].append(SuppliedWord(cell.text, placed))
                if cell.bottom - cell.top == 1:  # one over several rows is as high as all of them
                    boxes[cell.top].append(placed)
        body = {cell.top for cell in cells if not cell.header}
        top = next((row for row in range(len(grid)) if row in body), len(grid))
        for cell in cells:  # a header cell over several header rows names its columns once
            for row in range(cell.top + 1, min(cell.bottom, top)):
                grid[row][cell.left : cell.right] = [""] * (cell.right - cell.left)
        above = [found for row in range(top) for found in boxes[row]]
        context = enclose(as_boxes(above)) if above else None
        table = NestedRegion(box, "table", table_markdown(grid, top))
        for row in range(top, len(grid)):
            if boxes[row]:
                text = table_markdown([*grid[:top], grid[row]], top)
                around = enclose(as_boxes(boxes[row]))
                table.parts.append(NestedRegion(around, "table_row", text, context))
        return table

    def _box(self, page: int, box: Any, ref: str) -> Box:
        if (
            not isinstance(box, Mapping)
            or (origin := _ORIGINS.get(box.get("coord_origin"))) is None
        ):
            known = " or ".join(map(str, _ORIGINS))
            raise FormatError(f"page {page}, {ref}: needs a 'bbox' with 'coord_origin' {known}")
        left, top, right, bottom = (box.get(side) for side in "ltrb")
        low, high = (top, bottom) if origin == "top_left" else (bottom, top)
        return self._frame(page, origin).place([left, low, right, high], ref)

    def _frame(self, page: int, origin: Origin = "top_left") -> Frame:
        width, height = self._sizes.get(page, (None, None))
        return Frame(page, width, height, origin)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell from row `top` and column `left` up to, but not with, `bottom` and `right`."""

    text: str
    top: int
    bottom: int
    left: int
    right: int
    header: bool
    box: Any

    @classmethod
    def of(cls, cell: Mapping[str, Any], ref: str) -> _Cell:
        names = ("start_row", "end_row", "start_col", "end_col")
        sides: list[Any] = [cell.get(f"{name}_offset_idx") for name in names]
        if not all(isinstance(side, int) and side >= 0 for side in sides):
            raise FormatError(f"{ref}: a cell does not say where in the table it is")
        top, bottom, left, right = sides
        header, text = bool(cell.get("column_header")), str(cell.get("text") or "")
        return cls(text, top, bottom, left, right, header, cell.get("bbox"))


def _grid(cells: list[_Cell], rows: Any, columns: Any, ref: str) -> list[list[str]]:
    """Return the texts of a table, each cell in all rows and columns that it spans."""
    known = isinstance(rows, int) and isinstance(columns, int)
    if not (known and 0 <= rows * columns <= MAX_CELLS and rows <= MAX_CELLS):
        raise FormatError(f"{ref}: a table cannot have {rows!r} x {columns!r} cells")
    grid = [[""] * columns for _ in range(rows)]
    for cell in cells:
        if not (cell.top < cell.bottom <= rows and cell.left < cell.right <= columns):
            raise FormatError(f"{ref}: a cell lies outside of the table, {rows} x {columns}")
        for row in grid[cell.top : cell.bottom]:
            row[cell.left : cell.right] = [cell.text] * (cell.right - cell.left)
    return grid


def _in_order(holder: NestedRegion, more: list[NestedRegion]) -> list[NestedRegion]:
    """Return the parts of a region and more of them, captions before or after all others."""
    captions = [part for part in more if part.label == "caption"]
    above = [part for part in captions if part.box[1] < holder.box[1]]
    below = [part for part in captions if part.box[1] >= holder.box[1]]
    return above + holder.parts + [part for part in more if part.label != "caption"] + below


def _refs(item: Mapping[str, Any], name: str) -> list[str]:
    return [ref["$ref"] for ref in item.get(name) or ()]


def _is_list(item: Mapping[str, Any]) -> bool:
    return item.get("label") in ("list", "ordered_list")


def _text(item: Mapping[str, Any], place: Mapping[str, Any], places: int) -> str:
    """Return the text of an item that stands at a place; of several each has a part of it."""
    text = item.get("text") or item.get("orig") or ""
    span = place.get("charspan")
    if places == 1 or not span or not 0 <= span[0] < span[1]:
        return str(text)
    return str(text[span[0] : span[1]])


def _descriptions(item: Mapping[str, Any]) -> list[str]:
    """Return what a model said of a picture, in the old place or the new one."""
    said = [note for note in item.get("annotations") or () if note.get("kind") == "description"]
    meant = ((item.get("meta") or {}).get("description") or {}).get("text")
    return [meant] if meant else [note.get("text") or "" for note in said]
