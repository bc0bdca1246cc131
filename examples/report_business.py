"""The cover and sections 1 and 2 of the sample report."""

from report_style import (
    CAPTION,
    INK,
    LEAD,
    MARGIN,
    NAVY,
    PALE,
    RULE,
    SUBSECTION,
    SUBTITLE,
    TEAL,
    TITLE,
    WIDTH,
    items,
    p,
    section,
    sub,
)
from reportlab.platypus import Flowable, FrameBreak, Spacer, Table, TableStyle


def cover() -> list[Flowable]:
    """Return the title page: summary, four figures, contents."""
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
    """Return section 1, in two columns."""
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
    """Return section 2, in two columns over a footnote."""
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
