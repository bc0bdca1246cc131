"""Styles, tables and the chart of the sample report."""

from collections.abc import Iterable

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing, Group, String
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    ListFlowable,
    ListItem,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

WIDTH, HEIGHT = A4
MARGIN, GUTTER = 62, 22
COLUMN = (WIDTH - 2 * MARGIN - GUTTER) / 2
TOP, BOTTOM = HEIGHT - 78, 74
INK, NAVY, TEAL, PALE, RULE = map(HexColor, (0x1D2329, 0x12304A, 0x1F7A8C, 0xE8F1F4, 0xA9B7C0))

BODY = ParagraphStyle(
    "body", fontName="Times-Roman", fontSize=10.8, leading=14.5, textColor=INK, spaceAfter=8
)
NOTE = ParagraphStyle("note", BODY, fontSize=8.2, leading=10.2, spaceAfter=0)
CAPTION = ParagraphStyle(
    "caption", BODY, fontName="Helvetica", fontSize=8.6, leading=11, textColor=NAVY
)
SECTION = ParagraphStyle(
    "section", fontName="Helvetica-Bold", fontSize=19, leading=23, textColor=NAVY, spaceAfter=12
)
SUBSECTION = ParagraphStyle(
    "subsection",
    fontName="Helvetica-Bold",
    fontSize=11.2,
    leading=14,
    textColor=TEAL,
    spaceBefore=9,
    spaceAfter=4,
    keepWithNext=1,
)
TITLE = ParagraphStyle("title", SECTION, fontSize=34, leading=40, spaceAfter=4)
SUBTITLE = ParagraphStyle(
    "subtitle", fontName="Helvetica", fontSize=16, leading=22, textColor=TEAL, spaceAfter=2
)
LEAD = ParagraphStyle("lead", BODY, fontSize=12.4, leading=17.6, spaceAfter=10)

FOOTNOTE = (
    "<super>1</super> A slack is the pause between two streams. At Skerry Narrows it lasts about "
    "twenty-two minutes at neaps and eleven at springs, and foundations can be set down only then."
)

REVENUE = [
    ["£ million", "Q1", "Q2", "Q3", "Q4", "2025", "2024"],
    ["Power sales", "7.4", "6.6", "6.1", "8.0", "28.1", "26.5"],
    ["Grid services", "1.6", "1.8", "2.7", "2.0", "8.1", "7.2"],
    ["Engineering services", "2.6", "2.2", "2.9", "3.5", "11.2", "10.9"],
    ["Green hydrogen", "0.4", "0.9", "1.3", "1.8", "4.4", "2.5"],
    ["Total", "12.0", "11.5", "13.0", "15.3", "51.8", "47.1"],
]
SITES = [
    ["Site", "Opened", "Turbines", "Capacity (MW)", "Output (GWh)", "Availability", "Staff"],
    ["Holm Sound", "2014", "12", "24.0", "71.3", "94.1%", "58"],
    ["Carrow Firth", "2017", "8", "16.0", "45.9", "91.6%", "41"],
    ["Penhallow Race", "2019", "6", "9.0", "25.2", "96.3%", "23"],
    ["St Brannoc Bay", "2021", "4", "6.0", "15.8", "88.7%", "19"],
    ["Skerry Narrows", "due 2026", "–", "–", "–", "–", "34"],
    ["Head office, Leith", "2011", "–", "–", "–", "–", "52"],
    ["All sites", "", "30", "55.0", "158.2", "93.1%", "227"],
]
RECORD = [
    ["", "2021", "2022", "2023", "2024", "2025"],
    ["Revenue (£ million)", "31.4", "35.2", "40.8", "47.1", "51.8"],
    ["Operating profit (£ million)", "3.9", "4.6", "6.2", "7.7", "9.1"],
    ["Net debt (£ million)", "88.0", "91.5", "84.9", "96.7", "118.3"],
    ["Generation (GWh)", "112.6", "121.9", "138.4", "149.5", "158.2"],
    ["Dividend (pence a share)", "2.0", "2.2", "3.1", "3.4", "3.6"],
]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
GENERATION = (14.1, 13.6, 15.2, 13.0, 12.1, 11.4, 11.2, 10.9, 13.4, 14.2, 14.3, 14.8)


