"""Figures and tables of documents typeset by Typst."""

import json
import re

import lxml.html

from training.layout.charts import chart
from training.layout.figures import diagram
from training.layout.grids import Cell, Row
from training.layout.style import Style
from training.layout.tables import KINDS, draw_content
from training.layout.text import Writer

_SVG = re.compile(r"<svg .*?</svg>", re.DOTALL)
_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'


def figure(writer: Writer, style: Style) -> str:
    """A chart or diagram with its caption, in one column or across all of them."""
    match = _SVG.search(chart(writer, style) if writer.chance(0.7) else diagram(writer, style))
    if match is None:
        raise ValueError("a chart or diagram without <svg>")
    drawn = (
        match[0] if _NAMESPACE in match[0] else match[0].replace("<svg", f"<svg {_NAMESPACE}", 1)
    )
    image = (
        f'image(bytes({json.dumps(drawn, ensure_ascii=False)}), format: "svg", '
        f"width: {writer.number_of(50, 100)}%, alt: {_string(writer.title(2, 5))})"
    )
    return _floated(writer, style, image, "image")


def table(writer: Writer, style: Style) -> str:
    """A table, usually with a caption, with rules as in papers, by row, as a grid, or none."""
    head, body = draw_content(writer, style, KINDS)
    columns = sum(cell.columns for cell in body[0])
    rules = writer.pick("ends", "ends", "rows", "grid", "none")
    stroke = {"grid": ".5pt", "rows": "(x: none, y: .4pt)"}.get(rules, "none")
    line = "table.hline(stroke: .8pt)," if rules == "ends" else ""
    heads = ", ".join(_row(row, bold=writer.chance(0.5)) for row in head)
    repeated = f"table.header({heads})," if heads else ""
    inset = f"(x: {writer.number_of(3, 9)}pt, y: {writer.number_of(1, 6)}pt)"
    rows = "".join(_row(row) + "," for row in body)
    written = (
        f"table(columns: {columns}, stroke: {stroke}, inset: {inset}, {line} {repeated} "
        f"{line if heads else ''} {rows} {line})"
    )
    size = f"#set text({writer.between(0.7, 1):.2f}em)\n#set par(justify: false)\n"
    return _floated(writer, style, f"[{size}#{written}]", "table")


def _floated(writer: Writer, style: Style, body: str, kind: str) -> str:
    caption = writer.title(3, 9) if writer.chance(0.5) else writer.sentences(writer.number_of(1, 3))
    named = f", caption: [#{_string(caption)}]" if writer.chance(0.85) else ""
    place = writer.pick("none", "none", "auto", "top")
    scope = ""
    if style.columns > 1 and writer.chance(0.25):
        place, scope = "auto", ', scope: "parent"'
    return f"#figure({body}, kind: {kind}, placement: {place}{scope}{named})"


def _row(row: Row, bold: bool = False) -> str:
    return ", ".join(_cell(cell, bold) for cell in row)


def _cell(cell: Cell, bold: bool) -> str:
    spaced = cell.content.replace("<", " <")
    words = lxml.html.fragment_fromstring(spaced, create_parent="div").text_content().strip()
    spans = f"colspan: {cell.columns}, rowspan: {cell.rows}"
    side = next((s for s in ("right", "center") if f"text-align:{s}" in cell.css), "left")
    content = f"#{_string(words)}"
    if bold or cell.head or "font-weight:bold" in cell.css:
        content = f"#strong[{content}]"
    return f"table.cell({spans}, align: {side})[{content}]"


def _string(plain: str) -> str:
    return json.dumps(plain, ensure_ascii=False)
