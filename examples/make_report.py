"""Write report.pdf, the annual report of a company that does not exist.

Run ``python examples/make_report.py [OUT]``. The same bytes come out every time.
"""

import io
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing, Group, String
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    KeepTogether,
    ListFlowable,
    ListItem,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from scanned_page import scanned_page

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


# Flowables


def p(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """A paragraph."""
    return Paragraph(text, style)


def section(text: str) -> Paragraph:
    """A numbered section heading."""
    return p(text, SECTION)


def sub(text: str) -> Paragraph:
    """A numbered subheading."""
    return p(text, SUBSECTION)


def items(*texts: str, numbered: bool = False) -> ListFlowable:
    """A bullet list, or a numbered one."""
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
    """A captioned table: ruled round every cell, or with horizontal rules alone."""
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
    """Generation by month as bars, with both axes named, over its caption."""
    width, height = WIDTH - 2 * MARGIN, 190
    bars = VerticalBarChart()
    bars.x, bars.y, bars.width, bars.height = 42, 36, width - 50, height - 48
    bars.data = [GENERATION]
    bars.bars[0].fillColor, bars.bars[0].strokeColor = TEAL, None
    bars.barWidth, bars.groupSpacing = 10, 7
    bars.barLabelFormat, bars.barLabels.nudge = "%.1f", 7
    bars.barLabels.fontName, bars.barLabels.fontSize = "Helvetica", 7
    bars.barLabels.fillColor = INK
    months, hours = bars.categoryAxis, bars.valueAxis
    months.categoryNames = MONTHS
    hours.valueMin, hours.valueMax, hours.valueStep = 0, 16, 4
    for axis in (months, hours):
        axis.labels.fontName, axis.labels.fontSize, axis.labels.fillColor = "Helvetica", 8, INK
        axis.strokeColor, axis.strokeWidth = INK, 0.6
    months.visibleTicks = False
    across = String(42 + (width - 50) / 2, 6, "Month of 2025", textAnchor="middle")
    up = String(0, 0, "Generation (GWh)", textAnchor="middle")
    for label in (across, up):
        label.fontName, label.fontSize, label.fillColor = "Helvetica", 8.4, NAVY
    turned = Group(up, transform=(0, 1, -1, 0, 12, 36 + bars.height / 2))
    caption = p("Figure 1: Electricity generated by all sites, month by month.", CAPTION)
    return KeepTogether([Drawing(width, height, bars, across, turned), Spacer(0, 4), caption])


# The text


def cover() -> list[Flowable]:
    """The title page: summary, four figures, contents."""
    figures = [
        ["£51.8 m", "158.2 GWh", "93.1%", "227"],
        ["revenue", "generated", "availability", "people employed"],
    ]
    strip = Table(figures, [(WIDTH - 2 * MARGIN) / 4] * 4, hAlign="LEFT")
    strip.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 19, 24),
                ("FONT", (0, 1), (-1, 1), "Helvetica", 9, 12),
                ("TEXTCOLOR", (0, 0), (-1, 0), NAVY),
                ("TEXTCOLOR", (0, 1), (-1, 1), TEAL),
                ("BACKGROUND", (0, 0), (-1, -1), PALE),
                ("LEFTPADDING", (0, 0), (-1, -1), 12),
                ("TOPPADDING", (0, 0), (-1, 0), 10),
                ("BOTTOMPADDING", (0, 1), (-1, 1), 12),
            ]
        )
    )
    contents = [
        ["1", "The year in review", "1"],
        ["2", "Projects and repairs", "2"],
        ["3", "Financial review", "3"],
        ["4", "Safety and people", "4"],
        ["5", "Risks and outlook", "5"],
    ]
    listing = Table(contents, [20, 190, 30], hAlign="LEFT")
    listing.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Times-Roman", 11, 14),
                ("TEXTCOLOR", (0, 0), (-1, -1), INK),
                ("ALIGN", (2, 0), (2, -1), "RIGHT"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, RULE),
            ]
        )
    )
    return [
        Spacer(0, 70),
        p("Northwind Tidal Energy", TITLE),
        p("Annual Report 2025", SUBTITLE),
        p("For the year ended 31 December 2025", CAPTION),
        Spacer(0, 34),
        p(
            "Northwind Tidal Energy builds turbines that stand on the sea bed and turn with the "
            "tide. In 2025 our four sites made enough electricity for about 58,000 homes, and our "
            "revenue grew by a tenth to £51.8 million.",
            LEAD,
        ),
        p(
            "We also fell behind. Our fifth site, Skerry Narrows, will open eight months late, and "
            "a damaged cable kept Carrow Firth silent for most of August. This report sets out "
            "what went well, what did not, and what we have changed.",
            LEAD,
        ),
        Spacer(0, 14),
        strip,
        Spacer(0, 34),
        p("In this report", SUBSECTION),
        listing,
    ]


