"""A page turned by quarters has the same regions, turned."""

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snappy_core.parsing.drawings import Area, Drawings, RulingLines
from snappy_core.parsing.layout.regions import find_regions
from tests.parsing.layout.pages import make_layer

WIDTH, HEIGHT = 430, 610
TEXT = "the tide runs north for six hours and then it turns to the south again".split()
NO_LINES = np.zeros((0, 4))


class Sheet:
    """Words and drawings in points, set from the top of a page to its foot."""

    def __init__(self):
        self.words, self.horizontals, self.verticals, self.areas = [], [], [], []
        self.y = 50

    def row(self, x, text, size=10, bold=False):
        for word in text.split():
            width = 0.5 * size * len(word)
            self.words.append((word, (x, self.y, x + width, self.y + size), size, bold, 0))
            x += width + 0.3 * size

    def heading(self):
        self.row(40, "Tides and moons", size=13, bold=True)
        self.y += 24

    def paragraph(self):
        for shift in range(4):
            self.row(40, " ".join(TEXT[shift:] + TEXT[:shift])[:58])
            self.y += 12
        self.y += 14

    def items(self):
        for word in TEXT[1:4]:
            self.row(46, f"• {word} {TEXT[0]} moon")
            self.y += 14
        self.y += 12

    def table(self):
        top = self.y - 3
        for row in range(4):
            self.horizontals.append((38, self.y - 3, 330, self.y - 2.5))
            for column, x in enumerate((40, 140, 200, 270)):
                self.row(x, TEXT[column + row] if not row or not column else str(17 * row + column))
            self.y += 16
        self.horizontals.append((38, self.y - 3, 330, self.y - 2.5))
        self.verticals += [(x, top, x + 0.5, self.y - 3) for x in (38, 132, 192, 262, 330)]
        self.y += 14

    def chart(self):
        self.areas.append((60, self.y, 300, self.y + 70))
        for label in ("30", "20", "10"):
            self.row(64, label)
            self.y += 20
        self.row(70, "north")
        self.row(210, "south")
        self.y += 18
        self.row(60, "Figure 1: The tide.")
        self.y += 26

    def stamp(self):
        """Words that run upwards in the left margin."""
        y = HEIGHT - 80
        for word in TEXT[:5]:
            self.words.append((word, (12, y - 4 * len(word), 20, y), 8, False, 3))
            y -= 4 * len(word) + 3

    def read(self, quarter):
        """The words and regions of the page turned clockwise by some quarters."""
        texts, boxes, sizes, bold, turns = zip(*self.words, strict=True)
        layer = make_layer(texts, turned(boxes, quarter), sizes, bold)
        layer = replace(layer, turns=((np.array(turns) + quarter) % 4).astype(np.int8))
        lines = [turned(lines, quarter) for lines in (self.horizontals, self.verticals)]
        areas = turned(self.areas, quarter).tolist()
        drawings = Drawings(
            tuple(Area(tuple(box), "figure") for box in areas),
            RulingLines(*(lines[::-1] if quarter % 2 else lines)),
        )
        size = (HEIGHT, WIDTH) if quarter % 2 else (WIDTH, HEIGHT)
        words, regions, warning = find_regions(layer, *size, drawings)
        assert warning == ""
        return words, regions


def turned(boxes, quarter):
    """Boxes in points as fractions of the page turned clockwise."""
    boxes = np.array(boxes, np.float64).reshape(-1, 4) / [WIDTH, HEIGHT, WIDTH, HEIGHT]
    for _ in range(quarter):
        x0, y0, x1, y1 = boxes.T
        boxes = np.stack([1 - y1, x0, 1 - y0, x1], axis=1)
    return boxes.astype(np.float32)


def without_boxes(region):
    cells = tuple(replace(cell, box=None) for cell in region.cells)
    return replace(region, box=None, cells=cells)


def boxes_of(regions):
    """The boxes of regions and of the cells in them."""
    return [part.box for region in regions for part in (region, *region.cells)]


PARTS = ("heading", "paragraph", "items", "table", "chart")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=5), st.booleans())
def test_a_turned_page_has_the_same_regions(parts, stamped):
    sheet = Sheet()
    for part in parts:
        getattr(sheet, part)()
    if stamped:
        sheet.stamp()
    words, regions = sheet.read(0)
    for quarter in (1, 2, 3):
        turned_words, turned_regions = sheet.read(quarter)
        assert turned_words.texts == words.texts
        assert list(map(without_boxes, turned_regions)) == list(map(without_boxes, regions))
        boxes = np.array(boxes_of(regions)) * ([WIDTH, HEIGHT] * 2)
        turned_boxes = np.array(boxes_of(turned_regions))
        np.testing.assert_allclose(turned_boxes, turned(boxes, quarter), atol=1e-5)


def test_a_turned_page_has_the_regions_that_were_set():
    sheet = Sheet()
    for part in (*PARTS, "paragraph"):
        getattr(sheet, part)()
    _, regions = sheet.read(1)
    labels = [label for label, _ in groupby(r.label for r in regions if r.parent is None)]
    assert labels == ["heading", "paragraph", "list", "table", "figure", "paragraph"]


@pytest.mark.parametrize("turn", range(4))
def test_the_direction_of_most_words_is_that_of_the_page(turn):
    sheet = Sheet()
    sheet.paragraph()
    sheet.stamp()
    labels = {region.label for region in sheet.read(turn)[1]}
    assert labels == {"paragraph", "other"}
