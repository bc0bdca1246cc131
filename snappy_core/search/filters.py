"""Filters: flat `{key: value or list of values}`; a region passes when every key agrees.

And single pages, for which such a filter is too coarse: page 3 of one document, 5 of another.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.granularity import rankable
from snappy_core.stores.base import DocumentRecord, PageVectors, Snapshot, concatenate_regions
from snappy_core.types import LABELS, Label, Scalar

Filter = Mapping[str, Scalar | Sequence[Scalar]]
BUILT_IN = ("document_id", "source", "page_number", "region_label")


class PageReference(NamedTuple):
    """A page, as others name it.

    Attributes:
        document: a document id, or a source: a path, also a relative one.
        page: the number, 1 for the first page; or, a string, the page label as printed.
    """

    document: str
    page: int | str


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter made ready: documents first, then pages, then regions.

    Attributes:
        documents: ids of the documents that pass, or None for all.
        pages: page numbers that pass, or None.
        labels: places in `LABELS` that pass, or None.
    """

    documents: frozenset[str] | None = None
    pages: frozenset[int] | None = None
    labels: frozenset[int] | None = None

    def allows(self, label: Label) -> bool:
        """Say whether regions of a label pass."""
        return self.labels is None or LABELS.index(label) in self.labels

    def region_mask(self, pages: Sequence[PageVectors]) -> NDArray[np.bool_]:
        """Say which regions of pages laid one after the other may answer, shape (regions,)."""
        return rankable(
            *concatenate_regions([(page.labels, page.parents) for page in pages]), self.labels
        )


def resolve(filter: Filter | None, documents: Iterable[DocumentRecord]) -> Selection:
    """Look a filter up among the documents of an index.

    A key is one of `BUILT_IN` or a metadata key that some document has; documents without the
    key do not pass. True is not 1.

    Raises:
        ValueError: an unknown key, an unknown label, or a value that is no scalar.
    """
    if not filter:
        return Selection()
    documents = list(documents)
    known = {*BUILT_IN, *(key for document in documents for key in document.metadata)}
    passing, pages, labels = documents, None, None
    for key, value in filter.items():
        if key not in known and documents:
            allowed = ", ".join(sorted(known))
            raise ValueError(f"unknown filter key {key!r}; this index has {allowed}")
        wanted = _scalars(key, value)
        if key == "page_number":
            pages = frozenset(v for v in wanted if isinstance(v, int) and not isinstance(v, bool))
        elif key == "region_label":
            unknown = [v for v in wanted if v not in LABELS]
            if unknown:
                raise ValueError(f"unknown region_label {unknown[0]!r}; use {', '.join(LABELS)}")
            labels = frozenset(LABELS.index(v) for v in wanted if v in LABELS)
        else:
            passing = [d for d in passing if _has(d, key, wanted)]
    chosen = None if len(passing) == len(documents) else frozenset(d.document_id for d in passing)
    return Selection(chosen, pages, labels)


def find_pages(snapshot: Snapshot, references: Iterable[PageReference]) -> NDArray[np.int64]:
    """Return the ids of pages, ascending, each once.

    Raises:
        ValueError: pages that are not in the index, all of them named; a label or source that
            stands for several.
    """
    ids: dict[str, str] = {}
    sources: dict[str, list[str]] = {}
    for document in snapshot.documents():
        ids[document.document_id] = document.document_id
        sources.setdefault(document.source, []).append(document.document_id)
    labelled: dict[str, dict[str, list[int]]] = {}  # document id -> label -> pages
    found: set[int] = set()
    unknown = []
    for name, page in dict.fromkeys(references):
        named = [ids[name]] if name in ids else sources.get(name) or sources.get(_absolute(name))
        if named is not None and len(named) > 1:
            raise ValueError(f"{name!r} is the source of {', '.join(named)}: give a document id")
        matches: list[int] = []
        if named is not None:
            numbered = snapshot.page_ids(named[0])
            if isinstance(page, int):
                matches = [numbered[page]] if page in numbered else []
            else:
                if named[0] not in labelled:  # which takes reading all its pages
                    labelled[named[0]] = _by_label(snapshot, numbered.values())
                matches = labelled[named[0]].get(page, [])
        if len(matches) > 1:
            raise ValueError(f"{name!r} has several pages labelled {page!r}: give page numbers")
        if not matches:
            unknown.append(f"{name!r} page {page}")
        found.update(matches)
    if unknown:
        raise ValueError(
            f"no such pages in the index: {', '.join(unknown)}; add the documents that are "
            "missing; the number of a first page is 1"
        )
    return np.array(sorted(found), dtype=np.int64)


def _by_label(snapshot: Snapshot, pages: Iterable[int]) -> dict[str, list[int]]:
    labelled: dict[str, list[int]] = {}
    for page in pages:
        labelled.setdefault(snapshot.page(page).label, []).append(page)
    return labelled


def _absolute(path: str) -> str:
    """Return a path as `Source` names it."""
    return os.path.abspath(path).replace(os.sep, "/")


def _has(document: DocumentRecord, key: str, wanted: Sequence[Scalar]) -> bool:
    if key in ("document_id", "source"):
        return getattr(document, key) in wanted
    if key not in document.metadata:
        return False
    value = document.metadata[key]
    return any(value == w and isinstance(value, bool) == isinstance(w, bool) for w in wanted)


def _scalars(key: str, value: Scalar | Sequence[Scalar]) -> list[Scalar]:
    many = isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))
    values: list[Scalar] = list(value) if many else [value]  # type: ignore[arg-type,list-item]
    for item in values:
        if not isinstance(item, (str, int, float, bool, type(None))):
            raise ValueError(
                f"filter {key!r} must be a scalar or a list of scalars, not {type(item).__name__}"
            )
    return values
