"""The interface of stores: documents are replaced as a whole and read from consistent snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from snappy_core.filters import Condition, Row
from snappy_core.names import file_name
from snappy_core.scoring.membership import Membership
from snappy_core.stores.catalog import Catalog, PooledVectors
from snappy_core.types import LABELS, Metadata, MetadataValue, Page, Patches, Region


class ReadableStore(Protocol):
    """The part of a store that reads an index."""

    @property
    def location(self) -> str:
        """The location of the index, as shown in messages."""

    def encoder(self) -> tuple[str, int] | None:
        """Return the name and dimension of the encoder of this index; None if it has none yet."""

    def read(self) -> AbstractContextManager[Snapshot]:
        """Open a snapshot of the current state, which later writes do not affect."""

    def close(self) -> None:
        """Release connections and memory; closing twice is allowed."""


class Store(ReadableStore, Protocol):
    """Keeps an index. All methods may be called from several threads.

    A store is opened as `cls(location, create=create)`; see `open_store`.
    """

    def bind_encoder(self, encoder: str, dim: int) -> None:
        """Bind a new index to an encoder; on a bound index, check that it is the same.

        Raises:
            IndexMismatchError: the index was made by another encoder.
        """

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        """Add a document, or replace the one with the same id, in one transaction.

        If the iterable raises, the index is unchanged. The iterable may write other documents.
        """

    def set_metadata(self, document_id: str, metadata: Metadata) -> None:
        """Replace the metadata of a document; unknown documents are ignored."""

    def set_sources(self, document_id: str, sources: Sequence[str]) -> None:
        """Replace the sources (at least one) of a document; unknown documents are ignored."""

    def delete(self, document_id: str) -> bool:
        """Remove a document; return whether it existed."""

    def compact(self) -> None:
        """Free the space of deleted and replaced documents; open snapshots remain readable."""


class Snapshot(Protocol):
    """One state of a store: everything read from it is consistent.

    Pages have integer ids, which increase with every write and are never reused.
    """

    def documents(self) -> list[DocumentRecord]:
        """Return all documents, ordered by id."""

    def document(self, document_id: str) -> DocumentRecord | None:
        """Return one document, or None."""

    def document_of(self, page_id: int) -> DocumentRecord:
        """Return the document of a page."""

    def page_ids(self, document_id: str) -> dict[int, int]:
        """Return the page ids of a document by page number, ascending."""

    def page_count(self) -> int:
        """Return the number of pages of all documents."""

    def metadata_keys(self) -> frozenset[str]:
        """Return the metadata keys that at least one document has."""

    def documents_where(self, condition: Condition) -> frozenset[str]:
        """Return the ids of the documents that meet a condition on document keys."""

    def pages_where(self, condition: Condition) -> NDArray[np.int64]:
        """Return the ids of the pages that meet a condition on document and page keys, ascending.

        For comparisons of `filters.PAGE_LISTS` that are not negated, these are all pages with such
        a region, and possibly more.
        """

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Return the number of pages that contain each term; terms on no page may be missing."""

    def catalog(self) -> Catalog:
        """Return all pages with their pooled vectors."""

    def candidates(
        self,
        query: NDArray[np.float32],
        weights: NDArray[np.float32],
        page_filter: PageFilter,
        count: int | None = None,
    ) -> NDArray[np.int64]:
        """Return the ids (p,) of the pages to score exactly, ascending.

        These are all pages that match the filter if there are at most `count`, else the `count`
        of them that are likely to score best.

        Args:
            query: (m, d) token vectors of length 1.
            weights: (m,) token weights, sum 1.
            count: the default depends on the store; it is `first_stage.default_candidates` where
                the pooled vectors are in memory.
        """

    def vectors(self, page_ids: Sequence[int]) -> list[PageVectors]:
        """Return what scoring needs from each page, in the order given."""

    def page(self, page_id: int) -> Page:
        """Return the words and regions of a page, without a renderer."""

    def patches(self, page_id: int) -> Patches:
        """Return the patches of a page with their boxes."""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as stored.

    Attributes:
        content_hash: SHA-256 of the file.
        fingerprint: how it was parsed and encoded; if it differs, the document is indexed again.
        pages: number of pages, filled in by the store.
        metadata: the user's own keys.
        aliases: other sources with the same bytes.
    """

    document_id: str
    source: str
    content_hash: str
    fingerprint: str
    pages: int = 0
    metadata: Metadata = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """All sources: the one it is named by, and the others."""
        return (self.source, *self.aliases)


@dataclass(frozen=True, slots=True, eq=False)
class PageRecord:
    """A page as stored.

    Attributes:
        page: its words and regions; the renderer is not stored.
        membership: which patches belong to each region.
        pooled: the vectors of the first stage.
    """

    page: Page
    patches: Patches
    membership: Membership
    pooled: PooledVectors


@dataclass(frozen=True, slots=True, eq=False)
class PageVectors:
    """What scoring needs from a page.

    Attributes:
        vectors, scales: the patches, int8 (n, d), and their scales (n,).
        membership: which patches belong to each region.
        labels: (regions,) index of the label in `LABELS`.
        parents: (regions,) index of the parent region, -1 for none.
        pooled: the vectors of the first stage; with word patches, passages of regions come first.
    """

    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    membership: Membership
    labels: NDArray[np.uint8]
    parents: NDArray[np.int32]
    pooled: PooledVectors


@dataclass(frozen=True, slots=True)
class PageFilter:
    """Which pages a search may return: those that match every field; None matches all.

    Attributes:
        regions: a condition on regions. It only keeps pages without such a region from becoming
            candidates, like `Snapshot.pages_where`; the regions themselves are checked later.
    """

    document_ids: frozenset[str] | None = None
    page_numbers: frozenset[int] | None = None
    page_ids: frozenset[int] | None = None
    regions: Condition | None = None

    def allows(self, document_id: str, page_number: int, page_id: int) -> bool:
        """Return whether a page matches, regardless of its regions."""
        return (
            (self.document_ids is None or document_id in self.document_ids)
            and (self.page_numbers is None or page_number in self.page_numbers)
            and (self.page_ids is None or page_id in self.page_ids)
        )


def document_row(document: DocumentRecord) -> Row:
    """Return the values of a document by key, for `filters.predicate`."""
    return {
        "document_id": document.document_id,
        "source": document.sources,
        "content_hash": document.content_hash,
        "file_name": tuple(map(file_name, document.sources)),
        **document.metadata,
    }


def page_row(page: Page) -> dict[str, MetadataValue]:
    """Return the values of a page by key; those of its regions (`filters.PAGE_LISTS`) as lists."""
    return {
        "page_number": page.number,
        "page_label": page.label,
        "region_label": sorted({region.label for region in page.regions}),
        "section": sorted({region.section for region in page.regions}),
    }


def region_arrays(regions: Sequence[Region]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return labels and parents of regions in the form of `PageVectors`."""
    labels = [LABELS.index(region.label) for region in regions]
    parents = [-1 if region.parent is None else region.parent for region in regions]
    return np.array(labels, dtype=np.uint8), np.array(parents, dtype=np.int32)


def concatenate_regions(
    pages: Sequence[tuple[NDArray[np.uint8], NDArray[np.int32]]],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Concatenate the labels and parents of several pages; parents index the whole array.

    >>> rows = np.zeros(2, np.uint8), np.array([-1, 0], np.int32)
    >>> concatenate_regions([rows, rows])[1].tolist()
    [-1, 0, -1, 2]
    """
    if not pages:
        return np.zeros(0, np.uint8), np.zeros(0, np.int64)
    sizes = [len(labels) for labels, _ in pages]
    page_starts = np.repeat(np.cumsum([0, *sizes])[:-1], sizes)
    parents = np.concatenate([parents for _, parents in pages])
    shifted = np.where(parents < 0, -1, parents + page_starts).astype(np.int64)
    return np.concatenate([labels for labels, _ in pages]), shifted
