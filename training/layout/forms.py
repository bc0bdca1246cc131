"""Forms: labels with lines, boxes, check boxes or real form fields to fill in."""

from training.layout.markup import element, paragraph, text
from training.layout.panels import STILL
from training.layout.style import Style
from training.layout.text import Writer


def _field(writer: Writer, kind: str) -> str:
    """A label with room for an answer, as one paragraph."""
    label = text(writer.label(1, 4))
    if kind == "line":
        filler = element("span", css="flex:1;border-bottom:1px solid #000;margin-inline-start:.4em")
        return element(
            "p",
            element("span", label + writer.pick(":", "")),
            filler,
            css=STILL + "display:flex;margin:.35em 0",
        )
    if kind == "underscores":
        return element(
            "p",
            f"{label}: {'_' * writer.number_of(8, 40)}",
            css=STILL + "margin:.35em 0;overflow:hidden;white-space:nowrap",
        )
    if kind == "box":
        name = element("span", label, css="display:block;font-size:.75em")
        answer = element(
            "span",
            text(writer.label(1, 4)) if writer.chance(0.4) else "&nbsp;",
            css="display:block",
        )
        return element("p", name, answer, css=STILL + "border:1px solid #000;padding:2px 5px")
    value = text(writer.label(1, 3)) if writer.chance(0.4) else ""
    control = (
        f'<input value="{value.replace(chr(34), "")}" style="width:50%;border:1px solid #888;'
        'font:inherit">'
    )
    return element("p", label, ": ", control, css=STILL + "margin:.35em 0")


def fields(writer: Writer, style: Style) -> str:
    """Fields of one kind, in a column or a grid."""
    kind, across = (
        writer.pick("line", "line", "underscores", "box", "input"),
        writer.number_of(1, 3 if style.columns == 1 else 1),
    )
    parts = [_field(writer, kind) for _ in range(across * writer.number_of(2, 5))]
    gap = "0" if kind == "box" else f"0 {writer.number_of(10, 24)}px"
    css = (
        f"display:grid;grid-template-columns:repeat({across},minmax(0,1fr));gap:{gap};"
        "text-align:start;margin:.5em 0"
    )
    return element("div", *parts, css=css)


def check_boxes(writer: Writer, style: Style) -> str:
    """A question and boxes to check, in a row or one below another."""
    box = writer.pick("☐", "□", "[ ]", "○", "☑", "( )")
    asked = paragraph(
        f"{writer.number_of(1, 30)}. {writer.label(4, 14)}?",
        "text-indent:0;margin:.4em 0 .15em;break-after:avoid",
    )
    options = [f"{box} {text(writer.label(1, 4))}" for _ in range(writer.number_of(2, 5))]
    if writer.chance(0.4):
        return asked + element("p", "&emsp;&emsp;".join(options), css="text-indent:0")
    items = [element("li", option, css="margin:.1em 0") for option in options]
    return asked + element("ul", *items, css="list-style:none;padding-inline-start:1em")


def form_section(writer: Writer, style: Style) -> str:
    """A bar with the name of a part of a form, instructions, and fields."""
    bar = element(
        "h2",
        text(
            f"{writer.pick('Part', 'Section', 'Step')} "
            f"{writer.number_of(1, 9)}{writer.pick('.', ':', ' –')} {writer.title(1, 5)}"
        ),
    )
    hint = (
        paragraph(writer.sentence(), "text-indent:0;font-size:.9em") if writer.chance(0.5) else ""
    )
    return bar + hint + fields(writer, style)


def survey(writer: Writer, style: Style) -> str:
    """Statements with a scale to circle, as a table."""
    scale = writer.random.choice(
        [
            ["1", "2", "3", "4", "5"],
            ["Never", "Sometimes", "Often", "Always"],
            ["Agree", "Neutral", "Disagree"],
        ]
    )
    mark = writer.pick("○", "☐", "")
    head = element(
        "tr",
        element("th", ""),
        *(
            element("th", name, css="padding:2px 6px;font-size:.85em;text-align:center")
            for name in scale
        ),
    )
    rows = [
        element(
            "tr",
            element("td", text(f"{i}. {writer.label(4, 10)}"), css="padding:3px 6px"),
            *(
                element("td", mark or name, css="text-align:center;padding:3px 6px")
                for name in scale
            ),
        )
        for i in range(1, writer.number_of(4, 9))
    ]
    return element(
        "table",
        element("thead", head),
        element("tbody", *rows),
        css="width:100%;border:1px solid #999;" if writer.chance(0.4) else "width:100%;",
    )


def signatures(writer: Writer, style: Style) -> str:
    """Two lines to sign on, with the text below them."""
    line = "border-top:1px solid #000;padding-top:2px;text-indent:0;margin:2.4em 0 .6em"
    parts = [
        element(
            "div",
            paragraph(writer.pick("Signature", "Name and title", writer.name()), line),
            css="flex:1",
        )
        for _ in range(2)
    ]
    parts.append(element("div", paragraph("Date", line), css="flex:0 0 25%"))
    return element("div", *parts, css="display:flex;gap:8mm;break-inside:avoid")
