"""A page turned so that its text is upright, in points: the input of every layout rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, as_boxes
from snappy_core.parsing.drawings import NO_BOXES, Area, Drawings, RulingLines, move_areas
from snappy_core.parsing.layout.lines import Line, order_lines
from snappy_core.parsing.layout.runs import Runs, find_runs
from snappy_core.parsing.layout.underlines import are_underlines
from snappy_core.parsing.tags import PageTags
from snappy_core.parsing.text import TextLayer
from snappy_core.unspaced import UNSPACED


@dataclass(frozen=True, eq=False)
class UprightPage:
    """The words and drawings of a page, turned so that text in one direction is upright.

    Coordinates are points (1/72 inch), x to the right and y down, on the turned page.

    Attributes:
        layer: all n words in file order, whatever their direction; its boxes are on the original
            page, before it was turned.
        turn: clockwise quarter turns of the upright words on the original page.
        width, height: of the turned page.
        word_boxes: (n, 4), tight to the ink.
        line_boxes: (n, 4), as high as the font.
        drawn_lines: ruling lines with boxes in points, and underlines.
        areas, frames, fields: with boxes in points.
        tags: of the original page.
    """

    layer: TextLayer
    turn: int
    width: float
    height: float
    word_boxes: NDArray[np.float32]
    line_boxes: NDArray[np.float32]
    drawn_lines: RulingLines = field(default_factory=RulingLines)
    areas: tuple[Area, ...] = ()
    frames: NDArray[np.float32] = field(default_factory=NO_BOXES.copy)
    tags: PageTags | None = None
    fields: NDArray[np.float32] = field(default_factory=NO_BOXES.copy)

    @classmethod
    def from_layer(
        cls,
        layer: TextLayer,
        width: float,
        height: float,
        turn: int,
        drawings: Drawings,
        tags: PageTags | None = None,
    ) -> UprightPage:
        """Turn a page of `width` x `height` points so that words turned by `turn` are upright."""
        areas = drawings.areas
        area_boxes = as_boxes([area.box for area in areas])
        lines = drawings.ruling_lines
        word_boxes, line_boxes, area_boxes, frames, fields, horizontals, verticals = (
            to_upright(boxes, turn, width, height)
            for boxes in (
                layer.boxes, layer.lines, area_boxes, drawings.frames, drawings.fields,
                lines.horizontal, lines.vertical,
            )
        )  # fmt: skip
        if turn % 2:
            width, height = height, width
            horizontals, verticals = verticals, horizontals
        areas = move_areas(areas, area_boxes)
        drawn_lines = RulingLines(horizontals, verticals)
        return cls(
            layer, turn, width, height, word_boxes, line_boxes, drawn_lines, areas, frames, tags,
            fields,
        )  # fmt: skip

    @cached_property
    def runs(self) -> Runs:
        """The runs of the upright words."""
        return find_runs(
            self.layer, self.line_boxes, self.word_boxes,
            np.flatnonzero(self.layer.turns == self.turn), self.drawn_lines.vertical,
        )  # fmt: skip

    @cached_property
    def ruling_lines(self) -> RulingLines:
        """The drawn lines without underlines of a part of a line of text."""
        horizontal = self.drawn_lines.horizontal
        is_underline = are_underlines(horizontal, self.runs.boxes)
        return replace(self.drawn_lines, horizontal=horizontal[~is_underline])

    @cached_property
    def turned_lines(self) -> list[Line]:
        """The runs of words in other directions as lines, with their boxes on this page."""
        width, height = (self.height, self.width) if self.turn % 2 else (self.width, self.height)
        lines: list[Line] = []
        for turn in np.unique(self.layer.turns[self.layer.turns != self.turn]).tolist():
            other = UprightPage.from_layer(self.layer, width, height, turn, Drawings())
            lines += [
                Line.around(line.words, self.line_boxes, line.size)
                for line in order_lines(other.runs.lines(), self.layer.texts)
            ]
        return lines

    def text(self, words: Iterable[int]) -> str:
        """Return words joined by spaces."""
        return " ".join(self.layer.texts[word] for word in words)

    def joined(self, words: Iterable[int]) -> str:
        """Return the text of words, with words hyphenated at the end of a line rejoined."""
        numbers = list(words)
        pieces: list[str] = []
        texts = [self.layer.texts[word] for word in numbers]
        for word, text, following in zip(numbers, texts, [*texts[1:], ""], strict=False):
            if self.layer.hyphens[word] and following[:1].islower():
                pieces.append(text.removesuffix("-"))
            elif UNSPACED.match(text[-1]) and UNSPACED.match(following):
                pieces.append(text)
            else:
                pieces.append(text + " ")
        return "".join(pieces).strip()

    def texts_of(self, lines: Iterable[Line]) -> list[str]:
        return [self.layer.texts[word] for line in lines for word in line.words]

    def to_page(self, boxes: NDArray[np.float32]) -> Boxes:
        """Convert boxes (n, 4) in points on this page back to fractions of the original page."""
        turned = _turn(boxes, -self.turn % 4, self.width, self.height)
        size = (self.height, self.width) if self.turn % 2 else (self.width, self.height)
        fractions: Boxes = np.clip(turned / np.array([*size, *size], np.float32), 0, 1)
        return fractions


def to_upright(boxes: Boxes, turn: int, width: float, height: float) -> NDArray[np.float32]:
    """Convert boxes (n, 4) from fractions of a page to points on the page turned upright.

    The page has `width` x `height` points before it is turned.

    >>> to_upright(np.array([[0.5, 0.25, 1, 0.5]], np.float32), 1, 200, 400).tolist()
    [[100.0, 0.0, 200.0, 100.0]]
    """
    return _turn(boxes * np.array([width, height] * 2, np.float32), turn, width, height)


def _turn(
    boxes: NDArray[np.float32], turn: int, width: float, height: float
) -> NDArray[np.float32]:
    """Turn boxes (n, 4) on a page of `width` x `height` by quarters, counter-clockwise."""
    x0, y0, x1, y1 = boxes.T
    turned = (
        (x0, y0, x1, y1),
        (y0, width - x1, y1, width - x0),
        (width - x1, height - y1, width - x0, height - y0),
        (height - y1, x0, height - y0, x1),
    )
    return np.stack(turned[turn], axis=1)
