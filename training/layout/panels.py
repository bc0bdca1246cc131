"""Panels: blocks set apart by a background, frame or position: cards, side bars, callouts."""

from training.layout.markup import element, paragraph, text
from training.layout.prose import bare_list
from training.layout.style import Style
from training.layout.text import Writer

STILL = "text-indent:0;margin:0;"


def ground(writer: Writer, style: Style) -> str:
    """CSS of a panel's background and frame: dark with white text, light, framed or bare."""
    kind = writer.pick("dark", "tint", "tint", "gray", "frame", "edge")
    return {
        "dark": f"background:{style.accent};color:#fff;",
        "tint": f"background:{style.tint};",
        "gray": "background:#eeeeee;",
        "frame": f"border:{writer.pick('1px', '2px')} solid {writer.pick('#999', style.accent)};",
        "edge": f"border-inline-start:{writer.pick('3px', '6px')} solid {style.accent};",
    }[kind] + writer.pick("", "", "border-radius:8px;")


def key_figure(writer: Writer, style: Style) -> str:
    """A big number and its label as one paragraph, in either order."""
    size = writer.between(1.5, 3)
    value = writer.pick(
        writer.number("percent"),
        writer.number("integer"),
        writer.amount().split(" ")[0],
        f"{writer.number_of(2, 90)}x",
    )
    number = element(
        "span",
        text(value),
        css=(
            f"display:block;font-size:{size:.1f}em;line-height:1.15;"
            f"font-weight:{writer.pick('bold', 'normal')}"
        ),
    )
    label = element("span", text(writer.label(2, 7)), css="display:block")
    return element("p", *((number, label) if writer.chance(0.7) else (label, number)), css=STILL)


def address(writer: Writer, style: Style) -> str:
    """A name and the lines of an address as one paragraph."""
    lines = [writer.company() if writer.chance(0.5) else writer.name(), *writer.address()]
    if writer.chance(0.4):
        lines.append(f"{writer.pick('Tel.', 'Phone:', 'T')} {writer.phone()}")
    if writer.chance(0.3):
        lines.append(writer.email())
    return element("p", "<br>".join(text(line) for line in lines), css=STILL)


def contact(writer: Writer, style: Style) -> str:
    lines = [
        element("b", text(writer.name())),
        text(writer.job()),
        text(writer.phone()),
        text(writer.email()),
    ]
    return element(
        "p", "<br>".join(lines[: writer.number_of(2, 4)]), css=STILL + "overflow-wrap:anywhere"
    )


def text_card(writer: Writer, style: Style) -> str:
    """A title in bold and a sentence or two, as one paragraph."""
    title = element("b", text(writer.title(1, 4)), css="display:block")
    return element("p", title, text(writer.sentences(writer.number_of(1, 2))), css=STILL)


def labeled_value(writer: Writer, style: Style) -> str:
    """A label in small type above, below or before its value."""
    label = element(
        "span",
        text(writer.label(1, 3).upper() if writer.chance(0.4) else writer.label(1, 3)),
        css="display:block;font-size:.8em;color:#666",
    )
    value = element(
        "span",
        text(writer.pick(writer.number("integer"), writer.date(), writer.name(), writer.code())),
        css="display:block;font-weight:bold",
    )
    return element("p", *((label, value) if writer.chance(0.75) else (value, label)), css=STILL)


CARDS = [key_figure, address, contact, text_card, labeled_value]


def card_grid(writer: Writer, style: Style) -> str:
    """Two to eight cards of one kind, or of several, in a grid."""
    across = min(writer.number_of(2, 4), max(2, int(style.column_ems / 9)))
    kind = writer.random.choice(CARDS)
    mixed = writer.chance(0.2)
    looks = ground(writer, style) if writer.chance(0.75) else ""
    padding = f"padding:{writer.number_of(3, 12)}px;box-sizing:border-box;min-width:0;"
    cards = [
        element(
            "div",
            (writer.random.choice(CARDS) if mixed else kind)(writer, style),
            css=looks + padding,
        )
        for _ in range(across * writer.number_of(1, 2))
    ]
    css = (
        f"display:grid;grid-template-columns:repeat({across},minmax(0,1fr));"
        f"gap:{writer.number_of(4, 18)}px;"
    )
    css += (
        f"margin:.7em 0;text-align:{writer.pick('start', 'start', 'center')};line-height:1.25;"
        "hyphens:manual;break-inside:avoid;"
    )
    return element("div", *cards, css=css)


