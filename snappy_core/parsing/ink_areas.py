"""Pictures and drawings in the image of a page, for scans, which have no drawn objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from snappy_core.boxes import Boxes, covered_cells
from snappy_core.parsing.area_groups import (
    MAX_SHARE,
    MIN_SIDE,
    PAGE_SIDE,
    group_boxes,
    page_share,
)
from snappy_core.parsing.drawings import Area, RulingLines
from snappy_core.parsing.layout.geometry import box_area
from snappy_core.parsing.layout.layout_model import LayoutModel, detect_upright
from snappy_core.parsing.pixel_runs import find_runs

if TYPE_CHECKING:
    from PIL.Image import Image

    from snappy_core.parsing.text import TextLayer

_CONTRAST = 64  # gray levels (of 255) between ink and paper
_MARGIN = 1.0  # points around words and lines in which remains of their ink may show
_MAX_RUNS = 50_000  # runs of ink that are considered; halftones have the most


def find_areas(
    picture: Image, layer: TextLayer, lines: RulingLines, model: LayoutModel | None
) -> tuple[Area, ...]:
    """Return the areas that a layout model sees in a scan; if no figures, add areas of ink.

    Where no words were found, the ink may just as well be text.

    Args:
        layer: the words found on the picture.
    """
    areas = () if model is None else detect_upright(model, picture, layer.main_turn)
    sees_figures = any(area.label == "figure" and box_area(area.box) < MAX_SHARE for area in areas)
    if sees_figures or not len(layer):
        return areas
    return areas + find_ink_areas(picture, layer.boxes, lines)


def find_ink_areas(picture: Image, words: Boxes, lines: RulingLines) -> tuple[Area, ...]:
    """Return the areas of a page that hold ink which is neither words nor ruling lines.

    An area combines ink that is closer together than lines of text, as `find_drawings` does with
    drawn objects. The most common shade of the page, bright or dark, is taken for paper.

    Args:
        words: boxes (n, 4) in page fractions, like those of the lines and of the returned areas.
    """
    resolution = (picture.width * picture.height) ** 0.5 / PAGE_SIDE  # pixels per point
    small = picture.convert("L").reduce(max(int(resolution), 1))
    gray = np.asarray(small).astype(np.int16)
    is_ink = np.abs(gray - np.median(gray[::4, ::4])) > _CONTRAST
    size = np.array([small.width, small.height])
    read_boxes = np.vstack([words, lines.horizontal, lines.vertical]) * np.tile(size, 2)
    margin = _MARGIN * (small.width * small.height) ** 0.5 / PAGE_SIDE
    low = np.clip(np.floor(read_boxes[:, :2] - margin), 0, size).astype(np.intp)
    high = np.clip(np.ceil(read_boxes[:, 2:] + margin), 0, size).astype(np.intp)
    is_ink &= ~covered_cells(is_ink.shape, low.T, high.T)
    runs = find_runs(is_ink)[:_MAX_RUNS].astype(np.float32)
    if not len(runs):
        return ()
    scale = PAGE_SIDE / (small.width * small.height) ** 0.5
    page_size = (size * scale).astype(np.float32)
    areas, _ = group_boxes(runs * np.float32(scale), np.zeros(len(runs), np.int8), page_size)
    areas = areas[page_share(areas, page_size) < MAX_SHARE]  # others are the edges of the sheet
    areas = areas[(areas[:, 2:] - areas[:, :2]).min(axis=1) >= MIN_SIDE]
    boxes = (areas / np.tile(page_size, 2)).tolist()
    return tuple(Area((x0, y0, x1, y1), "figure") for x0, y0, x1, y1 in boxes)
