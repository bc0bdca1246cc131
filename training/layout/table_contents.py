"""What stands in tables: header rows and body rows of many kinds of content."""

from collections.abc import Callable, Sequence

from training.layout import vocabulary
from training.layout.grids import Cell, Row, plain
from training.layout.markup import text
from training.layout.style import Style
from training.layout.text import NUMBERS, Writer

Content = tuple[list[Row], list[Row]]  # header rows, body rows
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def _aligned(writer: Writer) -> str:
    return f"text-align:{writer.pick('right', 'right', 'center', 'left')};"


def data(writer: Writer, style: Style, columns: int | None = None) -> Content:
    """Labels and numbers below one or two levels of heads."""
    columns = columns or writer.number_of(2, 6)
    align, kinds = _aligned(writer), [writer.random.choice(list(NUMBERS)) for _ in range(columns)]
    periods = writer.chance(0.4)

    def name() -> str:
        return (
            writer.pick(writer.year(), f"Q{writer.number_of(1, 4)} {writer.year()}")
            if periods
            else writer.label(1, 3)
        )

    corner = plain(writer.label(1, 2) if writer.chance(0.6) else "")
    turned = (
        "writing-mode:vertical-rl;transform:rotate(180deg);"
        if columns > 3 and writer.chance(0.12)
        else ""
    )
    names: list[Cell] = [plain(name(), align + turned) for _ in range(columns - 1)]
    head: list[Row] = [[corner, *names]]
    if columns >= 4 and writer.chance(0.3):
        split = writer.number_of(2, columns - 2)
        ruled = "text-align:center;" + writer.pick("", "border-bottom:1px solid #000;")
        groups = [plain(writer.label(1, 4), ruled, columns=split)]
        groups.append(plain(writer.label(1, 4), ruled, columns=columns - 1 - split))
        two_rows = writer.chance(0.5)
        head = [
            [plain(corner.content, rows=2) if two_rows else Cell(), *groups],
            names if two_rows else [corner, *names],
        ]
    body: list[Row] = []
    for _ in range(
        writer.random.choices(
            [writer.number_of(2, 8), writer.number_of(9, 18), writer.number_of(30, 70)],
            [0.5, 0.43, 0.07],
        )[0]
    ):
        if body and writer.chance(0.05):
            body.append([plain(writer.label(1, 5), "font-weight:bold;", columns=columns)])
        cells = [
            plain("" if writer.chance(0.04) else writer.number(kind), align) for kind in kinds[1:]
        ]
        body.append([plain(writer.label(1, 4), head=writer.chance(0.1)), *cells])
    return head, body


def wide(writer: Writer, style: Style) -> Content:
    """Many columns of numbers."""
    return data(writer, style, writer.number_of(7, 12))