def value_columns(writer: Writer, style: Style) -> str:
    """Lines of a label and its value, with the values in a separate column or after a colon."""
    apart = writer.chance(0.5)
    gap, lines = writer.pick("0", ".1em", ".4em"), []
    width = writer.number_of(25, 50)
    for _ in range(writer.number_of(3, 9)):
        value = text(
            writer.pick(
                writer.label(1, 6),
                writer.date(),
                writer.amount(),
                writer.name(),
                writer.address()[0],
            )
        )
        name = element(
            "b" if writer.chance(0.8) else "span",
            text(writer.label(1, 3)) + writer.pick(":", ":", ""),
        )
        if apart:
            cell = f"flex:0 0 {width}%;"
            lines.append(
                element(
                    "p",
                    element("span", name, css=cell),
                    element("span", value),
                    css=f"display:flex;text-indent:0;margin:0 0 {gap}",
                )
            )
        else:
            lines.append(element("p", name, " ", value, css=f"text-indent:0;margin:0 0 {gap}"))
    return element("div", *lines, css="text-align:start;margin:.5em 0")


def side_bar(writer: Writer, style: Style) -> str:
    """A floating box with a title and text, a list, or lines of values."""
    side = writer.pick("left", "right")
    title = element(
        "h3", text(writer.title(1, 4)), css="margin:0 0 .3em;color:inherit;background:none;border:0"
    )
    content = paragraph(writer.sentences(2), STILL)
    if writer.chance(0.35):
        content = bare_list(writer, 1)
    css = (
        f"float:{side};width:{writer.number_of(28, 42)}%;margin:.3em "
        f"{'1em .5em 0' if side == 'left' else '0 .5em 1em'};padding:8px;font-size:.9em;"
        "text-align:start;box-sizing:border-box;"
    )
    around = "".join(paragraph(writer.sentences(writer.number_of(3, 6))) for _ in range(2))
    return (
        element("div", title, content, css=css + ground(writer, style))
        + around
        + '<div style="clear:both"></div>'
    )


def pull_quote(writer: Writer, style: Style) -> str:
    """A sentence in large type, between rules or next to one, with or without its speaker."""
    css = (
        f"font-size:{writer.between(1.2, 1.7):.2f}em;line-height:1.25;text-indent:0;margin:0;"
        f"color:{style.accent};"
    )
    words = element("p", text(f"“{writer.sentence()}”"), css=css)
    by = (
        paragraph(
            f"— {writer.name()}, {writer.job()}", "text-indent:0;margin:.3em 0 0;font-size:.85em"
        )
        if writer.chance(0.5)
        else ""
    )
    edge = writer.pick(
        "border-top:2px solid;border-bottom:2px solid;padding:.5em 0;",
        "border-inline-start:4px solid;padding-inline-start:.8em;",
        "",
    )
    return element(
        "blockquote", words, by, css=f"break-inside:avoid;border-color:{style.accent};{edge}"
    )


def callout(writer: Writer, style: Style) -> str:
    """A colored or framed panel full of text, from a few lines to most of a page."""
    parts = (
        [
            element(
                "h3",
                text(writer.title(1, 6)),
                css="color:inherit;background:none;border:0;margin-top:0",
            )
        ]
        if writer.chance(0.7)
        else []
    )
    for _ in range(writer.random.choice([1, 1, 2, 4, 7])):
        parts.append(bare_list(writer) if writer.chance(0.25) else paragraph(writer.prose()))
    css = f"padding:{writer.number_of(6, 22)}px;margin:.8em 0;box-sizing:border-box;"
    return element("div", *parts, css=css + ground(writer, style))


def warning(writer: Writer, style: Style) -> str:
    """A short framed notice that starts with a signal word."""
    word = writer.pick("WARNING", "CAUTION", "NOTE", "Tip", "Important", "DANGER", "Note")
    css = "padding:6px 10px;margin:.7em 0;break-inside:avoid;" + ground(writer, style)
    if writer.chance(0.5):
        return element(
            "div",
            element(
                "p",
                element("b", word + writer.pick(":", "!", "")),
                " ",
                text(writer.sentences(2)),
                css=STILL,
            ),
            css=css,
        )
    return element(
        "div",
        element("p", element("b", word), css=STILL),
        paragraph(writer.sentences(2), STILL),
        css=css,
    )


def news_cards(writer: Writer, style: Style) -> str:
    """Columns with a heading and paragraphs each, in panels."""
    across = writer.number_of(2, 3) if style.columns == 1 else 1
    looks = ground(writer, style)
    cards = []
    for _ in range(across):
        parts = [
            element(
                "h3",
                text(writer.title(1, 5)),
                css="color:inherit;background:none;border:0;margin-top:0",
            )
        ]
        parts += [
            paragraph(writer.sentences(writer.number_of(1, 4)))
            for _ in range(writer.number_of(1, 2))
        ]
        cards.append(
            element("div", *parts, css=f"padding:{writer.number_of(6, 14)}px;min-width:0;{looks}")
        )
    css = (
        f"display:grid;grid-template-columns:repeat({across},minmax(0,1fr));"
        f"gap:{writer.number_of(8, 20)}px;margin:.7em 0;text-align:start"
    )
    return element("div", *cards, css=css)
