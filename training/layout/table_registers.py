"""Contents of registers: entries in groups, links, and tables of a single row."""

from training.layout.grids import Cell, Content, Row, plain
from training.layout.markup import element, text
from training.layout.style import Style
from training.layout.text import Writer


def register(writer: Writer, style: Style) -> Content:
    """Entries below lines with the name of a group, or with its name only in the first row."""
    count = writer.number_of(3, max(3, min(6, int(style.column_ems / 7))))
    values = [_draw_values(writer) for _ in range(count - 1)]
    head: list[Row] = [[plain(writer.label(1, 3)) for _ in range(count)]]
    is_across, bold = writer.chance(0.5), writer.pick("font-weight:bold;", "")
    shade = writer.pick("", "", f"background:{style.tint};")
    body: list[Row] = []
    for _ in range(writer.number_of(2, 6)):
        name = writer.pick(writer.company(), writer.label(1, 4), writer.place())
        if is_across:
            body.append([plain(name, bold + shade, columns=count)])
        for entry in range(writer.number_of(1, 6)):
            first = writer.label(1, 5) if is_across else "" if entry else name
            body.append([plain(first), *(plain(_value(writer, kind)) for kind in values)])
    return head if writer.chance(0.8) else [], body


def _draw_values(writer: Writer) -> str:
    return writer.pick("date", "small", "place", "code", "label", "name", "money")


def _value(writer: Writer, kind: str) -> str:
    if kind in ("small", "money"):
        return writer.number(kind)
    return writer.label(1, 5) if kind == "label" else str(getattr(writer, kind)())


def links(writer: Writer, style: Style) -> Content:
    """Names, remarks, and a column of web addresses that may break anywhere."""
    names = [
        writer.pick("Name", "Title", "Resource"),
        writer.label(1, 2),
        writer.pick("URL", "Link"),
    ]
    order = writer.random.sample(range(3), 3) if writer.chance(0.3) else [0, 1, 2]
    count = writer.number_of(2, 3)
    order = [column for column in order if column != 1 or count == 3]
    room = f"display:inline-block;min-width:{writer.number_of(8, 16)}em;word-break:break-all"
    color = writer.pick("color:#0645ad;text-decoration:underline;", "color:#0645ad;", "")
    body: list[Row] = []
    for _ in range(writer.number_of(3, 10)):
        remark = writer.pick(writer.label(1, 4), writer.sentence(), writer.date())
        url = writer.url() if writer.chance(0.9) else ""
        linked = element("span", text(url), css=color + room)
        cells = [plain(writer.title(1, 7)), plain(remark), Cell(linked)]
        body.append([cells[column] for column in order])
    return [[plain(names[column]) for column in order]] if writer.chance(0.7) else [], body


def single_row(writer: Writer, style: Style) -> Content:
    """A header and one row below it, or two rows of names and values."""
    count = writer.number_of(2, max(2, min(6, int(style.column_ems / 7))))
    names: Row = [plain(writer.label(1, 5)) for _ in range(count)]
    kinds = [_draw_values(writer) for _ in range(count)]
    values: Row = [plain(_value(writer, kind)) for kind in kinds]
    return ([names], [values]) if writer.chance(0.8) else ([], [names, values])
