"""References to pages by document and number or label, and finding these pages in an index."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from snappy_core.filters import parse
from snappy_core.stores.base import Snapshot


class PageReference(NamedTuple):
    """A page, named without knowing the index.

    Attributes:
        document: a document id or a source, which may be a relative path.
        page: the page number, from 1; or, as a string, the page label as printed.
    """

    document: str
    page: int | str


def page_references(pairs: Iterable[PageReference]) -> list[PageReference]:
    """Return page references from what may be plain tuples or lists.

    Raises:
        ValueError: one of them is not a pair.
    """
    references = []
    for pair in pairs:
        if not (isinstance(pair, tuple | list) and len(pair) == 2):
            raise ValueError(f"pages are pairs of a document and a page, not {pair!r}")
        references.append(PageReference(*pair))
    return references


def find_pages(snapshot: Snapshot, references: Iterable[PageReference]) -> frozenset[int]:
    """Return the page ids of page references.

    Raises:
        ValueError: pages are not in the index, and the message lists all of them; or a source or
            page label fits several documents or pages.
    """
    unique = dict.fromkeys(page_references(references))
    lookup = _PageLookup(snapshot, {os.fspath(name) for name, _ in unique})
    matches = {reference: lookup.find(*reference) for reference in unique}
    missing = [f"{name!r} page {page}" for (name, page), id in matches.items() if id is None]
    if missing:
        raise ValueError(
            f"no such pages in the index: {', '.join(missing)}; add the missing documents; page "
            "numbers start at 1"
        )
    return frozenset(page_id for page_id in matches.values() if page_id is not None)


class _PageLookup:
    """Finds the pages of one snapshot by document and page number or label."""

    def __init__(self, snapshot: Snapshot, names: set[str]) -> None:
        self._snapshot = snapshot
        self._document_ids = {name for name in names if snapshot.document(name) is not None}
        self._ids_by_source: dict[str, list[str]] = {}
        names = names - self._document_ids
        sources = [*names, *map(_as_source, names)]
        ids = snapshot.documents_where(parse({"source": sources})) if sources else ()
        for document in filter(None, map(snapshot.document, sorted(ids))):
            for source in document.sources:
                self._ids_by_source.setdefault(source, []).append(document.document_id)
        self._pages_by_label: dict[str, dict[str, list[int]]] = {}  # by document id

    def find(self, name: str, page: int | str) -> int | None:
        """Return the id of a page, or None."""
        document_id = self._document_id(name)
        if document_id is None:
            return None
        if isinstance(page, int):
            return self._snapshot.page_ids(document_id).get(page)
        page_ids = self._labels(document_id).get(page, [])
        if len(page_ids) > 1:
            raise ValueError(f"{name!r} has several pages labeled {page!r}: give page numbers")
        return page_ids[0] if page_ids else None

    def _document_id(self, name: str) -> str | None:
        if name in self._document_ids:
            return name
        ids = self._ids_by_source.get(name) or self._ids_by_source.get(_as_source(name)) or []
        if len(ids) > 1:
            raise ValueError(f"{name!r} is the source of {', '.join(ids)}: give a document id")
        return ids[0] if ids else None

    def _labels(self, document_id: str) -> dict[str, list[int]]:
        """Return the page ids of a document by page label, which reads all its pages."""
        if document_id not in self._pages_by_label:
            labels: dict[str, list[int]] = {}
            for page_id in self._snapshot.page_ids(document_id).values():
                labels.setdefault(self._snapshot.page(page_id).label, []).append(page_id)
            self._pages_by_label[document_id] = labels
        return self._pages_by_label[document_id]


def _as_source(path: str) -> str:
    """Return a path in the form that `Source` uses."""
    return os.path.abspath(path).replace(os.sep, "/")
