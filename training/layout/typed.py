"""Text as typed by people: manual labels, tabs, hanging lines, addresses, space for answers."""

from training.layout.grids import draw_look, write_table
from training.layout.markup import element, paragraph, text
from training.layout.panels import STILL
from training.layout.pictures import photograph
from training.layout.style import Style
from training.layout.table_accounts import financial
from training.layout.text import Writer

LABELS = (  # of the levels of clauses: (form, labels)
    ("({})", "abcdefgh"), ("({})", ("i", "ii", "iii", "iv", "v")), ("({})", "ABCDE"),
    ("{}.", "123456"), ("{})", "abcdef"), ("{}.", ("i", "ii", "iii", "iv")), ("{}.", "ABCDEF"),
)  # fmt: skip


def tabbed(label: str, width: float) -> str:
    """Return HTML padded on the right to a width, as by a tab."""
    css = f"display:inline-block;min-width:{width:.1f}em;text-indent:0"
    return element("span", label, css=css)


def typed_clauses(writer: Writer, style: Style) -> str:
    """Paragraphs with labels typed by hand: hanging, or with an indented first line; some titled.

    A title is underlined at the start of its paragraph, or alone with the text below it.
    """
    room = min(1.0, style.column_ems / 30)
    width, step = writer.between(1.6, 4) * room, writer.between(0, 3) * room
    deep = writer.between(1.5, 5) * room if writer.chance(0.45) else 0.0
    gap = writer.random.choice([0.0, 0.4, 0.8, 1.0, 1.2, 2.0])
    titles = writer.pick("none", "none", "run-in", "run-in", "alone")
    looks = ["u", "b", "b", "i"] if titles == "alone" else ["u", "b", "b", "i", "span"]
    look, case = writer.random.choice(looks), writer.pick("", "", "upper")
    color = writer.pick("inherit", "inherit", style.accent)
    depth = writer.number_of(1, 3)
    forms = [writer.random.choice(LABELS) for _ in range(depth)]
    parts = []

    def clause(level: int, number: int) -> None:
        form, labels = forms[level]
        margin = level * step + (0 if deep else width)
        css = f"margin:0 0 {gap:.1f}em;margin-inline-start:{margin:.1f}em;"
        css += f"text-indent:{deep if deep else -width:.1f}em"
        label = tabbed(text(form.format(labels[number % len(labels)])), width)
        words = text(writer.sentences(writer.number_of(1, 4)))
        title = writer.title(1, 5)
        named = element(look, text(title.upper() if case else title))
        if titles == "alone" and level == 0:
            plain = f";font:inherit;color:{color};break-after:avoid"
            parts.append(element("h4", label, named, css=css + plain))
            below = f"margin:0 0 {gap:.1f}em;margin-inline-start:{margin:.1f}em;text-indent:0"
            parts.extend(
                paragraph(writer.sentences(writer.number_of(1, 4)), below)
                for _ in range(writer.number_of(1, 2))
            )
        elif titles == "run-in" and level == 0:
            parts.append(element("p", label, named, ". ", words, css=css))
        else:
            parts.append(element("p", label, words, css=css))
        if level + 1 < depth and writer.chance(0.4):
            for part in range(writer.number_of(2, 4)):
                clause(level + 1, part)

    for number in range(writer.number_of(2, 5)):
        clause(0, number)
    return "".join(parts)


def _address(writer: Writer) -> list[str]:
    """The lines of an address: shorter lines, and more of them, than on an envelope."""
    street, *rest = writer.address()
    lines = [writer.pick(writer.company(), writer.name()), street]
    lines += [part.strip() for line in rest for part in line.split(",")]
    if writer.chance(0.5):
        lines.append(writer.place())
    if writer.chance(0.7):
        lines.append(f"{writer.pick('Telephone: ', 'Tel. ', 'Phone ', '')}{writer.phone()}")
    if writer.chance(0.3):
        lines.append(writer.email())
    return lines


def directory(writer: Writer, style: Style) -> str:
    """Offices or advisers in columns: their names and the lines of their addresses."""
    tag, color = writer.pick("h3", "h4"), writer.pick(style.accent, "#000")
    weight, gap = writer.pick("bold", "bold", "normal"), writer.between(0.6, 1.8)
    leading = writer.between(1.1, 1.6)
    parts = []
    for _ in range(writer.number_of(3, 10)):
        if writer.chance(0.75):
            css = f"{STILL}font-weight:{weight};color:{color};font-size:1em;break-after:avoid"
            name = writer.pick(writer.title(1, 4), writer.job(), writer.label(1, 3))
            parts.append(element(tag, text(name), css=css))
        for _ in range(writer.random.choice([1, 1, 1, 2])):
            css = f"{STILL}margin-bottom:{gap:.1f}em;text-align:start;line-height:{leading:.2f};"
            lines = "<br>".join(map(text, _address(writer)))
            parts.append(element("p", lines, css=css + "break-inside:avoid"))
    columns = writer.number_of(2, 3) if style.columns == 1 else 1
    return element("div", *parts, css=f"columns:{columns};column-gap:8mm;margin:.5em 0")


