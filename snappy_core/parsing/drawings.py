"""What stands on a page beside its words: pictures, charts, ruling lines, and the frame of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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
