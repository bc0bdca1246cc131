"""The words of a page as a PDF parser or OCR returns them: the input of the layout analysis."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes


@dataclass(frozen=True, slots=True, eq=False)
class TextLayer:
    """The n words of a page in the order of the file, or of the OCR engine.

    Attributes:
        texts: n strings.
        boxes: (n, 4) page fractions, tight to the ink.
        lines: (n, 4) page fractions, as high as the font, so that they are level along a line.
        sizes: (n,) font sizes as rendered, in points.
        bold: (n,) bool.
        styles: (n,) int; words of the same font and color, at any size, share a number.
        turns: (n,) int, quarter turns clockwise by which the word is turned (0: upright).
        hyphens: (n,) bool, the word continues on the next line.
        invisible: (n,) bool, drawn in the render mode that leaves no ink.
        confidences: (n,) 0..1, from OCR; None for a text layer.
        owners: (n,) index of the element of the page's tags that each word belongs to, or one
            of the constants in `tags`; None on a page without tags.
    """

    texts: tuple[str, ...]
    boxes: Boxes
    lines: Boxes
    sizes: NDArray[np.float32]
    bold: NDArray[np.bool_]
    styles: NDArray[np.int32]
    turns: NDArray[np.int8]
    hyphens: NDArray[np.bool_]
    invisible: NDArray[np.bool_]
    confidences: NDArray[np.float32] | None = None
    owners: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def main_turn(self) -> int:
        """The quarter turns of most words; 0 without words."""
        return int(np.bincount(self.turns, minlength=4).argmax())

    def take(self, selection: NDArray[np.intp] | NDArray[np.bool_]) -> TextLayer:
        """Return the words that an array of indices or a mask selects."""
        indices = np.arange(len(self))[selection]
        names = (f.name for f in fields(self) if getattr(self, f.name) is not None)
        arrays = {name: getattr(self, name)[indices] for name in names if name != "texts"}
        return TextLayer(tuple(self.texts[i] for i in indices.tolist()), **arrays)


def quarter_turns(directions: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return the clockwise quarter turns 0..3 of reading directions (..., 2), y down."""
    turns = np.round(np.arctan2(directions[..., 1], directions[..., 0]) / (np.pi / 2)) % 4
    return np.asarray(turns, dtype=np.int8)


_BOXES, _FLAGS = np.zeros((0, 4), np.float32), np.zeros(0, bool)
NOTHING = TextLayer(
    (), _BOXES, _BOXES, np.zeros(0, np.float32), _FLAGS, np.zeros(0, np.int32),
    np.zeros(0, np.int8), _FLAGS, _FLAGS,
)  # fmt: skip
"""The text layer of a page without words."""
