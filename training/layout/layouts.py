"""Text next to other text: side headings, margin notes, parallel columns, steps, notes."""

from training.layout.markup import element, paragraph, text
from training.layout.panels import STILL, ground
from training.layout.prose import bare_list, body_paragraph
from training.layout.style import Style
from training.layout.text import Writer

BARE = "color:inherit;background:none;border:0;padding:0;"  # a heading without background or rule


def _beside(first: str, second: str, widths: str, gap: float, css: str = "") -> str:
    """Two blocks side by side; widths are tracks of a CSS grid."""
    grid = f"display:grid;grid-template-columns:{widths};gap:{gap:.0f}px;align-items:start;"
    sides = (element("div", side, css="min-width:0") for side in (first, second))
    return element("div", *sides, css=grid + css)


def side_headings(writer: Writer, style: Style) -> str:
    """Headings in a separate margin, with their text next to them."""
    width, level = writer.number_of(18, 32), writer.pick("h3", "h3", "h4")
    parts = []
    for _ in range(writer.number_of(2, 4)):
        name = element(level, text(writer.title(1, 4)), css="margin-top:0;text-align:start;")
        words = bare_list(writer) if writer.chance(0.2) else body_paragraph(writer, style)
        parts.append(_beside(name, words, f"{width}% 1fr", writer.between(8, 20)))
    return element("div", *parts, class_="wide")


def side_entries(writer: Writer, style: Style) -> str:
    """Number, name and date of each entry in a separate margin, with its text next to them."""
    width, gap = writer.number_of(14, 28), writer.between(8, 24)
    has_number, has_date = writer.chance(0.7), writer.chance(0.6)
    is_bold, first = writer.chance(0.6), writer.number_of(1, 90)
    form = writer.pick("{}", "{}.", "No. {}", "Item {}", "§ {}", "{}.1")
    parts = []
    for number in range(first, first + writer.number_of(2, 6)):
        lines = [form.format(number)] if has_number else []
        lines.append(writer.pick(writer.name(), writer.title(1, 3)))
        lines += [writer.date()] if has_date else []
        name = element("b" if is_bold else "span", "<br>".join(map(text, lines)))
        side = element("p", name, css=STILL + "text-align:start")
        words = [paragraph(writer.prose()) for _ in range(writer.random.choice([1, 1, 2]))]
        rule = "border-top:1px solid #999;padding-top:4px;" if is_bold and has_date else ""
        parts.append(_beside(side, "".join(words), f"{width}% 1fr", gap, rule))
    return element("div", *parts, class_="wide")


def margin_notes(writer: Writer, style: Style) -> str:
    """Paragraphs with short remarks in small type next to some of them."""
    width, at_end = writer.number_of(16, 26), writer.chance(0.6)
    looks = f"font-size:.78em;line-height:1.25;text-align:start;{STILL}"
    looks += (
        f"font-style:{writer.pick('normal', 'italic')};color:{writer.pick('#000', style.accent)}"
    )
    parts = []
    for _ in range(writer.number_of(2, 4)):
        note = paragraph(writer.label(4, 16), looks) if writer.chance(0.6) else ""
        words = body_paragraph(writer, style)
        tracks = f"1fr {width}%" if at_end else f"{width}% 1fr"
        sides = (words, note) if at_end else (note, words)
        parts.append(_beside(*sides, tracks, writer.between(8, 18)))
    return element("div", *parts, class_="wide")


def parallel_text(writer: Writer, style: Style) -> str:
    """Paragraphs in two columns, aligned pair by pair, as in two languages."""
    other = Writer.seeded(writer.random.getrandbits(30), writer.pick("en", "de", "fr", "es", "it"))
    gap, rule = (
        writer.between(10, 26),
        writer.pick("", "border-top:1px solid #bbb;padding-top:4px;"),
    )
    parts = [
        _beside(paragraph(writer.prose()), paragraph(other.prose()), "1fr 1fr", gap, rule)
        for _ in range(writer.number_of(2, 5))
    ]
    return element("div", *parts, class_="wide")


def lists_side_by_side(writer: Writer, style: Style) -> str:
    """Two lists side by side, each below its heading or lead-in, bare or in panels."""
    looks = (
        f"padding:{writer.number_of(6, 12)}px;" + ground(writer, style)
        if writer.chance(0.5)
        else ""
    )
    sides = []
    for _ in range(2):
        if writer.chance(0.6):
            name = element("h3", text(writer.title(1, 4)), css=BARE + "margin-top:0")
        else:
            name = element("p", element("b", text(writer.label(1, 5))), css=STILL)
        sides.append(element("div", name, bare_list(writer, 1), css=looks))
    return element(
        "div", _beside(sides[0], sides[1], "repeat(2,minmax(0,1fr))", writer.between(10, 24)),
        class_="wide", css="margin:.6em 0;text-align:start",
    )  # fmt: skip


