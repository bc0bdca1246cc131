"""The parts of a region that can answer: sentences, rows and their cells, items, lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snappy_core.boxes import as_boxes, contains_center, line_groups
from snappy_core.search.hits import HighlightKind
from snappy_core.search.sentences import sentence_bounds
from snappy_core.types import Cell, Page, Region

_PROSE = ("title", "heading", "paragraph", "list", "list_item", "caption", "header", "footer")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a region.

    Attributes:
        text: for people; cells are preceded by their headers.
        words: indices of its own words on the page.
        context: indices of the words that it is read with: the headers of a row or cell, the
            introduction of an item. They are scored with it, but not highlighted.
        row: the region, if the span is a row.
    """

    kind: HighlightKind
    text: str
    words: tuple[int, ...]
    context: tuple[int, ...] = ()
    row: Region | None = None


def spans_of(page: Page, region: Region) -> list[Span]:
    """Return the spans of a region in reading order; none if it has no words.

    A table is divided into rows (without the header rows), a list into items, other text into
    sentences; a figure, a formula and a table without rows into lines.
    """
    parts = [part for part in _leaves(page, region) if part.words]
    if region.label == "table" and any(part.label == "table_row" for part in parts):
        return [_row(page, part) for part in parts if not _is_header(part)]
    if region.label == "list" and parts:
        return [Span("item", _own_text(page, part), part.words, part.context) for part in parts]
    if region.label == "table_row":
        return [_row(page, region)] if region.words else []
    return _sentences(page, region) if region.label in _PROSE else _lines(page, region)


def _leaves(page: Page, region: Region) -> list[Region]:
    """Return the regions inside a region that contain no others."""
    if region not in page.regions:
        return []
    root = page.regions.index(region)
    parents = {part.parent for part in page.regions}
    leaves = []
    for index, part in enumerate(page.regions):
        ancestor = part.parent
        while ancestor is not None and ancestor != root:
            ancestor = page.regions[ancestor].parent
        if ancestor == root and index not in parents:
            leaves.append(part)
    return leaves


def _is_header(row: Region) -> bool:
    return bool(row.cells) and all(cell.is_header for cell in row.cells)


def _row(page: Page, row: Region) -> Span:
    body = _body(row)
    if not body:
        return Span("row", _own_text(page, row), row.words, row.context)
    texts = [body[0].text, *(_named(cell, _heads(row, cell)) for cell in body[1:])]
    return Span("row", "; ".join(texts), row.words, row.context, row)


def cells_of(page: Page, span: Span) -> list[Span]:
    """Return the cells of a row with their headers, except for the row's own header."""
    if span.row is None:
        return []
    first, *others = _body(span.row)
    row_head = _words_in(page, span.words, first)
    cells = []
    for cell in others:
        heads = _heads(span.row, cell)
        words = _words_in(page, span.words, cell)
        context = tuple(word for head in heads for word in _words_in(page, span.context, head))
        if words:
            text = f"{first.text}; {_named(cell, heads)}"
            cells.append(Span("cell", text, words, row_head + context))
    return cells


def _body(row: Region) -> list[Cell]:
    """Return the cells of a row from left to right, without header cells."""
    body = [cell for cell in row.cells if not cell.is_header and cell.box is not None]
    return sorted(body, key=lambda cell: cell.column)


def _heads(row: Region, cell: Cell) -> list[Cell]:
    return [head for head in row.cells if head.is_header and _shares_column(head, cell)]


def _named(cell: Cell, heads: Sequence[Cell]) -> str:
    name = " > ".join(head.text for head in heads)
    return f"{name}: {cell.text}" if name else cell.text


def _shares_column(head: Cell, cell: Cell) -> bool:
    end, head_end = cell.column + cell.column_span, head.column + head.column_span
    return head.column < end and cell.column < head_end


def _words_in(page: Page, words: Sequence[int], cell: Cell) -> tuple[int, ...]:
    if cell.box is None or not words:
        return ()
    inside = contains_center(as_boxes([cell.box]), page.words.boxes[list(words)])[0]
    return tuple(word for word, is_in in zip(words, inside.tolist(), strict=True) if is_in)


def _sentences(page: Page, region: Region) -> list[Span]:
    text, bounds = _located(page, region)
    if not bounds:
        return []
    first = bounds[0][0]
    spans = []
    for start, end in sentence_bounds(text[first:]):
        start, end = start + first, end + first
        words = tuple(
            word
            for word, (begin, _) in zip(region.words, bounds, strict=True)
            if start <= begin < end
        )
        if words:
            spans.append(Span("sentence", text[start:end], words, region.context))
    return spans


def _lines(page: Page, region: Region) -> list[Span]:
    if not region.words:
        return []
    groups = line_groups(page.words.boxes[list(region.words)])
    lines = [tuple(region.words[i] for i in group) for group in groups]
    return [Span("line", _joined(page, line), line, region.context) for line in lines]


def _own_text(page: Page, region: Region) -> str:
    """Return the text of a region without the words of its context."""
    text, bounds = _located(page, region)
    return text[bounds[0][0] :] if bounds else ""


def _located(page: Page, region: Region) -> tuple[str, list[tuple[int, int]]]:
    """Return a text of a region and the offsets of its words in it.

    It is the region's own text if that ends with the region's words, else the joined words: a table
    is Markdown, and some texts come from another program.
    """
    texts = [page.words.texts[word] for word in region.words]
    bounds = locate_words(region.text, texts)
    if bounds is not None:
        return region.text, bounds
    joined = " ".join(texts)
    return joined, locate_words(joined, texts) or []


def locate_words(text: str, words: Sequence[str]) -> list[tuple[int, int]] | None:
    """Return the offsets of consecutive words at the end of a text, or None.

    A hyphen at the end of a word may be missing, since words hyphenated at line ends are rejoined.

    >>> locate_words("It began: the rotors", ["the", "ro-", "tors"])
    [(10, 13), (14, 16), (16, 20)]
    """
    bounds: list[tuple[int, int]] = []
    end = len(text)
    for word in reversed(words):
        end = len(text[:end].rstrip())
        for form in (word, word.removesuffix("-")):
            if form and text.endswith(form, 0, end):
                break
        else:
            return None
        bounds.append((end - len(form), end))
        end -= len(form)
    return bounds[::-1]


def _joined(page: Page, words: Sequence[int]) -> str:
    return " ".join(page.words.texts[word] for word in words)
