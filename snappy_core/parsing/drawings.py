"""What a page has besides words: pictures, drawings, ruling lines, areas found by a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes
from snappy_core.types import Box

NO_BOXES = np.zeros((0, 4), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Area:
    """An area that may be a figure, a table or another part of a page.

    Attributes:
        box: in fractions of the page.
        label: "figure", "table" or another class of a layout model.
        score: confidence, 0..1.
        from_model: detected by a layout model; otherwise something is drawn there.
    """

    box: Box
    label: str
    score: float = 0.5
    from_model: bool = False


def move_areas(areas: Sequence[Area], boxes: Boxes) -> tuple[Area, ...]:
    """Return areas with other boxes (n, 4), such as those on the page turned upright."""
    return tuple(
        replace(area, box=(x0, y0, x1, y1))
        for area, (x0, y0, x1, y1) in zip(areas, boxes.tolist(), strict=True)
    )


@dataclass(frozen=True, slots=True, eq=False)
class RulingLines:
    """Ruling lines as thin boxes: horizontal ones (n, 4) and vertical ones (m, 4)."""

    horizontal: NDArray[np.float32] = field(default_factory=NO_BOXES.copy)
    vertical: NDArray[np.float32] = field(default_factory=NO_BOXES.copy)


@dataclass(frozen=True, slots=True, eq=False)
class Drawings:
    """The areas, ruling lines, frames (n, 4) and fields (m, 4) of a page, in fractions of the page.

    A frame is a filled or outlined box, a curved shape or a picture, whatever its content. A field
    is a form field that can be filled in.
    """

    areas: tuple[Area, ...] = ()
    ruling_lines: RulingLines = field(default_factory=RulingLines)
    frames: NDArray[np.float32] = field(default_factory=NO_BOXES.copy)
    fields: NDArray[np.float32] = field(default_factory=NO_BOXES.copy)
