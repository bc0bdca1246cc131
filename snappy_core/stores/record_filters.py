"""Filters for snapshots that have the records of all documents in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from snappy_core.filters import BUILT_IN, Condition, comparisons, predicate
from snappy_core.stores.base import DocumentRecord, document_row, page_row
from snappy_core.stores.catalog import Catalog
from snappy_core.types import Page


class RecordFilters(ABC):
    """Base of snapshots that search through the records of documents."""

    @abstractmethod
    def documents(self) -> list[DocumentRecord]: ...

    @abstractmethod
    def catalog(self) -> Catalog: ...

    @abstractmethod
    def document_of(self, page_id: int) -> DocumentRecord: ...

    @abstractmethod
    def page(self, page_id: int) -> Page: ...

    def metadata_keys(self) -> frozenset[str]:
        return frozenset(key for document in self.documents() for key in document.metadata)

    def documents_where(self, condition: Condition) -> frozenset[str]:
        meets = predicate(condition)
        needs_row = any(leaf.key in BUILT_IN for leaf in comparisons(condition))
        return frozenset(
            document.document_id
            for document in self.documents()
            if meets(document_row(document) if needs_row else document.metadata)
        )

    def pages_where(self, condition: Condition) -> NDArray[np.int64]:
        """Search through all pages; stores that keep them elsewhere override this."""
        meets = predicate(condition)
        matching = [
            page_id
            for page_id in self.catalog().page_ids.tolist()
            if meets({**document_row(self.document_of(page_id)), **page_row(self.page(page_id))})
        ]
        return np.array(matching, dtype=np.int64)
