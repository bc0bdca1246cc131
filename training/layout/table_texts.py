"""Contents of tables of words: header rows and body rows."""

from collections.abc import Callable

from training.layout.grids import Cell, Content, Row, plain
from training.layout.markup import element, paragraph, text
from training.layout.style import Style
from training.layout.text import Writer

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def long_text(writer: Writer, style: Style) -> Content:
    """Cells of several lines of text, sometimes in groups that span rows."""
    columns = writer.number_of(2, max(2, min(4, int(style.column_ems / 9))))
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
    """Names and their values, without a header row."""
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
    """Times or dates and the events at these times."""
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
    """Articles with number, quantity and price, sometimes with a total below."""
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


def bulleted(writer: Writer, style: Style) -> Content:
    """Topics and lists or paragraphs about them."""
    columns = writer.number_of(2, max(2, min(3, int(style.column_ems / 14))))
    head: list[Row] = (
        [[plain(writer.label(1, 2)) for _ in range(columns)]] if writer.chance(0.8) else []
    )
    tight = "margin:0;padding-inline-start:1.2em;"

    def cell() -> Cell:
        if writer.chance(0.65):
            items = [element("li", text(writer.label(2, 9))) for _ in range(writer.number_of(2, 4))]
            return Cell(element("ul", *items, css=tight))
        return Cell("".join(paragraph(writer.sentence()) for _ in range(writer.number_of(1, 2))))

    body: list[Row] = [
        [plain(writer.label(1, 4), "font-weight:bold;"), *(cell() for _ in range(columns - 1))]
        for _ in range(writer.number_of(2, 5))
    ]
    return head, body


def form_grid(writer: Writer, style: Style) -> Content:
    """The boxes of a form, each with a label in small type and sometimes its value below."""
    width = 12
    body: list[Row] = []
    edge = "border:1px solid #000;vertical-align:top;"
    for _ in range(writer.number_of(3, 8)):
        row: list[Cell] = []
        room = width
        while room:
            span = min(room, writer.random.choice([3, 4, 6, 6, 12]))
            span = room if room - span < 3 else span
            value = (
                text(writer.pick(writer.label(1, 3), writer.code(), writer.date()))
                if writer.chance(0.5)
                else "&nbsp;"
            )
            label = element(
                "small",
                text(f"{writer.pick('', str(writer.number_of(1, 40)) + ' ')}{writer.label(1, 5)}"),
            )
            row.append(Cell(f"{label}<br>{value}", span, css=edge))
            room -= span
        body.append(row)
    return [], body
