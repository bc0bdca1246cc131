"""Elements with tables: alone, side by side, stacked; with captions, units and notes."""

from collections.abc import Callable
from dataclasses import replace

from training.layout.grids import Content, draw_look, write_table
from training.layout.markup import element, paragraph, text
from training.layout.prose import heading
from training.layout.style import Style
from training.layout.table_accounts import balance_sheet, financial
from training.layout.table_mixed import mixed
from training.layout.table_numbers import (
    data,
    grouped,
    matrix,
    months,
    nutrition,
    progress_plan,
    ratings,
    regression,
    specifications,
    timetable,
    wide,
)
from training.layout.table_registers import links, register, single_row
from training.layout.table_texts import (
    bulleted,
    calendar,
    directory,
    form_grid,
    key_value,
    long_text,
    prices,
    schedule,
)
from training.layout.table_wrapped import wrapped
from training.layout.text import Writer

Maker = Callable[[Writer, Style], Content]
KINDS: list[tuple[Maker, float, float]] = [  # the content of a table, its weight, the ems it needs
    (data, 5, 12), (financial, 6, 20), (long_text, 3, 16), (key_value, 2, 14), (schedule, 1, 22),
    (directory, 0.8, 26), (prices, 1.2, 32), (specifications, 1, 30), (nutrition, 0.4, 10),
    (matrix, 1.2, 18), (calendar, 0.4, 26), (grouped, 1.5, 22), (regression, 1, 16),
    (progress_plan, 0.4, 28), (timetable, 0.5, 28), (ratings, 0.4, 22), (bulleted, 1, 24),
    (form_grid, 0.8, 24), (balance_sheet, 0.9, 38), (mixed, 9, 12),
    (wrapped, 4, 20), (register, 1.5, 24), (links, 0.8, 22), (single_row, 1, 16),
]  # fmt: skip

WIDE_KINDS: list[tuple[Maker, float, float]] = [(wide, 1, 40), (months, 0.6, 46), (mixed, 1, 40)]
UNITS = ["(in millions)", "(In thousands, except per share amounts)", "Amounts in EUR million",
         "(unaudited)", "Percent", "(dollars in thousands)", "€ 000", "Million m³"]  # fmt: skip


def caption(writer: Writer) -> str:
    """The caption of a table as HTML: a number and a title or a sentence, sometimes units below."""
    part = writer.pick("", "", f".{writer.number_of(1, 9)}", "a", "B")
    number = f"{writer.number_of(1, 20)}{part}"
    name = (
        f"{writer.pick('Table', 'TABLE', 'Exhibit', 'Tab.', 'Schedule')} "
        f"{number}{writer.pick('.', ':', '', ' –')}"
    )
    words = writer.sentence() if writer.chance(0.4) else writer.title(3, 9)
    if writer.chance(0.2):
        name = ""
    joint = writer.pick(" ", " ", "<br>") if name else ""
    units = f"<br>{text(writer.random.choice(UNITS))}" if writer.chance(0.15) else ""
    return (
        (element("b", text(name)) if writer.chance(0.5) else text(name))
        + joint
        + text(words)
        + units
    )


def notes(writer: Writer) -> str:
    """Notes below a table: a source, remarks, or marked footnotes, each one a paragraph."""
    marks = writer.random.choice(
        [
            ["Note: "],
            ["Source: "],
            ["* ", "** "],
            ["(1) ", "(2) ", "(3) "],
            ["a ", "b "],
            ["Notes: ", "Source: "],
        ]
    )
    return "".join(paragraph(mark + writer.sentence(), "margin:.15em 0", "note") for mark in marks)


def _wrapped(writer: Writer, style: Style, table: str) -> str:
    """A table, with or without a heading and a line of units above and notes below."""
    before = ""
    if writer.chance(0.08):
        before = heading(writer, style, 3)
    if writer.chance(0.5 if before else 0.1):
        before += paragraph(
            writer.random.choice(UNITS),
            (
                f"text-align:{writer.pick('start', 'start', 'end', 'center')};"
                f"margin:{0 if before else 0.3}em 0 0;"
                "text-indent:0;break-after:avoid"
            ),
            "note",
        )
    return before + table + (notes(writer) if writer.chance(0.25) else "")


def draw_content(writer: Writer, style: Style, kinds: list[tuple[Maker, float, float]]) -> Content:
    """Draw the content of a table of one of several kinds that fits a column of text."""
    fitting = [(maker, weight) for maker, weight, ems in kinds if ems <= style.column_ems]
    makers, weights = zip(*fitting or [(data, 1.0)], strict=True)
    content: Content = writer.random.choices(makers, weights)[0](writer, style)
    return content


def _narrowed(style: Style, parts: float) -> Style:
    """The style for part of a column."""
    return replace(style, size=style.size * parts)


def _named(writer: Writer, chance: float) -> str:
    return caption(writer) if writer.chance(chance) else ""


def table(writer: Writer, style: Style) -> str:
    """A table of any kind that fits a column of text."""
    head, body = draw_content(writer, style, KINDS)
    look = draw_look(writer, style, small=style.columns > 1)
    return _wrapped(writer, style, write_table(writer, look, head, body, _named(writer, 0.4)))


