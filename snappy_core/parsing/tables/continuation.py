"""Gives tables continued from the previous page the header they have there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.parsing.tables.cells import cells_markdown, count_columns, count_header_rows
from snappy_core.types import Cell, Page, Region


def continue_table(page: Page, before: Page | None) -> Page:
    """Return a page whose first table has the header of the last table on the previous page.

    This is done if only running heads and page numbers are between the two, the first table has
    no header of its own, and both have the same columns. The header is added to the text and the
    cells of the table, its sections and rows, but not to its words.
    """
    if before is None:
        return page
    upper, lower = _body(before)[-1:], _body(page)[:1]
    if not (upper and lower and _goes_on(before.regions[upper[0]], page.regions[lower[0]])):
        return page
    cells = before.regions[upper[0]].cells
    header = tuple(replace(cell, box=None) for cell in cells if cell.is_header)
    regions = list(page.regions)
    inside = {lower[0]}
    columns = count_columns(cells)
    for index, region in enumerate(regions):
        if index in inside or region.parent in inside:
            inside.add(index)
            regions[index] = _with_header(region, header, columns)
    return replace(page, regions=tuple(regions))


def _body(page: Page) -> list[int]:
    """Return the top-level regions of a page in reading order, without running heads."""
    return [
        index
        for index, region in enumerate(page.regions)
        if region.parent is None and region.label not in ("header", "footer", "other")
    ]


def _goes_on(upper: Region, lower: Region) -> bool:
    if not (count_header_rows(upper.cells) and lower.cells) or count_header_rows(lower.cells):
        return False
    spans, spans_below = _columns(upper.cells), _columns(lower.cells)
    return spans.shape == spans_below.shape and bool(
        (
            np.minimum(spans[:, 1], spans_below[:, 1]) > np.maximum(spans[:, 0], spans_below[:, 0])
        ).all()
    )


def _columns(cells: Sequence[Cell]) -> NDArray[np.float64]:
    """Return (columns, 2): left and right ends of the cells that begin in each column."""
    spans = np.tile([np.inf, -np.inf], (count_columns(cells), 1))
    for cell in cells:
        if cell.box is not None:
            left, right = spans[cell.column]
            spans[cell.column] = min(left, cell.box[0]), max(right, cell.box[2])
    return spans


def _with_header(region: Region, header: tuple[Cell, ...], columns: int) -> Region:
    if not region.cells:  # a note on the table
        return region
    height = count_header_rows(header)
    cells = (*header, *(replace(cell, row=cell.row + height) for cell in region.cells))
    text, body = cells_markdown(cells, columns), cells_markdown(region.cells, columns)
    return replace(region, cells=cells, text=region.text.replace(body, text))
