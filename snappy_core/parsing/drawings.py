"""What stands on a page beside its words: pictures, charts, ruling lines, and the frame of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes
from snappy_core.types import Box

NO_BOXES = np.zeros((0, 4), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a page that is taken for something: a figure, a table.

    Attributes:
        box: in page fractions.
        label: "figure", "table" or another class of the layout model.
        score: how sure it is, 0..1.
        modelled: a layout model says so; else it is drawn there, and nothing more is known.
    """

    box: Box
    label: str
    score: float = 0.5
    modelled: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RulingLines:
    """Ruling lines, thin boxes (n, 4) that lie flat and boxes (m, 4) that stand upright."""

    horizontal: NDArray[np.float32] = field(default_factory=NO_BOXES.copy)
    vertical: NDArray[np.float32] = field(default_factory=NO_BOXES.copy)


@dataclass(frozen=True, slots=True, eq=False)
class Drawings:
    """All that is drawn on a page, in page fractions."""

    areas: tuple[Area, ...] = ()
    ruling_lines: RulingLines = field(default_factory=RulingLines)


@dataclass(frozen=True, slots=True)
class Frame:
    """A page of `width` x `height` units, turned by quarters so that what is read at `turn` stands.

    Text read at turn 1 runs downwards: the page is turned counter-clockwise.
    """

    turn: int
    width: float
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as it is held."""
        return (self.height, self.width) if self.turn % 2 else (self.width, self.height)

    def hold(self, boxes: Boxes) -> NDArray[np.float32]:
        """Take boxes (n, 4) from page fractions to units on the page as it is held.

        >>> Frame(1, 200, 400).hold(np.array([[0.5, 0.25, 1, 0.5]], np.float32)).tolist()
        [[100.0, 0.0, 200.0, 100.0]]
        """
        scale = np.array([self.width, self.height] * 2, dtype=np.float32)
        return _turn(boxes * scale, self.turn, self.width, self.height)

    def lay(self, boxes: NDArray[np.float32]) -> Boxes:
        """Take boxes (n, 4) from units on the page as it is held back to page fractions."""
        scale = np.array([self.width, self.height] * 2, dtype=np.float32)
        laid = _turn(boxes, -self.turn % 4, *self.size) / scale
        return np.clip(laid, 0, 1, out=laid)


def _turn(
    boxes: NDArray[np.float32], turn: int, width: float, height: float
) -> NDArray[np.float32]:
    x0, y0, x1, y1 = boxes.T
    if turn == 1:
        turned = (y0, width - x1, y1, width - x0)
    elif turn == 2:
        turned = (width - x1, height - y1, width - x0, height - y0)
    elif turn == 3:
        turned = (height - y1, x0, height - y0, x1)
    else:
        turned = (x0, y0, x1, y1)
    return np.stack(turned, axis=1)
