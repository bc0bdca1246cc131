"""Tables in Markdown, for terminals and for reports."""

from __future__ import annotations

from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with columns of one width; all but the first align right.

    >>> print(table(["model", "hits"], [["small", "45.5%"], ["large", "9.0%"]]))
    | model |  hits |
    | :---- | ----: |
    | small | 45.5% |
    | large |  9.0% |
    """
    cells = [[cell.replace("|", "\\\\|") for cell in row] for row in (heads, *rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(heads))]
    lines = [
        [cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in
         enumerate(zip(row, widths, strict=True))]
        for row in cells
    ]  # fmt: skip
    rule = [":" + "-" * (w - 1) if place == 0 else "-" * (w - 1) + ":" for place, w in
            enumerate(widths)]  # fmt: skip
    return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], rule, *lines[1:]])


def percent(share: float) -> str:
    """Return a share in percent.

    >>> percent(0.4552)
    '45.5%'
    """
    return f"{100 * share:.1f}%"


def interval(edges: Sequence[float], as_percent: bool = True) -> str:
    """Return an interval, of shares or of plain numbers.

    >>> interval([0.571, 0.622])
    '57.1-62.2'
    """
    scale, digits = (100, 1) if as_percent else (1, 3)
    return "-".join(f"{scale * edge:.{digits}f}" for edge in edges)
