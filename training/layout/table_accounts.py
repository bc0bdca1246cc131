"""Contents of financial statements: accounts over years, with rules only above totals."""

from dataclasses import dataclass

from training.layout.grids import Cell, Content, Row, plain
from training.layout.markup import text
from training.layout.style import Style
from training.layout.text import Writer

PERIODS = ["Year Ended December 31,", "As of June 30,", "Three Months Ended March 31,",
           "Fiscal year", "Nine months ended"]  # fmt: skip
UNITS = ["(in millions)", "(in thousands, except per share data)", "(unaudited)", "$'000"]
LABEL_EMS, YEAR_EMS = 15, 8  # room that labels and a year need


@dataclass(frozen=True)
class Statement:
    """The layout of a statement."""

    years: int
    has_notes: bool  # a column of note numbers
    has_signs: bool  # currency signs in cells of their own
    has_ends: bool  # closing parentheses in cells of their own
    gap: str  # CSS between years
    indent: int  # px a level
    is_double_ruled: bool
    has_leaders: bool

    @property
    def year_cells(self) -> int:
        return 1 + self.has_signs + self.has_ends

    @property
    def cells(self) -> int:
        return 1 + self.has_notes + self.years * self.year_cells


def financial(writer: Writer, style: Style) -> Content:
    """Sections, indented labels, totals, sometimes built as in a real annual report."""
    most_years = int((style.column_ems / 0.85 - LABEL_EMS) / YEAR_EMS)
    statement = Statement(
        years=writer.number_of(1, max(1, min(5, most_years))),
        has_notes=writer.chance(0.15) and most_years > 2,
        has_signs=writer.chance(0.5),
        has_ends=writer.chance(0.25),
        gap=f"padding-left:{writer.number_of(6, 22)}px;",
        indent=writer.number_of(8, 20),
        is_double_ruled=writer.chance(0.5),
        has_leaders=writer.chance(0.08),
    )
    body: list[Row] = []
    for _ in range(writer.number_of(1, 4)):
        level = 0
        if writer.chance(0.6):
            looks = writer.pick("font-weight:bold;", "", "text-decoration:underline;")
            name = writer.label(1, 5) + writer.pick(":", "", ":")
            if writer.chance(0.5):
                body.append([plain(name, looks, columns=statement.cells)])
            else:
                body.append([plain(name, looks), *(Cell() for _ in range(statement.cells - 1))])
            level = 1
        for row in range(writer.number_of(2, 6)):
            label = writer.label(1, 5) if writer.chance(0.9) else writer.label(8, 14)
            body.append(_line(writer, statement, label, level, False, row == 0 and len(body) < 2))
        total = "Total " + writer.words(1, 3)
        body.append(
            _line(writer, statement, total, writer.number_of(0, 2), True, writer.chance(0.6))
        )
    return _head(writer, statement), body


def _head(writer: Writer, statement: Statement) -> list[Row]:
    """The years or dates, sometimes below their period and above a line of units."""
    last = writer.number_of(1990, 2026)
    align = writer.pick("text-align:center;", "text-align:right;")
    ruled = writer.pick("border-bottom:1px solid #000;", "")
    names = [str(last - i) if writer.chance(0.9) else writer.date() for i in range(statement.years)]
    dates = [plain(name, align + ruled, columns=statement.year_cells) for name in names]
    note = [plain(writer.pick("Note", "Notes", ""), align)] if statement.has_notes else []
    empty = [Cell() for _ in note]
    rows: list[Row] = [[Cell(), *note, *dates]]
    if statement.years > 1 and writer.chance(0.6):
        edge = "text-align:center;" + writer.pick("", "border-bottom:1px solid #000;")
        span = statement.years * statement.year_cells
        rows.insert(0, [Cell(), *empty, plain(writer.random.choice(PERIODS), edge, columns=span)])
    if writer.chance(0.25):
        unit = plain(writer.random.choice(UNITS), "font-style:italic;font-weight:normal;")
        rest = [Cell(columns=statement.year_cells) for _ in range(statement.years)]
        rows.append([unit, *empty, *rest])
    return rows


def _line(
    writer: Writer, statement: Statement, label: str, level: int, is_total: bool, has_sign: bool
) -> Row:
    """An account: its label, and a number for each year."""
    rule = bold = ""
    if is_total:
        rule = "border-top:1px solid #000;"
        rule += "border-bottom:3px double #000;" if statement.is_double_ruled else ""
        bold = "font-weight:bold;" if writer.chance(0.5) else ""
    name = text(label)
    if statement.has_leaders:
        name += f"<span>{' .' * max(2, 22 - len(label) // 2)}</span>"
    indent = f"padding-left:{2 + statement.indent * level}px;text-align:left;"
    cells = [Cell(name, css=indent + bold)]
    if statement.has_notes:
        cells.append(
            plain(writer.number("small") if writer.chance(0.4) else "", "text-align:center;")
        )
    for _ in range(statement.years):
        value = writer.number("account" if writer.chance(0.85) else "sparse")
        left = statement.gap
        if statement.has_signs:
            sign = "$" if has_sign else ""
            tight = "width:8px;padding-right:0;text-align:left;"
            cells.append(plain(sign, tight + statement.gap + rule + bold))
            left = "padding-left:0;"
        elif has_sign:
            value = writer.pick("$ ", "$") + value
        right, end = "", ""
        if statement.has_ends:
            right, end = "padding-right:0;", ")" if value.endswith(")") else ""
            value = value.removesuffix(")")
        cells.append(plain(value, f"text-align:right;white-space:nowrap;{left}{right}{rule}{bold}"))
        if statement.has_ends:
            cells.append(plain(end, "padding-left:0;width:6px;text-align:left;"))
    return cells


def balance_sheet(writer: Writer, style: Style) -> Content:
    """Two sides in one table, each with its own labels and numbers."""
    years = 2 if style.column_ems > 50 and writer.chance(0.5) else 1
    statement = Statement(years, False, writer.chance(0.3), False, "padding-left:8px;", 10,
                          writer.chance(0.5), False)  # fmt: skip
    sides = (
        ("Assets", "Liabilities and equity")
        if writer.chance(0.6)
        else (writer.label(1, 2), writer.label(1, 2))
    )
    last = writer.number_of(1995, 2026)
    head: list[Row] = [
        [
            cell
            for side in sides
            for cell in (
                plain(side),
                *(
                    plain(str(last - i), "text-align:right;", columns=statement.year_cells)
                    for i in range(years)
                ),
            )
        ]
    ]
    body: list[Row] = []
    count = writer.number_of(4, 11)
    for number in range(count):
        row: list[Cell] = []
        for side in range(2):
            is_total = number == count - 1 or writer.chance(0.12)
            if not is_total and side and writer.chance(0.15):
                row += [Cell() for _ in range(statement.cells)]
                continue
            label = ("Total " if is_total else "") + writer.label(1, 4)
            level = 0 if is_total else 1
            row += _line(writer, statement, label, level, is_total, number == 0)
        body.append(row)
    return head, body
