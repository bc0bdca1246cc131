"""Write report.pdf, the annual report of a company that does not exist.

Run ``python examples/make_report.py [OUT]``. The same bytes come out every time.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path

from report_style import (
    BOTTOM,
    COLUMN,
    FOOTNOTE,
    GUTTER,
    HEIGHT,
    MARGIN,
    NAVY,
    NOTE,
    RULE,
    TEAL,
    TOP,
    WIDTH,
    p,
)
from report_text import certificate, cover, finances, outlook, projects, safety, year
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
)
from scanned_page import scanned_page

# The pages


def waves(canvas: Canvas, _: BaseDocTemplate) -> None:
    """Draw the foot of the cover and number the pages i, 1, 2, 3..."""
    canvas.addPageLabel(0, "ROMAN_LOWER", 1)
    canvas.addPageLabel(1, "ARABIC", 1)
    for depth, color in enumerate((RULE, TEAL, NAVY)):
        y, half = 92 - 26 * depth, WIDTH / 6
        path = canvas.beginPath()
        path.moveTo(0, y)
        for i in range(6):
            bend = 20 if (i + depth) % 2 else -20
            path.curveTo((i + 0.4) * half, y + bend, (i + 0.6) * half, y + bend, (i + 1) * half, y)
        canvas.setStrokeColor(color)
        canvas.setLineWidth(1.6)
        canvas.drawPath(path)


def running(canvas: Canvas, _: BaseDocTemplate) -> None:
    """Draw the running header and footer."""
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, HEIGHT - 56, WIDTH - MARGIN, HEIGHT - 56)
    canvas.setFillColor(NAVY)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(MARGIN, HEIGHT - 50, "Northwind Tidal Energy")
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 50, "Annual Report 2025")
    canvas.drawCentredString(WIDTH / 2, 38, str(canvas.getPageNumber() - 1))


def running_with_note(canvas: Canvas, doc: BaseDocTemplate) -> None:
    """Draw the header and footer, and the footnote above the latter."""
    running(canvas, doc)
    canvas.line(MARGIN, BOTTOM + 24, MARGIN + 90, BOTTOM + 24)
    note = p(FOOTNOTE, NOTE)
    _, height = note.wrap(WIDTH - 2 * MARGIN, 60)
    note.drawOn(canvas, MARGIN, BOTTOM + 20 - height)


def scan(canvas: Canvas, _: BaseDocTemplate) -> None:
    """Fill the page with a picture of a page: no text that a parser could read."""
    canvas.drawImage(ImageReader(io.BytesIO(scanned_page())), 0, 0, WIDTH, HEIGHT)


def frame(x: float, y: float, width: float, height: float) -> Frame:
    """A frame without padding."""
    return Frame(x, y, width, height, 0, 0, 0, 0)


def template(
    name: str,
    draw: Callable[[Canvas, BaseDocTemplate], None],
    columns: int = 1,
    bottom: float = BOTTOM,
) -> PageTemplate:
    """A page of one column, or of a full-width heading over two."""
    if columns == 1:
        frames = [frame(MARGIN, bottom, WIDTH - 2 * MARGIN, TOP - bottom)]
    else:
        lefts = (MARGIN, MARGIN + COLUMN + GUTTER)
        frames = [frame(MARGIN, TOP - 36, WIDTH - 2 * MARGIN, 36)]
        frames += [frame(x, bottom, COLUMN, TOP - 36 - bottom) for x in lefts]
    return PageTemplate(name, frames, onPage=draw)


def build(out: Path) -> None:
    """Write the report to out."""
    doc = BaseDocTemplate(
        str(out),
        pagesize=A4,
        title="Northwind Tidal Energy, Annual Report 2025",
        author="Northwind Tidal Energy",
        creator="make_report.py",
        lang="en-GB",
        invariant=1,
    )
    doc.addPageTemplates(
        [
            template("cover", waves),
            template("columns", running, columns=2),
            template("columns and note", running_with_note, columns=2, bottom=BOTTOM + 36),
            template("page", running),
            template("scan", scan),
        ]
    )
    story = cover()
    for name, pages in (
        ("columns", year),
        ("columns and note", projects),
        ("page", finances),
        ("page", safety),
        ("page", outlook),
        ("scan", certificate),
    ):
        story += [NextPageTemplate(name), PageBreak(), *pages()]
    doc.build(story)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("report.pdf"))