def financial(writer: Writer, style: Style) -> Content:
    """Accounts over years: sections, indented labels, totals ruled over their numbers alone."""
    years, own_signs = writer.number_of(1, 4), writer.chance(0.5)
    last = writer.number_of(1990, 2026)
    span = 2 if own_signs else 1
    tail = writer.chance(0.25)  # a cell of its own for the closing parenthesis or percent sign
    width = span + tail
    gap = f"padding-left:{writer.number_of(6, 22)}px;"
    centered = "text-align:center;" if writer.chance(0.5) else "text-align:right;"
    period = writer.pick("Year Ended December 31,", "As of June 30,", "Three Months Ended March 31,",
                         "Fiscal year", "Nine months ended")  # fmt: skip
    dates = [
        plain(str(last - i) if writer.chance(0.9) else writer.date(), centered, columns=width)
        for i in range(years)
    ]
    note = (
        [plain(writer.pick("Note", "Notes", ""), "text-align:center;")]
        if writer.chance(0.15)
        else []
    )
    head: list[Row] = [[Cell(), *note, *dates]]
    if years > 1 and writer.chance(0.6):
        ruled = "text-align:center;" + writer.pick("", "border-bottom:1px solid #000;")
        head.insert(
            0, [Cell(), *([Cell()] if note else []), plain(period, ruled, columns=years * width)]
        )
    if writer.chance(0.25):
        unit = writer.pick(
            "(in millions)", "(in thousands, except per share data)", "(unaudited)", "$'000"
        )
        head.append([plain(unit, "font-style:italic;font-weight:normal;"), *([Cell()] if note else []),
                     *(Cell(columns=width) for _ in range(years))])  # fmt: skip
    leader = " ." * 60 if writer.chance(0.08) else ""
    indent, double = writer.number_of(8, 20), writer.chance(0.5)

    def line(label: str, level: int, total: bool, sign: bool) -> Row:
        rule = "border-top:1px solid #000;" if total else ""
        rule += "border-bottom:3px double #000;" if total and double else ""
        bold = "font-weight:bold;" if total and writer.chance(0.5) else ""
        name = text(label)
        if leader:
            name = f'{name}<span style="letter-spacing:2px">{" ." * max(2, 22 - len(label) // 2)}</span>'
        cells = [Cell(name, css=f"padding-left:{2 + indent * level}px;{bold}text-align:left;")]
        cells += (
            [
                plain(
                    str(writer.number_of(1, 30)) if writer.chance(0.4) else "", "text-align:center;"
                )
            ]
            if note
            else []
        )
        for _ in range(years):
            value = writer.number("account" if writer.chance(0.85) else "sparse")
            if own_signs:
                cells.append(
                    plain(
                        "$" if sign else "",
                        f"width:8px;padding-right:0;text-align:left;{gap}{rule}{bold}",
                    )
                )
            elif sign:
                value = writer.pick("$ ", "$") + value
            closing = ")" if value.endswith(")") else ""
            value = value.removesuffix(")") if tail else value
            side = "padding-left:0;" if own_signs else gap
            ends = "padding-right:0;" if tail else ""
            cells.append(
                plain(value, f"text-align:right;white-space:nowrap;{side}{ends}{rule}{bold}")
            )
            if tail:
                cells.append(plain(closing, "padding-left:0;width:6px;text-align:left;"))
        return cells

    columns = 1 + len(note) + years * width
    body: list[Row] = []
    for _ in range(writer.number_of(1, 4)):
        level = 0
        if writer.chance(0.6):
            section = writer.label(1, 5) + writer.pick(":", "", ":")
            body.append(
                [
                    plain(
                        section,
                        writer.pick("font-weight:bold;", "", "text-decoration:underline;"),
                        columns=columns,
                    )
                ]
            )
            level = 1
        for row in range(writer.number_of(2, 6)):
            label = writer.label(1, 5) if writer.chance(0.9) else writer.label(8, 14)
            body.append(line(label, level, False, row == 0 and not body[1:]))
        body.append(
            line("Total " + writer.words(1, 3), writer.number_of(0, 2), True, writer.chance(0.6))
        )
    return head, body


def long_text(writer: Writer, style: Style) -> Content:
    """Cells of several lines of text, at times in groups that span rows."""
    columns = writer.number_of(2, 4)
    head: list[Row] = (
        [[plain(writer.label(1, 2)) for _ in range(columns)]] if writer.chance(0.85) else []
    )
    body: list[Row] = []
    grouped = writer.chance(0.25)
    for _ in range(writer.number_of(2, 7)):
        rows = writer.number_of(1, 3) if grouped else 1
        for row in range(rows):
            texts = [
                plain(
                    writer.words(1, 4).capitalize()
                    if writer.chance(0.35)
                    else writer.sentences(writer.random.choice([1, 1, 1, 2, 3]))
                )
                for _ in range(columns - 1)
            ]
            first = (
                [plain(writer.label(1, 4), writer.pick("font-weight:bold;", ""), rows=rows)]
                if row == 0
                else []
            )
            body.append([*first, *texts])
    return head, body


def key_value(writer: Writer, style: Style) -> Content:
    """Names and what they are, without a header row."""
    bold, end = (
        writer.pick("font-weight:bold;", "", f"color:{style.accent};"),
        writer.pick("", ":", ""),
    )
    pairs = 2 if style.columns == 1 and writer.chance(0.2) else 1

    def value() -> str:
        options: list[Callable[[], str]] = [
            lambda: writer.label(1, 5), lambda: writer.number("measure"), writer.date, writer.name,
            writer.sentence, writer.email, writer.code, lambda: "",
        ]  # fmt: skip
        return writer.random.choice(options)()

    rows: list[Row] = [
        [
            cell
            for _ in range(pairs)
            for cell in (plain(writer.label(1, 3) + end, bold), plain(value()))
        ]
        for _ in range(writer.number_of(3, 12))
    ]
    return [], rows


