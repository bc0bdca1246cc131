"""Straightens skewed and mirrored pages for reading, and maps the boxes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sin
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, as_boxes, enclose
from snappy_core.parsing.drawings import Area, Drawings, move_areas
from snappy_core.types import Cell, Region, Words

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Straightening:
    """How a page is made straight: first mirrored, then rotated about its center.

    Attributes:
        width, height: of the page, in any unit.
        skew: clockwise skew of its text in degrees, which is undone.
        mirrored: its left and right sides are swapped.
    """

    width: float
    height: float
    skew: float = 0.0
    mirrored: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.skew) or self.mirrored

    def mirror(self) -> Straightening:
        """Return the same for a page that is also mirrored: its skew is reversed."""
        return replace(self, skew=-self.skew, mirrored=not self.mirrored)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the straight page, which has room for the whole page."""
        across, down = abs(cos(radians(self.skew))), abs(sin(radians(self.skew)))
        return self.width * across + self.height * down, self.width * down + self.height * across

    def apply(self, image: Image) -> Image:
        """Return the image of the page made straight, on a background of its most common color."""
        from PIL.Image import Resampling, Transpose

        if self.mirrored:
            image = image.transpose(Transpose.FLIP_LEFT_RIGHT)
        if not self.skew:
            return image
        image = image if image.mode == "RGB" else image.convert("RGB")
        red, green, blue = np.median(np.asarray(image)[::8, ::8], axis=(0, 1)).astype(int).tolist()
        paper = red, green, blue
        return image.rotate(self.skew, Resampling.BICUBIC, expand=True, fillcolor=paper)

    def to_page(self, boxes: Boxes) -> Boxes:
        """Map boxes (n, 4) from the straight page to enclosing boxes on the page, in fractions."""
        turned = _turn(boxes, self.size, (self.width, self.height), self.skew)
        return _mirror(turned) if self.mirrored else turned

    def from_page(self, boxes: Boxes) -> Boxes:
        """Map boxes (n, 4) from the page to enclosing boxes on the straight page, in fractions."""
        mirrored = _mirror(boxes) if self.mirrored else boxes
        return _turn(mirrored, (self.width, self.height), self.size, -self.skew)

    def straighten(self, drawings: Drawings) -> Drawings:
        """Map drawings to the straight page, except for ruling lines, which are not level."""
        if not self:
            return drawings
        boxes = self.from_page(as_boxes([area.box for area in drawings.areas]))
        areas = move_areas(drawings.areas, boxes)
        frames, fields = map(self.from_page, (drawings.frames, drawings.fields))
        return Drawings(areas, frames=frames, fields=fields)

    def restore(self, words: Words, regions: Sequence[Region]) -> tuple[Words, tuple[Region, ...]]:
        """Map words and regions of the straight page to the page as it is."""
        if not self:
            return words, tuple(regions)
        words = replace(words, boxes=self.to_page(words.boxes))
        return words, tuple(self._restore_region(region, words.boxes) for region in regions)

    def _restore_region(self, region: Region, word_boxes: Boxes) -> Region:
        box = enclose(self.to_page(as_boxes([region.box])))
        if region.words and region.label != "figure":  # tighter than the box around its corners
            box = enclose(word_boxes[list(region.words)])
        cells = tuple(self._restore_cell(cell) for cell in region.cells)
        return replace(region, box=box, cells=cells)

    def _restore_cell(self, cell: Cell) -> Cell:
        if cell.box is None:
            return cell
        return replace(cell, box=enclose(self.to_page(as_boxes([cell.box]))))


def turn_areas(areas: Sequence[Area], turn: int) -> tuple[Area, ...]:
    """Map areas of an image to the same image turned clockwise by `turn` quarters."""
    boxes = as_boxes([area.box for area in areas])
    for _ in range(turn % 4):
        x0, y0, x1, y1 = boxes.T
        boxes = np.stack([1 - y1, x0, 1 - y0, x1], axis=1)
    return move_areas(areas, boxes)


def _mirror(boxes: Boxes) -> Boxes:
    x0, y0, x1, y1 = boxes.T
    return np.stack([1 - x1, y0, 1 - x0, y1], axis=1)


def _turn(
    boxes: Boxes, size: tuple[float, float], new_size: tuple[float, float], degrees: float
) -> Boxes:
    """Rotate boxes (n, 4) clockwise about the center of a page; return the boxes around them."""
    if not len(boxes) or not degrees:
        return boxes
    corners = boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]] * size - np.array(size) / 2  # (n, 4, 2)
    c, s = cos(radians(degrees)), sin(radians(degrees))
    turned = corners @ np.array([[c, s], [-s, c]]) / new_size + 0.5
    enclosing: NDArray[np.float64] = np.hstack([turned.min(axis=1), turned.max(axis=1)])
    return np.clip(enclosing, 0, 1).astype(np.float32)