def p(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Return a paragraph."""
    return Paragraph(text, style)


def section(text: str) -> Paragraph:
    """Return a section heading."""
    return p(text, SECTION)


def sub(text: str) -> Paragraph:
    """Return a subsection heading."""
    return p(text, SUBSECTION)


def items(*texts: str, numbered: bool = False) -> ListFlowable:
    """Return a bulleted or numbered list."""
    style = ParagraphStyle("item", BODY, spaceAfter=3)
    return ListFlowable(
        [ListItem(p(text, style)) for text in texts],
        bulletType="1" if numbered else "bullet",
        bulletFormat="%s." if numbered else None,
        start=1 if numbered else "•",
        bulletFontName="Times-Roman" if numbered else "Helvetica",
        bulletFontSize=10.8,
        bulletColor=TEAL,
        leftIndent=16,
        spaceAfter=7,
    )


def table(caption: str, rows: list[list[str]], widths: Iterable[float], *, ruled: bool) -> Flowable:
    """Return a table with a caption, with lines around all cells or only between rows."""
    last = len(rows) - 1
    style: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), "Times-Roman", 9.8, 12),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("TOPPADDING", (0, 0), (-1, -1), 3.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    if ruled:
        style += [
            ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 8.8, 12),
            ("BACKGROUND", (0, 0), (-1, 0), NAVY),
            ("TEXTCOLOR", (0, 0), (-1, 0), white),
            ("GRID", (0, 0), (-1, -1), 0.5, RULE),
        ]
    else:
        style += [
            ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 8.4, 12),
            ("TEXTCOLOR", (0, 0), (-1, 0), NAVY),
            ("LINEABOVE", (0, 0), (-1, 0), 1.1, NAVY),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, NAVY),
            ("LINEBELOW", (0, 1), (-1, last - 1), 0.3, RULE),
            ("LINEBELOW", (0, last), (-1, last), 1.1, NAVY),
        ]
    if rows[last][0].startswith(("Total", "All")):
        style.append(("FONT", (0, last), (-1, last), "Times-Bold", 9.8, 12))
    body = Table(rows, list(widths), style=TableStyle(style), hAlign="LEFT")
    return KeepTogether([p(caption, CAPTION), body, Spacer(0, 10)])


def chart() -> Flowable:
    """Return a bar chart of the generation per month, with its caption."""
    width, height = WIDTH - 2 * MARGIN, 190
    bars = VerticalBarChart()
    bars.x, bars.y, bars.width, bars.height = 42, 36, width - 50, height - 48
    bars.data = [GENERATION]
    bars.bars[0].fillColor, bars.bars[0].strokeColor = TEAL, None
    bars.barWidth, bars.groupSpacing = 10, 7
    bars.barLabelFormat, bars.barLabels.nudge = "%.1f", 7
    bars.barLabels.fontName, bars.barLabels.fontSize = "Helvetica", 7
    bars.barLabels.fillColor = INK
    month_axis, value_axis = bars.categoryAxis, bars.valueAxis
    month_axis.categoryNames = MONTHS
    value_axis.valueMin, value_axis.valueMax, value_axis.valueStep = 0, 16, 4
    for axis in (month_axis, value_axis):
        axis.labels.fontName, axis.labels.fontSize, axis.labels.fillColor = "Helvetica", 8, INK
        axis.strokeColor, axis.strokeWidth = INK, 0.6
    month_axis.visibleTicks = False
    x_label = String(42 + (width - 50) / 2, 6, "Month of 2025", textAnchor="middle")
    y_label = String(0, 0, "Generation (GWh)", textAnchor="middle")
    for label in (x_label, y_label):
        label.fontName, label.fontSize, label.fillColor = "Helvetica", 8.4, NAVY
    rotated_label = Group(y_label, transform=(0, 1, -1, 0, 12, 36 + bars.height / 2))
    caption = p("Figure 1: Electricity generated by all sites, month by month.", CAPTION)
    return KeepTogether(
        [Drawing(width, height, bars, x_label, rotated_label), Spacer(0, 4), caption]
    )