def schedule(writer: Writer, style: Style) -> Content:
    """Times or dates and what happens then."""
    timed, hour = writer.chance(0.5), 8
    head: list[Row] = [
        [
            plain(name)
            for name in (
                writer.pick("Time", "Date", "When"),
                writer.pick("Session", "Event", "Activity"),
                writer.pick("Place", "Speaker", "Status"),
            )
        ]
    ]
    body: list[Row] = []
    for _ in range(writer.number_of(4, 14)):
        hour = hour % 12 + 1
        when = (
            f"{hour}:{writer.pick('00', '15', '30', '45')} {writer.pick('a.m.', 'p.m.')}"
            if timed
            else writer.date()
        )
        place = writer.pick(writer.place(), writer.name(), "", f"Room {writer.number_of(100, 499)}")
        body.append([plain(when, "white-space:nowrap;"), plain(writer.title(2, 7)), plain(place)])
    return head if writer.chance(0.7) else [], body


def directory(writer: Writer, style: Style) -> Content:
    """People or offices with addresses of several lines."""
    head: list[Row] = [
        [
            plain(name)
            for name in ("Name", writer.pick("Address", "Office"), writer.pick("Phone", "Contact"))
        ]
    ]
    body: list[Row] = [
        [
            Cell(text(writer.name()) + (f"<br>{text(writer.job())}" if writer.chance(0.5) else "")),
            Cell("<br>".join(text(line) for line in writer.address())),
            Cell(
                "<br>".join(
                    text(line)
                    for line in (writer.phone(), writer.email())[: writer.number_of(1, 2)]
                )
            ),
        ]
        for _ in range(writer.number_of(3, 10))
    ]
    return head, body


def prices(writer: Writer, style: Style) -> Content:
    """Articles with number, quantity and price, at times with a total below."""
    right = "text-align:right;"
    head: list[Row] = [
        [
            plain(writer.pick("Item", "No.", "SKU")),
            plain("Description"),
            plain("Qty", right),
            plain(writer.pick("Unit price", "Price"), right),
            plain(writer.pick("Amount", "Total"), right),
        ]
    ]
    body: list[Row] = [
        [
            plain(writer.code()),
            plain(writer.label(2, 7)),
            plain(writer.number("small"), right),
            plain(writer.number("money"), right),
            plain(writer.number("money"), right),
        ]
        for _ in range(writer.number_of(2, 12))
    ]
    if writer.chance(0.6):
        names = ["Subtotal", f"Tax ({writer.number_of(3, 21)}%)", "Shipping", "Total due"]
        for name in writer.random.sample(names, writer.number_of(1, 4)):
            body.append(
                [
                    Cell(columns=3),
                    plain(name, right + "font-weight:bold;"),
                    plain(writer.number("money"), right + "border-top:1px solid #000;"),
                ]
            )
    return head, body


def specifications(writer: Writer, style: Style) -> Content:
    """Parameters with symbol, minimum, typical value, maximum and unit, in groups."""
    center = "text-align:center;"
    head: list[Row] = [
        [
            plain("Parameter"),
            plain("Symbol", center),
            *(plain(n, center) for n in ("Min", "Typ", "Max")),
            plain("Unit", center),
        ]
    ]
    body: list[Row] = []
    for _ in range(writer.number_of(1, 4)):
        if writer.chance(0.5):
            body.append(
                [plain(writer.label(1, 4), f"background:{style.tint};font-weight:bold;", columns=6)]
            )
        for _ in range(writer.number_of(2, 6)):
            values = [
                plain(writer.pick("", "—", writer.number("decimal")), center) for _ in range(3)
            ]
            symbol = Cell(
                f"{writer.pick('V', 'I', 'T', 'f')}<sub>{writer.acronym()}</sub>", css=center
            )
            body.append(
                [
                    plain(writer.label(1, 4)),
                    symbol,
                    *values,
                    plain(writer.random.choice(vocabulary.UNITS), center),
                ]
            )
    return head, body


