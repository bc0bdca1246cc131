"""Elements with tables: alone, side by side, one below the other; with captions, units and notes."""

from training.layout.grids import draw_look, write_table
from training.layout.markup import element, paragraph, text
from training.layout.style import Style
from training.layout.table_contents import (
    KINDS,
    WIDE_KINDS,
    Content,
    data,
    financial,
    key_value,
    nutrition,
)
from training.layout.text import Writer

UNITS = ["(in millions)", "(In thousands, except per share amounts)", "Amounts in EUR million",
         "(unaudited)", "Percent", "(dollars in thousands)", "€ 000", "Million m³"]  # fmt: skip


def caption(writer: Writer) -> str:
    """The caption of a table as HTML: a number and a title or a sentence, at times units below."""
    number = f"{writer.number_of(1, 20)}{writer.pick('', '', f'.{writer.number_of(1, 9)}', writer.pick('a', 'B'))}"
    name = f"{writer.pick('Table', 'TABLE', 'Exhibit', 'Tab.', 'Schedule')} {number}{writer.pick('.', ':', '', ' –')}"
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


def _wrapped(writer: Writer, table: str) -> str:
    """A table with a line of units above and notes below, or neither."""
    before = ""
    if writer.chance(0.1):
        before = paragraph(
            writer.random.choice(UNITS),
            f"text-align:{writer.pick('start', 'end', 'center')};margin:.3em 0 0;text-indent:0;break-after:avoid",
            "note",
        )
    return before + table + (notes(writer) if writer.chance(0.25) else "")


def _content(writer: Writer, style: Style) -> Content:
    makers, weights = zip(*KINDS, strict=True)
    content: Content = writer.random.choices(makers, weights)[0](writer, style)
    return content


def table(writer: Writer, style: Style) -> str:
    """A table of any kind that fits a column of text."""
    head, body = _content(writer, style)
    look = draw_look(writer, style, small=style.columns > 1)
    return _wrapped(
        writer, write_table(writer, look, head, body, caption(writer) if writer.chance(0.4) else "")
    )


def financial_table(writer: Writer, style: Style) -> str:
    """A statement of accounts, without rules but above and below totals more often than not."""
    head, body = financial(writer, style)
    look = draw_look(writer, style, full=writer.chance(0.8), small=style.columns > 1)
    return _wrapped(
        writer, write_table(writer, look, head, body, caption(writer) if writer.chance(0.2) else "")
    )


def wide_table(writer: Writer, style: Style) -> str:
    """A table of many columns in small type, over all columns of the page."""
    makers, weights = zip(*WIDE_KINDS, strict=True)
    head, body = writer.random.choices(makers, weights)[0](writer, style)
    look = draw_look(writer, style, full=True, small=True)
    whole = _wrapped(
        writer, write_table(writer, look, head, body, caption(writer) if writer.chance(0.5) else "")
    )
    return element("div", whole, class_="wide")


def key_value_table(writer: Writer, style: Style) -> str:
    head, body = key_value(writer, style)
    return write_table(writer, draw_look(writer, style, full=writer.chance(0.4)), head, body)


def label_table(writer: Writer, style: Style) -> str:
    """A narrow boxed table with a title in large type, as on packages."""
    head, body = nutrition(writer, style)
    look = draw_look(writer, style, full=False)
    title = element(
        "p", text(writer.title(1, 2)), css="font-size:1.5em;font-weight:bold;margin:0;text-indent:0"
    )
    width = writer.number_of(150, 230)
    box = f"border:1px solid #000;padding:5px;width:{width}px;break-inside:avoid;margin:.6em 0;"
    return element("div", title, write_table(writer, look, head, body), css=box)


def _halves(writer: Writer, style: Style, left: str, right: str) -> str:
    css = f"display:grid;grid-template-columns:1fr 1fr;gap:{writer.number_of(8, 28)}px;align-items:start;break-inside:avoid"
    return element(
        "div",
        element("div", left, css="min-width:0"),
        element("div", right, css="min-width:0"),
        css=css,
    )


def tables_side_by_side(writer: Writer, style: Style) -> str:
    """Two tables beside each other, of one look."""
    look = draw_look(writer, style, full=True, small=True)
    columns = writer.number_of(2, 3)
    tables = []
    for _ in range(2):
        head, body = (
            data(writer, style, columns) if writer.chance(0.7) else key_value(writer, style)
        )
        tables.append(
            write_table(
                writer, look, head, body[:12], caption(writer) if writer.chance(0.4) else ""
            )
        )
    return element("div", _halves(writer, style, *tables), class_="wide")


def stacked_tables(writer: Writer, style: Style) -> str:
    """Two or three tables of one width below each other: nothing, a title or a line between."""
    look = draw_look(writer, style, full=True, small=style.columns > 1)
    columns, parts = writer.number_of(2, 4), []
    between = writer.pick("nothing", "title", "line", "paragraph")
    for _ in range(writer.number_of(2, 3)):
        if between == "title":
            parts.append(element("h3", text(writer.title(1, 6))))
        elif between != "nothing":
            words = writer.label(3, 9) if between == "line" else writer.sentences(2)
            parts.append(paragraph(words, "break-after:avoid"))
        head, body = data(writer, style, columns)
        parts.append(
            write_table(
                writer, look, head, body[:10], caption(writer) if writer.chance(0.2) else ""
            )
        )
    return "".join(parts)


def table_beside_text(writer: Writer, style: Style) -> str:
    """A table at one side and a paragraph at the other."""
    head, body = data(writer, style, writer.number_of(2, 3))
    whole = write_table(writer, draw_look(writer, style, full=True, small=True), head, body[:10])
    words = paragraph(writer.prose()) + (paragraph(writer.prose()) if writer.chance(0.4) else "")
    sides = (words, whole) if writer.chance(0.5) else (whole, words)
    return element("div", _halves(writer, style, *sides), class_="wide")
