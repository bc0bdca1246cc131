"""What the sample report says, page by page."""

from report_style import (
    CAPTION,
    INK,
    LEAD,
    MARGIN,
    NAVY,
    NOTE,
    PALE,
    RECORD,
    REVENUE,
    RULE,
    SITES,
    SUBSECTION,
    SUBTITLE,
    TEAL,
    TITLE,
    WIDTH,
    chart,
    items,
    p,
    section,
    sub,
    table,
)
from reportlab.platypus import (
    Flowable,
    FrameBreak,
    Spacer,
    Table,
    TableStyle,
)


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
