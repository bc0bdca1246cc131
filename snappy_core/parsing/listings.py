"""Listings: contents, indexes and references, which point to answers but are not answers.

They are recognized by the heading above them and by what they contain: page numbers, years.
Tables of contents with leaders are found without a heading (`layout.contents`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace

import numpy as np

from snappy_core.types import LISTINGS, Label, Page, Region

_INDEXED = (  # "Price Index" is a number
    r"(?:(?:subject|author|name|person|keyword|topic|place|term|word|title|concept|function|symbol)"
    r"s?|general|alphabetical|analytical|geographical)"
)
_NAMES: dict[Label, re.Pattern[str]] = {
    "contents": re.compile(
        r"(?:table of )?contents|inhalt(?:sverzeichnis)?|table des matières|sommaire|"
        r"(?:tabla de )?contenidos?|índice(?: general| de contenidos)?|indice(?: generale)?|"
        r"sommario|sumário|inhoud(?:sopgave)?|目\s*[录錄次]"
    ),
    "index": re.compile(
        rf"(?:{_INDEXED} (?:and {_INDEXED} )?)?index|"
        r"(?:stichwort|sach|namens)(?:verzeichnis|register)|"
        r"index alphabétique|índice (?:alfabético|analítico|remissivo)|indice analitico|"
        r"trefwoordenregister"
    ),
    "references": re.compile(
        r"references(?: cited| and notes)?|bibliography|works cited|literature cited|"
        r"literatur(?:verzeichnis)?|quellen(?:verzeichnis)?|références(?: bibliographiques)?|"
        r"bibliographie|referencias(?: bibliográficas)?|bibliografía|referências"
        r"(?: bibliográficas)?|bibliografia|riferimenti bibliografici|referenties|"
        r"literatuur(?:lijst)?|参考文献|參考文獻"
    ),
}
_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*|[a-z]|[ivx]+)[.:)]?\s+")

_HEADINGS: Set[Label] = {"title", "heading"}
_RUNNING: Set[Label] = {"header", "footer"}
_NO_ENTRIES: Set[Label] = {*_RUNNING, "figure", "formula", *LISTINGS}

_PAGE_NUMBER = re.compile(r"\d{1,4}(?:[-–]\d{1,4})?[,;]?")
_SOURCE = re.compile(r"\b(?:1[5-9]|20)\d\d[a-z]?\b|https?:|www\.|\bdoi\b|arxiv:", re.IGNORECASE)
_MARK = re.compile(r"\[[\w+-]{1,12}\]")
_MIN_NUMBERS = 4
_MAX_WORDS = {"contents": 18, "index": 6}  # of an entry, per page number
_MIN_RISING = 0.75  # share of page numbers in contents; columns and lists of figures interrupt


def mark_listings(page: Page, previous: Page | None) -> Page:
    """Label the listings of a page, and the regions inside them.

    Args:
        previous: the page before it, whose last listing may continue.
    """
    regions = list(page.regions)
    top_level = [index for index, region in enumerate(regions) if region.parent is None]
    top_level.sort(key=lambda index: regions[index].order)
    named = {index: name for index in top_level if (name := _named_listing(regions[index]))}
    kind = None if previous is None else _open_listing(previous)
    labels: dict[int, Label] = {}
    below: list[int] = []
    for index in [*top_level, None]:
        if index is not None and index not in named:
            below.append(index)
            continue
        if kind is not None:
            entries = _entries(kind, [regions[i] for i in below])
            labels |= {i: kind for i, is_entry in zip(below, entries, strict=True) if is_entry}
        kind, below = named.get(index) if index is not None else None, []
    if not labels:
        return page
    for index, region in enumerate(regions):
        root = index
        while (parent := regions[root].parent) is not None:
            root = parent
        if root in labels:
            regions[index] = replace(region, label=labels[root])
    return replace(page, regions=tuple(regions))


def _named_listing(region: Region) -> Label | None:
    """Return the listing that a heading names, or None."""
    if len(region.words) > 6 or region.label in _NO_ENTRIES:
        return None
    name = _NUMBERING.sub("", " ".join(region.text.lower().split()).rstrip(" .:"))
    return next((label for label, names in _NAMES.items() if names.fullmatch(name)), None)


def _open_listing(page: Page) -> Label | None:
    """Return the listing that is still open at the end of a page, or None."""
    regions = [r for r in page.regions if r.parent is None and r.label not in _RUNNING]
    if not regions:
        return None
    last = max(regions, key=lambda region: region.order)
    return last.label if last.label in LISTINGS else _named_listing(last)


def _entries(kind: Label, regions: Sequence[Region]) -> list[bool]:
    """Return which of the regions below a heading belong to its listing."""
    if kind == "references":
        return _cited(regions)
    entries: list[bool] = []
    numbers: list[int] = []
    is_open = True
    for region in regions:
        if kind == "index" and any(cell.is_header for cell in region.cells):
            is_open = False  # a table of data
        words = region.text.replace("|", " ").split()
        in_region = [int(re.split("[-–,;]", w)[0]) for w in words if _PAGE_NUMBER.fullmatch(w)]
        longest = _MAX_WORDS[kind] * max(len(in_region), 0.5)
        if region.label not in _NO_ENTRIES:
            is_open = is_open and len(words) <= longest
            numbers += in_region if is_open else []
        entries.append(is_open and region.label not in _NO_ENTRIES)
    steps = np.diff(numbers)
    rises = kind == "index" or (steps >= 0).sum() >= _MIN_RISING * len(steps)
    return entries if len(numbers) >= _MIN_NUMBERS and rises else [False] * len(regions)


def _cited(regions: Sequence[Region]) -> list[bool]:
    """Return which regions name sources, or are between those that do."""
    entries: list[bool] = []
    is_open = True
    for region in regions:
        has_mark = bool(_MARK.match(region.text))
        is_open = is_open and (region.label not in _HEADINGS or has_mark)
        is_source = has_mark or bool(_SOURCE.search(region.text))
        entries.append(is_open and region.label not in (*_NO_ENTRIES, "table") and is_source)
    return [
        is_entry or (region.label == "paragraph" and any(entries[:i]) and any(entries[i:]))
        for i, (region, is_entry) in enumerate(zip(regions, entries, strict=True))
    ]
