"""Tables as rows of cells, and how they are ruled, shaded, aligned and written as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.layout.markup import element, text
from training.layout.style import Style
from training.layout.text import Writer

RULES = {  # kinds of rules and shades, and how often they are drawn
    "none": 0.2,
    "all": 0.2,
    "rows": 0.15,
    "head": 0.12,
    "zebra": 0.11,
    "box": 0.06,
    "columns": 0.05,
    "ends": 0.11,
    "boxhead": 0.07,
}


@dataclass(frozen=True)
class Cell:
    """A cell: its HTML, how many columns and rows it spans, and its own CSS."""

    content: str = ""
    columns: int = 1
    rows: int = 1
    head: bool = False
    css: str = ""


Row = Sequence[Cell]
Content = tuple[list[Row], list[Row]]  # header rows, body rows


@dataclass(frozen=True)
class Look:
    """How a table is ruled, shaded and set."""

    table_css: str
    cell_css: str
    head_css: str
    odd_css: str  # of every second row
    last_head_css: str  # of the lowest header row
    value_css: str = ""  # of the words in cells right of the first


def plain(words: str, css: str = "", head: bool = False, columns: int = 1, rows: int = 1) -> Cell:
    """Return a cell of plain text."""
    return Cell(text(words), columns, rows, head, css)


def draw_look(
    writer: Writer,
    style: Style,
    full: bool | None = None,
    small: bool = False,
    allowed: Sequence[str] | None = None,
) -> Look:
    """Draw rules, shades and spacing.

    full: whether the table is as wide as its column; random if None. small: smaller type.
    allowed: the kinds of rules to draw from; all if None.
    """
    pick = writer.pick
    rules = (
        writer.random.choice(allowed)
        if allowed
        else writer.random.choices(list(RULES), list(RULES.values()))[0]
    )
    color = pick("#000", "#000", "#999", "#ccc", style.accent)
    width = writer.random.choice([0.5, 0.75, 1, 1, 1.5])
    line = f"{width}px solid {color};"
    full = writer.chance(0.7) if full is None else full
    size = writer.between(0.6, 0.78) if small else writer.between(0.75, 1.02)
    table_css = f"font-size:{size:.2f}em;" + ("inline-size:100%;" if full else "")
    if not full and writer.chance(0.3):
        table_css += "margin-inline:auto;"
    if rules in ("all", "box"):
        table_css += f"border:{line}"
    if rules == "boxhead":  # rules between columns and around the names, but not at the sides
        table_css += "border-left:hidden;border-right:hidden;"
    if rules in ("ends", "boxhead"):
        table_css += f"border-top:{line}border-bottom:{line}"
    above = writer.between(4, 12) if writer.chance(0.15) else writer.between(0, 4)
    beside = writer.between(12, 48) if not small and writer.chance(0.2) else writer.between(2, 9)
    padding = f"padding:{above:.1f}px {beside:.1f}px;"
    cell_css = padding + f"vertical-align:{pick('top', 'top', 'middle', 'baseline', 'bottom')};"
    cell_css += {"all": f"border:{line}", "rows": f"border-bottom:{line}",
                 "columns": f"border-inline-end:{line}",
                 "boxhead": f"border-inline-end:{line}"}.get(rules, "")  # fmt: skip
    head_css = (
        f"font-weight:{pick('bold', 'bold', 'bold', 'normal')};"
        f"vertical-align:{pick('bottom', 'bottom', 'middle', 'top')};"
    )
    if rules == "boxhead":
        head_css += f"border-bottom:{line}text-align:center;"
    shade = pick("", "", "", "", "accent", "tint", "gray")
    if shade == "accent":
        head_css += f"background:{style.accent};color:#fff;"
    elif shade:
        head_css += f"background:{style.tint if shade == 'tint' else '#e4e4e4'};"
    shift = f"position:relative;top:{writer.between(-0.3, 0.3):.2f}em" if writer.chance(0.1) else ""
    under = rules in ("head", "rows", "ends") or writer.chance(0.25)
    odd_css = (
        f"background:{pick(style.tint, '#f1f1f4', '#e8e8e8', '#ccc')};" if rules == "zebra" else ""
    )
    last_head_css = (
        f"border-bottom:{pick('1px', '1.5px', '2px')} solid {pick('#000', style.accent)};"
        if under
        else ""
    )
    return Look(table_css, cell_css, head_css, odd_css, last_head_css, shift)


def _write_row(row: Row, css: str, head_css: str, value_css: str = "") -> str:
    cells = (
        element(
            "th" if cell.head else "td",
            element("span", cell.content, css=value_css)
            if value_css and number and "<" not in cell.content
            else cell.content,
            css=css + (head_css if cell.head else "") + cell.css,
            colspan=cell.columns if cell.columns > 1 else None,
            rowspan=cell.rows if cell.rows > 1 else None,
        )
        for number, cell in enumerate(row)
    )
    return element("tr", *cells)


def write_table(
    writer: Writer,
    look: Look,
    head: Sequence[Row],
    body: Sequence[Row],
    caption: str = "",
) -> str:
    """Return a table; header rows may be repeated on later pages. caption: HTML."""
    heads = [
        _write_row(
            [replace(cell, head=True) for cell in row],
            look.cell_css,
            look.head_css + (look.last_head_css if row is head[-1] else ""),
        )
        for row in head
    ]
    rows = [
        _write_row(
            row,
            look.cell_css + (look.odd_css if number % 2 else ""),
            "font-weight:inherit;" if writer.chance(0.5) else "",
            look.value_css,
        )
        for number, row in enumerate(body)
    ]
    repeated = writer.chance(0.6)
    top = (
        element("thead", *heads, css="" if repeated else "display:table-row-group") if heads else ""
    )
    unbroken = "break-inside:avoid;" if len(body) < 14 or writer.chance(0.4) else ""
    side = f"caption-side:{writer.pick('top', 'top', 'bottom')}"
    named = element("caption", caption, css=side) if caption else ""
    return element("table", named, top, element("tbody", *rows), css=look.table_css + unbroken)
