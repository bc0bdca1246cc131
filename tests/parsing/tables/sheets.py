"""PDF pages with tables, drawn cell by cell."""

import io
from itertools import pairwise

from reportlab.pdfgen.canvas import Canvas

from snappy_core import Source
from snappy_core.parsing import read

SIZE = 9


class Sheets:
    """A PDF of pages of 400 x 600 points; lengths are in points from the upper left corner."""

    def __init__(self):
        self._file = io.BytesIO()
        self.canvas = Canvas(self._file, pagesize=(400, 600))

    def write(self, x, y, text, size=SIZE, bold=False, turned=False):
        """Write a text whose foot is at `y`; a turned one runs upwards from there."""
        self.canvas.saveState()
        self.canvas.translate(x, 600 - y)
        if turned:
            self.canvas.rotate(90)
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.drawString(0, 0, text)
        self.canvas.restoreState()

    def line(self, x0, y0, x1, y1):
        self.canvas.line(x0, 600 - y0, x1, 600 - y1)

    def cell(self, x, y, x1, y1, text="", **style):
        """Draw a cell with lines around it and its text at the lower left."""
        self.canvas.rect(x, 600 - y1, x1 - x, y1 - y)
        self.write(x + (SIZE + 3 if style.get("turned") else 4), y1 - 5, text, **style)

    def table(self, rows, xs, y, height=18, ruled=True):
        """Draw rows of texts from `y` down, with columns between `xs`; the first row is bold."""
        for number, row in enumerate(rows):
            for (x, x1), text in zip(pairwise(xs), row, strict=True):
                if ruled:
                    self.cell(x, y, x1, y + height, text, bold=number == 0)
                else:
                    self.write(x + 4, y + height - 5, text, bold=number == 0)
            y += height

    def next_page(self):
        self.canvas.showPage()

    def source(self):
        self.canvas.save()
        return Source.from_bytes(self._file.getvalue(), "sheets.pdf")

    def pages(self):
        return list(read(self.source()))


def texts(page, label, parent=None):
    """The texts of the regions with a label, of all or of the parts of one."""
    return [
        region.text
        for region in page.regions
        if region.label == label and (parent is None or region.parent == parent)
    ]


def tables(page):
    """The tables of a page that are in no other region."""
    return [r for r in page.regions if r.label == "table" and r.parent is None]
