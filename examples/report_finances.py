"""Return sections 3 to 5 of the sample report."""

from report_style import NOTE, RECORD, REVENUE, SITES, chart, items, p, section, sub, table
from reportlab.platypus import Flowable, Spacer


def finances() -> list[Flowable]:
    """Return section 3, with the ruled table and the chart."""
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
    """Return section 4, with the lists and the table of sites."""
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
    """Return section 5, with the five-year record."""
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
