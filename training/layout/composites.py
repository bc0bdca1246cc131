"""Figures put together from other things: tables, texts, charts and arrows; lists of bars."""

from collections.abc import Callable

from training.layout.charts import chart
from training.layout.figures import caption, diagram
from training.layout.grids import draw_look, write_table
from training.layout.markup import element, paragraph, text
from training.layout.panels import STILL
from training.layout.style import Style
from training.layout.table_numbers import data
from training.layout.text import Writer

Element = Callable[[Writer, Style], str]
_ARROWS = ["→", "⇒", "▶", "+", "…"]
_SIGNS = [("✓", "#2e8b57"), ("✗", "#b22222"), ("?", "#d9a400"), ("●", "#555"), ("1", "#0b6fa4")]
_IS_TABLE, _IS_PICTURED = 'role="table"', 'role="presentation"'


def _drawing(*content: str, css: str = "", name: str) -> str:
    """What is one drawing to its reader, whatever stands in it: its parts have no tags."""
    return element("div", *content, css=css, role="img", aria_label=name)


def _small_table(writer: Writer, style: Style) -> str:
    head, body = data(writer, style, writer.number_of(2, 4))
    look = draw_look(writer, style, True, small=True)
    name = paragraph(writer.title(2, 7), STILL + "font-weight:bold;font-size:.8em")
    table = write_table(writer, look, head, body[:6]).replace(_IS_TABLE, _IS_PICTURED)
    return (name if writer.chance(0.5) else "") + table


def _statement(writer: Writer, style: Style) -> str:
    """A name in bold, a sentence or two, and at times a sign at their side."""
    name = element("b", text(writer.label(1, 2) + writer.pick(":", "", ":")), css="display:block")
    words = element(
        "p", name if writer.chance(0.7) else "", text(writer.sentences(writer.number_of(1, 2))),
        css=STILL + f"text-align:{writer.pick('left', 'center')}",
    )  # fmt: skip
    if writer.chance(0.5):
        return words
    sign, color = writer.random.choice(_SIGNS)
    round_ = f"background:{color};color:#fff;border-radius:50%;width:1.5em;text-align:center;"
    grid = "display:grid;grid-template-columns:1fr auto;gap:6px;align-items:center"
    return element("div", words, element("div", sign, css=round_), css=grid)


def _statements(writer: Writer, style: Style) -> str:
    box = writer.pick("border:1px solid #888;", f"background:{style.tint};", "background:#f1f1f1;")
    box += f"padding:4px 6px;margin:.4em 0;border-radius:{writer.pick('0', '6px')};"
    return "".join(
        element("div", _statement(writer, style), css=box) for _ in range(writer.number_of(1, 4))
    )


def composite_figure(writer: Writer, style: Style) -> str:
    """Panels beside each other with arrows between them, over all columns, with a caption."""
    makers: list[Element] = [_small_table, _statements, _statements, chart, diagram]
    count = writer.number_of(2, 3)
    frame = writer.pick("", "border:1px solid #aaa;padding:6px;", "border:1.5px dashed #777;")
    panels = [
        element("div", writer.random.choice(makers)(writer, style), css=f"min-width:0;{frame}")
        for _ in range(count)
    ]
    gap = element("div", writer.random.choice(_ARROWS) if writer.chance(0.5) else "")
    parts = [part for panel in panels for part in (gap, panel)][1:]
    tracks = " auto ".join(f"minmax(0,{writer.number_of(2, 4)}fr)" for _ in panels)
    css = f"display:grid;grid-template-columns:{tracks};gap:8px;align-items:center;"
    css += f"font-size:{writer.between(0.62, 0.85):.2f}em;line-height:1.2;text-align:start;"
    css += writer.pick("", "", "border:1px solid #000;padding:6px;", f"background:{style.tint};")
    drawn = _drawing(*parts, css=css, name=writer.title(2, 5))
    words = caption(writer)
    inside = (drawn, words) if writer.chance(0.8) else (words, drawn)
    return element("figure", *inside, class_="wide", css="break-inside:avoid")


def _bar(writer: Writer, value: int, color: str, look: str) -> str:
    """A value and its label, on a bar, behind one or above one."""
    ground = f"linear-gradient(to right,{color} {value}%,transparent {value}%)"
    number = element(
        "span", f"{value}{writer.pick('', '', '%')}", css="display:inline-block;width:2.6em"
    )
    words = element("span", text(writer.label(1, 6)))
    line = element("p", number, words, css=STILL)
    if look == "on":
        return element("div", line, css=f"background:{ground};padding:2px 4px;margin:4px 0")
    bar = element("div", css=f"background:{ground};height:.7em")
    if look == "above":
        return element("div", line, bar, css="margin:5px 0")
    grid = "display:grid;grid-template-columns:1fr 1fr;gap:6px;align-items:center;margin:3px 0"
    return element("div", line, bar, css=grid)


def bar_list(writer: Writer, style: Style) -> str:
    """What was asked and how many chose it, as bars below each other, in one or two columns."""
    look, rows = writer.pick("on", "above", "beside"), writer.number_of(4, 14)
    color = writer.pick(style.tint, "#f3c1bd", "#bcd4e6", "#d9d9d9", style.accent + "55")
    columns = []
    for _ in range(writer.number_of(1, 2)):
        values = sorted((writer.number_of(3, 98) for _ in range(rows)), reverse=True)
        head = paragraph(writer.label(1, 3), STILL + "font-weight:bold")
        bars = [_bar(writer, value, color, look) for value in values]
        columns.append(element("div", head if writer.chance(0.7) else "", *bars))
    css = f"display:grid;grid-template-columns:repeat({len(columns)},minmax(0,1fr));gap:18px;"
    css += f"text-align:start;font-size:{writer.between(0.7, 0.95):.2f}em;line-height:1.2"
    drawn = _drawing(*columns, css=css, name=writer.title(2, 5))
    title = paragraph(writer.title(4, 10), STILL + "font-weight:bold")
    asked = element("p", element("i", text(writer.sentence())), css=STILL)
    source = paragraph(writer.pick("Source: ", "Note: ") + writer.sentence(), class_="note")
    frame = "border-top:1px solid #000;border-bottom:1px solid #000;padding:4px 0;"
    return element(
        "figure", title, asked if writer.chance(0.5) else "", drawn,
        source if writer.chance(0.7) else "",
        css="break-inside:avoid;" + (frame if writer.chance(0.5) else ""),
    )  # fmt: skip
