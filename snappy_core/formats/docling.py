"""Docling: a `DoclingDocument` exported as JSON.

Boxes are in points. Each states its origin, the top or the bottom of the page: the cells of a
table may differ from the table.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from snappy_core.errors import FormatError
from snappy_core.formats.base import Content, Format, SuppliedPage
from snappy_core.formats.frames import Frame, Origin, check_page_number
from snappy_core.formats.labels import label_of
from snappy_core.formats.markup import MAX_CELLS
from snappy_core.formats.region_builder import NestedRegion, SuppliedWord, build_page, enclose_all
from snappy_core.markdown import table_markdown
from snappy_core.types import Box

_ORIGINS: dict[object, Origin] = {"TOPLEFT": "top_left", "BOTTOMLEFT": "bottom_left"}
_MARKS: Mapping[object, str] = {"checkbox_unselected": "☐", "checkbox_selected": "☑"}
_COLLECTIONS = ("texts", "tables", "pictures", "groups", "key_value_items", "form_items")

_RegionsByPage = defaultdict[int, list[NestedRegion]]


def sniff(content: Content) -> bool:
    return isinstance(content, Mapping) and content.get("schema_name") == "DoclingDocument"


def read(content: Content) -> dict[int, SuppliedPage]:
    """Return the pages of a DoclingDocument, with the words of table cells.

    Raises:
        FormatError: it is not a DoclingDocument, or was not made from pages.
    """
    if not (isinstance(content, Mapping) and sniff(content)):
        raise FormatError("is not a DoclingDocument ('schema_name')")
    pages = to_pages(content)
    if not any(page.regions for page in pages.values()):
        raise FormatError("has no item with a box: it was not made from pages")
    return pages


def to_pages(document: Mapping[str, Any]) -> dict[int, SuppliedPage]:
    """Return the pages of a DoclingDocument, which may all be blank.

    Tables become Markdown; their rows are children if the cells have boxes. Captions are children
    of their tables and figures, items of their lists.

    A page that Docling failed to convert has no size, or a size of zero, and no items; it is left
    out.
    """
    reader = _Reader(document)
    regions: _RegionsByPage = defaultdict(list)
    for root in ("body", "furniture"):
        reader.add_children(document.get(root) or {}, regions)
    pages = sorted({*regions, *reader.converted_pages})
    return {
        page: build_page(page, regions[page], reader.words[page], reader.frame(page).size)
        for page in pages
    }


class _Reader:
    """Walks through the items of a document in reading order."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.words: defaultdict[int, list[SuppliedWord]] = defaultdict(list)  # of table cells
        self._items = {
            f"#/{name}/{index}": item
            for name in _COLLECTIONS
            for index, item in enumerate(document.get(name) or ())
            if isinstance(item, Mapping)
        }
        self._visited: set[str] = set()
        self._captions = {ref for item in self._items.values() for ref in _refs(item, "captions")}
        self._sizes = {}
        for key, page in (document.get("pages") or {}).items():
            number = check_page_number(page.get("page_no"), f"page {key}")
            size = page.get("size") or {}
            self._sizes[number] = size.get("width"), size.get("height")
        self.converted_pages = {page for page, size in self._sizes.items() if all(size)}

    def add_children(self, item: Mapping[str, Any], regions: _RegionsByPage) -> None:
        """Add the contents of an item, except captions, which are added with what they describe."""
        for ref in _refs(item, "children"):
            if ref not in self._visited and ref not in self._captions:
                self._add(ref, regions)

    def _add(self, ref: str, regions: _RegionsByPage) -> None:
        self._visited.add(ref)
        if (item := self._items.get(ref)) is None:
            raise FormatError(f"{ref}: there is no such item")
        children_by_page: _RegionsByPage = defaultdict(list)
        captions = []
        for caption in _refs(item, "captions"):
            if caption not in self._visited:
                self._add(caption, children_by_page)
                captions.append(self._items[caption].get("text") or "")
        self.add_children(item, children_by_page)
        item_regions = self._regions(ref, item, captions)
        for page, children in children_by_page.items():
            if page in item_regions:
                parent = item_regions[page][0]
                parent.children = _in_order(parent, children)
            elif (
                ref.startswith("#/groups/")
                and item.get("label") in ("list", "ordered_list")
                and len(children) > 1
                and (box := enclose_all(child.box for child in children))
            ):
                regions[page].append(NestedRegion(box, "list", children=children))
            else:
                regions[page] += children
        for page, page_regions in item_regions.items():
            regions[page] += page_regions

    def _regions(self, ref: str, item: Mapping[str, Any], captions: list[str]) -> _RegionsByPage:
        """Return the regions of an item without its children, one for each of its boxes."""
        provenances = item.get("prov") or []
        label = label_of(str(item.get("label")))
        regions: _RegionsByPage = defaultdict(list)
        for provenance in provenances:
            page = check_page_number(provenance.get("page_no"), ref)
            box = self._box(page, provenance.get("bbox"), ref)
            if "data" in item and label == "table":
                region = self._table(ref, page, box, item["data"], len(provenances) == 1)
                region.text = "\n\n".join(filter(None, [*captions, region.text]))
            elif ref.startswith("#/pictures/"):
                descriptions = _descriptions(item)
                text = "\n\n".join([*captions, *descriptions]) if descriptions else ""
                region = NestedRegion(box, "figure", text)
            else:
                text = _text(item, provenance, len(provenances))
                if mark := _MARKS.get(item.get("label")):
                    text = f"{mark} {text}".strip()
                region = NestedRegion(box, label, text)
            regions[page].append(region)
        return regions

    def _table(self, ref: str, page: int, box: Box, data: Any, on_one_page: bool) -> NestedRegion:
        """Return a table, with its rows as children if their cells have boxes.

        The cells of a table on several pages do not say which page they are on, so such a table
        has no rows.
        """
        cells = [_Cell.of(cell, ref) for cell in data.get("table_cells") or ()]
        grid, header_rows = _grid(cells, data.get("num_rows"), data.get("num_cols"), ref)
        cell_boxes: defaultdict[int, list[Box]] = defaultdict(list)
        for cell in cells:
            if on_one_page and cell.box:
                where = f"{ref}, cell {cell.row},{cell.column}"
                cell_box = self._box(page, cell.box, where)
                self.words[page].append(SuppliedWord(cell.text, cell_box))
                if cell.end_row == cell.row + 1:  # otherwise it spans several rows
                    cell_boxes[cell.row].append(cell_box)
        header_box = enclose_all(box for row in range(header_rows) for box in cell_boxes[row])
        table = NestedRegion(box, "table", table_markdown(grid, header_rows))
        for row in range(header_rows, len(grid)):
            if row_box := enclose_all(cell_boxes[row]):
                text = table_markdown([*grid[:header_rows], grid[row]], header_rows)
                table.children.append(NestedRegion(row_box, "table_row", text, header_box))
        return table

    def _box(self, page: int, bbox: Any, where: str) -> Box:
        origin = _ORIGINS.get(bbox.get("coord_origin")) if isinstance(bbox, Mapping) else None
        if origin is None:
            names = " or ".join(map(str, _ORIGINS))
            raise FormatError(f"page {page}, {where}: needs a 'bbox' with 'coord_origin' {names}")
        left, top, right, bottom = (bbox.get(side) for side in "ltrb")
        low, high = (top, bottom) if origin == "top_left" else (bottom, top)
        return self.frame(page, origin).to_fractions([left, low, right, high], where)

    def frame(self, page: int, origin: Origin = "top_left") -> Frame:
        width, height = self._sizes.get(page, (None, None))
        return Frame(page, width, height, origin)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell in rows `row` to `end_row - 1` and columns `column` to `end_column - 1`."""

    text: str
    row: int
    end_row: int
    column: int
    end_column: int
    is_header: bool
    box: Any

    @classmethod
    def of(cls, cell: Mapping[str, Any], ref: str) -> Self:
        names = ("start_row", "end_row", "start_col", "end_col")
        indices: list[Any] = [cell.get(f"{name}_offset_idx") for name in names]
        if not all(isinstance(index, int) and index >= 0 for index in indices):
            raise FormatError(f"{ref}: a cell does not say where in the table it is")
        is_header, text = bool(cell.get("column_header")), str(cell.get("text") or "")
        row, end_row, column, end_column = indices
        return cls(text, row, end_row, column, end_column, is_header, cell.get("bbox"))


def _grid(cells: list[_Cell], rows: Any, columns: Any, ref: str) -> tuple[list[list[str]], int]:
    """Return the texts of a table by row and column, and the number of its header rows.

    A cell is repeated in all rows and columns that it spans, but within the header only in the
    first row, since header rows are joined.
    """
    are_counts = isinstance(rows, int) and isinstance(columns, int)
    if not (are_counts and 0 <= rows * columns <= MAX_CELLS and rows <= MAX_CELLS):
        raise FormatError(f"{ref}: a table cannot have {rows!r} x {columns!r} cells")
    header_rows = min((cell.row for cell in cells if not cell.is_header), default=rows)
    if header_rows * rows * columns > 10 * MAX_CELLS:  # each row repeats the header
        raise FormatError(f"{ref}: a table cannot have {header_rows} header rows of {rows}")
    grid = [[""] * columns for _ in range(rows)]
    covered = 0
    for cell in cells:
        if not (cell.row < cell.end_row <= rows and cell.column < cell.end_column <= columns):
            raise FormatError(f"{ref}: a cell lies outside of the table, {rows} x {columns}")
        covered += (cell.end_row - cell.row) * (cell.end_column - cell.column)
        if covered > 2 * MAX_CELLS:
            raise FormatError(f"{ref}: its cells lie on top of each other")
        texts = [cell.text] * (cell.end_column - cell.column)
        for row in (cell.row, *range(max(cell.row + 1, header_rows), cell.end_row)):
            grid[row][cell.column : cell.end_column] = texts
    return grid, header_rows


def _in_order(parent: NestedRegion, children: list[NestedRegion]) -> list[NestedRegion]:
    """Return the children of a region and others, with captions above it first, below it last."""
    captions = [child for child in children if child.label == "caption"]
    others = [child for child in children if child.label != "caption"]
    above = [caption for caption in captions if caption.box[1] < parent.box[1]]
    below = [caption for caption in captions if caption.box[1] >= parent.box[1]]
    return [*above, *parent.children, *others, *below]


def _refs(item: Mapping[str, Any], name: str) -> list[str]:
    return [ref["$ref"] for ref in item.get(name) or ()]


def _text(item: Mapping[str, Any], provenance: Mapping[str, Any], count: int) -> str:
    """Return the text of an item in one of its `count` boxes: all of it, or a part."""
    text = item.get("text") or item.get("orig") or ""
    span = provenance.get("charspan")
    if count == 1 or not span or not 0 <= span[0] < span[1]:
        return str(text)
    return str(text[span[0] : span[1]])


def _descriptions(item: Mapping[str, Any]) -> list[str]:
    """Return a model's descriptions of a picture; older versions of Docling put them elsewhere."""
    notes = [note for note in item.get("annotations") or () if note.get("kind") == "description"]
    description = ((item.get("meta") or {}).get("description") or {}).get("text")
    return [description] if description else [note.get("text") or "" for note in notes]


FORMAT = Format("docling", sniff, read)