def nutrition(writer: Writer, style: Style) -> Content:
    """A narrow list of amounts with thick rules, as on packages."""
    thick = "border-top:4px solid #000;"
    body: list[Row] = [
        [
            plain(writer.pick("Amount per serving", "Per 100 g"), "font-weight:bold;"),
            plain("% DV", "text-align:right;"),
        ]
    ]
    for row in range(writer.number_of(5, 12)):
        rule = thick if row in (0, 6) else "border-top:1px solid #999;"
        label = f"{writer.label(1, 2)} {writer.number_of(0, 60)}{writer.pick('g', 'mg', 'mcg')}"
        body.append(
            [
                plain(label, rule + f"padding-left:{writer.pick('2', '14')}px;"),
                plain(f"{writer.number_of(0, 99)}%", rule + "text-align:right;"),
            ]
        )
    return [], body


def matrix(writer: Writer, style: Style) -> Content:
    """A comparison: check marks, circles or words for what each column has."""
    columns = writer.number_of(2, 6)
    marks = writer.random.choice(
        [("✓", ""), ("✔", "✘"), ("●", "○"), ("X", ""), ("Yes", "No"), ("✓", "–"), ("High", "Low")]
    )
    center = "text-align:center;"
    head: list[Row] = [
        [
            plain(writer.label(1, 2) if writer.chance(0.5) else ""),
            *(plain(writer.label(1, 2), center) for _ in range(columns)),
        ]
    ]
    body: list[Row] = [
        [
            plain(writer.label(1, 6)),
            *(plain(writer.random.choice(marks), center) for _ in range(columns)),
        ]
        for _ in range(writer.number_of(4, 14))
    ]
    return head, body


def calendar(writer: Writer, style: Style) -> Content:
    """A month of seven columns, with a note on a few days."""
    top = "vertical-align:top;width:14%;height:2.6em;"
    head: list[Row] = [
        [plain(day if style.columns == 1 else day[:2], "text-align:center;") for day in DAYS]
    ]
    first, days = writer.number_of(0, 6), writer.number_of(28, 31)
    cells = [Cell(css=top) for _ in range(first)]
    for day in range(1, days + 1):
        event = (
            f"<br><small>{text(writer.words(1, 2))}</small>"
            if writer.chance(0.2) and style.columns == 1
            else ""
        )
        cells.append(Cell(f"{day}{event}", css=top))
    cells += [Cell(css=top) for _ in range(-len(cells) % 7)]
    return head, [cells[i : i + 7] for i in range(0, len(cells), 7)]


def grouped(writer: Writer, style: Style) -> Content:
    """Groups whose name spans the rows of the group, at times two levels of them."""
    columns = writer.number_of(2, 4)
    align = _aligned(writer)
    head: list[Row] = [
        [
            plain(writer.label(1, 2)),
            plain(writer.label(1, 2)),
            *(plain(writer.label(1, 2), align) for _ in range(columns)),
        ]
    ]
    middle = f"vertical-align:{writer.pick('middle', 'top')};"
    body: list[Row] = []
    for _ in range(writer.number_of(2, 5)):
        rows = writer.number_of(1, 5)
        for row in range(rows):
            group = (
                [plain(writer.label(1, 3), middle, rows=rows, head=writer.chance(0.3))]
                if row == 0
                else []
            )
            body.append(
                [
                    *group,
                    plain(writer.label(1, 4)),
                    *(plain(writer.number("decimal"), align) for _ in range(columns)),
                ]
            )
    return head, body


def months(writer: Writer, style: Style) -> Content:
    """One row per place or product, one column per month."""
    align = _aligned(writer)
    head: list[Row] = [[plain(writer.label(1, 1)), *(plain(month, align) for month in MONTHS)]]
    body: list[Row] = [
        [plain(writer.label(1, 2)), *(plain(writer.number("small"), align) for _ in MONTHS)]
        for _ in range(writer.number_of(3, 12))
    ]
    return head, body


KINDS: Sequence[tuple[Callable[[Writer, Style], Content], float]] = [
    (data, 5), (financial, 6), (long_text, 3), (key_value, 2), (schedule, 1), (directory, 0.8), (prices, 1.2),
    (specifications, 1), (nutrition, 0.4), (matrix, 1.2), (calendar, 0.4), (grouped, 1.5),
]  # fmt: skip
WIDE_KINDS: Sequence[tuple[Callable[[Writer, Style], Content], float]] = [(wide, 1), (months, 0.6)]
