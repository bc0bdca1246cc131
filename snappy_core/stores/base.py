"""What the index asks of a store: documents replaced whole, and consistent snapshots to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import IndexMismatchError
from snappy_core.scoring.membership import Membership
from snappy_core.types import LABELS, Page, Patches, Region, Scalar


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as the store knows it.

    Attributes:
        content_hash: SHA-256 of its bytes.
        fingerprint: how it was read and encoded; another one means it must be read again.
        pages: number of pages, filled in by the store.
        metadata: the user's own keys.
    """

    document_id: str
    source: str
    content_hash: str
    fingerprint: str
    pages: int = 0
    metadata: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class PageRecord:
    """All that is stored of a page.

    Attributes:
        page: its words and regions; the renderer is not stored.
        membership: which patches belong to each region.
        pooled: vectors of the first stage, int8 (p, d), and their scales (p,).
    """

    page: Page
    patches: Patches
    membership: Membership
    pooled: tuple[NDArray[np.int8], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class PageVectors:
    """What exact scoring reads of a page.

    Attributes:
        labels: (regions,) places in `LABELS`.
        parents: (regions,) the region that holds each, -1 for none.
    """

    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    membership: Membership
    labels: NDArray[np.uint8]
    parents: NDArray[np.int32]


def check_encoder(
    location: str, found: tuple[str, int], given: tuple[str, int], way_out: str
) -> None:
    """Check the name and dimensions of an encoder against those of the one that made an index.

    Raises:
        IndexMismatchError: they differ.
    """
    if found != given:
        raise IndexMismatchError(
            f"{location}: made by the encoder {found[0]} ({found[1]} dimensions), not {given[0]} "
            f"({given[1]}); open it with that encoder, or index {way_out}"
        )


def region_arrays(
    regions: Sequence[Region],
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return what `PageVectors` holds of regions."""
    labels = [LABELS.index(region.label) for region in regions]
    parents = [-1 if region.parent is None else region.parent for region in regions]
    return np.array(labels, dtype=np.uint8), np.array(parents, dtype=np.int32)


def concatenate_regions(
    pages: Sequence[tuple[NDArray[np.uint8], NDArray[np.int32]]],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return labels and parents of the regions of pages laid one after the other.

    >>> rows = np.zeros(2, np.uint8), np.array([-1, 0], np.int32)
    >>> concatenate_regions([rows, rows])[1].tolist()
    [-1, 0, -1, 2]
    """
    if not pages:
        return np.zeros(0, np.uint8), np.zeros(0, np.int64)
    sizes = [len(labels) for labels, _ in pages]
    first = np.repeat(np.cumsum([0, *sizes])[:-1], sizes)
    parents = np.concatenate([parents for _, parents in pages])
    held = np.where(parents < 0, -1, parents + first).astype(np.int64)
    return np.concatenate([labels for labels, _ in pages]), held


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """All pages of an index with their pooled vectors, ordered by page id.

    Attributes:
        page_ids: (p,) int64.
        document_ids: p document ids.
        page_numbers: (p,) int64.
        offsets: (p + 1,), page i owns the vectors `offsets[i]:offsets[i + 1]`.
        vectors, scales: the pooled vectors, int8 (n, d), and their scales (n,).
    """

    page_ids: NDArray[np.int64]
    document_ids: Sequence[str]
    page_numbers: NDArray[np.int64]
    offsets: NDArray[np.int64]
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PageFilter:
    """Which pages a search may return: those that match every field; None matches all."""

    document_ids: frozenset[str] | None = None
    page_numbers: frozenset[int] | None = None
    page_ids: frozenset[int] | None = None


class Snapshot(Protocol):
    """One state of a store. Whatever is read from it belongs together."""

    def documents(self) -> list[DocumentRecord]:
        """Return all documents, ordered by id."""
        ...

    def document(self, document_id: str) -> DocumentRecord | None:
        """Return one document, or None."""
        ...

    def document_of(self, page: int) -> DocumentRecord:
        """Return the document that a page belongs to."""
        ...

    def page_ids(self, document_id: str) -> dict[int, int]:
        """Return the ids of a document's pages by page number, in their order."""
        ...

    def page_count(self) -> int: ...

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Return on how many pages each term stands; terms on none may be missing."""
        ...

    def catalog(self) -> Catalog:
        """Return all pages with their pooled vectors."""
        ...

    def candidates(
        self,
        query: NDArray[np.float32],
        weights: NDArray[np.float32],
        page_filter: PageFilter,
        count: int | None = None,
    ) -> NDArray[np.int64]:
        """Return the ids (p,) of the pages to score exactly, ascending.

        All chosen pages when they are no more than `count`, else so many that are likely to
        score best.

        Args:
            query: (m, d), its tokens of length 1; `weights` (m,), sum 1.
            count: how many; by default what suits the store, `first_stage.default_candidates`
                where the vectors lie in this process.
        """
        ...

    def vectors(self, pages: Sequence[int]) -> list[PageVectors]:
        """Return the patches of pages for scoring, in the order given."""
        ...

    def page(self, page: int) -> Page:
        """Return the words and regions of a page, without a renderer."""
        ...

    def patches(self, page: int) -> Patches:
        """Return the patches of a page with their boxes."""
        ...


class Store(Protocol):
    """Keeps an index. All methods may be called from several threads."""

    @property
    def location(self) -> str:
        """Where the index lies, for messages."""
        ...

    def encoder(self) -> tuple[str, int] | None:
        """Return the name of the encoder that made the index and its dimensions; None if new."""
        ...

    def bind_encoder(self, encoder: str, dim: int) -> None:
        """Take note of the encoder of a new index.

        Raises:
            IndexMismatchError: the index was made by another encoder.
        """
        ...

    def read(self) -> AbstractContextManager[Snapshot]:
        """Open a snapshot of the state as it is now, whatever is written while it is open."""
        ...

    def write(self, document: DocumentRecord, pages: Iterable[PageRecord]) -> None:
        """Put a document in the place of the one with its id, all or nothing.

        When the iterable raises, nothing has changed.
        """
        ...

    def set_metadata(self, document_id: str, metadata: Mapping[str, Scalar]) -> None:
        """Give a document other metadata; unknown documents are passed over."""
        ...

    def delete(self, document_id: str) -> bool:
        """Remove a document; say whether there was one."""
        ...

    def compact(self) -> None:
        """Remove what deleted and replaced documents have left; who reads goes on."""
        ...

    def close(self) -> None: ...
