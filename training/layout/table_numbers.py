"""Contents of tables of numbers and marks: header rows and body rows."""

from dataclasses import replace

from training.layout import vocabulary
from training.layout.grids import Cell, Content, Row, plain
from training.layout.style import Style
from training.layout.text import NUMBERS, Writer

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _aligned(writer: Writer) -> str:
    return f"text-align:{writer.pick('right', 'right', 'center', 'left')};"


def data(writer: Writer, style: Style, columns: int | None = None) -> Content:
    """Labels and numbers below one or two levels of heads."""
    most = max(2, min(7, int(style.column_ems / 7)))
    columns = columns or writer.number_of(2, most)
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
            [replace(corner, rows=2) if two_rows else Cell(), *groups],
            names if two_rows else [corner, *names],
        ]
    body: list[Row] = []
    sizes = [writer.number_of(2, 8), writer.number_of(9, 18), writer.number_of(30, 70)]
    for _ in range(writer.random.choices(sizes, [0.5, 0.43, 0.07])[0]):
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
    columns = writer.number_of(2, max(2, min(6, int(style.column_ems / 6))))
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


def grouped(writer: Writer, style: Style) -> Content:
    """Groups whose names span the rows of the group, sometimes on two levels."""
    columns = writer.number_of(1, max(1, min(4, int(style.column_ems / 6 - 2))))
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


def regression(writer: Writer, style: Style) -> Content:
    """Estimates with their errors in parentheses below, in separate rows or in the same cell."""
    columns, align = (
        writer.number_of(1, max(1, min(6, int(style.column_ems / 7)))),
        "text-align:center;",
    )
    own_rows = writer.chance(0.5)
    head: list[Row] = [[Cell(), *(plain(f"({i})", align) for i in range(1, columns + 1))]]
    if writer.chance(0.4):
        head.append([Cell(), *(plain(writer.label(1, 2), align) for _ in range(columns))])
    body: list[Row] = []
    for _ in range(writer.number_of(3, 9)):
        label = plain(writer.label(1, 3))
        values = [writer.number("stars") if writer.chance(0.8) else "" for _ in range(columns)]
        errors = [f"({writer.between(0, 1):.3f})" if value else "" for value in values]
        if own_rows:
            body.append([label, *(plain(value, align) for value in values)])
            body.append([Cell(), *(plain(error, align) for error in errors)])
        else:
            pairs = zip(values, errors, strict=True)
            body.append(
                [label, *(Cell(f"{value}<br>{error}", css=align) for value, error in pairs)]
            )
    rule = "border-top:1px solid #000;"
    for number, name in enumerate(("Observations", "R²", "Controls")):
        values = [
            writer.pick("Yes", "No") if name == "Controls" else writer.number("decimal")
            for _ in range(columns)
        ]
        edge = rule if number == 0 else ""
        body.append([plain(name, edge), *(plain(value, align + edge) for value in values)])
    return head, body


def progress_plan(writer: Writer, style: Style) -> Content:
    """Tasks and the periods they take, as shaded cells without text."""
    columns = writer.number_of(4, max(4, min(12, int(style.column_ems / 3 - 4))))
    shade = f"background:{writer.pick(style.accent, '#7aa6d8', '#999')};"
    unit = writer.pick("Q", "W", "M", "")
    names = [plain(f"{unit}{i}", "text-align:center;") for i in range(1, columns + 1)]
    head: list[Row] = [[plain(writer.pick("Task", "Activity", "Phase")), *names]]
    body: list[Row] = []
    for _ in range(writer.number_of(4, 10)):
        start = writer.number_of(0, columns - 2)
        stop = writer.number_of(start + 1, columns)
        cells = [Cell(css=shade if start <= i < stop else "") for i in range(columns)]
        body.append([plain(writer.label(1, 5)), *cells])
    return head, body


def timetable(writer: Writer, style: Style) -> Content:
    """Stops and the times of many runs."""
    columns = writer.number_of(4, max(4, min(12, int(style.column_ems / 4 - 3))))
    align = "text-align:center;"
    head: list[Row] = [
        [
            plain(writer.pick("Stop", "Station", "")),
            *(plain(str(100 + i), align) for i in range(columns)),
        ]
    ]
    first = writer.number_of(300, 500)
    body: list[Row] = []
    for stop in range(writer.number_of(5, 16)):
        times = [first + stop * 7 + run * 31 for run in range(columns)]
        written = [f"{t // 60 % 24}:{t % 60:02d}" if writer.chance(0.93) else "–" for t in times]
        body.append([plain(writer.place()), *(plain(value, align) for value in written)])
    return head, body


def ratings(writer: Writer, style: Style) -> Content:
    """A square of likelihood and impact, or grades, in colored cells."""
    colors = ["#8fce8f", "#f4e08a", "#f2b07b", "#e57373"]
    words = writer.random.choice(
        [["Low", "Medium", "High", "Severe"], ["1", "2", "3", "4"], ["A", "B", "C", "D"]]
    )
    head: list[Row] = [
        [plain(writer.label(1, 2)), *(plain(name, "text-align:center;") for name in words)]
    ]
    body: list[Row] = []
    for row in range(writer.number_of(3, 5)):
        cells = []
        for column in range(4):
            level = min(3, (row + column) // 2)
            cells.append(plain(words[level], f"background:{colors[level]};text-align:center;"))
        body.append([plain(writer.label(1, 3), head=True), *cells])
    return head, body
