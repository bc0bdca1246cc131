"""Short names of documents for people and language models, which have no use for server paths."""

from __future__ import annotations

import hashlib
import re

_ROOT = r"(?:[A-Za-z]:)?[/\\]"
# Names of folders may have spaces where the path is sure to end: before a colon, as most messages
# begin, and in quotes. Elsewhere a space may end the path, as it does after the suffix of a file
# ("/srv/a.pdf is new and/or empty").
_FOLDERS = re.compile(
    rf"\A{_ROOT}(?:(?:(?!\.\w+\s|,\s)[^/\\:'\"\n])*[^/\\:'\"\s][/\\])+(?=[^/\\:'\"\n]+:)"
    rf"|(?<=['\"]){_ROOT}+(?:[^/\\'\"\n]+[/\\]+)+(?=[^/\\'\"\n]+['\"])"
    rf"|(?<![\w:/\\.~-]){_ROOT}(?:[^/\\\s:'\"]+[/\\])+"
)


def file_name(source: str) -> str:
    """Return the last part of a path.

    >>> file_name("/srv/reports/q3.pdf"), file_name("C:\\\\reports\\\\q3.pdf")
    ('q3.pdf', 'q3.pdf')
    """
    return re.split(r"[/\\]", source.rstrip("/\\"))[-1] or source


def short_name(document_id: str) -> str:
    """Return a document id without the folders of an absolute path, still different from others.

    >>> short_name("2025/q3.pdf"), short_name("/srv/reports/q3.pdf")
    ('2025/q3.pdf', 'q3.pdf~aa29ce')
    """
    if not re.match(r"(?:[A-Za-z]:)?[/\\]", document_id):
        return document_id
    digest = hashlib.sha256(document_id.encode("utf-8", "backslashreplace")).hexdigest()
    return f"{file_name(document_id)}~{digest[:6]}"


def citation(region_id: str, document_id: str) -> str:
    """Return the id of a region with the short name of its document.

    >>> citation("/srv/reports/q3.pdf#p2r7", "/srv/reports/q3.pdf")
    'q3.pdf~aa29ce#p2r7'
    """
    return short_name(document_id) + region_id.removeprefix(document_id)


def split_region_id(region_id: str) -> tuple[str, str]:
    """Return the document of the id of a region or page, and the place in it; "" for no such id.

    >>> split_region_id("/srv/q3.pdf#p2r7"), split_region_id("q3.pdf")
    (('/srv/q3.pdf', '2r7'), ('', 'q3.pdf'))
    """
    document_id, _, place = region_id.rpartition("#p")
    return document_id, place


def without_folders(text: str) -> str:
    """Return a message with absolute paths cut to their last part.

    >>> without_folders("/srv/reports/q3.pdf, page 2: the file has changed and/or moved")
    'q3.pdf, page 2: the file has changed and/or moved'
    >>> without_folders("No such file or directory: '/home/jane/My Documents/q3.pdf'")
    "No such file or directory: 'q3.pdf'"
    """
    return _FOLDERS.sub("", text)
