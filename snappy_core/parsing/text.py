"""The text layer of a page, as it comes out of a parser and goes into the layout analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes


@dataclass(frozen=True, slots=True, eq=False)
class TextLayer:
    """Words in the order of the file, with what the layout analysis needs to know of them.

    Attributes:
        texts: n strings.
        boxes: (n, 4) page fractions, tight to the ink.
        lines: (n, 4) page fractions, as high as the font: even along a line.
        sizes: (n,) font sizes as rendered, in page units.
        bold: (n,) bool.
        turns: (n,) int, quarter turns clockwise by which the word must be read (0 upright).
        hyphens: (n,) bool, the word goes on in the next line.
        invisible: (n,) bool, drawn in the mode that leaves no ink.
        confidences: (n,) 0..1 of OCR; None for a text layer.
    """

    texts: tuple[str, ...]
    boxes: Boxes
    lines: Boxes
    sizes: NDArray[np.float32]
    bold: NDArray[np.bool_]
    turns: NDArray[np.int8]
    hyphens: NDArray[np.bool_]
    invisible: NDArray[np.bool_]
    confidences: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> TextLayer:
        """Return the words selected by an index or mask array."""
        index = np.arange(len(self))[which]
        return TextLayer(
            tuple(self.texts[i] for i in index),
            self.boxes[index],
            self.lines[index],
            self.sizes[index],
            self.bold[index],
            self.turns[index],
            self.hyphens[index],
            self.invisible[index],
            None if self.confidences is None else self.confidences[index],
        )


NOTHING = TextLayer(
    (),
    np.zeros((0, 4), np.float32),
    np.zeros((0, 4), np.float32),
    np.zeros(0, np.float32),
    np.zeros(0, bool),
    np.zeros(0, np.int8),
    np.zeros(0, bool),
    np.zeros(0, bool),
)
