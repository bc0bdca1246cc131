"""Tables as GitHub Flavored Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def table_markdown(rows: Sequence[Sequence[str]], header_rows: int = 1) -> str:
    r"""Return a table as Markdown, "" for one without rows.

    White space in a cell becomes single spaces; pipes and backslashes are escaped.

    Args:
        rows: the texts of the cells, the same number in every row.
        header_rows: how many of the first rows name the columns. Markdown has exactly one header
            row: several are joined by spaces, column by column; without any, it is empty.

    >>> print(table_markdown([["Port", "a|b"], ["Brae", ""]]))
    | Port | a\|b |
    | --- | --- |
    | Brae |  |
    """
    if not rows:
        return ""
    width = len(rows[0])
    header = [" ".join(row[column] for row in rows[:header_rows]) for column in range(width)]
    lines = [header, ["---"] * width, *rows[header_rows:]]
    return "\n".join(f"| {' | '.join(map(_escape, cells))} |" for cells in lines)


def _escape(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
