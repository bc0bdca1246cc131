"""Filters by key, `{key: value or list of values}`, and references to single pages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from snappy_core.stores.base import DocumentRecord, PageFilter, Snapshot
from snappy_core.types import LABELS, Scalar

Filter = Mapping[str, Scalar | Sequence[Scalar]]
BUILT_IN = ("document_id", "source", "page_number", "region_label")


class PageReference(NamedTuple):
    """A page, named without knowing the index.

    Attributes:
        document: a document id or a source, which may be a relative path.
        page: the page number, from 1; or, as a string, the page label as printed.
    """

    document: str
    page: int | str


def resolve(
    filter: Filter | None, documents: Iterable[DocumentRecord]
) -> tuple[PageFilter, frozenset[int] | None]:
    """Return the pages that a filter allows and the region labels, as indices into `LABELS`.

    The labels are None when the filter does not name any. A key is one of `BUILT_IN` or a metadata
    key of some document; documents without the key do not match. True does not match 1.

    Args:
        documents: all documents of the index.

    Raises:
        ValueError: an unknown key, an unknown label, or a value that is not a scalar.
    """
    if not filter:
        return PageFilter(), None
    documents = list(documents)
    keys = {*BUILT_IN, *(key for document in documents for key in document.metadata)}
    matching, page_numbers, labels = documents, None, None
    for key, value in filter.items():
        if key not in keys and documents:
            allowed = ", ".join(sorted(keys))
            raise ValueError(f"unknown filter key {key!r}; this index has {allowed}")
        values = _scalars(key, value)
        if key == "page_number":
            page_numbers = frozenset(v for v in values if type(v) is int)
        elif key == "region_label":
            for label in values:
                if label not in LABELS:
                    raise ValueError(f"unknown region_label {label!r}; use {', '.join(LABELS)}")
            labels = frozenset(LABELS.index(label) for label in values)
        else:
            matching = [document for document in matching if _matches(document, key, values)]
    document_ids = None
    if len(matching) < len(documents):
        document_ids = frozenset(document.document_id for document in matching)
    return PageFilter(document_ids, page_numbers), labels


def _scalars(key: str, value: Scalar | Sequence[Scalar]) -> list[Scalar]:
    is_list = isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))
    values: list[Scalar] = list(value) if is_list else [value]  # type: ignore[arg-type,list-item]
    for item in values:
        if not isinstance(item, (str, int, float, bool, type(None))):
            raise ValueError(
                f"filter {key!r} must be a scalar or a list of scalars, not {type(item).__name__}"
            )
    return values


def _matches(document: DocumentRecord, key: str, values: Sequence[Scalar]) -> bool:
    if key in ("document_id", "source"):
        return getattr(document, key) in values
    if key not in document.metadata:
        return False
    actual = document.metadata[key]
    return any(actual == v and isinstance(actual, bool) == isinstance(v, bool) for v in values)


def find_pages(snapshot: Snapshot, references: Iterable[PageReference]) -> frozenset[int]:
    """Return the page ids of page references.

    Raises:
        ValueError: references to pages that are not in the index, all of them named; or a source
            or page label that fits several documents or pages.
    """
    lookup = _PageLookup(snapshot)
    matches = {reference: lookup.find(*reference) for reference in dict.fromkeys(references)}
    missing = [f"{name!r} page {page}" for (name, page), id in matches.items() if id is None]
    if missing:
        raise ValueError(
            f"no such pages in the index: {', '.join(missing)}; add the missing documents; page "
            "numbers start at 1"
        )
    return frozenset(page_id for page_id in matches.values() if page_id is not None)


class _PageLookup:
    """Finds the pages of one snapshot by document and page number or label."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._ids_by_source: dict[str, list[str]] = {}
        for document in snapshot.documents():
            self._ids_by_source.setdefault(document.source, []).append(document.document_id)
        self._document_ids = {id for ids in self._ids_by_source.values() for id in ids}
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
        as_source = os.path.abspath(name).replace(os.sep, "/")  # as `Source` writes a path
        ids = self._ids_by_source.get(name) or self._ids_by_source.get(as_source) or []
        if len(ids) > 1:
            raise ValueError(f"{name!r} is the source of {', '.join(ids)}: give a document id")
        return ids[0] if ids else None

    def _labels(self, document_id: str) -> dict[str, list[int]]:
        """Return the page ids of a document by page label, for which all its pages are read."""
        if document_id not in self._pages_by_label:
            labels: dict[str, list[int]] = {}
            for page_id in self._snapshot.page_ids(document_id).values():
                labels.setdefault(self._snapshot.page(page_id).label, []).append(page_id)
            self._pages_by_label[document_id] = labels
        return self._pages_by_label[document_id]