def financial_table(writer: Writer, style: Style) -> str:
    """A statement of accounts, usually ruled only above and below its totals."""
    head, body = financial(writer, style)
    sparse = (
        ["none", "none", "none", "zebra", "head", "ends", "rows"] if writer.chance(0.8) else None
    )
    look = draw_look(writer, style, writer.chance(0.8), style.columns > 1, sparse)
    return _wrapped(writer, style, write_table(writer, look, head, body, _named(writer, 0.2)))


def wide_table(writer: Writer, style: Style) -> str:
    """A table of many columns in small type, across all columns of the page."""
    head, body = draw_content(writer, replace(style, columns=1), WIDE_KINDS)
    look = draw_look(writer, style, True, small=True)
    whole = _wrapped(writer, style, write_table(writer, look, head, body, _named(writer, 0.5)))
    return element("div", whole, class_="wide")


def key_value_table(writer: Writer, style: Style) -> str:
    head, body = key_value(writer, style)
    return write_table(writer, draw_look(writer, style, writer.chance(0.4)), head, body)


def label_table(writer: Writer, style: Style) -> str:
    """A narrow boxed table with a title in large type, as on packages."""
    head, body = nutrition(writer, style)
    look = draw_look(writer, style, full=False)
    large = "font-size:1.5em;font-weight:bold;margin:0;text-indent:0"
    title = paragraph(writer.title(1, 2), large)
    box = "border:1px solid #000;padding:5px;break-inside:avoid;margin:.6em 0;"
    box += f"width:fit-content;min-width:{writer.number_of(110, 230)}px;"
    return element("div", title, write_table(writer, look, head, body), css=box)


def _halves(writer: Writer, left: str, right: str) -> str:
    grid = "display:grid;grid-template-columns:repeat(2,minmax(0,1fr));align-items:start;"
    css = f"{grid}gap:{writer.number_of(8, 28)}px;break-inside:avoid;"
    return element("div", element("div", left), element("div", right), css=css, class_="wide")


def tables_side_by_side(writer: Writer, style: Style) -> str:
    """Two tables side by side, with the same look."""
    look = draw_look(writer, style, True, small=True)
    half = _narrowed(replace(style, columns=1), 2)
    columns = writer.number_of(2, 3)
    tables = []
    for _ in range(2):
        many = writer.chance(0.7)
        head, body = data(writer, half, columns) if many else key_value(writer, half)
        tables.append(write_table(writer, look, head, body[:12], _named(writer, 0.4)))
    return _halves(writer, *tables)


def stacked_tables(writer: Writer, style: Style) -> str:
    """Two or three stacked tables of equal width, with nothing, a title or a line between."""
    look = draw_look(writer, style, True, small=style.columns > 1)
    columns, parts = writer.number_of(2, max(2, min(4, int(style.column_ems / 7)))), []
    between = writer.pick("nothing", "title", "line", "paragraph")
    for _ in range(writer.number_of(2, 3)):
        if between == "title":
            parts.append(element("h3", text(writer.title(1, 6))))
        elif between != "nothing":
            words = writer.label(3, 9) if between == "line" else writer.sentences(2)
            parts.append(paragraph(words, "break-after:avoid"))
        head, body = data(writer, style, columns)
        parts.append(write_table(writer, look, head, body[:10], _named(writer, 0.2)))
    return "".join(parts)


def table_beside_text(writer: Writer, style: Style) -> str:
    """A table on one side and a paragraph on the other."""
    half = _narrowed(replace(style, columns=1), 2)
    head, body = data(writer, half, writer.number_of(2, 3))
    whole = write_table(writer, draw_look(writer, style, True, small=True), head, body[:10])
    words = "".join(paragraph(writer.prose()) for _ in range(writer.number_of(1, 2)))
    return _halves(writer, *((words, whole) if writer.chance(0.5) else (whole, words)))


def landscape_table(writer: Writer, style: Style) -> str:
    """A wide table on a separate landscape page."""
    lying = replace(style, columns=1, paper=replace(style.paper, width=style.paper.height))
    head, body = draw_content(writer, lying, WIDE_KINDS)
    look = draw_look(writer, style, True, small=True)
    whole = write_table(writer, look, head, body[:24], _named(writer, 0.7))
    return element("div", whole, class_="wide", css="page:lying;break-before:page;break-after:page")


def turned_table(writer: Writer, style: Style) -> str:
    """A table turned by 90 degrees on a separate portrait page, with its caption."""
    lying = replace(style, columns=1, paper=replace(style.paper, width=style.paper.height))
    head, body = draw_content(writer, lying, WIDE_KINDS)
    look = draw_look(writer, style, True, small=True)
    whole = write_table(writer, look, head, body[:14], _named(writer, 0.7))
    height = style.paper.body_height - 4
    mode = writer.pick("sideways-lr", "sideways-lr", "vertical-rl")
    page = f"height:{height:.0f}mm;break-before:page;break-after:page;max-width:100%;"
    whole = element("div", whole, css=f"writing-mode:{mode};height:100%;text-orientation:sideways")
    return element("div", whole, class_="wide", css=page)
