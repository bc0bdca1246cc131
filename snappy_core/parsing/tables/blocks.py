"""From a table to the drafts of its regions: the table, its sections and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.table import Row, Table, rows_markdown
from snappy_core.types import Label


def table_block(table: Table, page: UprightPage) -> Block:
    """Return the block of a table, with its rows and its named sections as parts.

    The text of each part is a table with the header; the words of the header, and of the name of
    the section, are its context. A section of a single row is one row together with its name.
    """
    header = table.rows[: table.header]

    def block(rows: Sequence[Row], label: Label, context: Sequence[Row] = ()) -> Block:
        return replace(
            Block.of(_words(rows), page),
            label=label,
            text=rows_markdown((*header, *rows), table.header, page),
            context=_words(context),
        )

    parts = []
    for name, rows in table.sections():
        if name is None:
            parts += [block([row], "table_row", header) for row in rows]
        elif len(rows) < 2:
            parts.append(block([name, *rows], "table_row", header))
        else:
            row_blocks = [block([row], "table_row", (*header, name)) for row in rows]
            section = block([name, *rows], "table", header)
            parts.append(replace(section, parts=tuple(row_blocks)))
    text = rows_markdown(table.rows, table.header, page)
    whole = Block.of(_words(table.rows), page, "table")
    return replace(whole, text=text, parts=tuple(parts))


def _words(rows: Sequence[Row]) -> tuple[int, ...]:
    return tuple(word for row in rows for word in row.words)