def worksheet(writer: Writer, style: Style) -> str:
    """Questions with space for an answer below, or with words to choose from at the right."""
    kind = writer.pick("room", "lines", "choices")
    words, parts = [], []
    if kind == "choices":
        words = list(writer.random.choice([("yes", "no"), ("Yes", "No", "N/A"), ("☐", "☐")]))
    width = min(writer.between(24, 36), style.column_ems * 0.7)
    first = writer.number_of(1, 20) if writer.chance(0.4) else 0
    for number in range(writer.number_of(3, 8)):
        label = f"{first + number}. " if first else ""
        if words:
            asked = tabbed(text(label + writer.label(2, 6) + "?"), width)
            rest = "_" * writer.number_of(5, 15) if writer.chance(0.3) else ""
            answers = [tabbed(element("b", word), 3.2) for word in words]
            parts.append(element("p", asked, *answers, rest, css=STILL + "text-align:start"))
            continue
        asked = label + " ".join(writer.label(5, 12) + "?" for _ in range(writer.number_of(1, 3)))
        room = writer.between(2, 5) if kind == "room" else 0.3
        parts.append(paragraph(asked, f"{STILL}margin-bottom:{room:.1f}em"))
        if kind == "lines":
            line = "_" * int(style.column_ems * 1.6)
            parts += [paragraph(line, STILL) for _ in range(writer.number_of(1, 3))]
    return element("h3", text(writer.title(1, 4))) + "".join(parts)


def discussed_figures(writer: Writer, style: Style) -> str:
    """A management discussion of results: heading, unit, a short table, a note, the text."""
    parts = []
    unit = writer.pick("In thousands", "in millions", "Unaudited", "In millions of dollars")
    exception, currency = writer.label(1, 4).lower(), f"{writer.place()} dollars"
    unit += writer.pick("", f", except {exception}", f" of {currency}")
    heading, slant = writer.pick("h3", "h4"), writer.pick("italic", "normal")
    look, form = draw_look(writer, style, True, small=True), writer.pick("({})", "({})", "{}")
    for _ in range(writer.number_of(1, 4)):
        mark = element("sup", str(writer.number_of(1, 4))) if writer.chance(0.4) else ""
        bold = STILL + "font-weight:bold;font-size:1em;break-after:avoid"
        parts.append(element(heading, text(writer.title(1, 4)), mark, css=bold))
        size = writer.between(0.75, 1)
        small = f"{STILL}font-style:{slant};font-size:{size:.2f}em;break-after:avoid"
        if writer.chance(0.8):
            parts.append(paragraph(form.format(unit), small))
        head, body = financial(writer, style)
        parts.append(write_table(writer, look, head, body[: writer.number_of(2, 5)]))
        if mark and writer.chance(0.6):
            parts.append(element("p", mark, " ", text(writer.sentences(2)), class_="note"))
        parts.append(paragraph(writer.prose()))
    return "".join(parts)


def small_grid(writer: Writer, style: Style) -> str:
    """A framed table of one or two rows below its header, with centered cells."""
    columns = writer.number_of(2, max(2, min(5, int(style.column_ems / 9))))
    border = f"border:1px solid {writer.pick('#000', '#888')};padding:{writer.number_of(1, 6)}px"
    side, weight = writer.pick("center", "start"), writer.pick("bold", "normal")
    rows = []
    for row in range(writer.number_of(2, 3)):
        texts = [writer.label(1, 5) if row == 0 else _value(writer) for _ in range(columns)]
        css = f"{border};text-align:{side};font-weight:{weight if row == 0 else 'normal'};"
        cells = [element("th" if row == 0 else "td", text(words), css=css) for words in texts]
        rows.append(element("tr", *cells))
    table = element("table", element("tbody", *rows), css="width:100%;border-collapse:collapse")
    return paragraph(writer.sentence(), "break-after:avoid") + table


def _value(writer: Writer) -> str:
    return writer.pick(
        writer.label(1, 6), writer.code(), writer.number("money"), writer.date(), writer.acronym()
    )


def announcement(writer: Writer, style: Style) -> str:
    """A small picture at the side or center, and centered paragraphs below it."""
    center = STILL + "text-align:center;"
    side = writer.pick("center", "start", "start")
    picture = photograph(writer, f"{writer.number_of(15, 45)}%", writer.between(1, 6))
    figure = element("figure", picture, css=f"text-align:{side}")
    gap = writer.between(0.2, 1)
    slant, weight = writer.pick("normal", "italic"), writer.pick("normal", "normal", "bold")
    looks = f"{center}margin-bottom:{gap:.1f}em;font-style:{slant};font-weight:{weight}"
    if writer.chance(0.5):
        lines = [writer.label(4, 9) for _ in range(writer.number_of(3, 7))]
        return figure + element("p", "<br>".join(map(text, lines)), css=looks)
    words = (writer.sentences(writer.number_of(1, 3)) for _ in range(writer.number_of(1, 4)))
    return figure + "".join(paragraph(each, looks) for each in words)


def signature_lines(writer: Writer, style: Style) -> str:
    """Lines to sign on, with name and office below, on one side or for two parties."""
    line = "_" * writer.number_of(16, 30)
    parties = []
    for _ in range(writer.number_of(1, 2)):
        lines = [writer.company().upper(), "", f"By: {line}", f"Name: {writer.name()}"]
        lines += [f"Title: {writer.job()}"] if writer.chance(0.7) else []
        lines += [f"Date: {line[:12]}"] if writer.chance(0.4) else []
        css = f"margin:0 0 1.5em;margin-inline-start:{writer.pick('0em', '12em')};text-indent:0;"
        parties.append(element("p", "<br>".join(map(text, lines)), css=css + "text-align:start"))
    return "".join(parties)