def year() -> list[Flowable]:
    """Section 1, in two columns."""
    return [
        section("1&nbsp;&nbsp;The year in review"),
        FrameBreak(),
        sub("1.1&nbsp; From the chief executive"),
        p(
            "I joined this company when it had one turbine and a rented shed. It now has thirty "
            "turbines at work, and in March the oldest of them, at Holm Sound, finished its "
            "seventy-thousandth hour under load. No machine of its kind had got so far before, and "
            "the gearbox inside it is the one it was built with."
        ),
        p(
            "The year was not all good. We promised power from Skerry Narrows in the spring of "
            "2026, and we shall not keep that promise; section 2.1 says why. The board has cut "
            "the bonus of every director, mine included, by a fifth on that account."
        ),
        p(
            "What pleases me most is quieter. Of the five apprentices who finished this summer, "
            "four stayed with us as technicians, and the fifth left to build boats. I should have "
            "made the same choice at her age."
        ),
        p("<i>Ailsa Renwick, Chief Executive</i>"),
        sub("1.2&nbsp; How the fleet ran"),
        p(
            "Generation rose by 5.8 per cent to 158.2 gigawatt-hours. The spring tides of March "
            "were the highest for nineteen years and gave us our best month. The dip in August "
            "has a plainer cause, told in section 2.2."
        ),
        p(
            "Availability, the share of hours in which a turbine could have run whether or not "
            "there was a stream to turn it, averaged 93.1 per cent. Penhallow Race did best. "
            "St Brannoc Bay did worst, for the second year, because its turbines stand in warmer "
            "and shallower water, where barnacles settle."
        ),
        p(
            "Carrow Firth lost five points to its broken cable. Without that fault it would have "
            "led the table for the first time."
        ),
        sub("1.3&nbsp; Growth on the blades"),
        p(
            "A blade rough with barnacles loses as much as a seventh of its lift. Until last year "
            "we sent divers down with scrapers twice a season, which cost £310,000 and stopped "
            "each machine for two days. Since April a tracked robot named Limpet has done the "
            "work. It clings to the blade by suction, brushes young barnacles off before they "
            "harden, and needs no pause of more than three hours."
        ),
        p(
            "Limpet has now cleaned all four turbines at St Brannoc Bay three times. Output there "
            "rose by 9 per cent between the second quarter and the fourth, and a second robot is "
            "on order for Carrow Firth."
        ),
        sub("1.4&nbsp; Selling steadiness"),
        p(
            "A tide is known a century ahead, and the grid operator pays for that. Under a "
            "contract signed in June we hold back up to 6 megawatts at Holm Sound and release "
            "them within four seconds when the frequency falls. The contract runs for eight years "
            "and explains most of the growth in grid services."
        ),
        p(
            "We were called on 212 times in the first six months and answered every time but one. "
            "The miss, on 3 October, came from a clock in the control room that had been put back "
            "for winter three weeks too early."
        ),
        sub("1.5&nbsp; Neighbours"),
        p(
            "Our sites lie among people who were there first. The community fund, which takes "
            "1.2 per cent of revenue, paid for:"
        ),
        items(
            "insulation of 118 homes on Holm, £260,000;",
            "a new slipway at Carrow, £190,000;",
            "swimming lessons for every child in the four parishes, £120,000;",
            "a library van, £52,000.",
        ),
    ]


