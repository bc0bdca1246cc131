"""A reader of plain text: a form feed begins a page, each line is a paragraph."""

import re
from functools import partial

from PIL import Image, ImageDraw

from snappy_core import Page, Region
from snappy_core.boxes import enclose, from_pixels
from snappy_core.types import Words

COLUMNS, ROWS = 102, 66  # of characters on a page of 612 x 792 points


class TextReader:
    suffixes = (".txt",)

    def can_read(self, head):
        return head.isascii() and not head.startswith(b"%PDF-")

    def count_pages(self, source):
        return len(self._texts(source))

    def read_pages(self, source, numbers, options):
        for number in numbers:
            texts, cells, regions = [], [], []
            for row, line in enumerate(self._texts(source)[number - 1].splitlines()):
                first = len(texts)
                for word in re.finditer(r"\S+", line):
                    texts.append(word[0])
                    cells.append((word.start(), row, word.end(), row + 1))
                if words := tuple(range(first, len(texts))):
                    box = enclose(from_pixels(cells[first:], COLUMNS, ROWS))
                    regions.append(Region(box, line, words, "paragraph", order=len(regions)))
            words = Words(tuple(texts), from_pixels(cells, COLUMNS, ROWS))
            draw = partial(self.render, source, number)
            yield Page(number, str(number), 612, 792, "pt", words, tuple(regions), draw)

    def render(self, source, number, dpi):
        image = Image.new("RGB", (612, 792), "white")
        for row, line in enumerate(self._texts(source)[number - 1].splitlines()):
            ImageDraw.Draw(image).text((0, 12 * row), line, "black")
        return image.resize((round(612 * dpi / 72), round(792 * dpi / 72)))

    def _texts(self, source):
        return source.read_bytes().decode().split("\f")