def panel_beside_text(writer: Writer, style: Style) -> str:
    """A colored panel full of text, a third or half as wide as the page, next to paragraphs."""
    name = element("h3", text(writer.title(1, 5)), css=BARE + "margin-top:0")
    inside = [
        paragraph(writer.sentences(writer.number_of(2, 4))) for _ in range(writer.number_of(1, 3))
    ]
    if writer.chance(0.4):
        inside.append(bare_list(writer, 1))
    looks = (
        f"padding:{writer.number_of(8, 20)}px;box-sizing:border-box;height:100%;text-align:start;"
    )
    panel = element("div", name, *inside, css=looks + ground(writer, style))
    words = "".join(body_paragraph(writer, style) for _ in range(writer.number_of(2, 4)))
    share = writer.pick("1fr 2fr", "1fr 1.5fr", "1fr 1fr")
    at_end = writer.chance(0.5)
    tracks = " ".join(reversed(share.split(" "))) if at_end else share
    sides = (words, panel) if at_end else (panel, words)
    return element(
        "div", _beside(*sides, tracks, writer.between(12, 24), "align-items:stretch;"),
        class_="wide", css="margin:.6em 0",
    )  # fmt: skip


def steps(writer: Writer, style: Style) -> str:
    """Numbered steps with a big number in a circle or square, in a column or side by side."""
    across = writer.number_of(2, 4) if style.columns == 1 and writer.chance(0.4) else 1
    mark = (
        "display:inline-block;width:1.7em;line-height:1.7;text-align:center;color:#fff;"
        f"background:{style.accent};"
    )
    mark += writer.pick("border-radius:50%;", "", "border-radius:4px;") + "margin-inline-end:.6em;"
    items = []
    for number in range(1, writer.number_of(3, 6)):
        name = element("b", text(writer.label(1, 5)))
        words = text(writer.sentences(writer.number_of(1, 2)))
        joint = writer.pick("<br>", " ")
        items.append(element("li", element("span", str(number), css=mark), name, joint, words))
    css = (
        "list-style:none;padding:0;display:grid;"
        f"grid-template-columns:repeat({across},minmax(0,1fr));"
    )
    return element("ol", *items, css=css + "gap:.7em 1.2em;text-align:start;margin:.6em 0")


def dated_entries(writer: Writer, style: Style) -> str:
    """Dates in a narrow column, each next to a paragraph on what happened."""
    bold = writer.pick("font-weight:bold;", f"color:{style.accent};", "")
    width = writer.number_of(15, 26)
    parts = [
        _beside(
            paragraph(writer.pick(writer.date(), writer.year()), STILL + bold),
            paragraph(writer.sentences(writer.number_of(1, 3)), STILL),
            f"{width}% 1fr", 12, "margin-bottom:.5em;",
        )
        for _ in range(writer.number_of(3, 7))
    ]  # fmt: skip
    return element("div", *parts, css="text-align:start")


def footnoted_page(writer: Writer, style: Style) -> str:
    """A page of paragraphs with footnotes at the very bottom."""
    height = style.paper.body_height - 2
    lines = height / (style.size * style.leading * 25.4 / 72)
    letters_a_line = style.column_ems * style.columns * 2
    room, body = lines * 0.7 * letters_a_line, ""
    while room > letters_a_line * 3:
        words = writer.sentences(3)
        body += paragraph(words)
        room -= len(words) + letters_a_line
    notes = [
        element(
            "p",
            element("sup", str(i)),
            " ",
            text(writer.sentence()),
            class_="note",
            css="margin:0 0 .15em",
        )
        for i in range(1, writer.number_of(2, 6))
    ]
    rule = element(
        "div", css=f"border-top:1px solid #000;width:{writer.number_of(20, 100)}%;margin-bottom:4px"
    )
    foot = element("div", rule, *notes, css="margin-top:auto;padding-top:1em")
    css = (
        f"min-height:{height:.0f}mm;display:flex;flex-direction:column;break-before:page;"
        "break-after:page"
    )
    return element("div", element("div", body), foot, css=css, class_="wide")


def drop_capital(writer: Writer, style: Style) -> str:
    """A paragraph whose first letter is two or three lines high."""
    words = writer.sentences(writer.number_of(4, 7))
    lines = writer.number_of(2, 3)
    large = (
        f"float:left;font-size:{lines * style.leading * 0.92:.2f}em;line-height:.95;"
        "padding-right:.08em;"
    )
    first = element("span", text(words[:1]), css=large + f"color:{style.accent}")
    return element("p", first, text(words[1:]), css="text-indent:0")