def projects() -> list[Flowable]:
    """Section 2, in two columns over a footnote."""
    return [
        section("2&nbsp;&nbsp;Projects and repairs"),
        FrameBreak(),
        sub("2.1&nbsp; Skerry Narrows"),
        p(
            "Skerry Narrows will be our fifth site: fifteen turbines and 30 megawatts, in a "
            "channel that empties an inland sea twice a day. First power was due in March 2026. "
            "It is now due in November 2026."
        ),
        p(
            "Two things went wrong together. The ship hired to set the foundations, the "
            "<i>Marit Dal</i>, lost its gearbox off Esbjerg and reached us on 24 August, three "
            "weeks late. Little of the season was left, for our licence forbids drilling from "
            "15 September, when grey seals come ashore on the ledges to give birth. Working every "
            "slack,<super>1</super> the crew had set seven foundations of fifteen when they had "
            "to stop."
        ),
        p(
            "The eight that remain will be set from January, once the pups have gone to sea. The "
            "delay adds £6.4 million to the cost of the project, of which the owner of the ship "
            "has agreed to bear £2.1 million."
        ),
        sub("2.2&nbsp; The cable at Carrow Firth"),
        p(
            "On 2 August a trawler strayed from its charted lane in fog, and its gear caught our "
            "export cable 400 metres from the landing. The cable was not cut, but its armour was "
            "pulled open and the protection shut the whole site down. It stayed down for nineteen "
            "days, most of them spent waiting for a repair vessel."
        ),
        p("We have since done three things:"),
        items(
            "buried the last 600 metres of the cable 1.5 metres deep;",
            "put a radar reflector and a fog signal on each of the four corner buoys;",
            "agreed with the Carrow Fishermen's Association that its boats warn us by radio when "
            "they leave the lane.",
            numbered=True,
        ),
        sub("2.3&nbsp; Hydrogen at Holm Sound"),
        p(
            "The electrolyser on the quay at Holm takes power that the cable to the mainland has "
            "no room for. It made 402 tonnes of hydrogen, against 231 in 2024. Three quarters "
            "went to the island ferries, and the rest to a distillery that heats its stills "
            "with it."
        ),
        p(
            "The membranes wore faster than their maker foretold, because a supply that follows "
            "the tide rises and falls four times a day. A battery of 2 megawatt-hours, in service "
            "since October, smooths these swings, and we now expect a membrane to last six years "
            "instead of four."
        ),
        sub("2.4&nbsp; The end of Unit Zero"),
        p(
            "Our first turbine, Unit Zero, came ashore in May after thirteen years. We had "
            "promised to leave nothing behind, and a survey by the harbour board in July found "
            "nothing but four shallow sockets in the rock, already full of sand."
        ),
        p(
            "Nine tenths of its mass was steel and went to a foundry in Motherwell. The blades "
            "are of carbon fibre, which no furnace wants. They now carry a footbridge over the "
            "burn at Kirk Holm."
        ),
        sub("2.5&nbsp; Research"),
        p(
            "Oil is our commonest trouble: eleven of the twenty-six unplanned lifts since 2019 "
            "were made to change a seal on the main shaft."
        ),
        p(
            "With the University of Leith we are testing bearings that run in sea water and need "
            "no oil. Three have turned in a tank for 5,000 hours and lost less than a tenth of a "
            "millimetre. If the fourth does as well on a working turbine next winter, every new "
            "machine from 2028 will be built without a drop of grease below the water line."
        ),
    ]


def finances() -> list[Flowable]:
    """Section 3, with the ruled table and the chart."""
    return [
        section("3&nbsp;&nbsp;Financial review"),
        sub("3.1&nbsp; Revenue"),
        p(
            "Revenue was £51.8 million, 10 per cent above the £47.1 million of 2024, and all four "
            "segments grew. Power sales still bring in more than half of the total and follow the "
            "moon: they are lowest around midsummer, when the spring tides are weak, and highest "
            "towards the end of the year. Table 1 gives the quarters."
        ),
        table("Table 1: Revenue by segment and quarter.", REVENUE, [141] + [55] * 6, ruled=True),
        chart(),
        sub("3.2&nbsp; Costs and profit"),
        p(
            "Operating profit rose from £7.7 million to £9.1 million. Wages and maintenance kept "
            "pace with output. Insurance did not: the premium doubled to £3.2 million after two "
            "underwriters left the market, and we now carry the first £500,000 of any loss "
            "ourselves."
        ),
        sub("3.3&nbsp; Borrowing"),
        p(
            "In May we issued a green bond of £40 million. It carries a coupon of 4.85 per cent, "
            "matures in 2033, and may be spent on Skerry Narrows alone. Net debt stood at £118.3 "
            "million at the end of the year. Our banks allow it to reach £135 million before the "
            "dividend must stop."
        ),
    ]


