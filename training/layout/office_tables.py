"""Tables of an OpenDocument text, made from parsed HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import lxml.html
from lxml.html import HtmlElement

from training.layout.office_styles import attributes

if TYPE_CHECKING:
    from training.layout.office_body import Body

COVERED, EMPTY = "<table:covered-table-cell/>", "<table:table-cell/>"
WIDEST = 30  # letters of a cell's text that need to fit on one line


def css_of(node: HtmlElement) -> dict[str, str]:
    """Return the style attribute; later declarations win."""
    pairs = (part.split(":", 1) for part in node.get("style", "").split(";") if ":" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def points(length: str) -> float:
    """Return a CSS length in pt; 0 if it is not a number of px, pt or mm."""
    match = re.match(r"(-?[\d.]+)(px|pt|mm)", length)
    return float(match[1]) * {"px": 0.75, "pt": 1, "mm": 72 / 25.4}[match[2]] if match else 0.0


def full_colors(value: str) -> str:
    """Return CSS with colors of three digits written with six."""
    return re.sub(r"#(\w)(\w)(\w)(?!\w)", r"#\1\1\2\2\3\3", value)


def _span(cell: HtmlElement, name: str) -> int:
    return int(cell.get(name, 1))


def write_table(body: Body, node: HtmlElement) -> str:
    """Return a table, its caption before or after it."""
    rows = node.xpath(".//tr")
    count = sum(_span(cell, "colspan") for cell in rows[0])
    head_rows = set(node.xpath("./thead/tr"))
    size = css_of(node).get("font-size", "1em")
    head = content = ""
    covered: dict[int, int] = {}  # column -> rows that a cell above still covers
    for row in rows:
        written = f"<table:table-row>{_cells(body, row, count, covered, size)}</table:table-row>"
        if row in head_rows:
            head += written
        else:
            content += written
    if head:
        head = f"<table:table-header-rows>{head}</table:table-header-rows>"
    columns = "".join(
        f'<table:table-column table:style-name="{name}"/>'
        for name in _column_styles(body, rows, count)
    )
    whole = (
        f'<table:table table:style-name="{_table_style(body, node)}">'
        f"{columns}{head}{content}</table:table>"
    )
    caption = node.find("caption")
    if caption is None:
        return whole
    name = body.paragraph(caption, "Caption")
    return whole + name if "bottom" in caption.get("style", "") else name + whole


def _table_style(body: Body, node: HtmlElement) -> str:
    share = 100 if "100%" in node.get("style", "") else body.writer.number_of(45, 90)
    values = {
        "style:rel-width": f"{share}%",
        "table:align": body.writer.pick("left", "center"),
        "fo:margin-top": "4pt",
        "fo:margin-bottom": "4pt",
    }
    return body.automatic("table", f"<style:table-properties{attributes(values)}/>")


def _column_styles(body: Body, rows: list[HtmlElement], count: int) -> list[str]:
    """Styles of columns as wide as the texts of their cells require."""
    widths = [3] * count
    for row in rows:
        column = 0
        for cell in row:
            span = _span(cell, "colspan")
            if span == 1 and column < count:
                words = cell.text_content()
                longest = max(map(len, words.split()), default=0)
                widths[column] = max(widths[column], longest + 2, min(WIDEST, len(words) + 2))
            column += span
    properties = (f"<style:table-column-properties style:rel-column-width='{w}*'/>" for w in widths)
    return [body.automatic("table-column", inside) for inside in properties]


def _cells(body: Body, row: HtmlElement, count: int, covered: dict[int, int], size: str) -> str:
    """The cells of a row, with those that cells above or before them cover."""
    written, column, pending = [], 0, list(row)
    while column < count:
        if covered.get(column, 0) > 0:
            covered[column] -= 1
            written.append(COVERED)
            column += 1
        elif pending:
            cell = pending.pop(0)
            span = _span(cell, "colspan")
            written += [_cell(body, cell, size), *[COVERED] * (span - 1)]
            covered.update({column + i: _span(cell, "rowspan") - 1 for i in range(span)})
            column += span
        else:
            written.append(EMPTY)
            column += 1
    return "".join(written)


def _cell(body: Body, cell: HtmlElement, size: str) -> str:
    css = css_of(cell)
    values = {}
    for name, value in css.items():
        if name.startswith("border") and "inline" not in name:
            line = value.replace("px", "pt") if "solid" in value else "1.5pt solid #000000"
            values[f"fo:{name}"] = full_colors(line)
    values["fo:background-color"] = full_colors(css.get("background", ""))
    upright = css.get("vertical-align", "")
    values["style:vertical-align"] = "top" if upright == "baseline" else upright
    pads = css.get("padding", "1px 3px").split(" ")
    values["fo:padding"] = f"{max(points(pads[0]), 0.5):.1f}pt"
    values["fo:padding-left"] = f"{max(points(css.get('padding-left', pads[-1])), 0):.1f}pt"
    style = body.automatic("table-cell", f"<style:table-cell-properties{attributes(values)}/>")
    if any(child.tag in ("p", "ul", "ol") for child in cell):
        words = body.blocks(cell, "Cell")
    else:
        bold = css.get("font-weight", "bold" if cell.tag == "th" else "").replace(
            "inherit", "normal"
        )
        looks = f"text-align:{css.get('text-align', '')};font-weight:{bold};font-size:{size};"
        line = lxml.html.Element("p", style=looks + f"color:{full_colors(css.get('color', ''))}")
        line.text = cell.text
        line.extend(list(cell))
        words = body.paragraph(line, "Cell")
    spans = {
        "table:style-name": style,
        "table:number-columns-spanned": cell.get("colspan", ""),
        "table:number-rows-spanned": cell.get("rowspan", ""),
    }
    return f"<table:table-cell{attributes(spans)}>{words}</table:table-cell>"
