"""Parses text, XML, HTML and HTML tables of untrusted files: no entities, no DTDs, no network.

Content that cannot be read, defines entities, or is too deep or too large raises a FormatError.
"""

import re
from typing import Any

from lxml import etree

from snappy_core.errors import FormatError
from snappy_core.formats.base import Content
from snappy_core.markdown import table_markdown

Element = Any  # lxml has no types

MAX_CELLS = 100_000  # of a table; a cell that spans columns or rows counts for each of them
MAX_SPAN = 1000  # columns or rows that a cell may span, as in HTML

_LIMITS = {"no_network": True, "huge_tree": False, "remove_comments": True, "remove_pis": True}
# libxml2 ignores anything after them, such as a second file
_LAST_TAGS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_TABLE_START = re.compile(r"<table\b", re.IGNORECASE)
_TABLE_END = re.compile(r"</table\s*>", re.IGNORECASE)
_ENCODING = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?([\w-]+)""")
_PROLOG = 2048  # bytes at the start of a file that may declare its encoding


def decode(content: Content) -> str:
    """Return a text, HTML or XML file as text, in the encoding it declares or UTF-8."""
    data = _as_bytes(content)
    declared = _ENCODING.search(data[:_PROLOG])
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif declared is None or declared[1].lower() in (b"utf-8", b"utf8"):
        encoding = "utf-8-sig"
    else:
        encoding = declared[1].decode("ascii")
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise FormatError(f"is not text in {encoding} ({error})") from error
    if "<!ENTITY" in text:
        raise FormatError("defines entities, which are not read")
    return text


def parse_xml(content: Content) -> Element:
    """Return the root element of XML."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, **_LIMITS)
    try:
        root = etree.fromstring(_as_bytes(content), parser)
    except etree.LxmlError as error:
        raise FormatError(f"is not well-formed XML ({error})") from error
    doctype = root.getroottree().docinfo.internalDTD
    if doctype is not None and doctype.entities():
        raise FormatError("defines entities, which are not read")
    return root


def parse_html(text: str) -> Element:
    """Return the root element of HTML, with a space after each line break."""
    parser = etree.HTMLParser(encoding="utf-8", **_LIMITS)
    data = _LAST_TAGS.sub("", text).encode("utf-8", "replace")
    try:
        root = etree.fromstring(data, parser)
    except etree.LxmlError:  # it is empty
        root = None
    for error in parser.error_log.filter_from_fatals():
        raise FormatError(f"is not readable HTML ({error.message.strip()})")
    if root is None:
        return etree.Element("html")
    for line_break in root.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return root


def tables_to_markdown(text: str) -> str:
    """Return a text with its HTML tables rewritten as Markdown, the first row as the header.

    A cell that spans columns or rows is repeated in all of them.

    >>> print(tables_to_markdown("<table><tr><th>Port<th>Tide</tr><tr><td>Brest</table>"))
    | Port | Tide |
    | --- | --- |
    | Brest |  |
    """
    parts, position = [], 0
    while start := _TABLE_START.search(text, position):
        end = _TABLE_END.search(text, start.end())
        if end is None:  # nor is any later table closed
            break
        table = parse_html(text[start.start() : end.end()])
        parts += [text[position : start.start()], table_markdown(_rows(table))]
        position = end.end()
    return "".join([*parts, text[position:]])


def _rows(root: Element) -> list[list[str]]:
    """Return the texts of the cells of a table, all rows of the same length."""
    cells: list[list[Element]] = []
    for element in root.iter("tr", "td", "th"):
        if element.tag == "tr" or not cells:
            cells.append([])
        if element.tag != "tr":
            cells[-1].append(element)
    rows: list[list[str]] = []
    width = 0
    spanning: dict[int, tuple[int, str]] = {}  # column -> the row at which a cell ends, its text
    for index, row_cells in enumerate(cells):
        row: list[str] = []
        for cell in [*row_cells, None]:
            while (above := spanning.get(len(row))) and above[0] > index:
                row.append(above[1])
            if cell is not None:
                text, columns = "".join(cell.itertext()), _span(cell, "colspan")
                if (height := _span(cell, "rowspan")) > 1:
                    indices = range(len(row), len(row) + columns)
                    spanning |= dict.fromkeys(indices, (index + height, text))
                row += [text] * columns
            width = max(width, len(row))
            if width * len(cells) > MAX_CELLS:
                raise FormatError(f"a table has more than {MAX_CELLS:,} cells")
        rows.append(row)
    return [row + [""] * (width - len(row)) for row in rows]


def _span(cell: Element, name: str) -> int:
    value = str(cell.get(name, ""))
    return min(max(int(value), 1), MAX_SPAN) if value.isascii() and value.isdigit() else 1


def _as_bytes(content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    raise FormatError("is JSON, not text or markup")