def safety() -> list[Flowable]:
    """Section 4, with the lists and the table of sites."""
    return [
        section("4&nbsp;&nbsp;Safety and people"),
        sub("4.1&nbsp; Rules for work on the water"),
        p(
            "Three injuries cost a day's work or more, against five in 2024, in 391,000 hours "
            "worked. None will leave a lasting mark. The rules below bind our own crews and our "
            "contractors alike."
        ),
        items(
            "No diver enters the water when the stream runs faster than 0.8 knots, measured at "
            "the turbine and not at the surface.",
            "A boat alongside a turbine keeps its engine running and somebody at the helm.",
            "Life jackets are inflated and inspected on the first Monday of every month. One that "
            "fails is cut in two, so that nobody can wear it again.",
            "Work stops when the waves at the site buoy pass 1.75 metres.",
            "Anyone, of any rank, may halt a job, and may not be asked why until all are ashore.",
        ),
        sub("4.2&nbsp; Lifting a turbine"),
        p("A nacelle weighs 94 tonnes and is lifted whole. The order of work never changes:"),
        items(
            "Feather the blades and set the shaft brake.",
            "Open the breaker ashore, lock it, and give the key to the lift master.",
            "Wait for slack water. The lift begins in its first five minutes or not at all.",
            "Raise the nacelle at no more than six metres a minute until it is clear of the sea.",
            "Hold it there for two minutes, so that the casing drains, and only then swing it "
            "inboard.",
            numbered=True,
        ),
        sub("4.3&nbsp; People and sites"),
        p(
            "We employed 227 people at the end of the year, nineteen more than a year before; "
            "Table 2 shows where. Staff who come in on foot or by bicycle earn a half-day of "
            "leave for every sixty journeys, and last year a third of them did."
        ),
        table(
            "Table 2: Sites, turbines and staff on 31 December 2025.",
            SITES,
            [104, 58, 54, 76, 74, 66, 39],
            ruled=False,
        ),
    ]


def outlook() -> list[Flowable]:
    """Section 5, with the five-year record."""
    return [
        section("5&nbsp;&nbsp;Risks and outlook"),
        sub("5.1&nbsp; Principal risks"),
        p("The board reviews these risks each quarter. They are listed gravest first."),
        items(
            "<b>One ship.</b> Only two vessels in the North Sea can set our foundations. We have "
            "hired the second, the <i>Tern</i>, as a reserve from June to September 2026.",
            "<b>The price after 2029.</b> The contract that fixes what Holm Sound is paid for its "
            "power ends in March 2029. A fall of £10 a megawatt-hour would then cost £0.7 million "
            "a year.",
            "<b>Copper.</b> Our cables hold 380 tonnes of it. We have bought ahead for 2026 and "
            "for half of 2027.",
            "<b>Intruders in the control system.</b> A test in February found that a contractor's "
            "laptop could reach the turbine controllers. That path is closed, and the controllers "
            "now take orders from two consoles only, both in Leith.",
        ),
        sub("5.2&nbsp; The year ahead"),
        p(
            "We expect to generate between 160 and 168 gigawatt-hours in 2026, before anything "
            "from Skerry Narrows, and to spend £47 million on building. We shall apply in the "
            "spring for a lease at Mull Gate, where the stream is slower than any we work in now "
            "but the channel is four times as wide."
        ),
        p(
            "The board proposes a dividend of 3.6 pence a share. Table 3 sets the year beside the "
            "four before it."
        ),
        table("Table 3: Five-year record.", RECORD, [171, 60, 60, 60, 60, 60], ruled=False),
        sub("5.3&nbsp; Dates for shareholders"),
        items(
            "19 March 2026: annual meeting, Corn Exchange, Leith, at eleven in the morning.",
            "27 March 2026: the register closes for the dividend.",
            "24 April 2026: the dividend is paid.",
            "3 September 2026: results for the half-year.",
        ),
        Spacer(0, 10),
        p(
            "Northwind Tidal Energy plc, 14 Timber Bush, Leith. Registered in Scotland. The "
            "auditor, Garrick &amp; Lowe, signed the accounts on 12 February 2026 without "
            "qualification.",
            NOTE,
        ),
    ]


def certificate() -> list[Flowable]:
    """The annex: nothing but the scan that its template draws."""
    return [Spacer(0, 1)]


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
