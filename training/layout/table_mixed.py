"""Tables whose columns hold anything in any order: registers, lists of codes, results."""

from collections.abc import Callable
from functools import partial

from training.layout.grids import Content, Row, plain
from training.layout.style import Style
from training.layout.text import NUMBERS, Writer

Write = Callable[[Writer], str]
_COLUMNS: list[tuple[float, float, Write]] = [  # weight, ems, what is in a cell
    (3, 8, lambda w: w.label(1, 4)),
    (2, 6, lambda w: w.name()),
    (1.5, 7, lambda w: w.place()),
    (1, 9, lambda w: w.company()),
    (2, 14, lambda w: w.title(3, 9)),
    (1, 18, lambda w: w.sentence()),
    (1.5, 5, lambda w: w.date()),
    (1.5, 5, lambda w: w.code()),
    (1, 3, lambda w: w.acronym()),
    (1.5, 3, lambda w: f"{w.number_of(1, 99):02d}"),
    (1, 4, lambda w: f"{w.number_of(1, 50)}-{w.number_of(51, 99)}"),
    (1, 4, lambda w: w.pick("Yes", "No", "Y", "N", "—", "n/a")),
    (0.5, 9, lambda w: w.url()),
]
_NUMERIC = 0.45  # share of columns that hold numbers of one kind


def mixed(writer: Writer, style: Style) -> Content:
    """Columns of names, numbers, dates, codes and sentences, each with its own alignment."""
    room, columns = style.column_ems, list[tuple[Write, str]]()
    for _ in range(writer.number_of(2, 8)):
        ems, write, sides = _draw_column(writer)
        if columns and ems > room:
            break
        room -= ems
        color = f"color:{style.accent};" if writer.chance(0.06) else ""
        columns.append((write, f"text-align:{writer.random.choice(sides)};{color}"))
    head: list[Row] = [[plain(writer.label(1, 3), css) for _, css in columns]]
    empty = writer.between(0, 0.12)
    sizes = [writer.number_of(2, 8), writer.number_of(9, 20), writer.number_of(25, 50)]
    body: list[Row] = [
        [plain("" if writer.chance(empty) else write(writer), css) for write, css in columns]
        for _ in range(writer.random.choices(sizes, [0.5, 0.4, 0.1])[0])
    ]
    return head if writer.chance(0.7) else [], body


def _draw_column(writer: Writer) -> tuple[float, Write, list[str]]:
    """Return the ems a column needs, a function that writes a cell, and possible alignments."""
    if writer.chance(_NUMERIC):
        kind = writer.random.choice(list(NUMBERS))
        return 5, partial(Writer.number, kind=kind), ["right", "right", "center", "left"]
    _, ems, write = writer.random.choices(_COLUMNS, [weight for weight, *_ in _COLUMNS])[0]
    return ems, write, ["left", "left", "left", "center"]
