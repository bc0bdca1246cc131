"""Computer printouts: listings in monospaced columns, results by contest, consoles."""

from training.layout.fonts import MONO, NARROW, css_font
from training.layout.grids import Cell, Row, draw_look, plain, write_table
from training.layout.markup import element, paragraph, text
from training.layout.panels import STILL
from training.layout.style import Style
from training.layout.text import NUMBERS, Writer


def _type(writer: Writer) -> str:
    family = writer.random.choice(MONO if writer.chance(0.7) else NARROW)
    size, leading = writer.between(0.55, 0.85), writer.between(0.95, 1.2)
    return f"font-family:{css_font(family)};font-size:{size:.2f}em;line-height:{leading:.2f};"


def listing(writer: Writer, style: Style) -> str:
    """A register as printed by a program: header lines, records of several lines, subtotals."""
    upper = writer.chance(0.6)

    def words(low: int, high: int) -> str:
        label = writer.label(low, high)
        return label.upper() if upper else label

    def record() -> Row:
        lines = [text(words(2, 5)) for _ in range(writer.random.choice([1, 1, 2, 3]))]
        top = "vertical-align:top;"
        return [
            plain(writer.code(), top),
            *([plain(writer.date(), top)] if has_dates else []),
            *([plain(words(1, 3), top)] if has_names else []),
            Cell("<br>".join(lines), css=top),
            *(plain(writer.number(kind), top + "text-align:right;") for kind in kinds),
        ]

    has_dates, has_names = writer.chance(0.6), writer.chance(0.6)
    kinds = [writer.random.choice(list(NUMBERS)) for _ in range(writer.number_of(1, 3))]
    count = len(record())
    head: list[Row] = [[plain(words(1, 2), head=True) for _ in range(count)]]
    body: list[Row] = []
    for _ in range(writer.number_of(1, 4)):
        if writer.chance(0.4):
            body.append([plain(words(2, 6), columns=count)])
        body += [record() for _ in range(writer.number_of(2, 9))]
        if writer.chance(0.4):
            line = "border-top:1px solid #000;" if writer.chance(0.5) else ""
            total = plain(words(1, 3), columns=count - len(kinds))
            numbers = (writer.number(kind) for kind in kinds)
            body.append([total, *(plain(n, f"text-align:right;{line}") for n in numbers)])
    look = draw_look(writer, style, True, small=True, allowed=("none", "none", "head", "ends"))
    top = [words(2, 6), f"{words(1, 2)} {writer.date()}"][: writer.number_of(0, 2)]
    side = f"{STILL}text-align:{writer.pick('start', 'center')};break-after:avoid"
    named = element("p", "<br>".join(map(text, top)), css=side) if top else ""
    table = write_table(writer, look, head if writer.chance(0.8) else [], body)
    return element("div", named, table, css=_type(writer), class_="wide")


def results(writer: Writer, style: Style) -> str:
    """Small tables in columns, each below its heading: votes by contest, prices by market."""
    kind = writer.pick("integer", "percent", "money")
    party, weight = writer.chance(0.5), writer.pick("bold", "normal", "normal")
    look = draw_look(writer, style, True, small=True, allowed=("none", "none", "rows", "all"))
    line = "border-bottom:1px solid #000;" if writer.chance(0.3) else ""
    parts = []
    for _ in range(writer.number_of(4, 14)):
        bold = f"{STILL}font-weight:{weight};font-size:1em;break-after:avoid;{line}"
        heading = element("h4", text(writer.title(2, 6).upper()), css=bold)
        rows: list[Row] = [
            [
                plain(writer.name().upper() if party else writer.label(1, 3)),
                *([plain(writer.acronym())] if party else []),
                plain(writer.number(kind), "text-align:right;"),
            ]
            for _ in range(writer.number_of(2, 6))
        ]
        parts.append(heading + write_table(writer, look, [], rows))
    columns = writer.number_of(2, 4)
    css = f"columns:{columns};column-gap:{writer.number_of(8, 30)}px;{_type(writer)}"
    return element("div", *parts, css=css, class_="wide")


def console(writer: Writer, style: Style) -> str:
    """A console session: a command and its output in monospaced columns, as one block."""
    widths = [writer.number_of(6, 14) for _ in range(writer.number_of(2, 4))]
    prompt = writer.pick("> ", "$ ", ">>> ", "")
    lines = [prompt + writer.words(1, 3)]
    for row in range(writer.number_of(2, 9)):
        cells = [
            writer.number() if column and row and writer.chance(0.7) else writer.words(1, 1)
            for column in range(len(widths))
        ]
        lines.append("".join(c[: w - 1].ljust(w) for c, w in zip(cells, widths, strict=True)))
    if writer.chance(0.4):
        lines += [f"{prompt}{writer.words(1, 2)}({writer.number_of(1, 20)})", writer.words(3, 8)]
    tint = f"background:{style.tint};" if writer.chance(0.3) else ""
    css = f"margin:.6em {writer.number_of(0, 30)}px;text-align:start;line-height:1.2;{tint}"
    block = element("pre", text("\n".join(lines)), role="code", css=css + "break-inside:avoid")
    return block + (paragraph(writer.prose()) if writer.chance(0.5) else "")
