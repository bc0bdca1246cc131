"""Ids of regions, and short names of documents for people and language models."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

ID_SUFFIX = r"#p\d+(?:[rsh]\d[\d-]*)?"
"""The pattern of the part of an id that follows the document, for finding ids in a text."""

_REGION_ID = re.compile(
    r"(?P<document_id>.*)#p(?P<page>[0-9]{1,9})"
    r"(?:(?P<kind>[rs])(?P<index>[0-9]{1,9})|h(?P<first>[0-9]{1,9})-(?P<last>[0-9]{1,9}))?",
    re.DOTALL,
)

_ROOT = r"(?:[A-Za-z]:)?[/\\]"
# Folder names may contain spaces only where the end of the path is certain: before a colon, as at
# the start of most messages, and in quotes. Elsewhere a space may end the path, as it does after a
# file suffix ("/srv/a.pdf is new and/or empty").
_FOLDERS = re.compile(
    rf"\A{_ROOT}(?:(?:(?!\.\w+\s|,\s)[^/\\:'\"\n])*[^/\\:'\"\s][/\\])+(?=[^/\\:'\"\n]+:)"
    rf"|(?<=['\"]){_ROOT}+(?:[^/\\'\"\n]+[/\\]+)+(?=[^/\\'\"\n]+['\"])"
    rf"|(?<![\w:/\\.~-]){_ROOT}(?:[^/\\\s:'\"]+[/\\])+"
)


@dataclass(frozen=True, slots=True)
class RegionId:
    """What an id names: a page ("#p3"), a region or section of it, or an area without text.

    Attributes:
        kind: "region" is "#p3r7", "section" is "#p3s7", "area" is "#p3h12-40".
        indices: the region, or the first region of the section; the first and last cell of an
            area.
    """

    document_id: str
    page_number: int
    kind: Literal["page", "region", "section", "area"]
    indices: tuple[int, ...] = ()


def file_name(source: str) -> str:
    """Return the last part of a path.

    >>> file_name("/srv/reports/q3.pdf"), file_name("C:\\\\reports\\\\q3.pdf")
    ('q3.pdf', 'q3.pdf')
    """
    return re.split(r"[/\\]", source.rstrip("/\\"))[-1] or source


def short_name(document_id: str) -> str:
    """Return a document id without the folders of an absolute path; a hash keeps it distinct.

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
    """Return the document of a region or page id and what follows "#p"; "" for any other id.

    >>> split_region_id("/srv/q3.pdf#p2r7"), split_region_id("q3.pdf")
    (('/srv/q3.pdf', '2r7'), ('', 'q3.pdf'))
    """
    document_id, _, suffix = region_id.rpartition("#p")
    return document_id, suffix


def parse_region_id(region_id: str) -> RegionId | None:
    """Return what an id names; None if it is not an id of a region, section, page or area.

    >>> parse_region_id("/srv/q3.pdf#p2r7")
    RegionId(document_id='/srv/q3.pdf', page_number=2, kind='region', indices=(7,))
    >>> parse_region_id("q3.pdf") is None
    True
    """
    match = _REGION_ID.fullmatch(region_id)
    if match is None:
        return None
    document_id, page_number = match["document_id"], int(match["page"])
    if match["first"]:
        return RegionId(document_id, page_number, "area", (int(match["first"]), int(match["last"])))
    if match["kind"]:
        kind: Literal["region", "section"] = "region" if match["kind"] == "r" else "section"
        return RegionId(document_id, page_number, kind, (int(match["index"]),))
    return RegionId(document_id, page_number, "page")


def without_folders(text: str) -> str:
    """Return a message with absolute paths shortened to their last part.

    >>> without_folders("/srv/reports/q3.pdf, page 2: the file has changed and/or moved")
    'q3.pdf, page 2: the file has changed and/or moved'
    >>> without_folders("No such file or directory: '/home/jane/My Documents/q3.pdf'")
    "No such file or directory: 'q3.pdf'"
    """
    return _FOLDERS.sub("", text)
