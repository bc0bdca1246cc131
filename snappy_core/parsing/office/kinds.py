"""Kinds of office and web documents: how each is recognized and prepared for LibreOffice."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from snappy_core.errors import UnreadableDocumentError
from snappy_core.parsing.office.web import clean_html, markdown_to_html
from snappy_core.parsing.source import Source

SUFFIXES = (".docx", ".htm", ".html", ".markdown", ".md", ".pptx", ".xlsx")

_ZIP = b"PK\x03\x04"
_FIRST_ENTRIES = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"ppt/", b"xl/")
_NAME_OFFSET = 30  # of the name of the first entry in a ZIP file
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .doc, .xls, .ppt, and anything with a password
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:\s|<!--.*?-->|<\?xml[^>]*>)*+<(?:!doctype\s+html|html)\b", re.I | re.S
)
_MAX_UNPACKED = 2_000_000_000  # bytes

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROOT = re.compile(rb"<((?:[^\s<>/:!?]+:)?)worksheet(?=[\s>])")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document.

    Attributes:
        name: distinguishes PDFs printed from the same bytes as different kinds.
        suffix: of the file that LibreOffice gets.
        import_filter, export_filter: LibreOffice's names.
        prepare: makes that file; its ValueError says why it cannot.
    """

    name: str
    suffix: str
    import_filter: str
    export_filter: str
    prepare: Callable[[bytes], bytes]


def fit_to_width(workbook: bytes) -> bytes:
    """Return a workbook whose sheets print one page wide, so that a row stays on one page."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(
                entry.filename, _fit(content) if _SHEET.fullmatch(entry.filename) else content
            )
    return target.getvalue()


def _fit(sheet: bytes) -> bytes:
    """Return the XML of a sheet with the properties that Excel sets to fit it to the page width.

    It is not parsed: as a tree, a large sheet takes many times its size in memory.
    """
    root = _ROOT.search(sheet)
    if root is None:
        return sheet
    prefix = root[1]  # "x:" of <x:worksheet>
    fit = b'<%bpageSetUpPr fitToPage="1"/></%bsheetPr>' % (prefix, prefix)
    setup = b'<%bpageSetup fitToWidth="1" fitToHeight="0"/>' % prefix
    # Views saved by users have their own margins and page setup.
    before, _, views = sheet.partition(b"<%bcustomSheetViews" % prefix)
    _, end, after = views.partition(b"</%bcustomSheetViews>" % prefix)
    sheet = before + after if end else sheet

    def pattern(regex: bytes) -> bytes:
        return regex.replace(b"x:", re.escape(prefix))

    sheet = re.sub(pattern(rb"</?x:(?:pageSetUpPr|pageSetup)\b[^<>]*>"), b"", sheet)
    sheet, count = re.subn(
        pattern(rb"(<x:sheetPr\b[^<>]*)/>|</x:sheetPr>"),
        lambda match: (match[1] + b">" if match[1] else b"") + fit,
        sheet,
        count=1,
    )
    if not count:
        head = pattern(rb"<x:worksheet\b[^<>]*>")
        sheet = re.sub(head, lambda match: match[0] + b"<%bsheetPr>" % prefix + fit, sheet, count=1)
    margins = pattern(rb"<x:pageMargins\b[^<>]*/>|</x:pageMargins>|(?=</x:worksheet\b)")
    return re.sub(margins, lambda match: match[0] + setup, sheet, count=1)


_WRITER = "writer_pdf_Export"
_OFFICE = {  # by the part that identifies each in the ZIP file
    "word/document.xml": Kind("word", ".docx", "MS Word 2007 XML", _WRITER, bytes),
    "ppt/presentation.xml": Kind(
        "slides", ".pptx", "Impress MS PowerPoint 2007 XML", "impress_pdf_Export", bytes
    ),
    "xl/workbook.xml": Kind(
        "workbook", ".xlsx", "Calc MS Excel 2007 XML", "calc_pdf_Export", fit_to_width
    ),
}
_WEB = Kind("web", ".html", "HTML (StarWriter)", _WRITER, clean_html)
_MARKDOWN = Kind("markdown", ".html", "HTML (StarWriter)", _WRITER, markdown_to_html)


def is_recognized(head: bytes) -> bool:
    """Return whether the first bytes are those of an office document or of an HTML page."""
    first = head[_NAME_OFFSET:]
    return (
        (head.startswith(_ZIP) and first.startswith(_FIRST_ENTRIES))
        or head.startswith(_OLD)
        or _HTML.match(head) is not None
    )


def is_named(name: str) -> bool:
    """Return whether a name is that of a text whose kind is known only by its name."""
    return name.lower().endswith((".md", ".markdown", ".html", ".htm"))


def kind_of(source: Source) -> Kind:
    """Return the kind of a document that is recognized or named.

    Raises:
        UnreadableDocumentError: it is damaged, has a password, or is of an old or another kind.
    """
    head = source.head()
    if head.startswith(_OLD):
        cause = "has a password or is of an old kind (.doc, .xls, .ppt): save it as .docx or as PDF"
        raise UnreadableDocumentError(source.name, cause)
    if not head.startswith(_ZIP):
        named_markdown = source.name.lower().endswith((".md", ".markdown"))
        return _MARKDOWN if named_markdown and not _HTML.match(head) else _WEB
    try:
        with zipfile.ZipFile(source.path or io.BytesIO(source.data or b"")) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableDocumentError(source.name, f"is damaged ({error})") from error
    if unpacked > _MAX_UNPACKED:
        raise UnreadableDocumentError(source.name, f"unpacks to {unpacked:,} bytes")
    for part, kind in _OFFICE.items():
        if part in names:
            return kind
    raise UnreadableDocumentError(source.name, "is a ZIP file, but no .docx, .pptx or .xlsx")
