"""Tables whose headers and labels are too long for their columns."""

from training.layout.grids import Cell, Content, Row, plain
from training.layout.style import Style
from training.layout.text import NUMBERS, Writer

LABEL_EMS, VALUE_EMS = 13, 6  # room that labels and a value need


def wrapped(writer: Writer, style: Style) -> Content:
    """Columns of numbers below headers of several lines, next to labels of one to three lines."""
    room = int((style.column_ems / 0.85 - LABEL_EMS) / VALUE_EMS)
    values = writer.number_of(1, max(1, min(7, room)))
    kinds = [writer.random.choice(list(NUMBERS)) for _ in range(values)]
    values_css = f"text-align:{writer.pick('right', 'right', 'center')};"
    foot = f"vertical-align:{writer.pick('bottom', 'bottom', 'top', 'middle')};"
    ruled = "border-bottom:1px solid #000;" if writer.chance(0.4) else ""
    width = f"width:{writer.between(3.5, 6):.1f}em;"
    # Each name has its own rule, with space between the rules.
    gap = f"border-inline-start:{writer.number_of(3, 14)}px solid transparent;" if ruled else ""
    names = [writer.label(3, 7) if writer.chance(0.7) else writer.label(1, 2) for _ in kinds]
    over_labels = plain(writer.label(1, 3) if writer.chance(0.5) else "", ruled)
    sides = [writer.pick("center", "center", "right") for _ in names]
    over_values = [
        plain(name, f"text-align:{side};{width}{ruled}{gap}")
        for name, side in zip(names, sides, strict=True)
    ]
    head: list[Row] = [[over_labels, *over_values]]
    if values > 2 and writer.chance(0.4):
        first = writer.number_of(1, values - 1)
        above = "text-align:center;border-bottom:1px solid #000;"
        parts = [plain(writer.label(1, 4), above, columns=n) for n in (first, values - first)]
        head.insert(0, [Cell(), *parts])
    hanging = writer.random.choice([0, 0.6, 1.2])
    label_css = (
        f"width:{writer.between(9, 16):.0f}em;text-align:left;{foot}"
        f"padding-left:{hanging + 0.2}em;text-indent:-{hanging}em;"
    )
    body: list[Row] = [
        [
            plain(writer.label(1, 4) if writer.chance(0.5) else writer.label(6, 16), label_css),
            *(plain(writer.number(kind), values_css + foot) for kind in kinds),
        ]
        for _ in range(writer.number_of(3, 14))
    ]
    return head, body
