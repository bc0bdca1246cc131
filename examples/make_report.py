"""Write report.pdf, the annual report of a fictitious company.

Run ``python examples/make_report.py [OUT]``. The output is the same, byte by byte, every time.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path

from report_business import cover, projects, year
from report_finances import finances, outlook, safety
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
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
)
from scanned_page import scanned_page


def draw_cover(canvas: Canvas, _: BaseDocTemplate) -> None:
    """Draw waves at the foot of the cover, and number the pages i, 1, 2, 3..."""
    canvas.addPageLabel(0, "ROMAN_LOWER", 1)
    canvas.addPageLabel(1, "ARABIC", 1)
    for depth, color in enumerate((RULE, TEAL, NAVY)):
        y, length = 92 - 26 * depth, WIDTH / 6
        path = canvas.beginPath()
        path.moveTo(0, y)
        for i in range(6):
            bend = 20 if (i + depth) % 2 else -20
            x1, x2, x3 = ((i + step) * length for step in (0.4, 0.6, 1))
            path.curveTo(x1, y + bend, x2, y + bend, x3, y)
        canvas.setStrokeColor(color)
        canvas.setLineWidth(1.6)
        canvas.drawPath(path)


def draw_margins(canvas: Canvas, _: BaseDocTemplate) -> None:
    """Draw the header and the footer of a page."""
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, HEIGHT - 56, WIDTH - MARGIN, HEIGHT - 56)
    canvas.setFillColor(NAVY)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(MARGIN, HEIGHT - 50, "Northwind Tidal Energy")
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 50, "Annual Report 2025")
    canvas.drawCentredString(WIDTH / 2, 38, str(canvas.getPageNumber() - 1))


def draw_margins_and_note(canvas: Canvas, doc: BaseDocTemplate) -> None:
    """Draw the header and the footer, and the footnote above it."""
    draw_margins(canvas, doc)
    canvas.line(MARGIN, BOTTOM + 24, MARGIN + 90, BOTTOM + 24)
    note = p(FOOTNOTE, NOTE)
    _, height = note.wrap(WIDTH - 2 * MARGIN, 60)
    note.drawOn(canvas, MARGIN, BOTTOM + 20 - height)


def draw_scan(canvas: Canvas, _: BaseDocTemplate) -> None:
    """Fill the page with an image of a page, without a text layer."""
    canvas.drawImage(ImageReader(io.BytesIO(scanned_page())), 0, 0, WIDTH, HEIGHT)


def frame(x: float, y: float, width: float, height: float) -> Frame:
    """Return a frame without padding."""
    return Frame(x, y, width, height, 0, 0, 0, 0)


def template(
    name: str,
    draw: Callable[[Canvas, BaseDocTemplate], None],
    columns: int = 1,
    bottom: float = BOTTOM,
) -> PageTemplate:
    """Return a page template of one column, or of a full-width heading above two columns."""
    if columns == 1:
        frames = [frame(MARGIN, bottom, WIDTH - 2 * MARGIN, TOP - bottom)]
    else:
        left_edges = (MARGIN, MARGIN + COLUMN + GUTTER)
        frames = [frame(MARGIN, TOP - 36, WIDTH - 2 * MARGIN, 36)]
        frames += [frame(x, bottom, COLUMN, TOP - 36 - bottom) for x in left_edges]
    return PageTemplate(name, frames, onPage=draw)


def build(out: Path) -> None:
    """Write the report to a file."""
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
            template("cover", draw_cover),
            template("columns", draw_margins, columns=2),
            template("columns and note", draw_margins_and_note, columns=2, bottom=BOTTOM + 36),
            template("page", draw_margins),
            template("scan", draw_scan),
        ]
    )
    story = cover()
    for name, section in (
        ("columns", year),
        ("columns and note", projects),
        ("page", finances),
        ("page", safety),
        ("page", outlook),
    ):
        story += [NextPageTemplate(name), PageBreak(), *section()]
    story += [NextPageTemplate("scan"), PageBreak(), Spacer(0, 1)]  # the template draws the page
    doc.build(story)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("report.pdf"))
